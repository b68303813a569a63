"""An ID-card reader of bytes: a SAM behind a pseudo-terminal, for demonstrations and tests.

    python -m counter_app.adapters.card_readers.emulator --link PATH [--cards FILE] [--rotate]

prints the device and serves until it is ended. Lines on standard input are
hands and accidents: `place 1`, `lift`, `fault half_frame`, `fault status_66`, `fault none`.
"""

from __future__ import annotations

import argparse
import os
import pty
import selectors
import signal
import sys
import termios
import time
import tty
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, Thread
from types import FrameType

from counter_app.adapters.card_readers.emulated_cards import EmulatedCard, load_cards, sample_cards
from counter_app.adapters.card_readers.emulated_sam import CardState, EmulatedSam

_SLOW_PIECE, _SLOW_PAUSE_S = 64, 0.01
_STAYS_S, _NEXT_AFTER_S = 3.0, 2.0  # with --rotate: how long a read card stays, and until the next one comes
_TICK_S = 0.1


class Emulator:
    """A SAM on a pseudo-terminal, served by a thread of its own. control may be called from any thread.

    speed, in bits a second, makes the SAM deaf to requests at any other speed.
    """

    def __init__(self, cards: Sequence[EmulatedCard], speed: int | None = None) -> None:
        self._sam = EmulatedSam(cards)
        self._speed = speed
        self._lock = Lock()
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)  # kept open: clients come and go
        self.device = os.ttyname(self._slave)
        self._stop_read, self._stop_write = os.pipe()
        self._thread = Thread(target=self._serve, name="card reader emulator", daemon=True)
        self._thread.start()

    def control(self, line: str) -> None:
        """What a hand does or what breaks: `place N`, `lift`, `fault NAME`. ValueError for anything else."""
        verb, _, argument = line.strip().partition(" ")
        with self._lock:
            if verb == "place":
                self._sam.place(int(argument))
            elif verb == "lift":
                self._sam.lift()
            elif verb == "fault":
                self._sam.fault(argument.strip())
            else:
                raise ValueError("lines are: place N, lift, fault NAME")
            os.write(self._master, self._sam.overdue())

    @property
    def state(self) -> CardState:
        """Where the card is in its reading."""
        with self._lock:
            return self._sam.state

    def unplug(self) -> None:
        """End, as when the cable is pulled."""
        if self._thread.is_alive():
            os.write(self._stop_write, b"!")
            self._thread.join()
            for descriptor in (self._master, self._slave, self._stop_read, self._stop_write):
                os.close(descriptor)

    def _serve(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._master, selectors.EVENT_READ)
            waiting.register(self._stop_read, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in waiting.select()}
                if self._stop_read in ready:
                    return
                self._answer(os.read(self._master, 4096))

    def _answer(self, chunk: bytes) -> None:
        if not self._hears():
            return
        with self._lock:
            replies = self._sam.answer(chunk)
            is_slow = self._sam.lasting_fault == "slow"
        for reply in replies:
            piece = _SLOW_PIECE if is_slow else len(reply)
            for start in range(0, len(reply), piece or 1):
                os.write(self._master, reply[start : start + piece])
                time.sleep(_SLOW_PAUSE_S if is_slow else 0)

    def _hears(self) -> bool:
        if self._speed is None:
            return True
        output_speed = termios.tcgetattr(self._master)[5]
        return bool(output_speed == getattr(termios, f"B{self._speed}"))


class Rotation:
    """Hands that never tire: a card that was read is lifted, and the next one laid down."""

    def __init__(self, emulator: Emulator, cards: int) -> None:
        self._emulator = emulator
        self._cards = cards
        self._n = 0
        self._since = float("-inf")
        self._seen = CardState.EMPTY

    def tick(self, now: float) -> None:
        """Do what is due at now (seconds of any steady clock)."""
        state = self._emulator.state
        if state is not self._seen:
            self._seen, self._since = state, now
        if state is CardState.READ and now - self._since >= _STAYS_S:
            self._emulator.control("lift")
        elif state is CardState.EMPTY and now - self._since >= _NEXT_AFTER_S:
            self._n = self._n % self._cards + 1
            self._emulator.control(f"place {self._n}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        cards = load_cards(options.cards) if options.cards else sample_cards()
        emulator = Emulator(cards, options.speed)
        _link(options.link, emulator.device)
    except (OSError, ValueError) as error:
        print(f"card reader emulator: {error}", file=sys.stderr)  # noqa: T201 - a command speaks here
        return 1
    print(options.link or emulator.device, flush=True)  # noqa: T201
    signal.signal(signal.SIGTERM, _end)
    try:
        Thread(target=_obey, args=(emulator,), daemon=True).start()
        _serve_until_ended(Rotation(emulator, len(cards)) if options.rotate else None)
    except KeyboardInterrupt:
        pass
    finally:
        emulator.unplug()
        if options.link:
            options.link.unlink(missing_ok=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="An emulated ID-card reader on a pseudo-terminal.")
    parser.add_argument("--link", type=Path, help="a symbolic link to make to the device")
    parser.add_argument("--cards", type=Path, help="a TOML file of cards instead of the sample persons")
    parser.add_argument("--speed", type=int, choices=(115200, 57600, 38400, 19200, 9600), help="answer at it only")
    parser.add_argument("--rotate", action="store_true", help="lay down one card after the other")
    return parser


def _link(link: Path | None, device: str) -> None:
    if link is None:
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(device)


def _serve_until_ended(rotation: Rotation | None) -> None:
    while True:
        time.sleep(_TICK_S)
        if rotation:
            rotation.tick(time.monotonic())


def _obey(emulator: Emulator) -> None:
    """Carry out the lines of standard input; the end of the input ends nothing else."""
    for line in sys.stdin:
        try:
            emulator.control(line)
        except ValueError as error:
            print(f"card reader emulator: {error}", file=sys.stderr)  # noqa: T201


def _end(signal_number: int, stack: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
