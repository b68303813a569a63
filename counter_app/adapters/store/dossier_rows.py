"""Cases and entrustments as the store keeps them: their rows, their search words, and the count by a newer calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from counter_app.adapters.store import calendars, rows, schema, search_keys
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes, to_bytes
from counter_app.adapters.store.initials import initials_of
from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date

NO_DUTY = "9999-12-31"
_RECOUNTED = ("due", "reach", "moved", "alarms", "body")  # columns that a calendar may change


def load_case(connection: Connection, case: CaseId) -> Case | None:
    """The case as projected."""
    table = schema.cases.c
    body = connection.scalar(
        select(table.body).where(table.case_device == case.device, table.case_n == case.n)
    )
    return None if body is None else from_bytes(body)


def load_entrustment(connection: Connection, case: CaseId) -> Entrustment | None:
    """The entrustment as projected."""
    table = schema.entrustments.c
    body = connection.scalar(select(table.body).where(table.case_device == case.device, table.case_n == case.n))
    return None if body is None else entrustment_from_bytes(body)


def load_dossier(connection: Connection, case: CaseId) -> Dossier | None:
    """The case or the entrustment of this number."""
    return load_case(connection, case) or load_entrustment(connection, case)


def load_dossiers(connection: Connection, cases: Iterable[CaseId]) -> dict[CaseId, Dossier]:
    """The cases and entrustments of these numbers, as far as they are here."""
    wanted, found = list(cases), {}
    for table, opened in ((schema.cases.c, from_bytes), (schema.entrustments.c, entrustment_from_bytes)):
        query = select(table.case_device, table.case_n, table.body)
        for row in rows.of_cases(connection, query, table, wanted):
            found[CaseId(row.case_device, row.case_n)] = opened(row.body)
    return found


def save_dossiers(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """Write their rows and search words, a case's clocks counted by the newest calendar. An erased one has no files
    any more. The clocks of an entrustment are counted when it is read: nothing is selected by them."""
    calendar = calendars.newest(connection)
    entrusted = [made for made in dossiers if isinstance(made, Entrustment)]
    cases = [made.counted_by(calendar) for made in dossiers if isinstance(made, Case)]
    rows.put(connection, schema.entrustments, [_entrustment_row(made) for made in entrusted])
    rows.put(connection, schema.search, [search_row(made) for made in entrusted])
    search_keys.put(connection, [(search_row(case), case.received_at_ms) for case in cases])
    rows.put(connection, schema.cases, [case_row(case) for case in cases])
    for erased in (made.id for made in dossiers if made.erased):
        files = schema.case_files.c
        of_case = and_(files.case_device == erased.device, files.case_n == erased.n)
        connection.execute(delete(schema.case_files).where(of_case))


def recount_some(connection: Connection, limit: int) -> bool:
    """Count some of the cases again that a calendar may have moved; whether there may be more."""
    calendar, moved = calendars.newest(connection), []
    for body in calendars.cases_to_recount(connection, limit):
        before = from_bytes(body)
        case = before.counted_by(calendar)
        if case is not before:
            row = case_row(case)
            changes = {f"new_{name}": row[name] for name in _RECOUNTED}
            moved.append({"device": case.id.device, "n": case.id.n, **changes})
    if moved:
        table = schema.cases.c
        its_row = and_(table.case_device == bindparam("device"), table.case_n == bindparam("n"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _RECOUNTED}
        connection.execute(update(schema.cases).where(its_row).values(values), moved)
    return calendars.any_to_recount(connection)


def nearest_day(case: Case) -> str:
    """The day on which the first running clock of the case ends, NO_DUTY if none runs."""
    return min((clock.due.isoformat() for clock in case.clocks if clock.runs), default=NO_DUTY)


def case_row(case: Case) -> dict[str, Any]:
    """The columns of a case that lists sort and select by, and its body."""
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "case_no": case.case_no,
        "state": case.state.value,
        "open": case.is_open,
        "item": case.item.code,
        "opened_by": case.opened_by,
        "received_on": local_date(case.received_at_ms).isoformat(),
        "received_ms": case.received_at_ms,
        "changed_ms": case.changed_at_ms,
        "due": nearest_day(case),
        "unprinted": len(case.unprinted),
        "asked": case.asked is not None,
        "reach": max((clock.due.isoformat() for clock in case.clocks), default=""),
        "moved": sum(clock.told is not None for clock in case.clocks),
        "alarms": sum(clock.told_too_late for clock in case.clocks),
        "body": to_bytes(case),
        "complaints": sum(rating.waits for rating in case.ratings),
        "holder": case.holder,
        "voucher": case.payment.voucher if case.payment else "",
    }


def _entrustment_row(entrustment: Entrustment) -> dict[str, Any]:
    return {
        "case_device": entrustment.id.device,
        "case_n": entrustment.id.n,
        "open": entrustment.is_open,
        "changed_ms": entrustment.changed_at_ms,
        "unprinted": len(entrustment.unprinted),
        "body": to_bytes(entrustment),
    }


def search_row(case: Dossier) -> dict[str, Any]:
    """What a case or an entrustment is found by. A number that only its papers bear is looked up like initials."""
    printed_as = "" if isinstance(case, Entrustment) else case.printed_as
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "name": case.applicant.name,
        "initials": f"{initials_of(case.applicant.name)} {printed_as.lower()}".rstrip(),
        "id_number": case.applicant.id_number,
        "phone": case.applicant.phone,
        "local_no": str(case.id),
        "case_no": "" if isinstance(case, Entrustment) else case.case_no,
        "query_code": case.query_code,
        "papers": "" if isinstance(case, Entrustment) else "\n".join(_numbers_of_papers(case)),
    }


def _numbers_of_papers(case: Case) -> list[str]:
    """The numbers under which papers of the case went out, each once, whether they still hold or not."""
    issued = (number for paper in case.notices for number in (paper.number, paper.final_number))
    return sorted({number for number in (*issued, case.decision_no) if number})


def search_key_rows(case: Case) -> list[dict[str, Any]]:
    """The rows under which a case's words and numbers are looked up."""
    return search_keys.rows_of(search_row(case), case.received_at_ms)
