"""From what a person configured to a reader that answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date

from serial.tools import list_ports

from counter_app.adapters.card_readers.sam_serial import SamReader
from counter_app.adapters.card_readers.serial_link import SPEEDS
from counter_app.domain.errors import CounterError, InvalidInput

_USUAL_SPEED, _OTHER_SPEEDS = SPEEDS[:1], SPEEDS[1:]


def open_reader(spec: str, today: Callable[[], date], timeout_s: float = 10.0) -> SamReader:
    """The reader of a spec: `sam:DEVICE`, `auto` (the first serial port where a SAM answers), `pcsc[:NAME]`.

    timeout_s bounds the search of `auto`. Raises CounterError: `no_reader`, `port_busy`,
    `port_permission`; `reader_without_sam` for PC/SC, since only a SAM opens an identity card
    (specs id-cards 6.1); InvalidInput `reader_spec_unknown`.
    """
    kind, _, name = spec.partition(":")
    if kind == "sam" and name:
        return SamReader(name, today)
    if kind == "pcsc":
        raise CounterError("reader_without_sam")
    if spec == "auto":
        return find_sam(sorted(port.device for port in list_ports.comports()), today, timeout_s)
    raise InvalidInput("reader_spec_unknown", spec=spec[:80])


def find_sam(devices: Iterable[str], today: Callable[[], date], timeout_s: float) -> SamReader:
    """The first of the serial devices where a SAM answers; the usual speed is tried on all of them first.

    Raises CounterError `no_reader`, or why the first one could not be opened if no other has a SAM.
    """
    until = time.monotonic() + timeout_s
    closed_door = CounterError("no_reader")
    for speeds in (_USUAL_SPEED, _OTHER_SPEEDS):
        for device in devices:
            try:
                reader = SamReader(device, today)
                if reader.detect_speed(speeds, until):
                    return reader
                reader.close()
            except CounterError as error:
                if closed_door.code == "no_reader":
                    closed_door = error
    raise closed_door
