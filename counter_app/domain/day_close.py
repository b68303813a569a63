"""日结: one machine's day as one code, so that a station and its hall can tell whether they hold the same (desktop
design section 7, specs domain 11.1).

A day belongs to a machine: offline it knows nothing but its own journal. A close of day D is an event of that journal
and covers every event of it that stands before the close, is covered by no earlier one, and is not dated after D. So
each event is covered once, by the first close that can: clocks decide only which day it is counted under. The date of
an event is the wall clock that it was written by, in China's time. What is covered and dated before D was written
late, after its own day was closed or without one; it is counted by its date, and told. The first close of a machine
begins behind `after`.

The leaves of the Merkle tree are the cases of the day in their order, before them what was written without a case:
    leaf = SHA-256(0x00, device, 0x00, day, 0x00, number of the case or nothing, 0x00, then (seq in 8 bytes, digest)
           of each of its events in their order); digest = SHA-256(SHA-256(public part), commitment)
    node = SHA-256(0x01, left, right); a last one without a neighbour goes up as it is.
Nothing personal is in it: the commitment stands for the private part, and stays when that is erased.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId
from counter_app.domain.wire_values import date_of, list_of, map_of, number_of, text_of

KIND = "day_closed"
CHECKED = "day_checked"  # of the hall: what its own count says
SHORT = 4  # bytes of a leaf as the event of the close names it: enough to say which case differs
MOST_NAMED = 1500  # cases named in one event, which has its limit; of a longer day only the code is compared
MOST_TOLD = 400  # late entries, and differing cases, that one event names; of others it says how many there are

_COUNTED: dict[str, str] = {
    "received": "received",
    "accepted": "accepted", "accepted_tolerantly": "accepted", "deem_accepted": "accepted", "supplied_all": "accepted",
    "corrected": "corrected", "corrected_again": "corrected",
    "not_required": "not_accepted", "refused": "not_accepted",
    "granted": "decided", "denied": "decided",
    "delivered": "delivered",
    "number_spoiled": "spoiled",
}  # fmt: skip
TOTALS = (*dict.fromkeys(_COUNTED.values()), "papers")


@dataclass(frozen=True, slots=True)
class Mark:
    """A close as it stands in the journal: its seq, the day, and behind which seq it begins to look."""

    seq: int
    day: date
    after: int


@dataclass(frozen=True, slots=True)
class Written:
    """An event as the code sees it. day is None where its bytes cannot be read; it then belongs to any day.

    received_on: of an application, the day from which it counts; mark: it is a close of this very journal.
    """

    seq: int
    digest: bytes
    day: date | None = None
    case: CaseId | None = None
    kind: str = ""
    papers: int = 0
    received_on: date | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class DayCode:
    """What a close covers. leaves: by printed number, "" for what has no case; totals: by TOTALS;

    earlier: events of cases by an earlier date; back_dated: applications with the earlier day from which they count.
    """

    device: str
    day: date
    after: int
    code: bytes
    leaves: Mapping[str, bytes]
    events: int
    totals: Mapping[str, int]
    earlier: Mapping[date, int] = field(default_factory=dict)
    back_dated: Sequence[tuple[str, date]] = ()

    @property
    def cases(self) -> int:
        """How many cases something was written of."""
        return len(self.leaves) - 1


@dataclass(frozen=True, slots=True)
class Difference:
    """A case of which both sides do not hold the same; here and there say which of them has it at all.

    case is "" for what has no case, and where only the codes differ.
    """

    case: str
    here: bool
    there: bool


@dataclass(frozen=True, slots=True)
class HallsAnswer:
    """What the hall counted. waiting: cases of the day of which it holds something that it could not apply."""

    agrees: bool
    code: bytes
    differences: tuple[Difference, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that was closed on this machine. at_ms is ms UTC; answer is None until the hall has counted.

    after: behind which seq its close began to look; cases: how many; drafts, unsent, unprinted: what was left open
    then, as it was listed; more_back_dated: applications entered late that are not named; earlier: on how many earlier
    days something of it is dated.
    """

    device: str
    seq: int
    day: date
    after: int
    at_ms: int
    code: bytes
    events: int
    cases: int
    totals: Mapping[str, int]
    by: str
    second: str
    drafts: int
    unsent: int
    unprinted: int
    back_dated: tuple[tuple[str, date], ...]
    more_back_dated: int
    earlier: int
    answer: HallsAnswer | None = None

    @property
    def shown_code(self) -> str:
        """As people compare it by telephone."""
        return shown(self.code)


