"""Printers, preprinted sheets and seals by command: `print`, `printer`, `sheet`, `stamps`, `stamp`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.cases import CaseArgument
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from counter_app.domain.errors import CounterError
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.print_jobs import Handed
    from counter_app.services.print_ways import Ways

LOOK_EVERY_S = 0.3

app = group()

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help=text("cli.option.kind"))]
PrinterOption = Annotated[str, typer.Option(metavar="QUEUE", help=text("cli.option.printer"))]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.reason"))]


@command(app, "print")
def print_(
    session: Session,
    case: CaseArgument,
    kind: KindArgument,
    printer: PrinterOption = "",
    copies: Annotated[int, typer.Option(min=1, max=9, help=text("cli.option.copies"))] = 1,
    reason: ReasonOption = "",
    wait: Annotated[float, typer.Option(min=0, help=text("cli.option.wait"))] = 20.0,
) -> None:
    """Give a paper to a print queue and watch the job, wait seconds at most; the last known state is answered.

    CounterError `no_printer_set_up`, `print_stopped` (what is stuck is taken back); raises as `Session.person`,
    `Papers.find`, `Claims.claim_to_print`, `PrintJobs.hand_over`.
    """
    from counter_app.services.print_jobs import Wish

    person, station, queues = session.person(), session.station(), session.composition.printer()
    found, issued = station.papers.find(case, kind)
    if not issued.prints:
        station.claims.claim_to_print(person, found, issued)
    name = _chosen(session, printer)
    handed = station.print_jobs.hand_over(person, found, issued, queues, Wish(name, copies, reason))
    state = _watched(session, handed, wait)
    station.print_jobs.written(handed, ended=state == "done")
    facts = {"kind": issued.kind, "number": plain.number_of(found, issued), "printer": name, "copies": copies}
    session.answer({**facts, "again": bool(issued.prints), "state": state}, text("cli.printed", printer=name))


@command(app, "printer")
def printer_(
    session: Session,
    printer: PrinterOption = "",
    duplex: Annotated[bool | None, typer.Option("--duplex/--one-sided", help=text("cli.option.duplex"))] = None,
    two_up: Annotated[bool | None, typer.Option("--two-up/--one-up", help=text("cli.option.two_up"))] = None,
) -> None:
    """What a queue can, and how papers are printed on it; with options after keeping those.

    CounterError `no_printer_set_up`, and as `Session.person`, `keep_checked_way`.
    """
    from counter_app.services.device_ports import PrintWay
    from counter_app.services.print_ways import keep_checked_way, ways_of

    name, queues = _chosen(session, printer), session.composition.printer()
    desk = session.station().desk
    with desk.store.read() as reading:
        ways = ways_of(reading, name)
    if duplex is not None or two_up is not None:
        session.person()
        chosen = PrintWay(ways.way.duplex if duplex is None else duplex, ways.way.two_up if two_up is None else two_up)
        ways = keep_checked_way(desk, queues, name, chosen)
    can = queues.abilities(name)
    facts = {"printer": name, "can": {"duplex": can.duplex, "two_up": can.two_up}, **_facts(ways)}
    session.answer(facts, text("cli.printer", printer=name))


@command(app, "sheet")
def sheet(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="SHEET", help=text("cli.option.sheet"))],
    printer: PrinterOption = "",
    x: Annotated[float | None, typer.Option("--x", metavar="MM", help=text("cli.option.sheet_x"))] = None,
    y: Annotated[float | None, typer.Option("--y", metavar="MM", help=text("cli.option.sheet_y"))] = None,
    scale: Annotated[float | None, typer.Option(metavar="PERCENT", help=text("cli.option.sheet_scale"))] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help=text("cli.option.sheet_on"))] = None,
    test_page: Annotated[Path | None, typer.Option(metavar="FILE.pdf", help=text("cli.option.test_page"))] = None,
    blank: Annotated[Path | None, typer.Option(metavar="FILE.pdf", help=text("cli.option.blank_sheet"))] = None,
) -> None:
    """Where on a preprinted sheet this queue prints, in mm and percent; with options after keeping those.

    test_page, blank: files with a page to measure and with the sheet's own print. CounterError `no_printer_set_up`,
    and as `Session.person`, `keep_sheet`, `blank_of`.
    """
    from counter_app.services.print_ways import OnSheet, blank_of, keep_sheet, page_to_measure, ways_of
    from forms.rendering.placement import Placement

    desk, queue = session.station().desk, _chosen(session, printer)
    with desk.store.read() as reading:
        kept = ways_of(reading, queue).sheets.get(name, OnSheet())
    if any(given is not None for given in (x, y, scale, on)):
        session.person()
        was = kept.placement
        placement = Placement(
            was.x_mm if x is None else x, was.y_mm if y is None else y, was.scale if scale is None else scale
        )
        kept = OnSheet(placement, kept.on if on is None else on)
        keep_sheet(desk, queue, name, kept)
    if test_page is not None:
        session.composition.write_out(test_page, page_to_measure(desk, name, queue, kept.placement))
    if blank is not None:
        session.composition.write_out(blank, blank_of(desk, name))
    where = kept.placement
    facts = {"sheet": name, "printer": queue, "on": kept.on, "x": where.x_mm, "y": where.y_mm, "scale": where.scale}
    session.answer(facts, text("cli.sheet_on" if kept.on else "cli.sheet_off", sheet=name, printer=queue))


@command(app, "stamps")
def stamps(session: Session) -> None:
    """Papers of the last 30 days that wait for their seal of rubber, a line each."""
    from counter_app.services.stamps import Stamps

    for row in Stamps(session.station().desk).waiting():
        facts = {
            "case": str(row.case.id),
            "kind": row.notice.kind,
            "number": plain.number_of(row.case, row.notice),
            "title": row.title,
            "seal": row.seal,
            "copies": row.copies,
            "by": row.by,
        }
        line = text("cli.to_stamp", number=facts["number"], title=row.title, seal=row.seal, n=row.copies, by=row.by)
        session.answer(facts, line)


@command(app, "stamp")
def stamp(
    session: Session,
    case: CaseArgument,
    kind: KindArgument,
    copies: Annotated[int | None, typer.Option(min=0, help=text("cli.option.stamped_copies"))] = None,
    number: Annotated[str, typer.Option(metavar="NUMBER", help=text("cli.option.paper_number"))] = "",
    without: Annotated[int, typer.Option(min=0, help=text("cli.option.without_seal"))] = 0,
    reason: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.without_reason"))] = "",
) -> None:
    """Note that a paper's copies bear the seal; without: how many never will, for a reason.

    Raises as `Session.person`, `Stamps.set`.
    """
    from counter_app.services.stamps import Stamps

    person = session.person()
    paper = Stamps(session.station().desk).set(person, case, kind, copies, number, without, reason)
    facts = {"case": case, "kind": paper.kind, "stamped": paper.stamped, "waiting": paper.to_stamp}
    session.answer(facts, text("cli.stamped", kind=paper.kind, n=paper.to_stamp))


def _chosen(session: Session, given: str) -> str:
    """The queue that was named, else the one of the settings, else the system's. CounterError `no_printer_set_up`."""
    if given:
        return given
    with session.station().desk.store.read() as reading:
        kept = reading.setting("printer")
    name = kept or session.composition.printer().default()
    if not name:
        raise CounterError("no_printer_set_up")
    return name


