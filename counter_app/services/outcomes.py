"""现在办，会怎样: what each outcome of an intake would bring, before a key is pressed (desktop design section 7)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from counter_app.domain.agent_job import agent_clock
from counter_app.domain.case import Case, IssuedNotice, StoredFile
from counter_app.domain.clocks import Clock, start_clock
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import ClockReading, Event
from counter_app.domain.fold import apply
from counter_app.domain.identifiers import EventId
from counter_app.domain.moments import local_date
from counter_app.domain.moves import Plan, plan, possibilities, started_clocks
from counter_app.domain.notice import NoticeKind, format_number
from counter_app.domain.people import Person
from counter_app.domain.scene import Scene, circumstances
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, CaseState, ClockCode, transition
from counter_app.domain.wire_values import rows_of
from counter_app.services.desk import Desk
from counter_app.services.entrusting import agent_days
from counter_app.services.entrustment_facts import agent_paper_data
from counter_app.services.intake import Intake, may_receive, takes_as_agent
from counter_app.services.line_values import Line
from counter_app.services.notice_facts import Issued, notice_data
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading
from counter_app.services.signed_codes import code_note
from forms.notice_templates import bundled_templates
from resources.texts import paper_text

OUTCOMES = ("accept", "receive", "correct", "not_required", "refuse")
_ACTIONS = {
    "accept": Action.ACCEPT,
    "correct": Action.CORRECT,
    "not_required": Action.NOT_REQUIRED,
    "refuse": Action.REFUSE,
}
_RECEIPT = ("N01",)
_RECEIVE = "receive"
_BY_AGENT = (NoticeKind.HANDOVER_LIST, NoticeKind.ENTRUSTMENT)
_SCANNED = StoredFile(b"", 0, "")  # stands for the scans of a row, which are read when it is taken in


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

    blocked says why it cannot be done (None: it can, once it is given what only
    the act itself is asked for: gaps, a reason, the competent agency);
    missing_fields and missing_materials are ids of the item for links to the
    places to fill in. as_agent: the papers would be taken for the applicant and carried to a window (代办).
    decided_next: this person decides the case too, as soon as it is accepted (即办件).
    """

    name: str
    blocked: CounterError | None
    papers: tuple[PaperPreview, ...] = ()
    clocks: tuple[Clock, ...] = ()
    missing_fields: tuple[str, ...] = field(default=())
    missing_materials: tuple[str, ...] = field(default=())
    as_agent: bool = False
    decided_next: bool = False

    @property
    def words(self) -> str:
        """The name by which people know it here."""
        return "entrust" if self.as_agent else "finish" if self.decided_next else self.name


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper as it would be printed; pdf is not kept. copies counts sheets for everybody together."""

    kind: NoticeKind
    title: str
    number: str
    temporary: bool
    copies: int
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """What an outcome would do, to be looked at before the key that does it.

    case is the case as it would be, with its running clocks; sheets are its papers, the receipt
    first. clock_offset_ms is hall time minus this machine's, None if it was never measured.
    """

    case: Case
    sheets: tuple[Sheet, ...]
    clock_offset_ms: int | None


class _TakenBack(Exception):
    """Ends a transaction of which nothing is to stay."""


class Outcomes:
    """Previews of the outcomes of an application being typed."""

    def __init__(self, desk: Desk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake
        self._papers = Papers(desk)

    def of(self, person: Person, item: ServiceItem, line: Line) -> list[Outcome]:
        """Every outcome, in the order of the panel. An incomplete line is normal here and raises nothing."""
        case = self._intake.would_be(person, item, line)
        with self._desk.store.read() as reading:
            return [self._outcome(reading, person, item, case, name) for name in OUTCOMES]

    def preview(self, person: Person, item: ServiceItem, line: Line, outcome: str) -> Preview:
        """The papers of an outcome with the numbers that would be next; nothing is stored, no number is taken.

        Raises what taking the line in would raise after its schema was checked: MoveNotAllowed,
        InvalidInput, and CounterError `glyph_missing`, `agency_data_missing`, `agency_unknown`.
        """
        from forms.rendering.render import render_notice

        if outcome == _RECEIVE and self._is_agent(person, item):
            return self._preview_of_agent(person, item, line)
        case, issuing, offset = self._decided(person, item, line, outcome)
        with self._desk.store.read() as reading:
            station, templates = reading.profile(), reading.notice_templates()
        sheets = []
        for notice, event in zip(case.notices, issuing, strict=True):
            data = notice_data(case, notice, Issued(event, event), item, station)
            kind = NoticeKind(notice.kind)
            data = replace(data, code_note=code_note(kind))
            pdf = render_notice(kind, int(notice.template), data.to_mapping(), templates)
            title = kind.facts.title_for(item.is_licence)
            sheets.append(Sheet(kind, title, notice.number, notice.temporary, kind.facts.copies, pdf))
        return Preview(case, tuple(sheets), offset)

    def _is_agent(self, person: Person, item: ServiceItem) -> bool:
        with self._desk.store.read() as reading:
            return takes_as_agent(self._desk.scene(reading, person, item))

    def _preview_of_agent(self, person: Person, item: ServiceItem, line: Line) -> Preview:
        """Deed and receipt as they would be: written, and taken back before anything is durable."""
        from forms.rendering.render import render_notice

        bare = self._intake.would_be(person, item, line)
        try:
            with self._desk.store.write() as writing:
                whole, job = self._intake.entrusting.write(writing, person, item, line, {})
                events, station = writing.events_of(whole.id), writing.profile()
                templates = writing.notice_templates()
                offset = writing.link().offset_ms
                raise _TakenBack
        except _TakenBack:
            pass
        sheets = []
        for notice in reversed(self._intake.entrusting.issued(whole, job)):
            issuing = next(event for event in events if event.id == notice.event)
            data = agent_paper_data(whole, notice, issuing, station, self._desk.item_of_job)
            kind = NoticeKind(notice.kind)
            pdf = render_notice(kind, int(notice.template), data.to_mapping(), templates)
            sheets.append(Sheet(kind, kind.facts.title, notice.number, False, kind.facts.copies, pdf))
        clocks = (job.clock,) if job.clock is not None else ()
        return Preview(replace(bare, id=whole.id, clocks=clocks), tuple(sheets), offset)

    def _decided(
        self, person: Person, item: ServiceItem, line: Line, outcome: str
    ) -> tuple[Case, list[Event], int | None]:
        """The case as it would be, and the event that would have issued each of its notices."""
        bare = self._intake.would_be(person, item, line)
        action = _ACTIONS.get(outcome)
        with self._desk.store.write() as writing:  # only a writer is told what comes next; nothing is written
            scene = self._desk.scene(writing, person, item)
            number = writing.next_case()
            offset = writing.link().offset_ms
            planned: Plan | None = plan(bare, action, line, scene) if action is not None else None
            received = self._papers.issue(writing, _RECEIPT, item, scene.today)
            decided = self._papers.issue(writing, planned.papers if planned else (), item, scene.today)
        clock = ClockReading(scene.now_ms, "-", 0, offset)
        event = Event(EventId(scene.device, 1), "received", 1, number, 0, clock, person.name, {}, received.private)
        receipts = tuple(
            IssuedNotice(str(row["kind"]), str(row["number"]), str(row["template"]), event.id, scene.now_ms)
            for row in rows_of(received.data, "notices")
        )
        materials = tuple(
            replace(taken, files=(_SCANNED,) if row.get("files") else ())
            for taken, row in zip(bare.materials, rows_of(line, "materials"), strict=True)
        )
        query_code = paper_text("paper.preview.query_code")
        case = replace(bare, id=number, materials=materials, notices=receipts, query_code=query_code)
        if planned is None:
            return case, [event] * len(receipts), offset
        data, private = {**planned.data, **decided.data}, {**planned.private, **decided.private}
        second = replace(event, id=EventId(scene.device, 2), kind=planned.row.event_kind, data=data, private=private)
        issuing = [event] * len(receipts) + [second] * len(rows_of(decided.data, "notices"))
        return apply(case, second), issuing, offset

    def _outcome(self, reading: Reading, person: Person, item: ServiceItem, case: Case, name: str) -> Outcome:
        given = circumstances(case)
        fields = tuple(row.id for row in item.missing_fields(given))
        taken = {material.id for material in case.materials}
        materials = tuple(rule.id for rule in item.required_materials(given) if rule.id not in taken)
        scene = self._desk.scene(reading, person, item)
        action = _ACTIONS.get(name)
        row = transition(CaseState.RECEIVED, action) if action else transition(CaseState.DRAFT, Action.RECEIVE)
        assert row is not None, "the outcomes are rows of the table"
        blocked = _who_is_missing(case)
        if blocked is None and fields and name == "accept":
            blocked = CounterError("fields_missing", count=len(fields))
        if name == _RECEIVE and takes_as_agent(scene):
            clock = agent_clock(local_date(case.received_at_ms), agent_days(reading), reading.calendar())
            deed = tuple(self._paper(reading, kind, item) for kind in _BY_AGENT)
            return Outcome(name, blocked, deed, (clock,), fields, materials, as_agent=True)
        blocked = blocked or _why_not(case, action, scene)
        kinds = row.papers if action is None else (*_RECEIPT, *row.papers)
        if action is None:
            check = start_clock(
                ClockCode.CHECK, item.limits.check, local_date(case.received_at_ms), self._desk.calendar
            )
            clocks: tuple[Clock, ...] = (check,)
        else:
            clocks = started_clocks(row, item, scene, local_date(case.received_at_ms))
        papers = tuple(self._paper(reading, kind, item) for kind in bundled_templates().printable(kinds))
        decided_next = action is Action.ACCEPT and _can_grant(case, scene)
        return Outcome(name, blocked, papers, clocks, fields, materials, decided_next=decided_next)

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
        number = format_number(agency, kind, year, n, is_licence=item.is_licence)
        return PaperPreview(kind, title, number, temporary=False)


def _why_not(case: Case, action: Action | None, scene: Scene) -> CounterError | None:
    if action is not None:
        return next(way.why_not for way in possibilities(case, scene) if way.action is action)
    try:
        may_receive(scene)
    except MoveNotAllowed as error:
        return error
    return None


def _can_grant(case: Case, scene: Scene) -> bool:
    """Whether the same person may grant it once it is accepted (domain 2.4, ruleInstant)."""
    return _why_not(replace(case, state=CaseState.ACCEPTED), Action.GRANT, scene) is None


def _who_is_missing(case: Case) -> CounterError | None:
    if not case.applicant.name or not case.applicant.id_number:
        return CounterError("applicant_missing")
    if not case.materials:
        return CounterError("no_material_marked")
    return None
