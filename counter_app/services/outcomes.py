"""现在办，会怎样: what each outcome of an intake would bring, before a key is pressed (desktop design section 7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock, start_clock
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.moves import plan, started_clocks
from counter_app.domain.notice import NoticeKind, NumberStyle, format_number
from counter_app.domain.people import Person
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, CaseState, ClockCode, transition
from counter_app.services.desk import Desk
from counter_app.services.intake import Intake, Line
from counter_app.services.papers import printable
from counter_app.services.ports import Reading

OUTCOMES = ("accept", "receive", "correct", "not_required", "refuse")
_ACTIONS = {
    "accept": Action.ACCEPT,
    "correct": Action.CORRECT,
    "not_required": Action.NOT_REQUIRED,
    "refuse": Action.REFUSE,
}


@dataclass(frozen=True, slots=True)
class PaperPreview:
    """A paper that the outcome would issue; number is the next of the block, empty if it carries the case's own."""

    kind: NoticeKind
    title: str
    number: str
    temporary: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One block of the consequence panel.

    blocked says why it cannot be done (None: it can); missing_fields and
    missing_materials are ids of the item for links to the places to fill in.
    """

    name: str
    blocked: CounterError | None
    papers: tuple[PaperPreview, ...] = ()
    clocks: tuple[Clock, ...] = ()
    missing_fields: tuple[str, ...] = field(default=())
    missing_materials: tuple[str, ...] = field(default=())


class Outcomes:
    """Previews of the outcomes of an application being typed."""

    def __init__(self, desk: Desk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake

    def of(self, person: Person, item: ServiceItem, line: Line) -> list[Outcome]:
        """Every outcome, in the order of the panel. An incomplete line is normal here and raises nothing."""
        case = self._intake.would_be(person, item, line)
        with self._desk.store.read() as reading:
            return [self._outcome(reading, person, item, case, line, name) for name in OUTCOMES]

    def _outcome(
        self, reading: Reading, person: Person, item: ServiceItem, case: Case, line: Line, name: str
    ) -> Outcome:
        given = circumstances(case)
        fields = tuple(row.id for row in item.missing_fields(given))
        taken = {material.id for material in case.materials}
        materials = tuple(rule.id for rule in item.required_materials(given) if rule.id not in taken)
        scene = self._desk.scene(reading, person, item)
        blocked = _who_is_missing(case) or (CounterError("fields_missing", count=len(fields)) if fields else None)
        action = _ACTIONS.get(name)
        row = transition(CaseState.RECEIVED, action) if action else transition(CaseState.DRAFT, Action.RECEIVE)
        assert row is not None, "the outcomes are rows of the table"
        if action is not None and blocked is None:
            try:
                plan(case, action, line, scene)
            except CounterError as error:
                blocked = error
        kinds = row.papers if action is None else ("N01", *row.papers)
        if action is None:
            check = start_clock(
                ClockCode.CHECK, item.limits.check, local_date(case.received_at_ms), self._desk.calendar
            )
            clocks: tuple[Clock, ...] = (check,)
        else:
            clocks = started_clocks(row, item, scene, local_date(case.received_at_ms))
        papers = tuple(self._paper(reading, kind, item) for kind in printable(kinds))
        return Outcome(name, blocked, papers, clocks, fields, materials)

    def _paper(self, reading: Reading, kind: NoticeKind, item: ServiceItem) -> PaperPreview:
        facts, year = kind.facts, self._desk.today().year
        title = facts.title_for(item.is_licence)
        agency = reading.profile().agencies.get(item.agency)
        if facts.series is None or agency is None:
            return PaperPreview(kind, title, "", temporary=False)
        n = next(
            (
                block.next
                for block in reading.blocks()
                if (block.agency, block.kind, block.year) == (item.agency, facts.series.value, year) and block.left
            ),
            None,
        )
        if n is None:
            return PaperPreview(kind, title, "", temporary=True)
        number = format_number(agency, kind, year, n, NumberStyle.OFFICIAL, is_licence=item.is_licence)
        return PaperPreview(kind, title, number, temporary=False)


def _who_is_missing(case: Case) -> CounterError | None:
    if not case.applicant.name or not case.applicant.id_number:
        return CounterError("applicant_missing")
    if not case.materials:
        return CounterError("no_material_marked")
    return None
