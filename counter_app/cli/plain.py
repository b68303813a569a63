"""Values as the command line's JSON has them: the keys here are the contract (cli design)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.clocks import Clock, Light
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event
from counter_app.domain.masking import mask_id_number, mask_name, mask_phone
from counter_app.domain.moments import local_time
from counter_app.domain.periods import Period
from counter_app.domain.ratings import Rating
from counter_app.domain.states import ClockCode
from counter_app.services.sentences import holder_name, shown_name
from resources.codes import standard_codes
from resources.texts import has_text, text

if TYPE_CHECKING:
    from counter_app.domain.rights import Rights
    from counter_app.domain.suspicion import Suspect
    from counter_app.services.calendars import MovedClock
    from counter_app.services.case_views import CaseView, ClockView, Due, Facts, Opinion

Plain = dict[str, object]


def moment(ms: int | None) -> str | None:
    """ISO time of China, to the second."""
    return None if ms is None else local_time(ms).isoformat(timespec="seconds")


def case_row(case: Case, device: str, *, clear_name: bool) -> Plain:
    """A line of a list. Names are clear for signed-in people only, numbers for nobody."""
    applicant = case.applicant
    return {
        "case": str(case.id),
        "case_no": case.case_no or None,
        "state": case.state.value,
        "state_name": text(f"states.{case.state.value}"),
        "holder": case.holder,
        "holder_name": holder_name(case.holder, device),
        "item": case.item.code,
        "item_name": case.item.name,
        "applicant": shown_name(case) if clear_name or case.erased else mask_name(applicant.name),
        "id_number": mask_id_number(applicant.id_number),
        "phone": mask_phone(applicant.phone),
        "received_at": moment(case.received_at_ms),
        "erased": case.erased,
    }


def case_facts(view: CaseView, device: str) -> Plain:
    """One case with its clocks, events and notices; nothing of the person."""
    case = view.case
    return {
        "case": str(case.id),
        "local_no": str(case.id),
        "case_no": case.case_no or None,
        "state": case.state.value,
        "state_name": text(f"states.{case.state.value}"),
        "holder": case.holder,
        "holder_name": holder_name(case.holder, device),
        "epoch": case.epoch,
        "item": case.item.code,
        "item_version": case.item.version,
        "facts": _facts(view.facts),
        "due": due(view.due),
        "provisional": provisional(view.due),
        "light": worst_light(view),
        "clocks": [_clock_seen(row) for row in view.clocks],
        "moved": [moved_clock(row) for row in view.moved],
        "printed_as": view.case.printed_as or None,
        "clock_suspect": [_suspect(row) for row in view.case.suspects],
        "rights": _rights(view.rights),
        "opinions": [_opinion(row) for row in view.opinions],
        "materials": [{"id": row.id, "form": row.form, "pages": row.pages} for row in case.materials],
        "gaps": [{"material": gap.material, "problem": gap.problem, "supplied": gap.supplied} for gap in case.gaps],
        "decision_no": case.decision_no or None,
        "outcome": case.outcome or None,
        "delivery": {"way": case.way or None, "waybill": case.waybill or None},
        "fees": _fees(case),
        "ratings": [_rating(rating) for rating in case.ratings],
        "rating_offer": case.rating_offer or None,
        "continues": case.continues or None,
        "continued_by": case.continued_by or None,
        "frozen": case.frozen,
        "job": case.job or None,
        "agent_collected_at": moment(case.agent_collected_at_ms),
        "asked": None if case.asked is None else {"action": case.asked.action, "agreed": case.asked.agreed},
        "events": [event(each) for each in view.events],
        "notices": [notice(case, row) for row in case.notices],
        "troubles": list(view.troubles),
        "erased": case.erased,
    }


def _fees(case: Case) -> Plain | None:
    """What is to be paid by the list that holds, in fen, and the voucher once there is one."""
    listed, paid = case.fees_due, case.payment
    if listed is None:
        return None
    return {
        "lines": [
            {"name": line.name, "rate_fen": line.rate_fen, "quantity": line.quantity,
             "reduction_fen": line.reduction_fen, "due_fen": line.due_fen}
            for line in listed.lines
        ],
        "total_fen": listed.total_fen,
        "settled": case.fees_settled,
        "voucher": paid.voucher if paid else None,
        "paid_on": paid.paid_on.isoformat() if paid else None,
    }


def _rating(rating: Rating) -> Plain:
    """A rating without what the person wrote; the two codes run in opposite directions (specs domain 1, fact 12)."""
    codes = standard_codes()
    return {
        "stage": rating.stage.value,
        "stage_code": codes.code("rating_stage", rating.stage.value),
        "level": rating.level.value,
        "annex_a8": codes.code("satisfaction", rating.level.value),
        "star": codes.code("star", rating.level.value),
        "at": moment(rating.at_ms),
        "bad": rating.level.is_bad,
        "answered_at": moment(rating.answered_at_ms),
    }


def due(days: Due | None) -> Plain:
    """The open legal days, null where no clock runs."""
    if days is None:
        return {"check": None, "promise": None, "statutory": None}
    named = {"check": days.check, "promise": days.promise, "statutory": days.statutory}
    return {name: day.isoformat() if day else None for name, day in named.items()}


def provisional(days: Due | None) -> list[str]:
    """Which of the open legal days are provisional (暂定): the calendar of their year is not out."""
    codes = days.provisional if days else frozenset()
    named = {"check": ClockCode.CHECK, "promise": ClockCode.PROMISE, "statutory": ClockCode.STATUTORY}
    return [name for name, code in named.items() if code in codes]


def notice(case: Case, issued: IssuedNotice) -> Plain:
    """A notice; one without a number of its own carries the case's."""
    return {
        "kind": issued.kind,
        "number": number_of(case, issued),
        "issued_at": moment(issued.at_ms),
        "temporary": issued.temporary,
        "prints": issued.prints,
        "spoiled": bool(issued.spoiled),
        "late": issued.late,
    }


