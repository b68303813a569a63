"""The one fold: a case and its next event give the case after it (sync design section 1).

Station and hall both use it; a rebuild is nothing but this over again. What it
cannot take is raised and never half applied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from counter_app.domain import suspicion
from counter_app.domain.case import Applicant, Asked, Case
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fold_beside import (
    delivery_chosen,
    fees_listed,
    fees_paid,
    hearing_asked,
    hearing_held,
    hearing_set,
    rated,
    rating_answered,
)
from counter_app.domain.fold_papers import (
    issued,
    printed,
    registered,
    sealed,
    settled,
    spoiled,
    stamped,
    with_papers_and_clocks,
)
from counter_app.domain.identifiers import HALL, MOST_CASES, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.notice import binds
from counter_app.domain.quick_replace import replace
from counter_app.domain.skipped import EXCEPTION_SETTLED
from counter_app.domain.states import (
    LIFECYCLE_KINDS,
    CaseState,
    Transition,
    transition_of_event,
)
from counter_app.domain.wire_values import (
    applicant_from_plain,
    date_of,
    gaps_from_plain,
    item_from_plain,
    map_of,
    material_from_plain,
    number_of,
    proxy_from_plain,
    rows_of,
    text_of,
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
        return counted(_received(event), event)
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
    return counted(_EFFECTS[event.kind](moved, event), event)


def _check_baton(case: Case, event: Event) -> None:
    if event.epoch != case.epoch or case.holder not in (event.id.device, event.writer):
        if event.kind in _TAKING_KINDS and event.id.device == HALL and event.epoch == case.epoch:
            return  # a hall supervisor takes the baton from whoever has it
        raise Late("late", device=event.id.device, seq=event.id.seq, epoch=event.epoch, holder=case.holder)


def counted(case: Case, event: Event) -> Case:
    """One event more, and whether its private part is gone."""
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
    return with_papers_and_clocks(case, event)


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
    case = with_papers_and_clocks(case, event)
    holder = text_of(event.data, "to")
    return replace(case, holder=holder, epoch=case.epoch + 1) if holder else case


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
    return _with_materials(replace(case, gaps=gaps, notices=case.notices + issued(event)), event)


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


def _exception_settled(case: Case, event: Event) -> Case:
    """What an event is to count for is looked for before the fold begins; on which day it happened is said here."""
    place = EventId(text_of(event.data, "device"), number_of(event.data, "seq"))
    found = next((suspect for suspect in case.suspects if suspect.event == place), None)
    if found is None or text_of(event.data, "kind") != "clock":
        return case
    left = tuple(suspect for suspect in case.suspects if suspect != found)
    clocks = suspicion.settled(case.clocks, found, text_of(event.data, "how"))
    return replace(case, suspects=left, clocks=clocks)


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
    "delivery_chosen": delivery_chosen,
    "fees_listed": fees_listed,
    "fees_paid": fees_paid,
    "rated": rated,
    "rating_answered": rating_answered,
    "tolerated_completed": _tolerated_completed,
    "reopened": _reopened,
    "hearing_rights_told": with_papers_and_clocks,
    "hearing_asked": hearing_asked,
    "hearing_set": hearing_set,
    "hearing_held": hearing_held,
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
    "settled": settled,
    "printed": printed,
    "stamped": stamped,
    "sealed": sealed,
    "number_spoiled": spoiled,
    "number_registered": registered,
    "numbered": _numbered,
    "countersigned": _countersigned,
    "asked": _asked,
    "answered": _answered,
    "reused": _nothing_more,
    "revealed": _nothing_more,
    EXCEPTION_SETTLED: _exception_settled,
    "erased": _nothing_more,  # what is gone with it is seen by the events that lost it
}
