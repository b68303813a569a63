"""The one fold: a case and its next event give the case after it (sync design section 1).

Station and hall both use it; a rebuild is nothing but this over again. What it
cannot take is raised and never half applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields

from counter_app.domain import suspicion
from counter_app.domain.case import Applicant, Asked, Case, HearingTold, IssuedNotice
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fees import FeeList, Payment
from counter_app.domain.identifiers import HALL, MOST_CASES, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind, binds
from counter_app.domain.quick_replace import replace
from counter_app.domain.ratings import Level, Rating, Stage
from counter_app.domain.skipped import EXCEPTION_SETTLED, skipped_in
from counter_app.domain.states import (
    LIFECYCLE_KINDS,
    CaseState,
    ClockCode,
    Transition,
    transition_of_event,
)
from counter_app.domain.wire_values import (
    applicant_from_plain,
    clock_from_plain,
    date_of,
    fee_line_from_plain,
    gaps_from_plain,
    item_from_plain,
    map_of,
    material_from_plain,
    number_of,
    proxy_from_plain,
    rows_of,
    text_of,
    time_of,
)


class UnknownKind(CounterError):
    """An event of a kind or version that this program does not know: it waits for an upgrade."""


class Late(CounterError):
    """A lifecycle event of a device that no longer held the baton (sync design section 2)."""


class Misshapen(CounterError):
    """An event of a known kind whose content has not the shape of that kind."""


Effect = Callable[[Case, Event], Case]


def apply(case: Case | None, event: Event) -> Case:
    """The case after the event.

    An event whose private part was erased gives what its public part says. Raises UnknownKind,
    Late, Misshapen, MoveNotAllowed (`wrong_state`, `no_such_case`, `case_exists`).
    """
    if event.v != 1 or event.kind not in _EFFECTS:
        raise UnknownKind("unknown_kind", kind=event.kind, version=event.v)
    try:
        local_date(event.at_ms)
        return _applied(case, event)
    except (InvalidInput, ValueError, OverflowError, OSError) as fault:
        raise Misshapen("event_misshapen", device=event.id.device, seq=event.id.seq) from fault


def _applied(case: Case | None, event: Event) -> Case:
    if event.kind == "received":
        if case is not None:
            raise MoveNotAllowed("case_exists", case=str(case.id))
        return _counted(_received(event), event)
    if case is None:
        raise MoveNotAllowed("no_such_case", case=str(event.case))
    if event.kind in LIFECYCLE_KINDS or event.kind in _BATON_KINDS:
        _check_baton(case, event)
    if event.kind in LIFECYCLE_KINDS:
        row = transition_of_event(case.state, event.kind)
        if row is None:
            raise MoveNotAllowed("wrong_state", kind=event.kind, state=case.state.value)
        moved = _moved(case, row, event)
    else:
        moved = case
    return _counted(_EFFECTS[event.kind](moved, event), event)


@dataclass(frozen=True, slots=True)
class Folded:
    """What a history made: the case, None if nothing could be taken; and the first event that waits, with why."""

    case: Case | None
    waiting: Event | None = None
    why: CounterError | None = None


def fold_history(events: Iterable[Event], device: str) -> Folded:
    """The case that these events make for this device, in this order; nothing is raised.

    A late event changes nothing but leaves its papers, marked late. An event of others that
    cannot be taken waits, and their later ones behind it, as one exception of this case (sync
    design section 4). Own events go on as far as they can: what was done and printed here does
    not vanish from the screen because of what somebody else wrote. What a person at the hall has skipped
    is treated like a late event.
    """
    case: Case | None = None
    stopped: tuple[Event, CounterError] | None = None
    history = list(events)
    skipped = skipped_in(history)
    for event in history:
        is_own = event.id.device == device
        if stopped is not None and not is_own:
            continue
        if event.id in skipped:
            case = case if case is None else with_late(case, event)
            continue
        try:
            case = apply(case, event)
        except Late:
            assert case is not None, "only a case that is there has a holder"
            case = with_late(case, event)
        except CounterError as fault:
            if not is_own:
                stopped = event, fault
    return Folded(case, *stopped) if stopped else Folded(case)


def with_late(case: Case, event: Event) -> Case:
    """The case with a late event linked: its state stays, the papers that went out with it are kept in sight."""
    try:
        papers = _issued(event, late=True)
    except InvalidInput:
        papers = ()  # what cannot be read puts nothing in sight; the event itself is kept
    return _counted(replace(case, notices=case.notices + papers), event)


def late_line(events: Iterable[Event], device: str) -> Case | None:
    """The case as this device alone would have it, who held the baton left aside: for settling what came late."""
    case: Case | None = None
    for event in events:
        if event.id.device == device:
            of_its_own = case if case is None else replace(case, holder=device, epoch=event.epoch)
            with suppress(CounterError):
                case = apply(of_its_own, event)
    return case


def _check_baton(case: Case, event: Event) -> None:
    if event.epoch != case.epoch or case.holder not in (event.id.device, event.writer):
        if event.kind in _TAKING_KINDS and event.id.device == HALL and event.epoch == case.epoch:
            return  # a hall supervisor takes the baton from whoever has it
        raise Late("late", device=event.id.device, seq=event.id.seq, epoch=event.epoch, holder=case.holder)


def _counted(case: Case, event: Event) -> Case:
    erased = case.erased or event.private is None
    return replace(case, events=case.events + 1, changed_at_ms=max(case.changed_at_ms, event.at_ms), erased=erased)


def _received(event: Event) -> Case:
    if event.case is None or event.case.n > MOST_CASES:
        raise InvalidInput("value_misshapen", field="case")
    str(event.case)  # a device whose cases cannot be printed is none
    data, private = event.data, event.private or {}
    received_ms = number_of(data, "received_at")
    local_date(received_ms)
    case = Case(
        id=event.case,
        state=CaseState.RECEIVED,
        holder=event.id.device,
        epoch=event.epoch,
        station=text_of(data, "station"),
        item=item_from_plain(map_of(data, "item")),
        applicant=applicant_from_plain(map_of(private, "applicant")),
        query_code=text_of(private, "query_code"),
        channel=text_of(data, "channel"),
        opened_at_ms=event.at_ms,
        changed_at_ms=event.at_ms,
        received_at_ms=received_ms,
        opened_by=event.user,
        proxy=proxy_from_plain(map_of(private, "proxy")),
        situation=text_of(data, "situation"),
        fields=map_of(private, "fields"),
        materials=tuple(material_from_plain(row) for row in rows_of(data, "materials")),
        slip_no=text_of(private, "slip_no"),
        continues=text_of(data, "continues"),
        job=text_of(data, "job"),
        printed_as=str(event.origin.case) if event.origin and event.origin.case != event.case else "",
    )
    return _with_paper_and_clocks(case, event)


def _moved(case: Case, row: Transition, event: Event) -> Case:
    """State, baton, ended and started clocks, issued notices: what every row of the table has in common."""
    target = (case.left_state if row.resumes else row.target) or case.state
    ended_on = local_date(event.at_ms)
    clocks = tuple(
        replace(clock, ended_on=ended_on) if clock.is_open and clock.code in row.ends else clock
        for clock in case.clocks
    )
    if row.stops:
        since = date_of(event.data, "suspended_on")
        clocks = tuple(
            replace(clock, stopped_since=since) if clock.is_open and clock.code in row.stops else clock
            for clock in clocks
        )
    left = case.state if row.stops else (None if row.resumes else case.left_state)
    case = replace(case, state=target, clocks=clocks, left_state=left, asked=None)
    case = _with_paper_and_clocks(case, event)
    holder = text_of(event.data, "to")
    return replace(case, holder=holder, epoch=case.epoch + 1) if holder else case


def _with_paper_and_clocks(case: Case, event: Event) -> Case:
    new = suspicion.started((clock_from_plain(row) for row in rows_of(event.data, "clocks")), case.clocks, event)
    codes = {clock.code for clock in new}
    kept = [clock for clock in case.clocks if not (clock.is_open and clock.code in codes)]
    papers = _issued(event)
    suspects = suspicion.noted(case.suspects, event) if new or papers else case.suspects
    return replace(case, clocks=(*kept, *new), notices=case.notices + papers, suspects=suspects)


def _issued(event: Event, *, late: bool = False) -> tuple[IssuedNotice, ...]:
    """The papers that the event issued."""
    return tuple(
        IssuedNotice(
            kind=text_of(row, "kind"),
            number=text_of(row, "number"),
            template=text_of(row, "template"),
            event=event.id,
            at_ms=event.at_ms,
            temporary=bool(row.get("temporary")),
            epoch=event.epoch,
            late=late,
            origin=_origin(row),
            part=number_of(map_of(row, "origin"), "part") if "origin" in row else part,
        )
        for part, row in enumerate(rows_of(event.data, "notices"))
    )


def _origin(row: Mapping[str, object]) -> EventId | None:
    if "origin" not in row:
        return None
    origin = map_of(row, "origin")
    return EventId(text_of(origin, "device"), number_of(origin, "seq"))


def _accepted(case: Case, event: Event) -> Case:
    return replace(
        case,
        gaps=tuple(replace(gap, supplied=True) for gap in case.gaps),
        accepted_on=date_of(event.data, "accepted_on"),
        accepted_at_ms=event.at_ms,
        deemed=event.kind == "deem_accepted",
        tolerant=event.kind == "accepted_tolerantly",
    )


def _supplied_all(case: Case, event: Event) -> Case:
    return _with_materials(_accepted(case, event), event)


def _supplied_part(case: Case, event: Event) -> Case:
    names = {text_of(row, "id") for row in rows_of(event.data, "materials")}
    gaps = tuple(replace(gap, supplied=gap.supplied or gap.material in names) for gap in case.gaps)
    return _with_materials(replace(case, gaps=gaps), event)


def _papers_taken(case: Case, event: Event) -> Case:
    names = {text_of(row, "id") for row in rows_of(event.data, "materials")}
    gaps = tuple(replace(gap, handed_in=gap.handed_in or gap.material in names) for gap in case.gaps)
    return _with_materials(replace(case, gaps=gaps, notices=case.notices + _issued(event)), event)


def _with_materials(case: Case, event: Event) -> Case:
    """Later papers of a material stand beside the earlier ones: nothing that was taken in disappears."""
    more = tuple(material_from_plain(row) for row in rows_of(event.data, "materials"))
    return replace(case, materials=case.materials + more)


def _corrected(case: Case, event: Event) -> Case:
    gaps = gaps_from_plain(event.data, event.private or {})
    return replace(case, gaps=gaps, corrections=case.corrections + 1)


def _fixed_on_spot(case: Case, event: Event) -> Case:
    private = event.private or {}
    applicant = map_of(private, "applicant")
    changed = {field.name: text_of(applicant, field.name) for field in fields(Applicant) if field.name in applicant}
    return replace(
        case,
        applicant=replace(case.applicant, **changed),
        fields={**case.fields, **map_of(private, "fields")},
        situation=text_of(event.data, "situation") or case.situation,
    )


def _refused(case: Case, event: Event) -> Case:
    return replace(case, countersign_wanted=bool(event.data.get("countersign_wanted")))


def _decided(case: Case, event: Event) -> Case:
    return replace(
        case,
        decided_at_ms=event.at_ms,
        decision_no=text_of(event.data, "decision_no"),
        licence_no=text_of(event.data, "licence_no"),
        licence_name=text_of(event.private or {}, "licence_name"),
        outcome=event.kind,
    )


def _sent_out(case: Case, event: Event) -> Case:
    address = text_of(event.private or {}, "address")
    return replace(
        case,
        way=text_of(event.data, "way") or case.way,
        waybill=text_of(event.data, "waybill"),
        mail_address=address or case.mail_address,
    )


def _delivered(case: Case, event: Event) -> Case:
    return replace(case, delivered_to=text_of(event.private or {}, "receiver"))


def _closed(case: Case, event: Event) -> Case:
    return replace(case, rating_offer=text_of(event.data, "rating"))


def _delivery_chosen(case: Case, event: Event) -> Case:
    """Until it is sent out: afterwards the parcel is on its way to where it was sent."""
    if case.waybill:
        return case
    return replace(
        case, way=text_of(event.data, "way"), mail_address=text_of(event.private or {}, "address") or case.mail_address
    )


def _fees_listed(case: Case, event: Event) -> Case:
    """A list in the place of an earlier one takes that paper out of use."""
    lines = tuple(fee_line_from_plain(row) for row in rows_of(event.data, "fees"))
    reason = text_of(event.private or {}, "reason") or "-"
    notices = tuple(
        replace(paper, spoiled=reason) if paper.kind == NoticeKind.FEE_LIST and paper.holds else paper
        for paper in case.notices
    )
    case = _with_paper_and_clocks(replace(case, notices=notices), event)
    return replace(case, fee_list=FeeList(lines, event.id))


def _fees_paid(case: Case, event: Event) -> Case:
    """Entered at two places: the first voucher holds."""
    paid = Payment(
        text_of(event.data, "voucher"), date_of(event.data, "paid_on"), number_of(event.data, "amount_fen")
    )
    return replace(case, payment=case.payment or paid)


def _rated(case: Case, event: Event) -> Case:
    """One rating a stage: where two places sent one, the first holds. Each bad one has a clock of its own."""
    stage = Stage(text_of(event.data, "stage"))
    if any(rating.stage is stage for rating in case.ratings):
        return case
    level, note = Level(text_of(event.data, "level")), text_of(event.private or {}, "note")
    clocks = tuple(clock_from_plain(row) for row in rows_of(event.data, "clocks"))
    return replace(
        case, ratings=(*case.ratings, Rating(stage, level, event.at_ms, note)), clocks=(*case.clocks, *clocks)
    )


def _rating_answered(case: Case, event: Event) -> Case:
    """The answer ends the clock that this rating started: the clocks stand in the order of the bad ratings."""
    stage, answer = Stage(text_of(event.data, "stage")), text_of(event.private or {}, "answer")
    bad = [rating.stage for rating in case.ratings if rating.level.is_bad]
    if stage not in bad or not any(rating.waits for rating in case.ratings if rating.stage is stage):
        return case
    ratings = tuple(
        replace(rating, answer=answer, answered_at_ms=event.at_ms) if rating.stage is stage else rating
        for rating in case.ratings
    )
    places = [at for at, clock in enumerate(case.clocks) if clock.code is ClockCode.RATING]
    its_own = dict(zip(bad, places, strict=False)).get(stage)
    ended_on = local_date(event.at_ms)
    clocks = tuple(
        replace(clock, ended_on=ended_on) if at == its_own else clock for at, clock in enumerate(case.clocks)
    )
    return replace(case, ratings=ratings, clocks=clocks)


def _hearing_asked(case: Case, event: Event) -> Case:
    """Told at two places: the first holds. The days to ask end, those to hold it begin."""
    running = case.clock(ClockCode.HEARING)
    if running is None or not running.lapses:
        return case
    return _with_paper_and_clocks(_hearing_held(case, event), event)


def _hearing_set(case: Case, event: Event) -> Case:
    day, place = date_of(event.data, "hearing_on"), text_of(event.private or {}, "hearing_place")
    return replace(case, hearing=HearingTold(day, time_of(event.data, "hearing_time"), place))


def _hearing_held(case: Case, event: Event) -> Case:
    ended_on = local_date(event.at_ms)
    clocks = tuple(
        replace(clock, ended_on=ended_on) if clock.is_open and clock.code is ClockCode.HEARING else clock
        for clock in case.clocks
    )
    return replace(case, clocks=clocks)


def _tolerated_completed(case: Case, event: Event) -> Case:
    return _with_materials(replace(case, tolerant=False), event)


def _reopened(case: Case, event: Event) -> Case:
    return replace(case, decided_at_ms=None, decision_no="", licence_no="", licence_name="", outcome="", waybill="")


def _annotated(case: Case, event: Event) -> Case:
    private = event.private or {}
    contact = {key: text_of(private, key) for key in ("phone", "address") if key in private}
    note = text_of(private, "note")
    return replace(
        case,
        applicant=replace(case.applicant, **contact),
        notes=case.notes + ((note,) if note else ()),
    )


def _baton_moved(case: Case, event: Event) -> Case:
    return replace(case, holder=text_of(event.data, "to"), epoch=case.epoch + 1)


def _continued(case: Case, event: Event) -> Case:
    """Another case goes on with this one: the baton is the hall's, and no clock of this one asks for anything.

    What this one has served is on the side that was left, whichever came to the hall first.
    """
    ended_on = local_date(event.at_ms)
    clocks = tuple(replace(clock, ended_on=ended_on) if clock.is_open else clock for clock in case.clocks)
    notices = tuple(
        replace(notice, late=True) if notice.holds and binds(notice.kind) else notice for notice in case.notices
    )
    continued = replace(case, clocks=clocks, notices=notices, continued_by=text_of(event.data, "by"), asked=None)
    return _baton_moved(continued, event)


def _job_linked(case: Case, event: Event) -> Case:
    return replace(case, agent_collected_at_ms=number_of(event.data, "collected_at"))


def _frozen(case: Case, event: Event) -> Case:
    return replace(case, frozen=True)


def _settled(case: Case, event: Event) -> Case:
    """A supervisor said which paper is valid; if it is the late one, the case stands where that one put it."""
    valid, reason = text_of(event.data, "valid"), text_of(event.private or {}, "reason") or "-"
    withdrawn = {(text_of(row, "kind"), text_of(row, "number")) for row in rows_of(event.data, "withdrawn")}
    notices = tuple(
        replace(notice, spoiled=reason, late=False)
        if (notice.kind, notice.number) in withdrawn
        else replace(notice, late=notice.late and notice.number != valid)
        for notice in case.notices
    )
    case = replace(case, notices=notices, frozen=False)
    return _put_right(case, event) if "state" in event.data else case


def _put_right(case: Case, event: Event) -> Case:
    accepted_on, ended_on = event.data.get("accepted_on"), local_date(event.at_ms)
    ended = (replace(clock, ended_on=ended_on) if clock.is_open else clock for clock in case.clocks)
    return replace(
        case,
        state=CaseState(text_of(event.data, "state")),
        clocks=(*ended, *(clock_from_plain(row) for row in rows_of(event.data, "clocks"))),
        gaps=gaps_from_plain(event.data, event.private or {}),
        accepted_on=date_of(event.data, "accepted_on") if accepted_on else None,
        accepted_at_ms=number_of(event.data, "accepted_at") if accepted_on else None,
    )


def _exception_settled(case: Case, event: Event) -> Case:
    """What an event is to count for is looked for before the fold begins; on which day it happened is said here."""
    place = EventId(text_of(event.data, "device"), number_of(event.data, "seq"))
    found = next((suspect for suspect in case.suspects if suspect.event == place), None)
    if found is None or text_of(event.data, "kind") != "clock":
        return case
    left = tuple(suspect for suspect in case.suspects if suspect != found)
    clocks = suspicion.settled(case.clocks, found, text_of(event.data, "how"))
    return replace(case, suspects=left, clocks=clocks)


def _printed(case: Case, event: Event) -> Case:
    number, kind = text_of(event.data, "number"), text_of(event.data, "kind")
    copies = number_of(event.data, "copies")
    return _each_notice(case, kind, number, lambda notice: replace(notice, prints=notice.prints + copies))


def _stamped(case: Case, event: Event) -> Case:
    number, kind = text_of(event.data, "number"), text_of(event.data, "kind")
    copies = number_of(event.data, "copies") + number_of(event.data, "without")
    return _each_notice(case, kind, number, lambda notice: replace(notice, stamped=notice.stamped + copies))


def _sealed(case: Case, event: Event) -> Case:
    """An electronic seal (电子印章) stands under the paper; of two that came from two machines the first is shown."""
    number, kind, seal = (text_of(event.data, name) for name in ("number", "kind", "certificate"))
    return _each_notice(case, kind, number, lambda notice: replace(notice, seal=notice.seal or seal))


def _spoiled(case: Case, event: Event) -> Case:
    """The paper counts no more; one that takes its place has the next number, which a decision is then known by."""
    reason = text_of(event.private or {}, "reason") or "-"
    kind, number = text_of(event.data, "kind"), text_of(event.data, "number")
    again = _issued(event)
    case = _each_notice(case, kind, number, lambda notice: replace(notice, spoiled=reason))
    is_decision = bool(again) and case.decision_no == number
    return replace(
        case,
        notices=case.notices + again,
        decision_no=again[0].number if is_decision else case.decision_no,
    )


def _registered(case: Case, event: Event) -> Case:
    kind, number = text_of(event.data, "kind"), text_of(event.data, "replaces")
    final = text_of(event.data, "number")
    return _each_notice(case, kind, number, lambda notice: replace(notice, final_number=final))


def _each_notice(case: Case, kind: str, number: str, change: Callable[[IssuedNotice], IssuedNotice]) -> Case:
    notices = tuple(
        change(notice) if (notice.kind, notice.number) == (kind, number) else notice for notice in case.notices
    )
    return replace(case, notices=notices)


def _numbered(case: Case, event: Event) -> Case:
    return replace(case, case_no=text_of(event.data, "case_no"))


def _asked(case: Case, event: Event) -> Case:
    given = map_of(event.private or {}, "given")
    return replace(case, asked=Asked(text_of(event.data, "action"), event.user, given))


def _answered(case: Case, event: Event) -> Case:
    if case.asked is None:
        return case
    agreed, by_asker = bool(event.data.get("yes")), event.user == case.asked.by
    if by_asker:
        return case if agreed else replace(case, asked=None)  # taken back, or given up after its answer
    if case.asked.answered_by:
        return case  # answered at two places: the first answer holds
    return replace(case, asked=replace(case.asked, answered_by=event.user, agreed=agreed))


def _countersigned(case: Case, event: Event) -> Case:
    return replace(case, countersign_wanted=False)


def _nothing_more(case: Case, event: Event) -> Case:
    return case


# By these the hall takes the baton from whoever has it: a device, or a station's desk that a counter claims it from.
_TAKING_KINDS = frozenset({"recalled", "continued", "inherited", "claimed"})
_BATON_KINDS = _TAKING_KINDS | {"handed_over", "fees_listed", "hearing_rights_told", "hearing_set", "hearing_held"}

_EFFECTS: dict[str, Effect] = {
    **dict.fromkeys(LIFECYCLE_KINDS, _nothing_more),
    "fixed_on_spot": _fixed_on_spot,
    "refused": _refused,
    "corrected": _corrected,
    "corrected_again": _corrected,
    "accepted": _accepted,
    "deem_accepted": _accepted,
    "accepted_tolerantly": _accepted,
    "supplied_part": _supplied_part,
    "supplied_all": _supplied_all,
    "granted": _decided,
    "denied": _decided,
    "sent_out": _sent_out,
    "delivered": _delivered,
    "closed": _closed,
    "delivery_chosen": _delivery_chosen,
    "fees_listed": _fees_listed,
    "fees_paid": _fees_paid,
    "rated": _rated,
    "rating_answered": _rating_answered,
    "tolerated_completed": _tolerated_completed,
    "reopened": _reopened,
    "hearing_rights_told": _with_paper_and_clocks,
    "hearing_asked": _hearing_asked,
    "hearing_set": _hearing_set,
    "hearing_held": _hearing_held,
    "papers_taken": _papers_taken,
    "annotated": _annotated,
    "handed_over": _baton_moved,
    "recalled": _baton_moved,
    "claimed": _baton_moved,
    "inherited": _baton_moved,  # from a closed device id to the one in its place
    "continued": _continued,
    "linked": _nothing_more,  # the other side of `continued`: who takes part there takes part here
    "job_linked": _job_linked,  # as `linked`, and the day on which the agent took the papers
    "frozen": _frozen,
    "settled": _settled,
    "printed": _printed,
    "stamped": _stamped,
    "sealed": _sealed,
    "number_spoiled": _spoiled,
    "number_registered": _registered,
    "numbered": _numbered,
    "countersigned": _countersigned,
    "asked": _asked,
    "answered": _answered,
    "reused": _nothing_more,
    "revealed": _nothing_more,
    EXCEPTION_SETTLED: _exception_settled,
    "erased": _nothing_more,  # what is gone with it is seen by the events that lost it
}
