"""What the page of a case shows, read at once on the reading thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.beside import offered
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.clocks import Clock, Light, recount
from counter_app.domain.errors import NotFound
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date
from counter_app.domain.moves import Possibility, started_clocks
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene, as_claimed, circumstances
from counter_app.domain.second_person import MAY_AGREE, agreed_data, may_answer
from counter_app.domain.service_item import MaterialRule, ServiceItem
from counter_app.domain.states import OPEN_STATES, Action, CaseState, ClockCode, transition
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.acts import Acts
from counter_app.services.calendars import MovedClock
from counter_app.services.case_views import Cases, CaseView
from counter_app.services.claims import Claims
from counter_app.services.desk import Desk
from counter_app.services.people import People
from counter_app.services.seals import Seals
from counter_app.services.spoiling import can_be_spoiled
from forms.notice_templates import bundled_templates


@dataclass(frozen=True, slots=True)
class CaseServices:
    """What the page asks, for the person who is signed in."""

    person: Person
    desk: Desk
    cases: Cases
    acts: Acts
    device: str
    people: People
    claims: Claims
    seals: Seals


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock with what explains it.

    left: working days until due, negative when past; whole: working days of the period;
    was_due: the day it would have been without stops and extensions, None where there were none.
    moved: what a later calendar made of it, None where that changed no day.
    """

    clock: Clock
    light: Light
    left: int
    whole: int
    was_due: date | None
    moved: MovedClock | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action would bring: papers, and deadlines that begin."""

    papers: tuple[NoticeKind, ...]
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The content of the page. item is None if this machine no longer has the version of the case.

    beside: acts beside the state table that this person may do to the case now; spoilable: the papers that this
    person may spoil here; sealable: those that this person may put an electronic seal on here. seconds: who of this
    station may agree to an act that one person may not do alone; linked: the numbers of the cases that this one
    continues or is continued by, as far as they are known here; to_claim: it is claimed from the station's desk before
    it is moved here; claimed_to_print: so are these papers.
    """

    view: CaseView
    item: ServiceItem | None
    clocks: tuple[ClockLine, ...]
    possibilities: Sequence[Possibility]
    effects: dict[Action, Effect]
    materials: tuple[MaterialRule, ...]
    beside: tuple[str, ...]
    spoilable: frozenset[IssuedNotice]
    today: date
    device: str
    person: Person
    seconds: tuple[Person, ...] = ()
    linked: frozenset[str] = frozenset()
    to_claim: bool = False
    claimed_to_print: frozenset[IssuedNotice] = frozenset()
    sealable: frozenset[IssuedNotice] = frozenset()

    @property
    def is_deemed(self) -> bool:
        """Whether the check period is over without an answer: accepted by law, and to be confirmed (XKF 32(1)(4))."""
        check = self.case.clock(ClockCode.CHECK)
        return self.case.state is CaseState.RECEIVED and check is not None and check.due < self.today

    def needs_second(self, action: str) -> bool:
        """Whether a second person must agree to the act, and nobody has."""
        row = transition(self.case.state, Action(action)) if action in set(Action) else None
        return row is not None and row.second_person and agreed_data(self.case, row.action) is None

    @property
    def case(self) -> Case:
        """The case."""
        return self.view.case

    def possibility(self, action: Action) -> Possibility | None:
        """Whether an action may be done, None if the table does not know it."""
        return next((found for found in self.possibilities if found.action is action), None)

    def material_name(self, material: str) -> str:
        """The name of a material of the item, else its id."""
        rules = self.item.materials if self.item else ()
        return next((rule.name for rule in rules if rule.id == material), material)


