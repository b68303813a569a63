"""Papers at a real printer behind a CUPS of our own: whatever happens to the job, no paper comes out a second time."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.adapters.printing.cups_printer import CupsPrinter
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.services.device_ports import PLAIN, PrintWay
from counter_app.services.print_jobs import Handed, PrintJobs, Wish
from counter_app.services.print_ways import OnSheet, keep_sheet, keep_way, sheet_name
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.rendering.placement import Placement
from tests.support.cups import QUEUE, PrintService, print_service, until
from tests.support.homes import AGENT, EnrolledHome

AID = Catalogue.load().get("temporary_aid")


class Killed(BaseException):
    """The program ends here, whatever it was about to do."""


class KilledAfterHandingOver(CupsPrinter):
    """The real printer; the program dies when the queue has the job."""

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        super().print_pdf(printer, title, pdf, copies, way)
        raise Killed


@pytest.fixture(scope="module")
def running() -> Iterator[PrintService]:
    with print_service() as service:
        yield service


@pytest.fixture
def service(running: PrintService, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintService]:
    monkeypatch.setenv("CUPS_SERVER", running.server)
    yield running
    running.put_in_paper()
    running.mend()
    running.switch_off()
    running.switch_on()
    running.run("cupsenable", QUEUE)
    running.run("cancel", "-a", QUEUE)


@pytest.fixture
def printer(service: PrintService) -> CupsPrinter:
    return CupsPrinter()


class At:
    """A received case at its counter, and its N01 on the way to the printer."""

    def __init__(self, station: Station, service: PrintService, printer: CupsPrinter) -> None:
        self.station, self.service, self.printer = station, service, printer
        line = {**example_line(AID, "accept", 0), "outcome": "receive"}
        case = station.intake.take_in(AGENT, line).case
        assert case is not None
        self.id = case.id
        self.before = len(service.received())

    @property
    def jobs(self) -> PrintJobs:
        """As a run of the program that begins now finds them."""
        return PrintJobs(self.station.desk, self.station.papers, lambda _process: False)

    @property
    def case(self) -> Case:
        return self.station.cases.view(str(self.id)).case

    def print(self, reason: str = "", copies: int = 1, printer: CupsPrinter | None = None) -> Handed:
        notice = self.case.notice("N01")
        assert notice is not None
        wish = Wish(QUEUE, copies, reason)
        return self.jobs.hand_over(AGENT, self.case, notice, printer or self.printer, wish)

    def prints(self) -> int:
        notice = self.case.notice("N01")
        assert notice is not None
        return notice.prints

    def wait(self, handed: Handed, state: str) -> str:
        until(lambda: self.jobs.look(handed, self.printer)[0] == state, f"the job is {state}", 60)
        return self.jobs.look(handed, self.printer)[1]

    def ended(self, handed: Handed) -> str:
        until(lambda: self.jobs.look(handed, self.printer)[0] in {"failed", "done"}, "the job has ended", 60)
        return self.jobs.look(handed, self.printer)[0]

    def out(self) -> list[bytes]:
        """What came out of the printer since the case was received."""
        return self.service.received()[self.before :]

    def nothing_more_comes(self) -> None:
        """A job behind all others has come out: what was before it has ended."""
        last = CupsPrinter().print_pdf(QUEUE, "the last one", blank(), 1)
        until(lambda: self.printer.job_state(last) == "done", "the last job is out", 60)


def blank() -> bytes:
    from pypdf import PdfWriter

    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(target)
    return target.getvalue()


def said(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")


@pytest.fixture
def at(station: Station, service: PrintService, printer: CupsPrinter) -> At:
    return At(station, service, printer)


def refused(code: str, at: At, reason: str = "") -> None:
    with pytest.raises(CounterError) as refusal:
        at.print(reason)
    assert refusal.value.code == code


def test_a_paper_that_came_out_is_written_down_and_its_note_goes(at: At) -> None:
    handed = at.print(copies=2)
    at.wait(handed, "done")
    at.jobs.written(handed, ended=True)
    assert at.prints() == 2
    assert at.jobs.unsettled() == []


def test_printing_again_needs_a_reason_and_bears_the_mark(at: At) -> None:
    first = at.print()
    at.wait(first, "done")
    at.jobs.written(first, ended=True)
    with pytest.raises(InvalidInput, match="reprint_needs_reason"):
        at.print()
    again = at.print(reason="卡纸，印坏了")
    at.wait(again, "done")
    at.jobs.written(again, ended=True)
    assert ["补打" in said(pdf) for pdf in at.out()] == [False, True]
    last = at.station.cases.view(str(at.id)).events[-1]
    assert (last.kind, last.private) == ("printed", {"printer": QUEUE, "reason": "卡纸，印坏了"})


def test_out_of_paper_is_said_and_what_is_given_up_never_comes_out(at: At) -> None:
    at.service.take_out_paper()
    handed = at.print()
    assert at.wait(handed, "stopped") == "media_empty"
    at.jobs.give_up(handed, at.printer)
    until(at.service.took_back, "the printer has dropped it")
    at.service.put_in_paper()
    at.nothing_more_comes()
    assert (len(at.out()), at.prints(), at.jobs.unsettled()) == (1, 0, []), "only the last one of the test"


def test_a_printer_that_was_off_and_comes_back_prints_it_once(at: At) -> None:
    at.service.switch_off()
    assert at.wait(at.print(), "stopped") == "offline"
    again = at.print()
    at.service.switch_on()
    at.wait(again, "done")
    at.jobs.written(again, ended=True)
    at.nothing_more_comes()
    assert [said(pdf) != "" for pdf in at.out()] == [True, False]


def test_given_up_while_the_print_service_is_away_is_taken_back_by_the_next_window(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.service.switch_off()
    handed = at.print()
    at.wait(handed, "stopped")
    with monkeypatch.context() as away:
        away.setenv("CUPS_SERVER", "127.0.0.1:1")
        with pytest.raises(CounterError, match="no_print_service"):
            at.jobs.give_up(handed, at.printer)
    assert [note.given_up for note in at.jobs.unsettled()] == [True]
    assert at.jobs.settle_left(at.printer) == 0
    at.service.switch_on()
    at.nothing_more_comes()
    assert (len(at.out()), at.prints(), at.jobs.unsettled()) == (1, 0, [])


def test_killed_between_handing_over_and_noting_is_adopted_not_printed_again(at: At) -> None:
    with pytest.raises(Killed):
        at.print(printer=KilledAfterHandingOver())
    [note] = at.jobs.unsettled()
    at.wait(note, "done")
    refused("print_came_out", at)
    at.nothing_more_comes()
    assert (len(at.out()), at.prints(), at.jobs.unsettled()) == (2, 1, [])


def test_killed_while_the_printer_is_away_leaves_nothing_that_comes_out_later(at: At) -> None:
    at.service.switch_off()
    with pytest.raises(Killed):
        at.print(printer=KilledAfterHandingOver())
    at.wait(at.jobs.unsettled()[0], "stopped")
    assert at.jobs.settle_left(at.printer) == 0, "a new window: nobody waits for it"
    at.service.switch_on()
    at.nothing_more_comes()
    assert (len(at.out()), at.prints()) == (1, 0)


def test_a_window_that_begins_writes_down_what_came_out_meanwhile(at: At) -> None:
    with pytest.raises(Killed):
        at.print(printer=KilledAfterHandingOver())
    at.wait(at.jobs.unsettled()[0], "done")
    assert at.jobs.settle_left(at.printer) == 1
    assert (at.prints(), at.jobs.unsettled()) == (1, [])


def test_a_job_that_another_program_watches_is_left_to_it(at: At) -> None:
    at.service.switch_off()
    handed = at.print()
    at.wait(handed, "stopped")
    with at.station.store.write() as writing:
        writing.save_setting("print_jobs", writing.setting("print_jobs").replace(f"/{os.getpid()}", "/4711"))
    watched = PrintJobs(at.station.desk, at.station.papers, lambda process: process == 4711)
    assert watched.settle_left(at.printer) == 0
    assert at.jobs.look(handed, at.printer)[0] == "stopped"


def test_a_paper_written_down_that_stuck_afterwards_is_taken_back_by_its_reprint(at: At) -> None:
    at.service.switch_off()
    handed = at.print()
    at.wait(handed, "stopped")
    at.jobs.written(handed, ended=False)  # nothing was known to keep it when it was written down
    again = at.print(reason="没有印出来")
    at.service.switch_on()
    at.wait(again, "done")
    at.nothing_more_comes()
    assert ["补打" in said(pdf) for pdf in at.out()] == [True, False]


def test_an_error_of_the_printer_leaves_the_paper_to_be_printed(at: At) -> None:
    at.service.break_down()
    for _ in range(3):  # of a few in a hundred CUPS never hears that they failed
        handed = at.print()
        if at.ended(handed) == "failed":
            break
    else:
        pytest.fail("three jobs in a row were thrown away, and CUPS says they came out")
    at.service.mend()
    last = at.print()
    at.wait(last, "done")
    at.jobs.written(last, ended=True)
    assert (at.prints(), len(at.out())) == (1, 1)


def test_two_copies_on_one_sheet_and_both_sides_where_the_printer_can(at: At) -> None:
    can = at.printer.abilities(QUEUE)
    assert can == PrintWay(duplex=True, two_up=True)
    keep_way(at.station.desk, QUEUE, PrintWay(two_up=True))
    handed = at.print(copies=2)
    at.wait(handed, "done")
    [sheet] = PdfReader(io.BytesIO(at.out()[0])).pages
    words = sheet.extract_text().replace(" ", "")
    assert words.count("收件凭证") >= 2, "the page stands on the sheet twice"


def test_a_preprinted_sheet_gets_the_data_alone_and_the_whole_paper_is_kept(at: At) -> None:
    notice = at.case.notice("N01")
    assert notice is not None
    sheet = sheet_name("N01", int(notice.template), at.case.item.licence)
    keep_sheet(at.station.desk, QUEUE, sheet, OnSheet(Placement(2, 3, 100), on=True))
    handed = at.print()
    at.wait(handed, "done")
    out, kept = said(at.out()[0]), said(at.station.papers.pdf(at.id, notice))
    assert at.case.applicant.name in out
    assert "材料名称" in kept
    assert "材料名称" not in out


def test_a_command_killed_in_the_middle_prints_no_second_time(home: EnrolledHome, at: At) -> None:
    """The real kill -9, with the job in the queue of a printer that is out of paper."""
    at.service.take_out_paper()
    notice = at.case.notice("N01")
    assert notice is not None
    program = (
        "import sys; from pathlib import Path; from counter_app.bootstrap import open_station;"
        "from counter_app.adapters.printing.cups_printer import CupsPrinter;"
        "from counter_app.services.print_jobs import Wish; from tests.support.homes import AGENT;"
        "s = open_station(Path(sys.argv[1])); c, n = s.papers.find(sys.argv[2], 'N01');"
        "s.print_jobs.hand_over(AGENT, c, n, CupsPrinter(), Wish(sys.argv[3], 1)); print('handed', flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(home.path), str(at.id), QUEUE]
    folder = Path(__file__).parents[3]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"handed\n"
        os.kill(process.pid, signal.SIGKILL)
    [note] = at.jobs.unsettled()
    at.wait(note, "stopped")
    again = at.print()
    until(at.service.took_back, "the printer has dropped what was killed")
    at.service.put_in_paper()
    at.wait(again, "done")
    at.jobs.written(again, ended=True)
    at.nothing_more_comes()
    assert (len(at.out()), at.prints()) == (2, 1)
