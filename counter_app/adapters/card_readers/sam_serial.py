"""The driver of ID-card readers on a serial port (specs id-cards 2.7, 2.8).

The clerk lays a card down and gets its contents once: a card that keeps lying
there is not read again, so it is never taken for the next applicant's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from counter_app.adapters.card_readers import sam_commands as sam
from counter_app.adapters.card_readers.serial_link import SPEEDS, SerialLink
from counter_app.domain.errors import CounterError
from counter_app.domain.identity_card import IdentityCard, parse_card

_POLL_S = 0.3
_PRESENCE_POLL_S = 0.5
_ANSWER_S = 0.2  # what a well reader takes for a short answer, and more
_TRIES = 3  # of selecting a card, and of finding one on a noisy line
_TRY_AGAIN = frozenset({sam.SELECT_FAILED, sam.NOT_NOW, sam.UNRECOGNISED})
_NO_ANSWER = frozenset({"reader_timeout", "card_not_whole", "garbled"})


class SamReader:
    """A reader with a SAM behind a serial port, for one thread. today tells whether a card has expired.

    Opening raises CounterError: `no_reader`, `port_busy`, `port_permission`. A reader that was
    unplugged (`reader_gone`) is opened again by the next call.
    """

    def __init__(self, device: str, today: Callable[[], date]) -> None:
        self._device = device
        self._today = today
        self._link = SerialLink(device)
        self._speed: int | None = None
        self._rests: bool | None = None  # whether a card that was read lies there still; None: unknown

    def read(self, timeout_s: float) -> IdentityCard:
        """The next card that is laid down, once; the whole call takes no longer than timeout_s.

        Raises CounterError: `no_card`, `same_card` (the last one was never lifted), `card_moved`,
        `card_not_whole`, `card_not_verified`, `wrong_card`, `card_kind_unknown`, `garbled`,
        `sam_fault`, `sam_unauthorised`, `reader_timeout`, `reader_gone`. After an error nothing of
        the card was kept.
        """
        until = time.monotonic() + timeout_s
        self._wake(until)
        self._select_card(until)
        text, photo = self._read_base(until)
        self._rests = True
        newest_address, is_complete = self._read_newest_address(until)
        card = parse_card(text, self._today(), photo=photo, newest_address=newest_address)
        if is_complete:
            return card
        return replace(card, warnings=(*card.warnings, "newest_address_not_read"))

    def wait_lifted(self, timeout_s: float) -> bool:
        """Whether the card that was read is lifted within timeout_s; True also if none lies there."""
        until = time.monotonic() + timeout_s
        while self._is_present(until):
            if not _pause(_PRESENCE_POLL_S, until):
                return False
        self._rests = False
        return True

    def module_id(self, timeout_s: float = 3.0) -> str:
        """The number of the SAM as makers print it."""
        until = time.monotonic() + timeout_s
        self._wake(until)
        reply = self._link.ask(sam.MODULE_ID, until)
        if reply.status != sam.DONE:
            raise sam.error_of(reply.status)
        return sam.printed_module_id(reply.data)

    def detect_speed(self, speeds: Sequence[int], until: float) -> bool:
        """Whether a SAM answers at one of the speeds before until; it is then used."""
        for speed in speeds:
            self._link.use_speed(speed)
            try:
                self._link.ask(sam.DETECT_SPEED, until)
            except CounterError as error:
                if error.code not in _NO_ANSWER:
                    raise
            else:
                self._speed = speed
                return True
        return False

    def close(self) -> None:
        """Let others have the port. May be called twice."""
        self._link.close()

    def _wake(self, until: float) -> None:
        """A SAM that says it is well, after one reset if need be."""
        if not self._link.is_open:
            self._link, self._speed, self._rests = SerialLink(self._device), None, None
        if self._speed is None and not self.detect_speed(SPEEDS, until):
            raise CounterError("reader_timeout")
        if self._status(until) == sam.DONE:
            return
        self._link.ask(sam.RESET, until)
        status = self._status(until)
        if status != sam.DONE:
            raise sam.error_of(status)

    def _status(self, until: float) -> int:
        try:
            return self._link.ask(sam.STATUS, until).status
        except CounterError:
            self._speed = None  # it may be another reader by now: look for its speed anew next time
            raise

    def _select_card(self, until: float) -> None:
        status = sam.SELECT_FAILED
        for _ in range(_TRIES):
            self._find_card(until)
            status = self._ask_of_card(sam.SELECT, until).status
            if status not in _TRY_AGAIN:
                break
        if status != sam.DONE:
            raise self._card_error(status, until)

    def _find_card(self, until: float) -> None:
        """Wait for a card that was not read yet."""
        failures = 0
        while True:
            try:
                if self._sees_new_card(until):
                    return
            except CounterError as error:
                failures += 1
                if failures == _TRIES or not _may_pass(error, until):
                    raise
            if not _pause(_POLL_S, until):
                raise CounterError("same_card" if self._rests else "no_card")

    def _sees_new_card(self, until: float) -> bool:
        if self._rests:
            self._rests = self._is_present(until)
            if self._rests:
                return False
        status = self._link.ask(sam.FIND, until).status
        if status == sam.CARD_FOUND:
            self._rests = None  # from here on an error leaves a card that must be lifted first
            return True
        if status == sam.NO_CARD and self._rests is None:
            self._rests = self._is_present(until)  # finds also a card that another program has read
        if status not in (sam.NO_CARD, *_TRY_AGAIN):
            raise self._card_error(status, until)
        return False

    def _read_base(self, until: float) -> tuple[bytes, bytes]:
        reply = self._ask_of_card(sam.READ_BASE, until)
        if reply.status != sam.DONE:
            raise self._card_error(reply.status, until)
        return sam.base_parts(reply.data)

    def _read_newest_address(self, until: float) -> tuple[bytes, bool]:
        """The newest address (70 bytes or none), and whether the card has told all that this reader can ask."""
        try:
            reply = self._link.ask(sam.READ_NEWEST_ADDRESS, until)
        except CounterError as error:
            if error.code not in _NO_ANSWER:
                raise
            return b"", False
        address = reply.data if reply.status == sam.DONE else b""
        return address, reply.status in (sam.DONE, sam.NO_CONTENT, sam.UNKNOWN_COMMAND)

    def _is_present(self, until: float) -> bool:
        """There is no event of removal; the newest address can be asked for while the card lies there.

        A reader that does not answer this shows no card: then only its own memory of the last one counts.
        """
        try:
            reply = self._link.ask(sam.READ_NEWEST_ADDRESS, until)
        except CounterError as error:
            if error.code not in _NO_ANSWER:
                raise
            return False
        return reply.status in (sam.DONE, sam.NO_CONTENT)

    def _ask_of_card(self, command: sam.Command, until: float) -> sam.Reply:
        """The answer to a request about a card in hand: a SAM that falls silent lost the card."""
        try:
            return self._link.ask(command, until)
        except CounterError as error:
            if error.code == "reader_timeout":
                raise CounterError("card_moved", status="--") from error
            raise

    def _card_error(self, status: int, until: float) -> CounterError:
        if status in sam.SAM_IS_ILL:
            self._link.ask(sam.RESET, until)
        return sam.error_of(status)


def _pause(seconds: float, until: float) -> bool:
    """Wait; False at once if no time for another answer would be left."""
    if time.monotonic() + seconds + _ANSWER_S >= until:
        return False
    time.sleep(seconds)
    return True


def _may_pass(error: CounterError, until: float) -> bool:
    """Whether looking for a card outlives the error: lines are noisy, and an answer cut off by until is none."""
    return error.code == "garbled" or (error.code == "reader_timeout" and time.monotonic() >= until)
