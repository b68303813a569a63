"""What acts beside the state table do to a case: fees, ratings, hearings, way of delivery; a part of the fold."""

from __future__ import annotations

from counter_app.domain.case import Case, HearingTold
from counter_app.domain.events import Event
from counter_app.domain.fees import FeeList, Payment
from counter_app.domain.fold_papers import with_papers_and_clocks
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind
from counter_app.domain.quick_replace import replace
from counter_app.domain.ratings import Level, Rating, Stage
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import (
    clock_from_plain,
    date_of,
    fee_line_from_plain,
    number_of,
    rows_of,
    text_of,
    time_of,
)


def delivery_chosen(case: Case, event: Event) -> Case:
    """Until it is sent out: afterwards the parcel is on its way to where it was sent."""
    if case.waybill:
        return case
    return replace(
        case, way=text_of(event.data, "way"), mail_address=text_of(event.private or {}, "address") or case.mail_address
    )


def fees_listed(case: Case, event: Event) -> Case:
    """A list in the place of an earlier one takes that paper out of use."""
    lines = tuple(fee_line_from_plain(row) for row in rows_of(event.data, "fees"))
    reason = text_of(event.private or {}, "reason") or "-"
    notices = tuple(
        replace(paper, spoiled=reason) if paper.kind == NoticeKind.FEE_LIST and paper.holds else paper
        for paper in case.notices
    )
    case = with_papers_and_clocks(replace(case, notices=notices), event)
    return replace(case, fee_list=FeeList(lines, event.id))


def fees_paid(case: Case, event: Event) -> Case:
    """Entered at two places: the first voucher holds."""
    paid = Payment(
        text_of(event.data, "voucher"), date_of(event.data, "paid_on"), number_of(event.data, "amount_fen")
    )
    return replace(case, payment=case.payment or paid)


def rated(case: Case, event: Event) -> Case:
    """One rating a stage: where two places sent one, the first holds. Each bad one has a clock of its own."""
    stage = Stage(text_of(event.data, "stage"))
    if any(rating.stage is stage for rating in case.ratings):
        return case
    level, note = Level(text_of(event.data, "level")), text_of(event.private or {}, "note")
    clocks = tuple(clock_from_plain(row) for row in rows_of(event.data, "clocks"))
    return replace(
        case, ratings=(*case.ratings, Rating(stage, level, event.at_ms, note)), clocks=(*case.clocks, *clocks)
    )


def rating_answered(case: Case, event: Event) -> Case:
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


def hearing_asked(case: Case, event: Event) -> Case:
    """Told at two places: the first holds. The days to ask end, those to hold it begin."""
    running = case.clock(ClockCode.HEARING)
    if running is None or not running.lapses:
        return case
    return with_papers_and_clocks(hearing_held(case, event), event)


def hearing_set(case: Case, event: Event) -> Case:
    """When and where it will be; the newest word holds."""
    day, place = date_of(event.data, "hearing_on"), text_of(event.private or {}, "hearing_place")
    return replace(case, hearing=HearingTold(day, time_of(event.data, "hearing_time"), place))


def hearing_held(case: Case, event: Event) -> Case:
    """No day of it runs any more."""
    ended_on = local_date(event.at_ms)
    clocks = tuple(
        replace(clock, ended_on=ended_on) if clock.is_open and clock.code is ClockCode.HEARING else clock
        for clock in case.clocks
    )
    return replace(case, clocks=clocks)
