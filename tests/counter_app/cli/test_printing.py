"""`print`, `printer`, `sheet`, `stamps` and `stamp`, at a real printer behind a CUPS of our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.adapters.printing.cups_printer import CupsPrinter
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.cups import QUEUE, PrintService, print_service, until
from tests.support.in_process import Counter


@pytest.fixture(scope="module")
def service() -> Iterator[PrintService]:
    with print_service() as running:
        yield running


@pytest.fixture
def at(counter: Counter, service: PrintService, monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setenv("CUPS_SERVER", service.server)
    return counter


def test_a_paper_is_printed_stamped_and_printed_again_with_its_reason(at: Counter, service: PrintService) -> None:
    [taken] = at.intake(example_line(Catalogue.load().get("elder_allowance"), "receive", 1)).done().lines
    to_print = ("print", taken["case"], "N01", "--printer", QUEUE)
    assert at.refused("print", taken["case"], "N01", "--printer", "nowhere") == "no_printer"
    made = at.by_clerk(*to_print, "--copies", "2").done().json
    assert (made["printer"], made["copies"], made["again"], made["state"]) == (QUEUE, 2, False, "done")
    assert at.refused(*to_print) == "reprint_needs_reason"
    assert at.by_clerk(*to_print, "--reason", "原件丢了").done().json["again"] is True

    [waiting] = at.run("stamps").done().lines
    assert (waiting["case"], waiting["kind"], waiting["copies"]) == (taken["case"], "N01", 3)
    assert at.run("stamp", taken["case"], "N01").error == "user_needed"
    left = at.by_clerk("stamp", taken["case"], "N01", "--copies", "2").done().json
    assert (left["stamped"], left["waiting"]) == (2, 1)
    assert at.refused("stamp", taken["case"], "N01", "--copies", "2") == "copies_to_stamp"
    at.by_clerk("stamp", taken["case"], "N01", "--copies", "0", "--without", "1", "--reason", "撕了").done()
    assert at.run("stamps").done().lines == []
    assert at.is_whole()


def test_what_sticks_is_taken_back_and_comes_out_once(at: Counter, service: PrintService) -> None:
    [taken] = at.intake(example_line(Catalogue.load().get("elder_allowance"), "receive", 1)).done().lines
    before = len(service.received())
    service.take_out_paper()
    assert at.refused("print", taken["case"], "N01", "--printer", QUEUE, "--wait", "60") == "print_stopped"
    until(service.took_back, "the printer has dropped it")
    service.put_in_paper()
    assert at.by_clerk("print", taken["case"], "N01", "--printer", QUEUE).done().json["again"] is False
    waiting = [job for job in _titles() if taken["case"] in job]
    assert waiting == []
    assert len(service.received()) == before + 1


def _titles() -> list[str]:
    import cups

    assert CupsPrinter().names() == [QUEUE]
    jobs = cups.Connection().getJobs(which_jobs="not-completed", requested_attributes=["job-name"])
    return [attributes["job-name"] for attributes in jobs.values()]


def test_ways_and_sheets_are_kept_for_each_printer(at: Counter, tmp_path: Path) -> None:
    told = at.run("printer", "--printer", QUEUE).done().json
    assert (told["can"], told["two_up"]) == ({"duplex": True, "two_up": True}, False)
    assert at.run("printer", "--printer", QUEUE, "--two-up").error == "user_needed"
    assert at.by_clerk("printer", "--printer", QUEUE, "--two-up", "--duplex").done().json["two_up"] is True
    assert at.by_clerk("printer", "--printer", QUEUE, "--one-up").done().json["duplex"] is True

    page, blank = tmp_path / "page.pdf", tmp_path / "blank.pdf"
    placed = ("sheet", "N02@1", "--printer", QUEUE, "--x", "1.5", "--y", "-2", "--scale", "100.5", "--on")
    made = at.by_clerk(*placed, "--test-page", str(page), "--blank", str(blank)).done().json
    assert (made["x"], made["y"], made["scale"], made["on"]) == (1.5, -2.0, 100.5, True)
    assert "1.5" in PdfReader(page).pages[0].extract_text()
    assert "受理通知书" in PdfReader(blank).pages[0].extract_text()
    assert at.run("printer", "--printer", QUEUE).done().json["sheets"]["N02@1"]["x"] == 1.5
    assert at.by_clerk("sheet", "N02@1", "--printer", QUEUE, "--off").done().json["on"] is False
    assert at.refused("sheet", "N02@1", "--printer", QUEUE, "--x", "99") == "placement_out_of_range"
    assert at.refused("sheet", "N99@1", "--printer", QUEUE, "--on") == "sheet_unknown"
    assert at.run("sheet", "N02@99", "--printer", QUEUE, "--blank", str(blank)).error == "sheet_unknown"
