"""Work done under a closed device id, brought by its successor (sync design section 7, PROTOCOL.md section 9).

Each event is wrapped as it was: its bytes, its place and its hash. Case ids stay, but where the other machine of a
fork has given the same number to somebody else; the case then gets a new one and keeps that on its papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select, update

from counter_app.adapters.store import own_devices, projections, schema
from counter_app.adapters.store.apart import TO_REPLAY
from counter_app.adapters.store.own_devices import FORMER, Former
from counter_app.domain.events import Event, NewEvent, Origin
from counter_app.domain.identifiers import CaseId
from sync import journal
from sync.canonical import REPLAYED, event_of
from sync.journal_rules import Row

if TYPE_CHECKING:
    from counter_app.adapters.store.writing import WriteTransaction

BEGINS, ENDS = "succeeds", "succeeded"
_OPENING = frozenset({"received", "entrusted"})
_NOT_BROUGHT = frozenset({"block_wanted", "feed_returned", BEGINS, ENDS})  # wishes and words of the id itself
_OF_CASES = (schema.papers, schema.sealed_papers, schema.uploads, schema.case_files, schema.intake_keys)


@dataclass(frozen=True, slots=True)
class _Work:
    """An event under a closed id: its row, what it says, and where it was written first."""

    row: Row
    event: Event
    origin: Origin


def bring(writing: WriteTransaction) -> int:
    """Write the unsent work of the closed ids into the journal of the one in use; how many events."""
    connection, device = writing.connection, writing.device()
    closed = own_devices.former(connection)
    generation = writing.state.get("generation", 0)
    closed = [each if each.generation == generation else each._replace(kept=0) for each in closed]
    fresh = [former for former in closed if not former.replayed]
    works = [work for former in fresh for work in _work_of(writing, former)]
    renamed = _renamed(writing, works)
    names = [former.device for former in fresh]
    writing.append([NewEvent(BEGINS, None, 0, "", {"devices": names, "kept": fresh[0].kept if fresh else 0})])
    for work in works:
        case = renamed.get(work.event.case, work.event.case) if work.event.case else None
        journal.append(connection, device, [_wrapped(work, case)], work.event.clock)
    writing.append([NewEvent(ENDS, None, 0, "", {"devices": names})])
    _move_files(writing, renamed)
    writing.state.put(FORMER, [list(former._replace(replayed=True)) for former in closed])
    writing.state.put(TO_REPLAY, False)
    projections.rebuild(connection, device)
    _renew_uploads(writing)
    return len(works)


def _work_of(writing: WriteTransaction, former: Former) -> Iterator[_Work]:
    for row in journal.rows(writing.connection, former.device, former.kept):
        event = event_of(former.device, row.seq, row.public, row.private)
        if event.kind not in _NOT_BROUGHT:
            yield _Work(row, event, event.origin or Origin(event.id, row.h, event.case))


def _wrapped(work: _Work, case: CaseId | None) -> NewEvent:
    event, origin = work.event, work.origin
    first = work.row.public if event.origin is None else _first_bytes(work.row)
    data: dict[str, object] = {"origin": [origin.id.device, origin.id.seq, origin.hash], "event": first}
    if event.private is None:
        data["erased"] = True
    return NewEvent(REPLAYED, case, event.epoch, event.user, data, event.private or {})


def _first_bytes(row: Row) -> bytes:
    """The bytes inside a replayed event, which is brought once more."""
    inner = msgspec.msgpack.decode(row.public)["d"]["event"]
    assert isinstance(inner, bytes), "it was read as a replayed event"
    return inner


def _renamed(writing: WriteTransaction, works: list[_Work]) -> dict[CaseId | None, CaseId]:
    """New numbers for cases whose number the hall knows as somebody else's."""
    renamed: dict[CaseId | None, CaseId] = {}
    following = writing.next_case()
    for work in works:
        case = work.event.case
        if work.event.kind in _OPENING and case is not None and _is_of_another(writing, case, work):
            renamed[case], following = following, replace(following, n=following.n + 1)
    return renamed


def _is_of_another(writing: WriteTransaction, case: CaseId, work: _Work) -> bool:
    places, foreign = schema.case_events.c, schema.foreign_events.c
    of_case = (places.case_device == case.device) & (places.case_n == case.n)
    same = (foreign.device == places.device) & (foreign.seq == places.seq)
    rows = writing.connection.execute(
        select(foreign.device, foreign.seq, foreign.public).join_from(schema.case_events, schema.foreign_events, same)
        .where(of_case)
    )
    for row in rows:
        event = event_of(row.device, row.seq, row.public, None)
        if event.kind in _OPENING and row.public != work.row.public:
            brought_before = event.origin is not None and event.origin.hash == work.origin.hash
            if not brought_before:
                return True
    return False


def _move_files(writing: WriteTransaction, renamed: dict[CaseId | None, CaseId]) -> None:
    """Papers, scans and sender's keys of a case that got a new number go with it."""
    for old, new in renamed.items():
        assert old is not None, "only cases have numbers"
        for table in _OF_CASES:
            its = (table.c.case_device == old.device) & (table.c.case_n == old.n)
            writing.connection.execute(update(table).where(its).values(case_device=new.device, case_n=new.n))


def _renew_uploads(writing: WriteTransaction) -> None:
    """Scans are sent once the event that names them is at the hall: under the id in use that is another place."""
    uploads = schema.uploads.c
    writing.connection.execute(update(schema.uploads).where(uploads.whole_ms.is_(None)).values(seq=0))
    for event in journal.read(writing.connection, writing.device()):
        for file in projections.files_of(event):
            its = (uploads.sha256 == file["sha256"]) & uploads.whole_ms.is_(None)
            writing.connection.execute(update(schema.uploads).where(its).values(seq=event.id.seq))
