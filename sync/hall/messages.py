"""Text messages to applicants (specs domain 7.5): what is to be sent, in whose words, and what was sent.

The hall derives them itself when it accepts an event, in that transaction: an event is accepted once however often
it is sent, and a message is known by its event's place, so that none can be doubled. A station needs no queue of its
own, and what a device wrote late, or what is being settled, tells nobody anything. Only the place is kept: phone and
words are made from the case when they are asked for, and are gone with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, insert, select, update

from counter_app.domain.case import Case
from counter_app.domain.errors import NotFound
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import clock_from_plain, rows_of, text_of
from sync import journal
from sync.canonical import event_of
from sync.hall import cases, places
from sync.hall.tables import messages

_KINDS = {
    **dict.fromkeys(("accepted", "deem_accepted", "accepted_tolerantly", "supplied_all"), "accepted"),
    **dict.fromkeys(("corrected", "corrected_again"), "correction"),
    "sent_out": "ready",
}
_FETCHED = frozenset({"", "window", "station"})  # what goes by post or to an account is not fetched anywhere


@dataclass(frozen=True, slots=True)
class Message:
    """A message by the event that it tells of. phone and text are for the sender alone."""

    event: EventId
    case: CaseId
    kind: str
    phone: str
    text: str
    queued_ms: int
    sent_ms: int | None

    @property
    def id(self) -> str:
        """What it is known by, such as QX03-01/12."""
        return f"{self.event.device}/{self.event.seq}"


def tells(event: Event, case: Case) -> bool:
    """Whether the applicant is told of the event and gave a phone. case: as it is after."""
    kind = _KINDS.get(event.kind)
    return kind is not None and bool(case.applicant.phone) and (kind != "ready" or case.way in _FETCHED)


def queue(conn: Connection, event: Event, case: Case, now_ms: int) -> None:
    """Note that an event that `tells` is to be told."""
    kind = _KINDS[event.kind]
    place = {"device": event.id.device, "seq": event.id.seq}
    of_case = {"case_device": case.id.device, "case_n": case.id.n}
    conn.execute(insert(messages).values(**place, **of_case, kind=kind, queued_ms=now_ms))


def listed(conn: Connection, *, sent: bool = False) -> Iterator[Message]:
    """The messages to be sent, oldest first; or those that were. One of a case that is being settled waits."""
    columns = messages.c
    which = columns.sent_ms.is_not(None) if sent else columns.sent_ms.is_(None)
    for row in conn.execute(select(messages).where(which).order_by(columns.queued_ms, columns.device, columns.seq)):
        case = cases.load(conn, CaseId(row.case_device, row.case_n))
        if case is None or case.frozen or not case.applicant.phone:
            continue
        [stored] = journal.rows(conn, row.device, row.seq - 1, row.seq)
        event = event_of(row.device, row.seq, stored.public, stored.private)
        yield Message(
            event.id, case.id, row.kind, case.applicant.phone, _words(conn, row.kind, case, event), row.queued_ms,
            row.sent_ms,
        )


def mark_sent(conn: Connection, message_id: str, now_ms: int) -> None:
    """The message was given to whoever sends it; once more changes nothing. NotFound `message_unknown`."""
    device, _, seq = message_id.rpartition("/")
    its = (messages.c.device == device, messages.c.seq == (int(seq) if seq.isdecimal() and len(seq) < 19 else 0))
    if conn.execute(select(messages.c.seq).where(*its)).first() is None:
        raise NotFound("message_unknown", message=message_id[:80])
    conn.execute(update(messages).where(*its, messages.c.sent_ms.is_(None)).values(sent_ms=now_ms))


def _words(conn: Connection, kind: str, case: Case, event: Event) -> str:
    agency, accepted_on = places.agency(conn, case.item.agency), text_of(event.data, "accepted_on")
    promised = (clock_from_plain(row) for row in rows_of(event.data, "clocks"))
    due = next((clock.due for clock in promised if clock.code is ClockCode.PROMISE), None)
    station = places.station(conn, case.station).name
    facts = {
        "agency": agency.name,
        "agency_phone": agency.phone,
        "item": case.item.name,
        "number": case.case_no or str(case.id),
        "query_code": case.query_code,
        "day": _day(date.fromisoformat(accepted_on)) if accepted_on else "",
        "promise": _day(due) if due else "",
        "window": station + text_of(event.private or {}, "window"),
    }
    return str(_data()["texts"][kind]).format(**facts)


def _day(day: date) -> str:
    return str(_data()["words"]["day"]).format(month=day.month, day=day.day)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("sync.hall") / "messages.toml").read_text(encoding="utf-8"))
