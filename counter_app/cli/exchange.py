"""`sync`, `queue`: settling with the hall, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, facts_of_error
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_time
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.identifiers import CaseId
    from counter_app.services.outbox import Outbox, Waiting
    from counter_app.services.ports import LinkState, Trouble
    from sync.exchange import SyncResult

app = group()


@command(app, "sync")
def sync(
    session: Session,
    events_only: Annotated[bool, typer.Option("--events-only", help=text("cli.option.events_only"))] = False,
) -> None:
    result = session.station().exchange.run(events_only=events_only)
    session.answer(_result(result), *_for_people(result))
    session.exit_code = 0 if result.error is None else 1


@command(app, "queue")
def queue(session: Session) -> None:
    outbox = session.station().sending.outbox()
    facts = {
        "waiting": [
            *(_waiting(row, outbox.link) for row in outbox.waiting),
            *(_elsewhere(case, size, outbox.link) for case, size in outbox.elsewhere.items()),
        ],
        "exceptions": [_exception(trouble) for trouble in outbox.troubles],
        "link": _link(outbox.link),
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


def _waiting(row: Waiting, link: LinkState) -> plain.Plain:
    in_bundle = row.bundle_ms is not None
    return {
        "case": str(row.case.id),
        "what": row.what,
        "state": "in_bundle" if in_bundle else "sending" if row.left < row.size else "queued",
        "since": plain.moment(row.bundle_ms if in_bundle else row.case.changed_at_ms),
        "why": link.last_error or "not_sent_yet",
        "next_try": plain.moment(link.next_try_ms),
        "count": row.count,
        "bytes_left": row.left,
        "bytes": row.size,
        "seconds": row.seconds(link.rate),
    }


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
        + (text("cli.waiting_in_bundle", since=f"{local_time(row.bundle_ms):%m-%d %H:%M}") if row.bundle_ms else "")
        for row in outbox.waiting
    ]
    waiting += [text("cli.waiting_text", case=str(case), bytes=size) for case, size in outbox.elsewhere.items()]
    said = (f"{trouble.device} {trouble.seq}: {_said_of(trouble)['message']}" for trouble in outbox.troubles)
    return [*waiting, *said]
