"""Questions about cases, entrustments and their events (a part of `services.ports.Reading`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_

from counter_app.adapters.store import calendars, dossier_rows, projections, schema
from counter_app.adapters.store import rows as many_rows
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes
from counter_app.adapters.store.case_search import CaseSearch
from counter_app.adapters.store.look import Look
from counter_app.domain.case import Case
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.notice import TEMPORARY_SIGN
from counter_app.domain.wire_values import number_of
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.stored_facts import CaseQuery, Hit
from resources.pace import unhurried
from sync import journal

_MOST_KEYS = 400  # in one statement
# The index by name: SQLite would walk all cases in the order of items to save sorting a few (SQLAlchemy: no hints).
_BY_ITEM = "SELECT item, count(*) AS n FROM cases INDEXED BY cases_by_day WHERE received_on >= ? GROUP BY item"
_TO_LOOK_AT = ("CORRECTING", "GRANTED", "DENIED", "DELIVERING")  # states that may be a duty whatever their clocks say


class CaseReading(Look):
    """What this station knows of cases; clocks of entrustments are counted by the newest calendar."""

    def case(self, case: CaseId) -> Case | None:
        """The case, None if this station does not know it."""
        return dossier_rows.load_case(self.connection, case)

    def entrustment(self, entrustment: CaseId) -> Entrustment | None:
        """The entrustment, None if this station does not know it."""
        found = dossier_rows.load_entrustment(self.connection, entrustment)
        return None if found is None else found.counted_by(self.calendar())

    def entrustments(self, *, only_open: bool = False, text: str = "") -> list[Entrustment]:
        """Entrustments that this station takes part in, the newest first; text as in `CaseQuery`."""
        table = schema.entrustments
        wanted = select(table.c.body)
        if only_open:
            wanted = wanted.where(table.c.open.is_(True))
        if text.strip():
            wanted = wanted.where(_matches(text.strip()))
        wanted = wanted.order_by(table.c.changed_ms.desc(), table.c.case_device, table.c.case_n.desc())
        return self._entrustments(self.connection.scalars(wanted))

    def entrustments_of_person(self, id_number: str) -> list[Entrustment]:
        """The entrustments of the person with this number, as stored; in no order."""
        table, search = schema.entrustments.c, schema.search.c
        same = and_(search.case_device == table.case_device, search.case_n == table.case_n)
        wanted = select(table.body).join_from(schema.search, schema.entrustments, same)
        found = self.connection.scalars(wanted.where(search.id_number == id_number)) if id_number else ()
        return self._entrustments(found)

    def _entrustments(self, bodies: Iterable[bytes]) -> list[Entrustment]:
        calendar = self.calendar()
        return [entrustment_from_bytes(body).counted_by(calendar) for body in bodies]

    def case_by_number(self, case_no: str) -> Case | None:
        """The case of an official number (办件编号)."""
        body = self.connection.scalar(select(schema.cases.c.body).where(schema.cases.c.case_no == case_no))
        return None if body is None else from_bytes(body)

    def cases(self, query: CaseQuery) -> list[Case]:
        """Cases that fit, newest receipt first."""
        table, filters = schema.cases.c, _filters(query)
        if words := query.text.strip():
            fitting = CaseSearch(self.connection, words, filters).newest(query.limit, query.offset)
            known = self.cases_of(fitting)
            return [known[case] for case in fitting]
        wanted = select(table.body).where(*filters)
        wanted = wanted.order_by(table.received_ms.desc(), table.case_device.desc(), table.case_n.desc())
        return self._found(wanted.limit(query.limit).offset(query.offset))

    def count_cases(self, query: CaseQuery) -> int:
        """How many cases fit, whatever the limit."""
        if words := query.text.strip():
            return CaseSearch(self.connection, words, _filters(query)).count()
        wanted = select(func.count()).select_from(schema.cases).where(*_filters(query))
        return int(self.connection.scalar(wanted) or 0)

    def holders(self) -> list[str]:
        """Whoever has the baton of a case, each once."""
        table, found = schema.cases.c, list[str]()
        first = select(func.min(table.holder))
        holder = self.connection.scalar(first)
        while holder is not None:
            found.append(str(holder))
            holder = self.connection.scalar(first.where(table.holder > holder))
        return found

    def counts_by_item(self, since: date) -> dict[str, int]:
        """How many cases of each item were received since that day."""
        return {row.item: row.n for row in self.connection.exec_driver_sql(_BY_ITEM, (since.isoformat(),))}

    def hits(self, words: str, limit: int) -> list[Hit]:
        """The newest cases that words fit, as `cases` finds them, without their bodies."""
        fitting, table = CaseSearch(self.connection, words.strip(), []).newest(limit, 0), schema.search.c
        here = many_rows.of_cases(self.connection, select(schema.search), table, fitting)
        by_case = {CaseId(row.case_device, row.case_n): row for row in here}
        found = [(case, by_case[case]) for case in fitting]
        return [Hit(case, row.name, row.initials, row.id_number, row.phone) for case, row in found]

    def count_of_person(self, id_number: str) -> int:
        """How many cases and entrustments the person with this number has."""
        wanted = select(func.count()).select_from(schema.search).where(schema.search.c.id_number == id_number)
        return int(self.connection.scalar(wanted) or 0) if id_number else 0

    def nearest_due(self) -> date | None:
        """The day on which the first running clock of all open cases ends, None where none runs."""
        table = schema.cases.c
        day = self.connection.scalar(select(func.min(table.due)).where(table.open.is_(True)))
        return None if day in (None, dossier_rows.NO_DUTY) else date.fromisoformat(str(day))

    def cases_of_person(self, id_number: str) -> list[Case]:
        """The cases whose applicant has this number, as stored; in no order."""
        table, search = schema.cases.c, schema.search.c
        same = and_(search.case_device == table.case_device, search.case_n == table.case_n)
        wanted = select(table.body).join_from(schema.search, schema.cases, same)
        return self._found(wanted.where(search.id_number == id_number)) if id_number else []

    def cases_of(self, cases: Collection[CaseId]) -> dict[CaseId, Case]:
        """The cases of these ids, as far as this station knows them."""
        table = schema.cases.c
        keys = [(case.device, case.n) for case in cases]
        found: list[Case] = []
        for at in range(0, len(keys), _MOST_KEYS):
            some = tuple_(table.case_device, table.case_n).in_(keys[at : at + _MOST_KEYS])
            found += self._found(select(table.body).where(some))
        return {case.id: case for case in found}

    def cases_in_need(self, due_until: date) -> list[Case]:
        """Cases with a clock that ends by then, a result on its way, corrections in, a bad rating; nearest first."""
        table = schema.cases.c
        is_due = and_(table.open.is_(True), table.due <= due_until.isoformat())
        wanted = (is_due, table.state.in_(_TO_LOOK_AT), table.complaints > 0)
        found = {case.id: case for which in wanted for case in self._found(select(table.body).where(which))}
        return sorted(found.values(), key=lambda case: (dossier_rows.nearest_day(case), case.received_at_ms))

    def cases_touched(self, since_ms: int) -> list[Case]:
        """Cases received or changed since then."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.changed_ms >= since_ms))

    def cases_with_open_paper(self) -> list[Case]:
        """Cases with a notice that was issued and not yet printed."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.unprinted > 0).order_by(table.received_ms))

    def cases_with_temporary_numbers(self) -> list[Case]:
        """Own cases with a paper that was issued under a temporary number, whether it has its final one or not."""
        if not self.connection.scalar(select(func.count()).select_from(schema.temporary_numbers)):
            return []
        table = schema.cases.c
        holds = func.instr(table.body, TEMPORARY_SIGN.encode()) > 0  # rare: no index is worth its upkeep
        ours = table.case_device.in_(self._own_devices())
        return self._found(select(table.body).where(ours, holds).order_by(table.case_n))

    def cases_moved(self) -> list[Case]:
        """Cases with a clock that a later calendar counts otherwise, oldest receipt first."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.moved > 0).order_by(table.received_ms))

    def cases_told_too_late(self) -> list[Case]:
        """Cases whose paper names a day that is too late by a calendar that came after it."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.alarms > 0).order_by(table.received_ms))

    def cases_held(self) -> list[Case]:
        """Open cases whose baton this device has; the one received first comes first."""
        table = schema.cases.c
        held = (table.open == 1, table.holder == self.device())
        return self._found(select(table.body).where(*held).order_by(table.received_ms, table.case_n))

    def cases_asked(self) -> list[Case]:
        """Cases in which a second person is asked, or has answered and nothing was done with it yet."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.asked == 1).order_by(table.received_ms))

    def case_of_voucher(self, voucher: str) -> CaseId | None:
        """The case that was paid for with that voucher."""
        table = schema.cases.c
        paid = select(table.case_device, table.case_n).where(table.voucher == voucher, table.voucher != "")
        row = self.connection.execute(paid).first()
        return None if row is None else CaseId(row.case_device, row.case_n)

    def events_of(self, case: CaseId) -> list[Event]:
        """The events of a case in the order that holds."""
        return list(projections.case_history(self.connection, case))

    def events_known_at(self, case: CaseId, last: EventId) -> list[Event]:
        """The case's events as they were known where this one was written, which is the last of them."""
        return list(projections.case_history(self.connection, case, self._seen_at(last), last))

    def _seen_at(self, last: EventId) -> int:
        """How far the feed had come where the event was written: its own place, if it is another's."""
        if last.device in self._own_devices():
            [issuing] = journal.read(self.connection, last.device, last.seq - 1, 1)
            return number_of(issuing.data, "seen") if "seen" in issuing.data else 0
        places = schema.case_events.c
        of_last = and_(places.device == last.device, places.seq == last.seq)
        return int(self.connection.execute(select(places.feed_n).where(of_last)).scalar_one())

    def calendar(self) -> WorkingCalendar:
        """The newest calendar known here: the shipped one with all that arrived."""
        return calendars.newest(self.connection)

    def calendar_known_at(self, last: EventId) -> WorkingCalendar:
        """The calendar that was known where this event was written."""
        return calendars.known_at(self.connection, self.device(), self._seen_at(last), last)

    def _found(self, wanted: Select[Any]) -> list[Case]:
        return [from_bytes(row.body) for row in unhurried(self.connection.execute(wanted))]


