"""The export for the provincial hub: rows of a period's cases, checked, what cannot go listed, everything counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from counter_app.domain.case import Case
from counter_app.domain.endings import ending_kinds
from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.skipped import skipped_in
from resources.codes import Codes
from sync.hall import calendars, cases, places
from sync.hall.home import shipped_items
from sync.hall.up_pro.checks import Fault, Outcome, faults_of
from sync.hall.up_pro.rows import ACCEPT, MATERIAL, PROCESS, RESULT, Draft, Told, drafts_of
from sync.hall.up_pro.tables import Table, Value, tables

_DECIDED = frozenset({"granted", "denied"})
_NOT_ACCEPTED = frozenset({"not_required", "refused"})
_PUT_BACK = frozenset({"returned", "given_up"})


@dataclass(frozen=True, slots=True)
class Hub:
    """What the hub on the other side is like. three_bytes: its utf8 ends with U+FFFF; data_source: our code there."""

    codes: Codes
    three_bytes: bool = True
    data_source: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A row and what was found in it."""

    draft: Draft
    project_no: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Check:
    """One figure, counted twice: from the cases as the ledgers count them, and from the rows."""

    code: str
    by_ledger: int
    by_rows: int

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return self.by_ledger == self.by_rows


@dataclass
class Export:
    """rows by table, each with all columns that have a value. made counts all drafts, by table."""

    batch: str
    rows: dict[str, list[Mapping[str, Value]]]
    found: list[Found] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)

    def lost(self, table: str, outcome: Outcome) -> int:
        """How many of its rows had this outcome."""
        return len({one.draft.row_guid for one in self.found if one.draft.table == table and _is(one, outcome)})

    @property
    def checks(self) -> list[Check]:
        """The reconciliation with the ledger (specs domain 11.1, 11.4), before anything was rejected."""
        by_table: dict[str, tuple[str, frozenset[str]]] = {
            "received": (PROCESS, frozenset({"received"})),
            "accepted": (ACCEPT, frozenset({"accepted"})),
            "decided": (RESULT, _DECIDED),
            "not_accepted": (PROCESS, _NOT_ACCEPTED),
            "put_back": (RESULT, _PUT_BACK),
            "withdrawn": (RESULT, frozenset({"withdrawn"})),
            "voided": (RESULT, frozenset({"voided"})),
            "materials": (MATERIAL, frozenset({MATERIAL})),
        }
        return [
            Check(code, self.cases[code], sum(self.kinds[table, kind] for kind in kinds))
            for code, (table, kinds) in by_table.items()
        ]

    @property
    def adds_up(self) -> bool:
        """Whether every figure agrees and no row is without an explanation."""
        explained = all(
            self.made[name] == len(rows) + sum(self.lost(name, outcome) for outcome in Outcome if _keeps_out(outcome))
            for name, rows in self.rows.items()
        )
        return explained and all(check.agrees for check in self.checks)


def export(conn: Connection, first: date, last: date, hub: Hub, made: datetime) -> Export:
    """The rows of the cases received from first to last (both inclusive), in China. InvalidInput `export_period`."""
    if last < first:
        raise InvalidInput("export_period", first=first, last=last)
    batch = f"{made:%Y%m%d%H%M%S}"
    done = Export(batch, {table.name: [] for table in tables()})
    common: dict[str, Value] = {
        "cd_operation": hub.codes.code("sync_kind", "new"),
        "cd_time": made.replace(tzinfo=None, microsecond=0),
        "cd_batch": batch,
        "data_source": hub.data_source or None,
    }
    agencies: dict[str, Agency | None] = {}
    calendar = calendars.newest(conn)
    wanted = [case for case in cases.listed(conn) if first <= local_date(case.received_at_ms) <= last]
    for case in reversed(wanted):
        if case.continued_by:
            done.cases["continued"] += 1  # counted with the case that goes on with it
            continue
        case = case.counted_by(calendar)
        _count(done, case)
        if case.item.agency not in agencies:
            agencies[case.item.agency] = _agency(conn, case.item.agency)
        told = Told(case, _history(conn, case.id), _item(case), agencies[case.item.agency], hub.codes)
        project_no = case.case_no or str(case.id)
        _put(done, [*drafts_of(told)], {**common, "project_no": project_no}, hub)
    return done


def _count(done: Export, case: Case) -> None:
    """As the counter's ledger counts it, from the case as its events have made it."""
    kinds = ending_kinds(case)
    done.cases.update(
        {
            "received": 1,
            "accepted": int(case.accepted_at_ms is not None),
            "decided": int(kinds <= _DECIDED and bool(kinds)),
            "not_accepted": int(kinds <= _NOT_ACCEPTED and bool(kinds)),
            "put_back": int(kinds == _PUT_BACK),
            "withdrawn": int("withdrawn" in kinds),
            "voided": int("voided" in kinds),
            "materials": len(case.materials),
        }
    )


def _put(done: Export, drafts: Sequence[Draft], common: Mapping[str, Value], hub: Hub) -> None:
    """The rows of one case. Where its acceptance cannot go, nothing of it does (specs domain 9.9: order of a case)."""
    by_name = {table.name: table for table in tables()}
    is_held = False
    for draft in drafts:
        row = {**common, "row_guid": draft.row_guid, **draft.values}
        faults = list(_faults(by_name[draft.table], draft, row, hub))
        rejected = any(_keeps_out(fault.outcome) for fault in faults)
        if is_held and not rejected:
            faults, rejected = [Fault("", "accept_missing", Outcome.HELD)], True
        is_held = is_held or (rejected and draft.table == ACCEPT)
        done.made[draft.table] += 1
        done.kinds[draft.table, draft.kind] += 1
        done.found += [Found(draft, str(common["project_no"]), fault) for fault in faults]
        if not rejected:
            done.rows[draft.table].append(row)


def _faults(table: Table, draft: Draft, row: Mapping[str, Value], hub: Hub) -> Iterator[Fault]:
    for column, code in (draft.left_out or {}).items():
        yield Fault(column, code, Outcome.LEFT_EMPTY)
    if draft.unfinished:
        yield Fault("end_time", "not_ended", Outcome.UNFINISHED)
        return
    yield from faults_of(table, row, hub.codes, three_bytes=hub.three_bytes)


def _keeps_out(outcome: Outcome) -> bool:
    return outcome is not Outcome.LEFT_EMPTY


def _is(found: Found, outcome: Outcome) -> bool:
    return found.fault.outcome is outcome


def _history(conn: Connection, case: CaseId) -> list[Event]:
    """What counts of its events: neither late nor skipped."""
    history = cases.history(conn, case)
    skipped = skipped_in(event for event, _ in history)
    return [event for event, late in history if not late and event.id not in skipped]


def _item(case: Case) -> ServiceItem | None:
    try:
        return shipped_items().get(case.item.code, case.item.version)
    except NotFound:
        return None  # the row is rejected for what is missing, and listed


def _agency(conn: Connection, code: str) -> Agency | None:
    try:
        return places.agency(conn, code)
    except NotFound:
        return None


def made_at(now_ms: int) -> datetime:
    """The moment of an export, as its rows bear it."""
    return local_time(now_ms)


def row_counts(done: Export) -> Iterable[Mapping[str, object]]:
    """Of each table: how many rows there are, and what became of them."""
    for name, rows in done.rows.items():
        yield {
            "table": name,
            "made": done.made[name],
            "written": len(rows),
            **{outcome.value: done.lost(name, outcome) for outcome in Outcome},
        }