def shown(code: bytes) -> str:
    """The first eight bytes, in groups of four figures: 7F3A 91C2 0B5E D4A8."""
    figures = code[:8].hex().upper()
    return " ".join(figures[at : at + 4] for at in range(0, len(figures), 4))


def digest(public: bytes, commitment: bytes) -> bytes:
    """What stands for an event, from its bytes as they are now, not from the chain as it was."""
    return hashlib.sha256(hashlib.sha256(public).digest() + commitment).digest()


def counted(device: str, day: date, written: Iterable[Written], after: int = 0) -> DayCode:
    """The code of a close that stands behind all these events of one journal: those behind `after`, in their order."""
    events = list(written)
    marks = [event.mark for event in events if event.mark is not None]
    open_ones = [event for event in events if not any(_covers(mark, event) for mark in marks)]
    after = open_ones[0].seq - 1 if open_ones else events[-1].seq if events else after
    covered = [event for event in open_ones if event.day is None or event.day <= day]
    leaves = _leaves(device, day, covered)
    totals = Counter(_COUNTED[event.kind] for event in covered if event.kind in _COUNTED)
    totals["papers"] = sum(event.papers for event in covered)
    return DayCode(
        device=device,
        day=day,
        after=after,
        code=_root(list(leaves.values())),
        leaves=leaves,
        events=len(covered),
        totals={name: totals[name] for name in TOTALS},
        earlier=Counter(event.day for event in covered if event.day is not None and _is_late(event, event.day, day)),
        back_dated=tuple(
            (str(event.case), event.received_on)
            for event in covered
            if event.case is not None and event.received_on is not None and event.received_on < (event.day or day)
        ),
    )


def left_out(written: Iterable[Written]) -> int:
    """How many events stand before the last close, are dated no later than it, and are covered by none."""
    events = list(written)
    marks = [event.mark for event in events if event.mark is not None]
    if not marks:
        return 0
    last = marks[-1]
    return sum(
        _can_cover(last, event) and not any(_covers(mark, event) for mark in marks) for event in events
    )


def station_code(codes: Mapping[str, bytes]) -> bytes:
    """One code over the machines of a station that closed the day, by device id."""
    return _root([hashlib.sha256(b"\x00" + device.encode() + codes[device]).digest() for device in sorted(codes)])


def to_plain(made: DayCode) -> dict[str, object]:
    """As the event of the close says it."""
    names = sorted(made.leaves) if len(made.leaves) <= MOST_NAMED else []
    return {
        "day": made.day.isoformat(),
        "after": made.after,
        "code": made.code,
        "events": made.events,
        "cases": made.cases,
        "totals": dict(made.totals),
        "leaves": [[name, made.leaves[name][:SHORT]] for name in names],
        "earlier": [[day.isoformat(), n] for day, n in sorted(made.earlier.items())],
        "back_dated": [[case, day.isoformat()] for case, day in made.back_dated[:MOST_TOLD]],
        "more_back_dated": len(made.back_dated[MOST_TOLD:]),
    }


def mark_of(event: Event) -> Mark:
    """InvalidInput `value_misshapen`."""
    return Mark(event.id.seq, date_of(event.data, "day"), number_of(event.data, "after"))


def leaves_of(event: Event) -> dict[str, bytes]:
    """The leaves that the event of a close names, shortened. InvalidInput `value_misshapen`."""
    found: dict[str, bytes] = {}
    for row in list_of(event.data, "leaves"):
        match row:
            case [str(name), bytes(leaf)]:
                found[name] = leaf
            case _:
                raise InvalidInput("value_misshapen", field="leaves")
    return found


