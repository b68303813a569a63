"""`retention`: what this machine must not keep any longer, listed or erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.plain import Plain
from counter_app.cli.session import Session
from counter_app.domain.entrustment import Entrustment
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.retention import Cleared, Expired

app = group()


@command(app, "retention")
def retention(
    session: Session,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("cli.option.retention_dry_run"))] = False,
    before: Annotated[
        datetime | None,
        typer.Option("--before", metavar="DATE", formats=["%Y-%m-%d"], help=text("cli.option.retention_before")),
    ] = None,
) -> None:
    """Erase what is past its time, or with --dry-run list it (specs domain 13.1, 16).

    before leaves out what was settled on that day or later. Raises as `Session.person`, `Retention.run`.
    """
    service, person = session.station().retention, session.person()
    day: date | None = None if before is None else before.date()
    cleared = service.look(person, day) if dry_run else service.run(person, day)
    facts = {
        "dry_run": dry_run,
        "cases": [_row(row) for row in cleared.expired],
        "kept": dict(cleared.kept),
        "files_deleted": cleared.files_deleted,
        "files_left": cleared.files_left,
        "residue": cleared.residue.code if cleared.residue else None,
    }
    session.answer(facts, *_lines(cleared, dry_run=dry_run))


def _row(row: Expired) -> Plain:
    """Number and item, nothing of the person; of an entrustment the items and states of its jobs."""
    found = row.case
    jobs = found.jobs if isinstance(found, Entrustment) else (found,)
    return {
        "case": str(found.id),
        "case_no": None if isinstance(found, Entrustment) else found.case_no or None,
        "item": ",".join(job.item.code for job in jobs),
        "item_name": text("paper.separator").join(job.item.name for job in jobs),
        "state": ",".join(job.state.value for job in jobs),
        "rule": row.rule.code,
        "settled_on": row.settled_on.isoformat(),
        "kept_until": row.until.isoformat(),
    }


def _lines(cleared: Cleared, *, dry_run: bool) -> list[str]:
    ending = "would" if dry_run else "did"
    return [
        *(text("retention.case", **_row(row)) for row in cleared.expired),
        text(f"retention.{ending}", cases=len(cleared.expired), files=cleared.files_deleted),
        *(text(f"retention.kept.{why}", count=count) for why, count in sorted(cleared.kept.items())),
        *([text("retention.files_left", files=cleared.files_left)] if cleared.files_left else []),
        *([text("retention.residue")] if cleared.residue else []),
    ]