def number_of(case: Dossier, issued: IssuedNotice) -> str:
    """The number that stands on the paper (specs domain 8.1)."""
    return issued.shown_number or str(case.id)


def period(length: Period | None) -> Plain | None:
    """A length of time with its unit."""
    return None if length is None else {"length": length.length, "unit": length.unit.value, "rule": length.rule}


def _facts(facts: Facts) -> Plain:
    named = {name: getattr(facts, name) for name in ("saved", "received", "accepted", "decided")}
    return {name: moment(ms) for name, ms in named.items()}


def plain_clock(clock: Clock) -> Plain:
    """A clock with its whole reason."""
    return {
        "code": clock.code.value,
        "rule": clock.period.rule,
        "length": clock.period.length,
        "unit": clock.period.unit.value,
        "start": clock.start.isoformat(),
        "first_day": clock.first_day.isoformat(),
        "due": clock.due.isoformat(),
        "calendar": clock.calendar,
        "provisional": clock.provisional,
        "stopped": [[first.isoformat(), last.isoformat()] for first, last in clock.stopped],
        "extended": period(clock.extended),
        "ended_on": clock.ended_on.isoformat() if clock.ended_on else None,
    }


def _suspect(suspect: Suspect) -> Plain:
    """An event whose day is not sure, with both days."""
    return {
        "device": suspect.event.device,
        "seq": suspect.event.seq,
        "served": suspect.served.isoformat(),
        "by_hall": suspect.by_hall.isoformat(),
    }


def _clock_seen(seen: ClockView) -> Plain:
    """A clock with its reason, its light, and what was told of it before a later calendar came."""
    clock = seen.clock
    return {
        **plain_clock(clock),
        "name": text(f"clocks.{clock.code.value}"),
        "light": seen.light.value,
        "confirmed": seen.confirmed,
        "stopped_since": clock.stopped_since.isoformat() if clock.stopped_since else None,
        "told": clock.told.due.isoformat() if clock.told else None,
        "alarm": clock.told_too_late,
    }


def worst_light(view: CaseView) -> str:
    """The light of a case is the worst of its clocks'."""
    order = list(Light)
    return max((row.light for row in view.clocks), key=order.index, default=Light.NORMAL).value


def moved_clock(row: MovedClock) -> Plain:
    """A deadline that a calendar moved, or made certain: was told, holds now."""
    return {
        "case": str(row.case.id),
        "case_no": row.case.case_no or None,
        "clock": row.clock.code.value,
        "was": row.was.isoformat(),
        "now": row.now.isoformat(),
        "counted": row.counted.isoformat(),
        "calendar": row.clock.calendar,
        "provisional": row.clock.provisional,
        "alarm": row.alarm,
    }


def moved_line(row: MovedClock) -> str:
    """The same for people."""
    key = "calendar.alarm" if row.alarm else "calendar.moved" if row.day_changed else "calendar.confirmed"
    clock = text(f"clocks.{row.clock.code.value}")
    return text(key, case=str(row.case.id), clock=clock, was=row.was, now=row.now)


def _rights(rights: Rights | None) -> Plain | None:
    if rights is None:
        return None
    return {
        "served_on": rights.served_on.isoformat(),
        "review_until": rights.review.day.isoformat(),
        "lawsuit_until": rights.lawsuit.day.isoformat(),
        "provisional": rights.review.provisional or rights.lawsuit.provisional,
    }


def _opinion(row: Opinion) -> Plain:
    """What a co-agency said, without its words: they may name people."""
    return {
        "agency": row.agency,
        "agency_name": row.name,
        "opinion": row.opinion,
        "name": text(f"opinions.{row.opinion}"),
        "by_default": row.by_default,
        "at": moment(row.at_ms),
    }


def event(event: Event) -> Plain:
    """An event, of its private part nothing."""
    return {
        "device": event.id.device,
        "seq": event.id.seq,
        "kind": event.kind,
        "name": event_name(event),
        "at": moment(event.at_ms),
        "user": event.user,
        "epoch": event.epoch,
        "data": _without_bytes(event.data),
    }


def event_name(event: Event) -> str:
    """What the event is called; the kind itself where a newer program wrote it."""
    key = f"events.{event.kind}"
    return text(key) if has_text(key) else event.kind


def _without_bytes(value: object) -> object:
    """Hashes in hex: JSON has no bytes."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(name): _without_bytes(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_bytes(inner) for inner in value]
    return value
