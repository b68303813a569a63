"""One request, one answer over a serial port; the only module that knows pyserial."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from counter_app.adapters.card_readers.frames import FrameParser
from counter_app.adapters.card_readers.sam_commands import REQUEST_DAMAGED, Command, Reply
from counter_app.domain.errors import CounterError

try:
    from termios import error as _termios_error
except ImportError:  # Windows has no termios
    _PORT_FAILURES: tuple[type[Exception], ...] = (OSError,)
else:
    _PORT_FAILURES = (OSError, _termios_error)

SPEEDS = (115200, 57600, 38400, 19200, 9600)  # bits a second, the usual one first

_TICK_S = 0.02
_SETTLE_S = 0.05  # readers want a pause after a change of speed
_DRAINS = 4  # the system may hand out what it holds in several pieces; an endless stream must not hold us
_OPEN_ERRORS = {
    errno.EACCES: "port_permission",
    errno.EPERM: "port_permission",
    errno.EBUSY: "port_busy",
    errno.EAGAIN: "port_busy",
}


class SerialLink:
    """A serial port that nobody else may open meanwhile.

    Opening raises CounterError: `no_reader`, `port_busy`, `port_permission`.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        try:
            self._port = serial.Serial(device, SPEEDS[0], timeout=_TICK_S, write_timeout=1.0, exclusive=True)
        except _PORT_FAILURES as error:
            raise _opening_error(device, error) from error

    @property
    def is_open(self) -> bool:
        """False after close(), and after the device went away."""
        return bool(self._port.is_open)

    def use_speed(self, baud: int) -> None:
        """Talk at so many bits a second from now on. Raises CounterError `reader_gone`."""
        with self._closing_if_gone():
            self._port.baudrate = baud
        time.sleep(_SETTLE_S)

    def ask(self, command: Command, until: float) -> Reply:
        """The answer to the command, waited for no longer than until (a monotonic time in seconds).

        A request that the SAM got damaged is sent once more. Raises CounterError: `reader_timeout`
        (nothing came), `card_not_whole` (the answer broke off), `garbled` (what came makes no sense),
        `reader_gone`.
        """
        reply = self._exchange(command, until)
        if reply.status in REQUEST_DAMAGED:
            reply = self._exchange(command, until)
        if reply.status in REQUEST_DAMAGED:
            raise CounterError("garbled")
        return reply

    def close(self) -> None:
        """Let others have the port. May be called twice."""
        self._port.close()

    def _exchange(self, command: Command, until: float) -> Reply:
        with self._closing_if_gone():
            self._drop_late_bytes()
            self._port.write(command.wire)
            return self._await_reply(command, until)

    def _await_reply(self, command: Command, until: float) -> Reply:
        parser = FrameParser()
        is_out_of_turn = False
        give_up_at = min(until, time.monotonic() + command.seconds_at(self._port.baudrate))
        while time.monotonic() < give_up_at:
            chunk = self._port.read(1)
            chunk += self._port.read(self._port.in_waiting)
            for body in parser.feed(chunk):
                reply = Reply.of(body)
                if command.may_be_answered_by(reply):
                    return reply
                is_out_of_turn = True
        if is_out_of_turn or parser.dropped:
            raise CounterError("garbled")
        raise CounterError("card_not_whole" if parser.is_inside_frame else "reader_timeout")

    def _drop_late_bytes(self) -> None:
        """An answer that came too late must never be taken for the next one."""
        for _ in range(_DRAINS):
            if not self._port.in_waiting:
                return
            self._port.read(self._port.in_waiting)

    @contextmanager
    def _closing_if_gone(self) -> Iterator[None]:
        try:
            yield
        except _PORT_FAILURES as error:
            self.close()
            raise CounterError("reader_gone", device=self._device) from error


def _opening_error(device: str, error: Exception) -> CounterError:
    number = getattr(error, "errno", None)
    if number is None and "PermissionError" in str(error):
        code = "port_busy"  # Windows says access denied for a port that somebody has open
    else:
        code = _OPEN_ERRORS.get(number or 0, "no_reader")
    return CounterError(code, device=device)
