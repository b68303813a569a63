"""The hall's word on acceptances that stations printed (two-stage receipt): one signature over many, when it is asked.

A device names own events; of those that are applied and whose paper holds the hall signs the root. Nothing is kept
here and nothing goes into the feed: asked again, the hall signs again.
"""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.domain.case import Case
from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import ACCEPTANCES, Statement
from sync.canonical import EventNotReadable, event_of
from sync.envelope import SecondStage
from sync.hall.ports import ExchangeHall, Records
from sync.journal_rules import Row
from sync.receipts import signed_by_hall, statement_of, taken_hash


def signed(tx: Records, hall: ExchangeHall, device: str, asked: Iterable[int]) -> SecondStage | None:
    """What the hall signs of the acceptances asked for, None if nothing."""
    known = tx.device(device)
    assert known is not None, "only a device that was admitted asks"
    applied = sorted({seq for seq in asked if 0 < seq <= known.applied})
    found = [pair for seq in applied for pair in _stored(tx, device, seq)]
    dockets = tx.dockets({event.case for _, event in found if event.case is not None})
    stated: list[tuple[int, Statement]] = []
    for row, event in found:
        dossier = dockets[event.case].dossier if event.case is not None else None
        kind = accepted_by(dossier, event.id) if isinstance(dossier, Case) else None
        if kind is not None:
            taken = taken_hash(event.id, row.public, row.c)
            stated.append((row.seq, statement_of(event, kind, taken, known.sign_public)))
    if not stated:
        return None
    root = signed_by_hall([statement for _, statement in stated], hall.id, hall.now_ms // 1000, hall.keys)
    return SecondStage([seq for seq, _ in stated], root.at_s, root.signature)


def accepted_by(case: Case, event: EventId) -> NoticeKind | None:
    """The acceptance that the event issued, if it is good."""
    of_event = (notice for notice in case.notices if notice.event == event and notice.kind in ACCEPTANCES)
    good = None if case.frozen else next((notice for notice in of_event if notice.holds), None)
    return None if good is None else NoticeKind(good.kind)


def _stored(tx: Records, device: str, seq: int) -> list[tuple[Row, Event]]:
    for row in tx.journals.rows(device, seq - 1, seq):
        try:
            return [(row, event_of(device, seq, row.public, row.private))]
        except EventNotReadable:
            break
    return []
