from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.adapters.printing.cups_printer import CupsPrinter
from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from counter_app.services.device_ports import PrintWay
from forms.rendering.render import preview_sample
from forms.rendering.twice import twice_each
from resources.texts import has_text
from tests.support.cups import QUEUE, PrintService, print_service, until

PDF = preview_sample(NoticeKind.ACCEPTANCE)
TITLE = "受理通知书 D1-0001-M"
ENDED = ("done", "failed")


@pytest.fixture(scope="module")
def running() -> Iterator[PrintService]:
    with print_service() as service:
        yield service


@pytest.fixture
def service(running: PrintService, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintService]:
    """The service with its printer on, paper in it, and nothing in the queue."""
    monkeypatch.setenv("CUPS_SERVER", running.server)
    yield running
    running.put_in_paper()
    running.mend()
    running.run("cupsenable", QUEUE)
    running.run("cupsaccept", QUEUE)
    running.run("cancel", "-a", QUEUE)


@pytest.fixture
def printer(service: PrintService) -> CupsPrinter:
    return CupsPrinter()


def words(pdf: bytes, tmp_path: Path) -> str:
    (tmp_path / "page.pdf").write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-raw", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s", "", read.stdout)


def wait_for(printer: CupsPrinter, job: str, state: str) -> None:
    """Wait until the job is so; one that ended otherwise never will be."""
    assert awaited(printer, job, {state, *ENDED}) == state


def awaited(printer: CupsPrinter, job: str, states: Collection[str]) -> str:
    until(lambda: printer.job_state(job) in states, f"job {job} is one of {states}", seconds=120)
    return printer.job_state(job)


def refusal(printer: CupsPrinter, queue: str = QUEUE) -> CounterError:
    with pytest.raises(CounterError) as refused:
        printer.print_pdf(queue, TITLE, PDF, 1)
    return refused.value


def test_what_comes_out_reads_like_what_was_sent(
    printer: CupsPrinter, service: PrintService, tmp_path: Path
) -> None:
    before = len(service.received())
    job = printer.print_pdf(QUEUE, TITLE, PDF, 1)
    wait_for(printer, job, "done")
    [received] = service.received()[before:]
    assert words(received, tmp_path) == words(PDF, tmp_path)
    assert service.received_names()[-1] == TITLE


def test_the_queues_are_named_and_the_default_may_be_none(printer: CupsPrinter, service: PrintService) -> None:
    assert printer.names() == [QUEUE]
    assert printer.default() in {None, QUEUE}


def test_out_of_paper_is_told_and_the_job_goes_on_with_new_paper(printer: CupsPrinter, service: PrintService) -> None:
    service.take_out_paper()
    job = printer.print_pdf(QUEUE, TITLE, PDF, 1)
    wait_for(printer, job, "stopped")
    assert printer.why_stopped(job) == "media_empty"
    service.put_in_paper()
    wait_for(printer, job, "done")
    assert printer.why_stopped(job) == ""


def test_a_job_given_up_on_and_cancelled_never_comes_out(printer: CupsPrinter, service: PrintService) -> None:
    service.switch_off()
    given_up = printer.print_pdf(QUEUE, "given up", PDF, 1)
    wait_for(printer, given_up, "stopped")
    assert printer.why_stopped(given_up) == "offline"
    printer.cancel(given_up)
    wait_for(printer, given_up, "failed")
    service.switch_on()
    wait_for(printer, printer.print_pdf(QUEUE, "the next one", PDF, 1), "done")
    assert service.received_names()[-1] == "the next one"
    assert "given up" not in service.received_names()


def test_jobs_are_found_by_their_title_also_when_they_have_ended(printer: CupsPrinter, service: PrintService) -> None:
    ended = printer.print_pdf(QUEUE, "收件凭证 #a1", PDF, 1)
    wait_for(printer, ended, "done")
    service.run("cupsdisable", QUEUE)
    waiting = printer.print_pdf(QUEUE, "收件凭证 #a1", PDF, 1)
    printer.print_pdf(QUEUE, "收件凭证 #a12", PDF, 1)
    assert printer.jobs("收件凭证 #a1") == [ended, waiting]
    assert printer.jobs("收件凭证") == []


