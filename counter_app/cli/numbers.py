"""`numbers`, `slips`: what became of every number, numbers that are spoiled or go back, and pads of blank slips."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli.commands import Home, Json, User, command, group
from counter_app.cli.session import Session
from counter_app.domain.errors import InvalidInput
from counter_app.domain.number_register import Run, Series
from counter_app.domain.number_report import report_to_plain, temporary_to_plain
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.number_register import SeriesReport
    from counter_app.services.numbers import NumbersReport

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=text("cli.option.spoil_reason"))]
Last = Annotated[int | None, typer.Option("--to", metavar="M", help=text("cli.option.to_number"))]
Year = Annotated[int | None, typer.Option("--year", metavar="Y", help=text("cli.option.year"))]

app = group()
numbers_app = group()
slips_app = group()
app.add_typer(numbers_app, name="numbers", help=text("cli.help.numbers"))
app.add_typer(slips_app, name="slips", help=text("cli.help.slips"))


@numbers_app.callback(invoke_without_command=True)
def numbers(
    context: typer.Context, year: Year = None, home: Home = None, user: User = None, as_json: Json = False
) -> None:
    """What became of each number of this machine; exit 1 where one is explained by nothing (specs domain 8.1)."""
    session: Session = context.obj
    session.also(home, user, as_json)
    if context.invoked_subcommand is not None:
        return
    found = session.station().numbers.report(year)
    temporary = [
        temporary_to_plain(
            str(each.case.id),
            each.notice.kind,
            each.notice.number,
            each.notice.final_number,
            spoiled=bool(each.notice.spoiled),
        )
        for each in found.temporary
    ]
    facts = report_to_plain(year, found.series, temporary)
    session.answer(facts, *_lines(found))
    session.exit_code = 0 if facts["explained"] else 1


@command(numbers_app, "spoil", help_key="numbers_spoil")
def spoil(
    session: Session,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help=text("cli.option.agency"))],
    kind: Annotated[str, typer.Argument(metavar="SERIES", help=text("cli.option.series"))],
    first: Annotated[int, typer.Argument(metavar="N", help=text("cli.option.notice_number"))],
    reason: Reason,
    last: Last = None,
    year: Year = None,
) -> None:
    """Burn numbers that stood on no paper, for a reason. Raises as `Session.person`, `Numbers.spoil`."""
    person, service = session.person(), session.station().numbers
    series = Series(agency, kind.upper(), year or _this_year(session))
    run = _run(first, last)
    service.spoil(person, series, run, reason)
    facts = {**series._asdict(), **run._asdict(), "reason": reason}
    session.answer(facts, text("cli.numbers_spoiled", first=run.first, last=run.last))


@command(numbers_app, "return", help_key="numbers_return")
def return_(session: Session) -> None:
    """Give back what is left of all blocks, because the machine is given up.

    Raises as `Session.person`, `Numbers.return_all`.
    """
    person, service = session.person(), session.station().numbers
    rows = [{**series._asdict(), **run._asdict()} for series, run in service.return_all(person)]
    count = sum(row["last"] - row["first"] + 1 for row in rows)
    session.answer({"returned": rows, "count": count}, text("cli.numbers_returned", count=count))


@command(numbers_app, "resume", help_key="numbers_resume")
def resume(session: Session) -> None:
    """Ask for blocks again with the next exchange. Raises as `Session.person`, `Numbers.resume`."""
    person, service = session.person(), session.station().numbers
    service.resume(person)
    session.answer({"resumed": True}, text("cli.numbers_resumed"))


@slips_app.callback(invoke_without_command=True)
def slips(
    context: typer.Context,
    count: Annotated[int, typer.Option("--count", metavar="N", help=text("cli.option.slips"))] = 10,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.pdf", help=text("cli.option.out"))] = None,
    home: Home = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """A pad of blank slips as a file; their numbers are reserved before it is written.

    Raises as `Session.person`, `Composition.check_out`, `Slips.reserve`.
    """
    session: Session = context.obj
    session.also(home, user, as_json)
    if context.invoked_subcommand is not None:
        return
    if out is None:
        raise typer.BadParameter(text("cli.usage.missing", name="--out"))
    person, service = session.person(), session.station().slips
    session.composition.check_out(out)  # before numbers are reserved for a pad that nobody could write
    pad = service.reserve(person, count)
    session.composition.write_out(out, pad.pdf)
    first, last = str(pad.slips[0]), str(pad.slips[-1])
    facts = {"first": first, "last": last, "count": len(pad.slips), "pdf": str(out.absolute())}
    session.answer(facts, text("cli.slips_written", first=first, last=last, file=str(out)))


@command(slips_app, "spoil", help_key="slips_spoil")
def spoil_slips(
    session: Session,
    first: Annotated[int, typer.Argument(metavar="N", help=text("cli.option.slip"))],
    reason: Reason,
    last: Last = None,
) -> None:
    """Burn slips that were torn or lost, for a reason. Raises as `Session.person`, `Slips.spoil`."""
    person, service = session.person(), session.station().slips
    run = _run(first, last)
    service.spoil(person, run, reason)
    facts = {**run._asdict(), "reason": reason}
    session.answer(facts, text("cli.slips_spoiled", first=run.first, last=run.last))


def _run(first: int, last: int | None) -> Run:
    run = Run(first, first if last is None else last)
    if not 0 < run.first <= run.last:
        raise InvalidInput("numbers_not_here", first=run.first, last=run.last)
    return run


def _this_year(session: Session) -> int:
    today: date = session.station().desk.today()
    return today.year


def _lines(found: NumbersReport) -> list[str]:
    lines = [line for series in found.series for line in _of_series(series)]
    lines += [
        text("cli.numbers_temporary", number=each.notice.number, final=each.notice.final_number or "-")
        for each in found.temporary
    ]
    doubts = sum(len(series.unexplained) for series in found.series)
    return [*lines, text("cli.numbers_doubts", count=doubts) if doubts else text("cli.numbers_explained")]


def _of_series(found: SeriesReport) -> list[str]:
    from counter_app.domain.number_report import series_to_plain

    plain = series_to_plain(found)
    counts = {name: sum(row["last"] - row["first"] + 1 for row in plain[name]) for name in ("spoiled", "returned")}
    left = sum(row["last"] - row["next"] + 1 for row in plain["open"])
    series = {**found.series._asdict(), "year": plain["year"] or "-"}
    head = text("cli.numbers_line", **series, used=plain["used"]["count"], **counts, open=left)
    return [
        head,
        *(
            text("cli.numbers_doubt", first=doubt.run.first, last=doubt.run.last, why=text(f"numbers.why.{doubt.why}"))
            for doubt in found.unexplained
        ),
    ]
