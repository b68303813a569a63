"""`jobs`, `job`: agent jobs (代办); `act` and `actions` take their numbers too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, facts_of_error, facts_of_possibility, state_named
from counter_app.domain.agent_job import JobState
from counter_app.domain.case import IssuedNotice
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.masking import mask_id_number, mask_name, mask_phone
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.agent_moves import JobPossibility
    from counter_app.services.jobs import JobView
    from counter_app.services.papers import Papers

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help=text("cli.option.job"))]

app = group()


@command(app, "jobs")
def jobs(
    session: Session,
    state: Annotated[str, typer.Option(metavar="STATE", help=text("cli.option.job_state"))] = "",
    query: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.query"))] = "",
) -> None:
    """Those not at an end, or of that state or query, a line each; names are clear for somebody who signed in.

    InvalidInput as `state_named`, `Session.person`.
    """
    wanted = state_named(JobState, state) if state else None
    station = session.station()
    signed_in = session.user is not None and session.person() is not None
    for view in station.jobs.listed(wanted, query):
        row = job_row(view, clear_name=signed_in)
        session.answer(row, "  ".join(str(row[key]) for key in ("job", "state_name", "applicant", "item_name")))


@command(app, "job")
def job(session: Session, number: JobArgument) -> None:
    """One of them, or all of an entrustment, a line each. NotFound as `Jobs.view`."""
    station = session.station()
    for view in station.jobs.view(number):
        session.answer(job_facts(view), *_for_people(view))


def act_on_job(session: Session, words: str, action: str, given: dict[str, object]) -> None:
    """`act JOB ACTION`: the jobs that it moved, a line each, with the papers that it issued."""
    station, person = session.station(), session.person()
    done = station.jobs.act(person, words, action, given)
    moved = {job.n for job in done.jobs}
    issued = issued_facts(station.papers, done.whole, done.notices)
    for view in station.jobs.view(str(done.whole.id)):
        if view.job.n in moved:
            session.answer({**job_facts(view), "issued": issued}, *_for_people(view))


def actions_of_job(session: Session, words: str) -> None:
    """`actions JOB`."""
    found = session.station().jobs.possibilities(session.person(), words)
    session.answer({"actions": [_possibility(row) for row in found]}, *(_sentence(row) for row in found))


def is_job(session: Session, words: str) -> bool:
    """Whether the words are the number of a job, or of an entrustment that this station knows."""
    return "." in words or session.station().jobs.knows(words)


def issued_facts(papers: Papers, whole: Entrustment, notices: tuple[IssuedNotice, ...]) -> list[plain.Plain]:
    """Papers as the contract has them, each with its kept file."""
    return [
        {"kind": notice.kind, "number": notice.number, "pdf": papers.kept_path(whole.id, notice)} for notice in notices
    ]


def job_row(view: JobView, *, clear_name: bool) -> plain.Plain:
    """A line of the list. Names are clear for signed-in people only, numbers for nobody."""
    job, applicant = view.job, view.whole.applicant
    return {
        "job": str(view.id),
        "entrustment": str(view.whole.id),
        "state": job.state.value,
        "state_name": state_name(job),
        "agent": view.whole.agent,
        "item": job.item.code,
        "item_name": job.item.name,
        "applicant": applicant.name if clear_name else mask_name(applicant.name),
        "id_number": mask_id_number(applicant.id_number),
        "phone": mask_phone(applicant.phone),
        "collected_at": plain.moment(job.collected_at_ms),
        "received_at": plain.moment(job.received_at_ms),
        "due": {"agent": job.running.due.isoformat() if job.running else None},
        "case": job.case or None,
        "case_no": job.case_no or None,
        "case_state": job.case_state or None,
        "at_hall": view.at_hall,
        "erased": view.whole.erased,
    }


def job_facts(view: JobView) -> plain.Plain:
    """One job with its two dates, its case, papers and events; of the person only what a list shows."""
    job = view.job
    row = job_row(view, clear_name=False)
    row.pop("phone")
    return {
        **row,
        "powers": list(view.whole.powers),
        "clock": None if job.clock is None else plain.plain_clock(job.clock),
        "materials": [
            {"id": taken.id, "form": taken.form, "copies": taken.copies, "pages": taken.pages}
            for taken in job.materials
        ],
        "submitted_at": plain.moment(job.submitted_at_ms),
        "backs": job.backs,
        "back_at": plain.moment(job.back_at_ms),
        "back_paper": job.back_paper or None,
        "decided_at": plain.moment(job.decided_at_ms),
        "fetched_at": plain.moment(job.fetched_at_ms),
        "licence_no": job.licence_no or None,
        "handed_at": plain.moment(job.handed_at_ms),
        "satisfaction": job.satisfaction or None,
        "fee_fen": job.fee_fen,
        "paid_at": plain.moment(job.paid_at_ms),
        "notices": [
            {
                "kind": notice.kind,
                "number": notice.number,
                "issued_at": plain.moment(notice.at_ms),
                "prints": notice.prints,
                "replaced": bool(notice.spoiled),
            }
            for notice in view.whole.notices
            if (notice.kind, notice.number) in job.papers
        ],
        "events": [plain.event(event) for event in view.events],
    }


def state_name(job: AgentJob) -> str:
    """The state in words; a result that the agent does not have in hand yet is told from one that is."""
    waits = job.state is JobState.RESULT and job.fetched_at_ms is None
    return text("job_states.RESULT_WAITS" if waits else f"job_states.{job.state.value}")


def _possibility(row: JobPossibility) -> plain.Plain:
    return facts_of_possibility(row, text(f"job_actions.{row.action.value}"))


def _sentence(row: JobPossibility) -> str:
    name = f"{row.action.value}  {text(f'job_actions.{row.action.value}')}"
    if row.why_not is None:
        return text("cli.action_possible", action=name)
    return text("cli.action_impossible", action=name, why=facts_of_error(row.why_not)["message"])


def _for_people(view: JobView) -> list[str]:
    lines = [text("cli.case_line", case=str(view.id), state=state_name(view.job), item=view.job.item.name)]
    if view.job.running is not None:
        lines.append(text("jobs.due_line", day=view.job.running.due))
    return lines