def _filters(query: CaseQuery) -> list[ColumnElement[bool]]:
    """What the query asks for beside its words."""
    table = schema.cases.c
    asked: list[ColumnElement[bool]] = []
    if query.states:
        asked.append(table.state.in_([state.value for state in query.states]))
    if query.item:
        asked.append(table.item == query.item)
    if query.received_from:
        asked.append(table.received_on >= query.received_from.isoformat())
    if query.holders is not None:
        asked.append(table.holder.in_(sorted(query.holders)))
    if query.received_to:
        asked.append(table.received_on <= query.received_to.isoformat())
    return asked


def _matches(text: str) -> ColumnElement[bool]:
    """Of an entrustment (there are few, so each is looked at): names, initials and numbers that contain the words; id
    numbers and phones by their end."""
    words = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    table = schema.search.c
    found = or_(
        table.name.like(f"%{words}%", escape="\\"),
        table.initials.like(f"%{words.lower()}%", escape="\\"),
        table.id_number.like(f"%{words.upper()}", escape="\\"),
        table.phone.like(f"%{words}", escape="\\"),
        table.local_no.like(f"%{words.upper()}%", escape="\\"),
        table.case_no.like(f"%{words.upper()}%", escape="\\"),
        table.query_code == text,
    )
    its_case = schema.entrustments.c
    return exists().where(table.case_device == its_case.case_device, table.case_n == its_case.case_n, found)