def read_shown(services: CaseServices, number: str) -> Shown:
    """The case of a number. NotFound, InvalidInput as `found_case`."""
    view = services.cases.view(number)
    case, today = view.case, services.desk.today()
    lights, calendar = services.cases.lights(case), services.desk.calendar
    moved = {row.clock: row for row in view.moved if row.day_changed}
    item = _item(services.desk, case)
    possibilities = services.cases.possibilities(services.person, str(case.id)) if item else []
    return Shown(
        view=view,
        item=item,
        clocks=tuple(_clock_line(calendar, clock, lights[clock.code], today, moved) for clock in _listed(case)),
        possibilities=possibilities,
        effects=_effects(services, case, item, possibilities) if item else {},
        materials=item.shown_materials(circumstances(case)) if item else (),
        beside=_beside(services, case, item) if item else (),
        spoilable=_spoilable(services, case, item) if item and not case.erased else frozenset(),
        today=today,
        device=services.device,
        person=services.person,
        seconds=_seconds(services),
        linked=_linked(services.desk, case),
        to_claim=item is not None and services.claims.needed(services.person, str(case.id)),
        sealable=services.seals.sealable(services.person, case),
        claimed_to_print=frozenset(n for n in case.unprinted if services.claims.is_claimed_to_print(case, n)),
    )


def _seconds(services: CaseServices) -> tuple[Person, ...]:
    people = (Person(stored.name, stored.roles) for stored in services.people.all())
    return tuple(person for person in people if person.roles & MAY_AGREE and person.name != services.person.name)


def _linked(desk: Desk, case: Case) -> frozenset[str]:
    with desk.store.read() as reading:
        numbers = (number for number in (case.continues, case.continued_by) if number)
        return frozenset(number for number in numbers if reading.case(CaseId.parse(number)) is not None)


def _item(desk: Desk, case: Case) -> ServiceItem | None:
    try:
        return desk.item_of(case)
    except NotFound:
        return None


def _beside(services: CaseServices, case: Case, item: ServiceItem) -> tuple[str, ...]:
    """Papers and contact data may be added whoever has the case; only its holder hands it over."""
    own = case.asked is not None and case.asked.by == services.person.name  # taken back where it is said
    answers = ("answer",) if may_answer(case, services.person) and not own else ()
    if not services.person.roles & {Role.CLERK, Role.AGENT, Role.CHIEF}:
        return answers
    with services.desk.store.read() as reading:
        scene = services.desk.scene(reading, services.person, item)
    held_here = as_claimed(case, scene).holder == services.device and case.state in OPEN_STATES
    return (*answers, *offered(case, scene), "take_papers", "annotate", *(("hand_over",) if held_here else ()))


def _spoilable(services: CaseServices, case: Case, item: ServiceItem) -> frozenset[IssuedNotice]:
    with services.desk.store.read() as reading:
        entrusted = reading.profile().may_accept_for(item.agency)
    person, device = services.person, services.device
    return frozenset(n for n in case.notices if can_be_spoiled(case, n, person, device, entrusted=entrusted))


_ORDER = (ClockCode.CHECK, ClockCode.FIX, ClockCode.PROMISE, ClockCode.STATUTORY, ClockCode.SERVE)


def _listed(case: Case) -> list[Clock]:
    """Running clocks first, each in the order of the law."""
    place = {code: n for n, code in enumerate(_ORDER)}
    return sorted(case.clocks, key=lambda clock: (not clock.runs, place.get(clock.code, len(_ORDER))))


def _clock_line(
    calendar: WorkingCalendar, clock: Clock, light: Light, today: date, moved: Mapping[Clock, MovedClock]
) -> ClockLine:
    was_due = None
    if clock.stopped or clock.extended is not None:
        was_due = recount(replace(clock, stopped=(), extended=None), calendar).due
    until = min(today, clock.ended_on) if clock.ended_on else today
    whole = calendar.working_days_between(clock.start, clock.due)
    left = calendar.working_days_between(until, clock.due)
    return ClockLine(clock, light, left, whole, was_due, moved.get(clock))


def _effects(
    services: CaseServices, case: Case, item: ServiceItem, possibilities: Sequence[Possibility]
) -> dict[Action, Effect]:
    with services.desk.store.read() as reading:
        scene = services.desk.scene(reading, services.person, item)
    found = {}
    for possibility in possibilities:
        if possibility.why_not is None:
            found[possibility.action] = _effect(case, item, possibility.action, scene)
    return found


def _effect(case: Case, item: ServiceItem, action: Action, scene: Scene) -> Effect:
    row = transition(case.state, action)
    if row is None:
        return Effect((), ())
    clocks = started_clocks(row, item, scene, local_date(case.received_at_ms))
    return Effect(tuple(bundled_templates().printable(row.papers)), clocks)
