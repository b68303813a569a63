"""What happened: the one kind of fact that the whole system rests on (sync design section 1).

An event has two parts. `data` is public to those who verify the chain: codes,
dates, numbers. `private` holds everything about a person (name, id number,
phone, address, free text, form fields) and can be erased without breaking the
chain. Values are msgpack-able without loss: None, bool, int, str, bytes, list,
and dict with str keys. No floats: money is in fen, times are ms since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from counter_app.domain.identifiers import CaseId, EventId


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the device knew about time when it wrote an event (sync design section 9).

    wall_ms is the wall clock in ms UTC; boot names the boot of the machine;
    monotonic_ms counts since then; offset_ms is hall time minus wall time as
    last measured, None if it never was.
    """

    wall_ms: int
    boot: str
    monotonic_ms: int
    offset_ms: int | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be appended: its place is given in the transaction that appends it."""

    kind: str
    case: CaseId | None
    epoch: int
    user: str
    data: Mapping[str, object] = field(default_factory=dict)
    private: Mapping[str, object] = field(default_factory=dict)
    v: int = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a replayed event was written first: its place in the journal of a closed device, with h(seq) there.

    case is the number that it had there: another one than now only where two machines had given the same.
    """

    id: EventId
    hash: bytes
    case: CaseId | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as read back from a journal. private is None once it was erased.

    origin: it was written under a device id that is closed, and brought by the successor (sync design section 7).
    """

    id: EventId
    kind: str
    v: int
    case: CaseId | None
    epoch: int
    clock: ClockReading
    user: str
    data: Mapping[str, object]
    private: Mapping[str, object] | None
    origin: Origin | None = None

    @property
    def writer(self) -> str:
        """The device id under which it was done."""
        return self.origin.id.device if self.origin else self.id.device

    @property
    def is_by_counter_of_case(self) -> bool:
        """Whether the device that counted its case wrote it."""
        return self.case is not None and self.case.device in (self.id.device, self.writer)

    @property
    def at_ms(self) -> int:
        """Wall time of the device in ms UTC; the date on served paper comes from it (section 9)."""
        return self.clock.wall_ms
