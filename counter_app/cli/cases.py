"""`case`, `cases`, `act`, `actions`: looking at cases and moving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.jobs import act_on_job, actions_of_job, is_job
from counter_app.cli.session import Session, facts_of_error, facts_of_possibility, json_object, state_named
from counter_app.domain.states import CaseState
from counter_app.services.sentences import holder_name
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.moves import Possibility
    from counter_app.services.case_views import CaseView

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help=text("cli.option.case"))]

app = group()


@command(app, "case")
def case(session: Session, case: CaseArgument) -> None:
    """The state, dates, papers and events of one; of the person only what a list shows. NotFound as `Cases.view`."""
    station = session.station()
    view, device = station.cases.view(case), station.whereabouts.device
    session.answer(plain.case_facts(view, device), *_for_people(view, device))


@command(app, "cases")
def cases(
    session: Session,
    query: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.query"))] = "",
    state: Annotated[str, typer.Option(metavar="STATE", help=text("cli.option.state"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, metavar="N", help=text("cli.option.limit"))] = 200,
) -> None:
    """A line each, newest first; names are clear for somebody who signed in.

    InvalidInput as `state_named`, `Session.person`.
    """
    from counter_app.services.stored_facts import CaseQuery

    states = frozenset({state_named(CaseState, state)}) if state else frozenset()
    station, columns = session.station(), ("case", "state_name", "applicant", "item_name", "holder_name")
    signed_in = session.user is not None and session.person() is not None
    for found in station.cases.search(CaseQuery(text=query, states=states, limit=limit)):
        row = plain.case_row(found, station.whereabouts.device, clear_name=signed_in)
        session.answer(row, "  ".join(str(row[key]) for key in columns))


@command(app, "act")
def act(
    session: Session,
    case: CaseArgument,
    action: Annotated[str, typer.Argument(metavar="ACTION", help=text("cli.option.action"))],
    data: Annotated[str, typer.Option(metavar="JSON", help=text("cli.option.data"))] = "",
    second: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.second"))] = "",
) -> None:
    """Do an action of the table (specs domain 5.3), of an agent job (5.4), or one beside them.

    At a shared desk the case is claimed first. Papers for a case that is not known here are noted for the station that
    has it. Raises as `Session.person`, `Claims.held`, `Acts.act`, `Jobs.act`; InvalidInput as `json_object`.
    """
    given = json_object(data)
    if is_job(session, case):
        act_on_job(session, case, action, given)
        return
    station, person = session.station(), session.person()
    if action == "take_papers" and station.elsewhere.is_unknown(case):
        taken = station.elsewhere.take_papers(person, case, given)
        session.answer({"case": str(taken), "state": None}, text("cli.taken_elsewhere", case=str(taken)))
        return
    agreeing, device = session.second(second), station.whereabouts.device
    with station.claims.held(person, case, action):
        done = station.acts.act(person, case, action, given, agreeing)
    view = station.cases.view(str(done.case.id))
    issued = [
        {
            "kind": notice.kind,
            "number": plain.number_of(done.case, notice),
            "pdf": station.papers.kept_path(done.case.id, notice),
        }
        for notice in done.notices
    ]
    session.answer({**plain.case_facts(view, device), "issued": issued}, *_for_people(view, device))


@command(app, "actions")
def actions(session: Session, case: CaseArgument) -> None:
    """Each action with whether this person may do it now, and what is in the way; changes nothing.

    Raises as `Session.person` and `Cases.possibilities`.
    """
    if is_job(session, case):
        actions_of_job(session, case)
        return
    station, person = session.station(), session.person()
    found = station.cases.possibilities(person, case)
    claims = station.claims.needed(person, case)
    session.answer(
        {"actions": [_possibility(row) for row in found], "claim_first": claims},
        *([text("cli.claim_first")] if claims else []),
        *(_sentence(row) for row in found),
    )


def _possibility(row: Possibility) -> plain.Plain:
    return {**facts_of_possibility(row, text(f"actions.{row.action.value}")), "rule": row.rule}


def _sentence(row: Possibility) -> str:
    name = f"{row.action.value}  {text(f'actions.{row.action.value}')}"
    if row.why_not is None:
        return text("cli.action_possible", action=name)
    why = facts_of_error(row.why_not)["message"]
    return text("cli.action_impossible", action=name, why=text("cli.why_by_rule", why=why, rule=row.rule))


def _for_people(view: CaseView, device: str) -> list[str]:
    found = view.case
    lines = [text("cli.case_line", case=str(found.id), state=text(f"states.{found.state.value}"), item=found.item.name)]
    if found.is_open:
        lines.append(text("cli.holder", who=holder_name(found.holder, device)))
    days, unsure = plain.due(view.due), plain.provisional(view.due)
    lines += [
        text(f"cli.due_{name}", day=text("ui.word.provisional_day", day=day) if name in unsure else day)
        for name, day in days.items()
        if day
    ]
    lines += [plain.moved_line(row) for row in view.moved]
    if view.rights is not None:
        lines.append(text("cli.rights", review=view.rights.review.day, lawsuit=view.rights.lawsuit.day))
    lines += [
        text("ui.case.opinion_line", name=row.name, opinion=text(f"opinions.{row.opinion}")) for row in view.opinions
    ]
    lines += [
        text("cli.event_line", at=plain.moment(event.at_ms), name=plain.event_name(event), user=event.user)
        for event in view.events
    ]
    return lines