def _watched(session: Session, handed: Handed, wait_s: float) -> str:
    """The job's state once it ended, stuck, or the time is over. What is stuck is taken back: `print_stopped`."""
    from counter_app.services.print_jobs import BROKEN, ON_ITS_WAY, STOPPED, STUCK_S

    jobs, queues = session.station().print_jobs, session.composition.printer()
    end, moved_at = time.monotonic() + wait_s, time.monotonic()
    while True:
        state, why = jobs.look(handed, queues)
        moved_at = moved_at if state == STOPPED else time.monotonic()
        if state == STOPPED and time.monotonic() < moved_at + STUCK_S:
            time.sleep(LOOK_EVERY_S)
            continue
        if state in BROKEN:
            jobs.give_up(handed, queues)
            said = text(f"printing.why.{why}") if why else text("printing.why.unknown")
            raise CounterError("print_stopped", printer=handed.printer, why=said)
        if state not in ON_ITS_WAY or time.monotonic() > end:
            return state
        time.sleep(LOOK_EVERY_S)


def _facts(ways: Ways) -> dict[str, object]:
    sheets = {
        name: {"on": each.on, "x": each.placement.x_mm, "y": each.placement.y_mm, "scale": each.placement.scale}
        for name, each in ways.sheets.items()
    }
    return {"duplex": ways.way.duplex, "two_up": ways.way.two_up, "sheets": sheets}
