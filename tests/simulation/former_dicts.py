"""A home of dicts that must not use its device id any more: set apart, enrolled again, its work brought.

What `counter_app/adapters/store/apart.py` and `replays.py` do with tables; what a replayed event looks like, and which
are brought, is theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from counter_app.adapters.store.own_devices import Former
from counter_app.adapters.store.replays import _NOT_BROUGHT, _OPENING, BEGINS, ENDS, _Work, _wrapped
from counter_app.domain.events import ClockReading, Event, NewEvent, Origin
from counter_app.domain.identifiers import CaseId
from sync import journal_rules
from sync.hall.attachments import files_in
from sync.journal_rules import State
from tests.simulation.disk import Transaction
from tests.simulation.hall_dicts import DictJournals

Read = Callable[..., Event]


def state(tx: Transaction, name: str, default: Any = None) -> Any:
    found = tx.get("state", name)
    return default if found is None else found


def open_journal(tx: Transaction, device: str, h0: bytes, k1: bytes) -> None:
    tx.put("h0", device, h0)
    tx.put("head", device, State(0, h0, k1))


def apart_id(tx: Transaction, home: str, boots: int) -> str:
    """An id that no other home makes."""
    device = state(tx, "device")
    words = hashlib.sha256(f"{home} {boots} {tx.get('head', device).h.hex()}".encode()).hexdigest()
    return f"{device}-{words[:5].upper()}"


def close(tx: Transaction, kept: int, following: str) -> None:
    """The id in use is a former one from now on."""
    former = (*state(tx, "former", ()), Former(state(tx, "device"), kept, False, state(tx, "generation", 0)))
    for name, value in (("former", former), ("device", following), ("received", 0), ("applied", 0)):
        tx.put("state", name, value)


def own_events(tx: Transaction, journals: DictJournals, read: Read) -> Iterator[Event]:
    """As `own_devices.events`."""
    fed = {place for _, place in tx.items("feed")}
    for each in state(tx, "former", ()):
        for row in journals.rows(each.device):
            place = (each.device, row.seq)
            by_feed = place in fed and tx.get("foreign", place) is None
            if not each.replayed or row.seq <= each.kept or by_feed:
                yield read(each.device, row.seq, row.public, row.private)
    device = state(tx, "device")
    for row in journals.rows(device):
        yield read(device, row.seq, row.public, row.private)


def bring(tx: Transaction, journals: DictJournals, read: Read, clock: ClockReading) -> None:
    """As `replays.bring`, but for the projections."""
    device, generation = state(tx, "device"), state(tx, "generation", 0)
    closed = [x if x.generation == generation else x._replace(kept=0) for x in state(tx, "former", ())]
    fresh = [each for each in closed if not each.replayed]
    works = [work for each in fresh for work in _works(journals, each, read)]
    renamed = _renamed(tx, works, read, device)
    names = [each.device for each in fresh]
    begins = {"devices": names, "kept": fresh[0].kept if fresh else 0}
    journal_rules.append(journals, device, [NewEvent(BEGINS, None, 0, "", begins)], clock)
    for work in works:
        case = renamed.get(work.event.case, work.event.case) if work.event.case else None
        journal_rules.append(journals, device, [_wrapped(work, case)], work.event.clock)
    journal_rules.append(journals, device, [NewEvent(ENDS, None, 0, "", {"devices": names})], clock)
    tx.put("state", "former", tuple(each._replace(replayed=True) for each in closed))
    tx.put("state", "to_replay", False)
    _renew_uploads(tx, journals, read, device)


def _works(journals: DictJournals, each: Former, read: Read) -> Iterator[_Work]:
    for row in journals.rows(each.device, each.kept):
        event = read(each.device, row.seq, row.public, row.private)
        if event.kind not in _NOT_BROUGHT:
            yield _Work(row, event, event.origin or Origin(event.id, row.h, event.case))


def _renamed(tx: Transaction, works: list[_Work], read: Read, device: str) -> dict[CaseId | None, CaseId]:
    following = 1 + max((case.n for case, _ in tx.items("history") if case.device == device), default=0)
    renamed: dict[CaseId | None, CaseId] = {}
    for work in works:
        case = work.event.case
        if work.event.kind in _OPENING and case is not None and _is_of_another(tx, case, work, read):
            renamed[case], following = CaseId(device, following), following + 1
    return renamed


def _is_of_another(tx: Transaction, case: CaseId, work: _Work, read: Read) -> bool:
    for place in tx.get("history", case) or ():
        found = tx.get("foreign", place)
        if found is not None:
            event = read(*place, found[0], None)
            brought_before = event.origin is not None and event.origin.hash == work.origin.hash
            if event.kind in _OPENING and found[0] != work.row.public and not brought_before:
                return True
    return False


def _renew_uploads(tx: Transaction, journals: DictJournals, read: Read, device: str) -> None:
    for sha256, upload in tx.items("upload"):
        if not upload.whole:
            tx.put("upload", sha256, upload._replace(seq=0))
    for row in journals.rows(device):
        for sha256, _ in files_in(read(device, row.seq, row.public, row.private).data):
            upload = tx.get("upload", sha256)
            if upload is not None and not upload.whole:
                tx.put("upload", sha256, upload._replace(seq=row.seq))