def test_a_job_is_found_after_the_service_has_put_it_away_too(printer: CupsPrinter, service: PrintService) -> None:
    title = f"{TITLE} #put-away"
    job = printer.print_pdf(QUEUE, title, PDF, 1)
    until(lambda: title in service.received_names(), "it has come out")
    time.sleep(4)  # cupsd puts ended jobs away at its next idle moment; a question about the job would keep it open
    assert printer.jobs(title) == [job]


def test_both_sides_and_two_to_a_sheet_reach_the_printer(printer: CupsPrinter, service: PrintService) -> None:
    assert printer.abilities(QUEUE) == PrintWay(duplex=True, two_up=True)
    before = len(service.received())
    for way in (PrintWay(), PrintWay(duplex=True), PrintWay(two_up=True), PrintWay(duplex=True, two_up=True)):
        wait_for(printer, printer.print_pdf(QUEUE, TITLE, twice_each(PDF), 1, way), "done")
    pages = [len(PdfReader(io.BytesIO(pdf)).pages) for pdf in service.received()[before:]]
    assert pages == [2, 2, 1, 1] or pages == [2, 2, 1, 2], "a back page that is empty may be there"
    assert service.received_sides()[before:] == [
        "one-sided", "two-sided-long-edge", "one-sided", "two-sided-short-edge"
    ]  # fmt: skip
    with pytest.raises(CounterError, match="no_printer"):
        printer.abilities("counter2")


def test_a_printer_that_is_off_is_seen_in_a_chinese_system_too(printer: CupsPrinter, service: PrintService) -> None:
    service.switch_off()
    send = (
        "import sys; from counter_app.adapters.printing.cups_printer import CupsPrinter;"
        "print(CupsPrinter().print_pdf(sys.argv[1], 'chinese', sys.stdin.buffer.read(), 1))"
    )
    chinese = {**os.environ, "LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"}
    command = [sys.executable, "-c", send, QUEUE]
    job = subprocess.run(command, input=PDF, env=chinese, capture_output=True, check=True).stdout.decode().strip()
    try:
        wait_for(printer, job, "stopped")
        assert printer.why_stopped(job) == "offline"
    finally:
        printer.cancel(job)
        service.switch_on()


def test_a_paused_queue_holds_the_job(printer: CupsPrinter, service: PrintService) -> None:
    service.run("cupsdisable", QUEUE)
    job = printer.print_pdf(QUEUE, TITLE, PDF, 1)
    assert (printer.job_state(job), printer.why_stopped(job)) == ("stopped", "paused")
    service.run("cupsenable", QUEUE)
    wait_for(printer, job, "done")


def test_a_printer_that_breaks_down_on_the_job_fails_it(printer: CupsPrinter, service: PrintService) -> None:
    service.break_down()
    for _ in range(3):  # of a few in a hundred CUPS never hears that they failed (see job_state)
        if awaited(printer, printer.print_pdf(QUEUE, TITLE, PDF, 1), ENDED) == "failed":
            return
    pytest.fail("three jobs in a row were thrown away, and CUPS says they came out")


def test_a_queue_that_is_gone_or_takes_nothing_or_a_service_that_is_off(
    printer: CupsPrinter, service: PrintService, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(printer, "counter2").code == "no_printer"
    service.run("cupsreject", QUEUE)
    refused = refusal(printer)
    assert refused.code == "print_failed"
    assert "not accepting" in str(refused.params["reason"])
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")
    assert refusal(printer).code == "no_print_service"


def test_cancelling_what_ended_changes_nothing(printer: CupsPrinter, service: PrintService) -> None:
    job = printer.print_pdf(QUEUE, TITLE, PDF, 1)
    wait_for(printer, job, "done")
    printer.cancel(job)
    assert printer.job_state(job) == "done"


def test_a_job_that_the_service_has_forgotten_counts_as_failed(printer: CupsPrinter, service: PrintService) -> None:
    assert printer.job_state("99999") == "failed"
    printer.cancel("99999")


def test_without_pycups_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cups", None)
    with pytest.raises(CounterError) as refused:
        CupsPrinter().names()
    assert refused.value.code == "no_print_service"


def test_every_reason_has_its_sentence() -> None:
    from counter_app.adapters.printing.cups_printer import _REASONS

    assert all(has_text(f"printing.why.{code}") for code in _REASONS.values() if code)
