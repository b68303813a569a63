"""F6 at the counter, by keys alone: feeder and camera, order, turning, a page thrown away and fetched back, faults."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.adapters.pictures.lazily import picture_means
from counter_app.adapters.scanners.scanimage import ScanImage
from counter_app.services.pictures import Ink, Picture, ScannedPage
from counter_app.ui.pages.scan.dialog import ScanDialog
from counter_app.ui.pages.scan.stack import PageStack
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until
from tests.support.sheets import page_of_text, png, seen_at_a_slant

OpenDesk = Callable[..., IntakeDesk]

needs_sane = pytest.mark.skipif(shutil.which("scanimage") is None, reason="needs the package sane-utils")


@pytest.fixture
def desk(open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IntakeDesk:
    """A counter with SANE's test scanner and a camera over a desk."""
    (tmp_path / "dll.conf").write_text("test\n")
    view = tmp_path / "desk.png"
    view.write_bytes(png(seen_at_a_slant(page_of_text((620, 877)), 20, 4, (1280, 960))))
    chosen: list[str] = []
    set_scanner(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    environment = {**os.environ, "SANE_CONFIG_DIR": str(tmp_path)}
    means = replace(picture_means(), scanner=ScanImage(environment))
    made = open_desk(pictures=means, camera=f"picture:{view}", files=lambda _over: chosen)
    made.chosen = chosen  # type: ignore[attr-defined]
    made.fill(1)
    made.page.parts.materials.table.choose("household_book")
    return made


def set_scanner(place: Path, *words: str) -> None:
    lines = ["number_of_devices 1", "br_x 60", "br_y 80", 'test-picture "Grid"', *words]
    (place / "test.conf").write_text("\n".join(lines) + "\n")


def opened(desk: IntakeDesk, source: str) -> ScanDialog:
    desk.press("F6")
    dialog = desk.window.open_dialog()
    assert isinstance(dialog, ScanDialog)
    wait_until(lambda: not dialog.take.reason())
    dialog.choose_source(source)
    return dialog


@needs_sane
def test_pages_of_scanner_and_camera_are_kept_in_the_order_that_was_given_them(desk: IntakeDesk) -> None:
    dialog = opened(desk, "glass")
    desk.press("F6")
    wait_until(lambda: not dialog.run.running)
    assert len(dialog.stack) == 1
    dialog.choose_source("camera")
    wait_until(dialog.camera.is_ready)
    desk.press("F6")
    wait_until(lambda: len(dialog.stack) == 2)
    first, second = (page for _key, page in dialog.stack.pages)
    desk.press("Ctrl+Up", "R")
    wait_until(lambda: dialog.stack.pages[0][1].turned == 1)
    turned = dialog.stack.pages[0][1]
    assert (turned.width, turned.height) == (second.height, second.width)
    desk.press("Del")
    assert [page for _key, page in dialog.stack.pages] == [first]
    desk.press("Z")
    assert [page for _key, page in dialog.stack.pages] == [turned, first]
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.taken("household_book").get("files"))
    files = desk.page.current.application.taken("household_book")["files"]
    vault = desk.station.desk.vault
    kept = [vault.get(bytes.fromhex(file.removeprefix("vault:"))) for file in files]
    assert kept == [turned.content, first.content]
    assert "减到" in desk.page.parts.scans._line.text()
    assert desk.window.focusWidget() is desk.page.parts.materials.table
    desk.press("Del")
    assert desk.page.current.application.taken("household_book")["files"] == files[:1]


@needs_sane
def test_escape_stops_a_scan_and_what_came_waits_for_the_next_time(desk: IntakeDesk, tmp_path: Path) -> None:
    dialog = opened(desk, "feeder")
    set_scanner(tmp_path, "read-delay true", "read-delay-duration 50000", "read-limit true", "read-limit-size 20000")
    desk.press("F6")
    wait_until(lambda: len(dialog.stack) >= 1)
    assert desk.page.has_work(), "the window does not lock in the middle of a scan"
    desk.press("Esc")
    wait_until(lambda: not dialog.run.running)
    assert desk.window.open_dialog() is dialog
    came = len(dialog.stack)
    assert came < 10
    desk.press("Esc")
    assert desk.window.open_dialog() is None
    assert len(opened(desk, "feeder").stack) == came
    wait_until(lambda: not list(tmp_path.glob("counter-scan-*")))


@needs_sane
def test_a_jam_is_said_with_its_remedy_and_takes_nothing_away(desk: IntakeDesk, tmp_path: Path) -> None:
    dialog = opened(desk, "glass")
    desk.press("F6")
    wait_until(lambda: len(dialog.stack) == 1 and not dialog.run.running)
    set_scanner(tmp_path, 'read-status-code "SANE_STATUS_JAMMED"')
    dialog.choose_source("feeder")
    desk.press("F6")
    wait_until(dialog.fault.isVisible)
    assert "卡纸" in dialog.fault.accessibleName()
    assert "慢慢抽出" in dialog.fault.accessibleName()
    assert len(dialog.stack) == 1
    assert not dialog.keep.reason()


@needs_sane
def test_a_chosen_picture_is_put_on_the_diet_and_a_document_stays_as_it_is(desk: IntakeDesk, tmp_path: Path) -> None:
    picture, document = tmp_path / "page.png", tmp_path / "form.pdf"
    picture.write_bytes(png(page_of_text((620, 877))))
    document.write_bytes(b"%PDF-1.4\n%%EOF\n")
    desk.chosen[:] = [str(picture), str(document)]  # type: ignore[attr-defined]
    dialog = opened(desk, "glass")
    dialog.files.click()
    wait_until(lambda: len(dialog.stack) == 2)
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.taken("household_book").get("files"))
    page, whole = desk.page.current.application.taken("household_book")["files"]
    assert page.startswith("vault:")
    assert whole == str(document)


def test_a_page_comes_back_where_it_was_thrown_away() -> None:
    def page(n: int) -> ScannedPage:
        return ScannedPage(Picture(b"."), bytes([n]), "image/png", b"", 1, 1, 0, Ink.LINE, cut=False)

    stack = PageStack()
    keys = [stack.add(page(n)) for n in range(3)]
    stack.throw_away(keys[1])
    stack.throw_away(keys[0])
    assert [stack.bring_back(), stack.bring_back(), stack.bring_back()] == [keys[0], keys[1], ""]
    assert [key for key, _page in stack.pages] == keys
    stack.move(keys[0], -1)
    stack.move(keys[0], 5)
    assert [key for key, _page in stack.pages] == [keys[1], keys[2], keys[0]]
