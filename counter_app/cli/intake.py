"""`intake FILE|-`: one case a line of JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, facts_of_error
from counter_app.domain.errors import NotFound
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.case import IssuedNotice
    from counter_app.domain.entrustment import AgentJob, Entrustment
    from counter_app.domain.identifiers import CaseId
    from counter_app.services.batch_intake import LineResult
    from counter_app.services.intake import TakenIn

app = group()


@command(app, "intake")
def intake(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=text("cli.option.lines"))],
) -> None:
    """Take in one case a line, each in a transaction of its own; a bad line stops no other.

    Exit 1 if one was refused. Interrupted, what was answered is saved. NotFound `lines_not_readable`; raises as
    `Session.person`.
    """
    person = session.person()
    batch = session.station().batch_intake
    done = failed = 0
    with _opened(file) as stream:
        for result in batch.take_in(person, stream):
            done += result.error is None
            failed += result.error is not None
            session.answer(_facts(result), _for_people(result))
            if session.interrupted:
                raise KeyboardInterrupt
    sys.stderr.write(text("cli.intake_done", done=done, failed=failed) + "\n")
    session.exit_code = 1 if failed else 0


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-" and sys.stdin is not None:
        yield sys.stdin.buffer
        return
    if file == "-" or not os.access(file, os.R_OK) or Path(file).is_dir():
        raise NotFound("lines_not_readable")
    with Path(file).open("rb") as stream:
        yield stream


def _facts(result: LineResult) -> plain.Plain:
    if result.error is not None:
        return {"line": result.number, "error": facts_of_error(result.error)}
    taken = result.taken
    assert taken is not None, "a line is taken or refused"
    if taken.entrustment is not None and taken.job is not None:
        return {"line": result.number, **_job_facts(taken.entrustment, taken.job, result)}
    if taken.case is None:
        draft: plain.Plain = {"case": None, "case_no": None, "state": "DRAFT", "notices": [], "due": plain.due(None)}
        return {"line": result.number, **draft, "draft": taken.draft}
    return {"line": result.number, **_case_facts(taken, result.papers)}


def _job_facts(whole: Entrustment, job: AgentJob, result: LineResult) -> plain.Plain:
    """What an agent took on: no case, and no date of the agency runs yet."""
    taken = result.taken
    return {
        "case": None,
        "case_no": None,
        "job": str(whole.number(job)),
        "entrustment": str(whole.id),
        "state": job.state.value,
        "notices": [{"kind": notice.kind, "number": notice.number, "pdf": path} for notice, path in result.papers],
        "due": {**plain.due(None), "agent": job.running.due.isoformat() if job.running else None},
        **({"again": True} if taken is not None and taken.again else {}),
    }


def _case_facts(taken: TakenIn, papers: tuple[tuple[IssuedNotice, str | None], ...]) -> plain.Plain:
    from counter_app.services.case_views import due_of

    case = taken.case
    assert case is not None, "drafts have no facts of a case"
    return {
        "case": str(case.id),
        "case_no": case.case_no or None,
        "state": case.state.value,
        "notices": [
            {"kind": notice.kind, "number": plain.number_of(case, notice), "pdf": path} for notice, path in papers
        ],
        "due": plain.due(due_of(case)),
        "provisional": plain.provisional(due_of(case)),
        **({"again": True} if taken.again else {}),
        **({"warnings": [_doubled(taken.doubles)]} if taken.doubles else {}),
    }


def _doubled(case: CaseId) -> plain.Plain:
    return {"code": "item_doubled", "case": str(case), "message": text("cli.item_doubled", case=str(case))}


def _for_people(result: LineResult) -> str:
    if result.error is not None:
        said = facts_of_error(result.error)
        return text("cli.line_refused", line=result.number, message=said["message"], remedy=said["remedy"])
    taken = result.taken
    if taken is not None and taken.entrustment is not None and taken.job is not None:
        number = str(taken.entrustment.number(taken.job))
        return text("jobs.line_taken", line=result.number, job=number, item=taken.job.item.name)
    if taken is None or taken.case is None:
        return text("cli.line_draft", line=result.number)
    state = text(f"states.{taken.case.state.value}")
    key = "cli.line_again" if taken.again else "cli.line_taken"
    line = text(key, line=result.number, case=str(taken.case.id), state=state)
    return f"{line}\n{text('cli.item_doubled', case=str(taken.doubles))}" if taken.doubles else line
