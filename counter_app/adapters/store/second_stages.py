"""Own acceptances that wait for the hall's word, and those that have it (`sync.ports.SecondStages`).

Which ones wait is found in the journal itself, once: a cursor remembers up to where all are signed or given up. What
the hall had applied and did not sign holds no more, or waits for a person: its paper stays with the device's word.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy import LargeBinary, and_, cast, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.adapters.store.reading import ReadTransaction
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain.events import Event
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import ACCEPTANCES, Statement
from counter_app.domain.wire_values import rows_of, text_of
from sync import journal, receipts
from sync.canonical import event_of
from sync.envelope import SecondStage

LOOK_FROM = 500  # events looked through in vain before that is remembered
_CURSOR = "acceptances_signed"  # a state: the device id, and the seq up to which nothing waits
_MARKS = tuple(kind.value.encode() for kind in sorted(ACCEPTANCES))

log = logging.getLogger(__name__)


def waiting(reading: ReadTransaction, most: int) -> tuple[list[int], int]:
    """The oldest acceptances that wait, by own seq; and the last seq that was looked at.

    The store passes over most events by a look at their bytes: a week without a line leaves thousands of them.
    """
    device, events = reading.device(), schema.metadata.tables["journal"].c
    marked = or_(*(func.instr(events.public, mark) > 0 for mark in _MARKS))
    after = and_(events.device == device, events.seq > _cursor(reading))
    wanted = select(events.seq, cast(events.public, LargeBinary)).where(after, marked)  # cast: as in `journal.rows`
    found: list[int] = []
    for seq, public in reading.connection.execute(wanted.order_by(events.seq)):
        if _kind_of(device, seq, public) is not None:
            found.append(seq)
        if len(found) == most:
            return found, seq
    return found, journal.head(reading.connection, device)[0]


def look_on_from(writing: WriteTransaction, seq: int) -> None:
    """Nothing up to this own event waits any more."""
    if seq > _cursor(writing):
        writing.state.put(_CURSOR, [writing.device(), seq])


def is_far(reading: ReadTransaction, seq: int) -> bool:
    """Whether it is worth remembering that nothing up to there waits."""
    return seq - _cursor(reading) >= LOOK_FROM


def store(writing: WriteTransaction, asked: Sequence[int], applied: int, found: SecondStage | None) -> None:
    """Keep the codes that the hall signed; what else of those asked for is applied is not asked for again."""
    if found is not None and set(found.accepted) <= set(asked):
        _keep(writing, found)
    done = [seq for seq in asked if seq <= applied]
    if done:
        look_on_from(writing, max(done))


def _keep(writing: WriteTransaction, found: SecondStage) -> None:
    device, hall = writing.device(), str(writing.state.get("hall"))
    statements = list(_statements(writing, found.accepted))
    codes = receipts.with_second_stage(statements, hall, found.at_s, found.signature) if statements else []
    if len(codes) != len(found.accepted) or not receipts.is_by_hall(
        codes[0], hall, bytes(writing.state.get("hall_sign_public"))
    ):
        log.warning("the hall signed other acceptances than those of %s: left as they are", device)
        return
    rows = [
        {"device": device, "seq": seq, "code": code.to_text()}
        for seq, code in zip(found.accepted, codes, strict=True)
    ]
    writing.connection.execute(upsert(schema.second_stages).on_conflict_do_nothing(), rows)


def _statements(reading: ReadTransaction, seqs: Sequence[int]) -> Iterator[Statement]:
    device, key = reading.device(), own_key(reading)
    for seq in seqs:
        for row in journal.rows(reading.connection, device, seq - 1, seq):
            kind = _kind_of(device, seq, row.public)
            if kind is not None:
                event = event_of(device, seq, row.public, row.private)
                yield receipts.statement_of(event, kind, receipts.taken_hash(event.id, row.public, row.c), key)


def own_key(reading: ReadTransaction) -> bytes:
    """The public signing key under which this device writes its journal."""
    ratchet = schema.metadata.tables["journal_ratchet"].c
    return bytes(reading.connection.scalars(select(ratchet.device_key).where(ratchet.device == reading.device())).one())


def _kind_of(device: str, seq: int, public: bytes) -> NoticeKind | None:
    """The acceptance that the event issued."""
    event: Event = event_of(device, seq, public, None)
    kinds = (text_of(notice, "kind") for notice in rows_of(event.data, "notices"))
    if event.case is None or event.origin is not None:
        return None  # what another id wrote first was signed as its work
    return next((NoticeKind(kind) for kind in kinds if kind in ACCEPTANCES), None)


def _cursor(reading: ReadTransaction) -> int:
    device, seq = reading.state.get(_CURSOR, ["", 0])
    return int(seq) if device == reading.device() else 0
