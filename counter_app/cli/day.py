"""`day-close`, `days`: closing a day, and what the hall counted; `hand-over`: to the next person."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.plain import moment
from counter_app.cli.session import Session
from counter_app.domain.errors import InvalidInput
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.day_close import ClosedDay
    from counter_app.services.day_close import DayChecks

Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help=text("cli.option.close_date"))]
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help=text("cli.option.from"))]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help=text("cli.option.to"))]
Second = Annotated[str, typer.Option("--second", metavar="NAME", help=text("cli.option.second_signs"))]

app = group()


@command(app, "day-close")
def day_close(
    session: Session,
    day: Day = None,
    second: Second = "",
    check: Annotated[bool, typer.Option("--check", help=text("cli.option.close_check"))] = False,
) -> None:
    """Close a day with the PINs of two people, or with --check say how it stands.

    InvalidInput `day_needs_two`, and as `Session.person`, `DayClose.close`.
    """
    closes, wanted = session.station().day_close, day.date() if day else None
    if check:
        found = closes.checks(wanted)
        session.answer(_facts_of_checks(found), *_lines_of_checks(found))
        return
    first, other = session.person(), session.second(second)
    if other is None:
        raise InvalidInput("day_needs_two")
    closed = closes.close(first, other, wanted)
    session.answer(_facts(closed), text("cli.day_closed", day=closed.day.isoformat(), code=closed.shown_code))


@command(app, "days")
def days(
    session: Session,
    first: First = None,
    last: Last = None,
) -> None:
    """Those that were closed here, each with what the hall counted: the same, other cases, or no answer yet."""
    found = session.station().day_close.closed(first.date() if first else date.min, last.date() if last else date.max)
    session.answer({"days": [_facts(closed) for closed in found]}, *map(_line, found))


@command(app, "hand-over")
def hand_over(
    session: Session,
    second: Second,
    seals: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.shift_seals"))],
    absent: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.shift_absent"))] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.shift_reason"))] = "",
) -> None:
    """Give seals and unfinished applications to whoever comes next, signed by both.

    absent: the giver who is not there, whom the signer stands in for. Raises as `Session.person`, `HandOver.hand_over`.
    """
    signer = session.person()
    receiver = signer if second == signer.name else session.second(second)
    if receiver is None:
        raise InvalidInput("hand_over_needs_two")
    done = session.station().hand_over.hand_over(absent or signer.name, signer, receiver, seals, reason)
    facts = {"entry": done.entry.n, "at": moment(done.entry.at_ms), "by": done.entry.by, "to": receiver.name}
    facts |= {"absent": absent or None, "drafts": done.drafts, **done.entry.counts}
    session.answer(facts, text("cli.handed_over", receiver=receiver.name, n=done.drafts))


def _facts(closed: ClosedDay) -> dict[str, object]:
    answer = closed.answer
    return {
        "day": closed.day.isoformat(),
        "device": closed.device,
        "seq": closed.seq,
        "at": moment(closed.at_ms),
        "code": closed.shown_code,
        "sha256": closed.code.hex(),
        "events": closed.events,
        "cases": closed.cases,
        "totals": dict(closed.totals),
        "by": closed.by,
        "second": closed.second,
        "drafts": closed.drafts,
        "unsent": closed.unsent,
        "unprinted": closed.unprinted,
        "back_dated": [{"case": case, "day": on.isoformat()} for case, on in closed.back_dated],
        "hall": None if answer is None else {
            "agrees": answer.agrees,
            "sha256": answer.code.hex(),
            "differences": [{"case": row.case or None, "station": row.here, "hall": row.there}
                            for row in answer.differences],
            "waiting": list(answer.waiting),
        },
    }


def _line(closed: ClosedDay) -> str:
    word = "unknown" if closed.answer is None else ("agrees" if closed.answer.agrees else "differs")
    return text(f"cli.day_line.{word}", day=closed.day.isoformat(), code=closed.shown_code, n=closed.cases)


def _facts_of_checks(found: DayChecks) -> dict[str, object]:
    code = found.code
    return {
        "day": found.day.isoformat(),
        "closed": None if found.closed is None else _facts(found.closed),
        "must_answer": [str(case.id) for case in found.must_answer],
        "sha256": None if code is None else code.code.hex(),
        "events": None if code is None else code.events,
        "totals": None if code is None else dict(code.totals),
        "back_dated": [] if code is None else [{"case": case, "day": on.isoformat()} for case, on in code.back_dated],
        **found.listed,
    }


def _lines_of_checks(found: DayChecks) -> list[str]:
    if found.closed is not None:
        return [_line(found.closed)]
    key = "cli.day_blocked" if found.must_answer else "cli.day_can_close"
    return [text(key, day=found.day.isoformat(), n=len(found.must_answer)), text("cli.day_listed", **found.listed)]