def differences(ours: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> tuple[Difference, ...]:
    """Case by case: what only one side has, or has otherwise. Leaves may be shortened on either side."""
    return tuple(
        Difference(name, name in ours, name in theirs)
        for name in sorted({*ours, *theirs})
        if (name in ours) != (name in theirs) or ours[name][:SHORT] != theirs[name][:SHORT]
    )


def closed_day(event: Event, answer: HallsAnswer | None = None) -> ClosedDay:
    """The day that an event of the kind closed. InvalidInput `value_misshapen`."""
    data = event.data
    code = data.get("code")
    if not isinstance(code, bytes):
        raise InvalidInput("value_misshapen", field="code")
    listed = map_of(data, "listed")
    totals = map_of(data, "totals")
    return ClosedDay(
        device=event.writer,
        seq=event.origin.id.seq if event.origin else event.id.seq,
        day=date_of(data, "day"),
        after=number_of(data, "after"),
        at_ms=event.at_ms,
        code=code,
        events=number_of(data, "events"),
        cases=number_of(data, "cases"),
        totals={name: number_of(totals, name) for name in TOTALS if name in totals},
        by=event.user,
        second=text_of(data, "second"),
        drafts=number_of(listed, "drafts"),
        unsent=number_of(listed, "unsent"),
        unprinted=number_of(listed, "unprinted"),
        back_dated=tuple(_case_and_day(row) for row in list_of(data, "back_dated")),
        more_back_dated=number_of(data, "more_back_dated"),
        earlier=len(list_of(data, "earlier")),
        answer=answer,
    )


def answer_to_plain(answer: HallsAnswer) -> dict[str, object]:
    """As the hall's event says it."""
    return {
        "agrees": answer.agrees,
        "code": answer.code,
        "differences": [[row.case, row.here, row.there] for row in answer.differences[:MOST_TOLD]],
        "waiting": list(answer.waiting),
    }


def answer_of(event: Event) -> HallsAnswer:
    """InvalidInput `value_misshapen`."""
    found = []
    for row in list_of(event.data, "differences"):
        match row:
            case [str(name), bool(here), bool(there)]:
                found.append(Difference(name, here, there))
            case _:
                raise InvalidInput("value_misshapen", field="differences")
    code = event.data.get("code")
    if not isinstance(code, bytes):
        raise InvalidInput("value_misshapen", field="code")
    waiting = tuple(str(case) for case in list_of(event.data, "waiting"))
    return HallsAnswer(bool(event.data.get("agrees")), code, tuple(found), waiting)


def _case_and_day(row: object) -> tuple[str, date]:
    match row:
        case [str(case), str(day)]:
            return case, date.fromisoformat(day)
    raise InvalidInput("value_misshapen", field="back_dated")


def _is_late(event: Written, written_on: date, day: date) -> bool:
    """What the machine does by itself after a close, and the close itself, are nobody's late entry."""
    return written_on < day and event.case is not None and event.kind != "handed_over"


def _can_cover(mark: Mark, event: Written) -> bool:
    return event.seq < mark.seq and (event.day is None or event.day <= mark.day)


def _covers(mark: Mark, event: Written) -> bool:
    return mark.after < event.seq and _can_cover(mark, event)


def _leaves(device: str, day: date, covered: Sequence[Written]) -> dict[str, bytes]:
    by_case: defaultdict[str, list[Written]] = defaultdict(list)
    by_case[""] = []  # so that an empty day has a code too
    for event in covered:
        by_case["" if event.case is None else str(event.case)].append(event)
    return {name: _leaf(device, day, name, by_case[name]) for name in sorted(by_case)}


def _leaf(device: str, day: date, name: str, events: Sequence[Written]) -> bytes:
    head = b"\x00".join((b"", device.encode(), day.isoformat().encode(), name.encode(), b""))
    return hashlib.sha256(head + b"".join(event.seq.to_bytes(8) + event.digest for event in events)).digest()


def _root(level: list[bytes]) -> bytes:
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0] if level else bytes(32)
