"""`sync`, `queue`, `budget`: settling with the hall, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, facts_of_error
from counter_app.domain.data_budget import MEGABYTE
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.moments import local_time
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.data_budget import DataBudget
    from counter_app.domain.identifiers import CaseId
    from counter_app.services.outbox import Outbox, Waiting
    from counter_app.services.stored_facts import LinkState, Trouble
    from sync.exchange import SyncResult

MOST_MB = 10**9

app = group()


@command(app, "sync")
def sync(
    session: Session,
    events_only: Annotated[bool, typer.Option("--events-only", help=text("cli.option.events_only"))] = False,
    over_budget: Annotated[bool, typer.Option("--over-budget", help=text("cli.option.over_budget"))] = False,
) -> None:
    """Settle with the hall until nothing is left, the day's data is spent, or it fails: then exit 1 with `error`.

    Raises as `Exchange.run`.
    """
    station = session.station()
    result = station.exchange.run(events_only=events_only, over_budget=over_budget)
    session.answer(_result(result), *_for_people(result), *_waiting_for_data(station.sending.outbox()))
    session.exit_code = 0 if result.error is None else 1


@command(app, "budget")
def budget(
    session: Session,
    a_day: Annotated[float | None, typer.Option("--a-day", metavar="MB", help=text("cli.option.scans_a_day"))] = None,
    none: Annotated[bool, typer.Option("--none", help=text("cli.option.no_budget"))] = False,
) -> None:
    """How many MB of scans may go a day; without options only said.

    InvalidInput `data_budget` out of range, or where both a figure and --none are given.
    """
    sending = session.station().sending
    if (none and a_day is not None) or not 0 <= (a_day or 0) <= MOST_MB:
        raise InvalidInput("data_budget")
    if none or a_day is not None:
        kept = sending.keep_budget(None if a_day is None else round(a_day * MEGABYTE))
    else:
        kept = sending.outbox().budget
    session.answer(_budget(kept), _budget_line(kept))


@command(app, "queue")
def queue(session: Session) -> None:
    """What the hall has not confirmed, how long that will take, and what it could not take in."""
    outbox = session.station().sending.outbox()
    facts = {
        "waiting": [
            *(_waiting(row, outbox) for row in outbox.waiting),
            *(_elsewhere(case, size, outbox.link) for case, size in outbox.elsewhere.items()),
        ],
        "exceptions": [_exception(trouble) for trouble in outbox.troubles],
        "link": _link(outbox.link),
        "budget": _budget(outbox.budget),
    }
    session.answer(facts, *_queue_for_people(outbox))


def _result(result: SyncResult) -> plain.Plain:
    return {
        "pushed": result.pushed,
        "pulled": result.pulled,
        "attachments_sent": result.attachments_sent,
        "bytes_up": result.bytes_up,
        "bytes_down": result.bytes_down,
        "requests": result.requests,
        "seconds": result.seconds,
        "seq": result.seq,
        "acknowledged": result.acknowledged,
        "error": None if result.error is None else facts_of_error(result.error),
    }


def _for_people(result: SyncResult) -> list[str]:
    lines = [text("cli.synced", pushed=result.pushed, pulled=result.pulled, scans=result.attachments_sent)]
    if result.error is not None:
        said = facts_of_error(result.error)
        lines += [said["message"], said["remedy"]]
    return lines


def _waiting(row: Waiting, outbox: Outbox) -> plain.Plain:
    in_bundle, link = row.bundle_ms is not None, outbox.link
    is_held = row.what == "scans" and outbox.budget.is_spent
    begun = "sending" if row.left < row.size else "queued"
    return {
        "case": str(row.case.id),
        "what": row.what,
        "state": "in_bundle" if in_bundle else "budget" if is_held else begun,
        "since": plain.moment(row.bundle_ms if in_bundle else row.case.changed_at_ms),
        "why": link.last_error or "not_sent_yet",
        "next_try": plain.moment(link.next_try_ms),
        "count": row.count,
        "bytes_left": row.left,
        "bytes": row.size,
        "seconds": row.seconds(link.rate),
    }


def _budget(budget: DataBudget) -> plain.Plain:
    return {"a_day": budget.a_day, "spent": budget.spent, "left": budget.left, "is_spent": budget.is_spent}


def _budget_line(budget: DataBudget) -> str:
    spent = f"{budget.spent / MEGABYTE:.1f}"
    if budget.a_day is None:
        return text("cli.budget_none", spent=spent)
    return text("cli.budget", a_day=f"{budget.a_day / MEGABYTE:.1f}", spent=spent)


def _waiting_for_data(outbox: Outbox) -> list[str]:
    return [text("cli.waiting_for_data")] if outbox.scans_wait else []


def _elsewhere(case: CaseId, size: int, link: LinkState) -> plain.Plain:
    """Papers for a case that is not here yet: there is a number, and nothing to say since when."""
    sending = {"state": "queued", "since": None, "why": link.last_error or "not_sent_yet"}
    return {
        "case": str(case),
        "what": "text",
        **sending,
        "next_try": plain.moment(link.next_try_ms),
        "count": 1,
        "bytes_left": size,
        "bytes": size,
        "seconds": None,
    }


def _exception(trouble: Trouble) -> plain.Plain:
    return {
        "device": trouble.device,
        "seq": trouble.seq,
        "code": trouble.code,
        "message": _said_of(trouble)["message"],
        "remedy": _said_of(trouble)["remedy"],
        "case": None if trouble.case is None else str(trouble.case),
        "since": plain.moment(trouble.since_ms),
    }


def _said_of(trouble: Trouble) -> dict[str, str]:
    return facts_of_error(CounterError(trouble.code, device=trouble.device, seq=trouble.seq))


def _link(link: LinkState) -> plain.Plain:
    return {
        "last_contact": plain.moment(link.last_contact_ms),
        "last_try": plain.moment(link.last_try_ms),
        "last_error": link.last_error or None,
        "next_try": plain.moment(link.next_try_ms),
        "bytes_per_s": link.rate,
        "received": link.received,
        "applied": link.applied,
        "generation": link.generation,
    }


def _queue_for_people(outbox: Outbox) -> list[str]:
    if not outbox.cases and not outbox.troubles:
        return [text("cli.queue_empty")]
    waiting = [
        text(f"cli.waiting_{row.what}", case=str(row.case.id), bytes=row.left)
        + _time(row.seconds(outbox.link.rate))
        + (text("cli.waiting_in_bundle", since=f"{local_time(row.bundle_ms):%m-%d %H:%M}") if row.bundle_ms else "")
        for row in outbox.waiting
    ]
    waiting += [text("cli.waiting_text", case=str(case), bytes=size) for case, size in outbox.elsewhere.items()]
    said = (f"{trouble.device} {trouble.seq}: {_said_of(trouble)['message']}" for trouble in outbox.troubles)
    return [*waiting, *_waiting_for_data(outbox), *said]


def _time(seconds: int | None) -> str:
    return "" if seconds is None else text("cli.waiting_time", seconds=seconds)
