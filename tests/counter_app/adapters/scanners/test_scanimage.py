"""Scanners through SANE, against SANE's own test backend: it has a glass, a feeder with ten sheets, and every fault."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from counter_app.adapters.scanners.scanimage import ScanImage
from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import RunningScan, ScanStep, ScanWish
from counter_app.services.pictures import Picture
from resources.texts import text

pytestmark = pytest.mark.skipif(shutil.which("scanimage") is None, reason="needs the package sane-utils")

Scanners = Callable[..., ScanImage]


@pytest.fixture
def sane(tmp_path: Path) -> Scanners:
    """Scanners with a configuration of their own; the words go into that of the test backend."""

    def made(*words: str, backends: str = "test", **environment: str) -> ScanImage:
        (tmp_path / "dll.conf").write_text(f"{backends}\n")
        (tmp_path / "test.conf").write_text("\n".join(["number_of_devices 1", *words]) + "\n")
        (tmp_path / "memory").mkdir(exist_ok=True)
        return ScanImage({**os.environ, "SANE_CONFIG_DIR": str(tmp_path), **environment})

    return made


def run(scan: RunningScan) -> list[ScanStep]:
    """All steps of a scan to its end."""
    steps = [scan.step(5)]
    while not steps[-1].is_over:
        steps.append(scan.step(5))
    return steps


def pages(steps: list[ScanStep]) -> list[Picture]:
    return [step.picture for step in steps if step.picture is not None]


def shape(picture: Picture) -> tuple[bytes, int, int]:
    """Kind (P5 grey, P6 colour), width and height of a PNM file."""
    found = re.match(rb"(P\d)\n(?:#.*\n)*(\d+) (\d+)\n", picture.content)
    assert found is not None
    return found[1], int(found[2]), int(found[3])


def test_the_feeder_gives_its_sheets_in_their_order_and_ends_when_it_is_empty(sane: Scanners) -> None:
    steps = run(sane().start("", ScanWish(feeder=True, colour=False, dpi=60)))
    assert [step.page for step in steps if step.picture] == list(range(1, 11))
    assert {shape(picture)[0] for picture in pages(steps)} == {b"P5"}
    assert (steps[-1].page, steps[-1].is_over) == (10, True)


def test_the_glass_gives_one_page_in_the_colour_and_the_dots_that_were_asked_for(sane: Scanners) -> None:
    [coarse] = pages(run(sane().start("test:0", ScanWish(dpi=50))))
    [fine] = pages(run(sane().start("test:0", ScanWish(dpi=100))))
    assert (shape(coarse)[0], coarse.dpi, coarse.flat) == (b"P6", 50, True)
    assert shape(fine)[1] == pytest.approx(2 * shape(coarse)[1], abs=2)


def test_what_a_scanner_can_do_is_known_before_it_is_asked(sane: Scanners) -> None:
    [found] = sane().devices()
    assert (found.name, found.title) == ("test:0", "Noname frontend-tester")
    can = sane().abilities(found.name)
    assert (can.feeder, can.glass, can.colour, can.resolutions) == (True, True, True, (1, 1200))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("NO_DOCS", "scanner_empty"),
        ("JAMMED", "scanner_jammed"),
        ("COVER_OPEN", "scanner_open"),
        ("DEVICE_BUSY", "scanner_busy"),
        ("IO_ERROR", "scanner_gone"),
        ("ACCESS_DENIED", "scanner_not_allowed"),
        ("NO_MEM", "scanner_failed"),
    ],
)
def test_each_fault_is_said_by_its_name_and_leaves_nothing_behind(
    sane: Scanners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, code: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "memory"))
    scan = sane(f'read-status-code "SANE_STATUS_{status}"').start("", ScanWish(feeder=True, dpi=20))
    with pytest.raises(CounterError) as refused:
        run(scan)
    assert refused.value.code == code
    assert text(f"errors.{code}.remedy")
    assert not list((tmp_path / "memory").iterdir())


def test_a_scan_says_how_far_it_is_and_ends_at_once_when_it_is_cancelled(
    sane: Scanners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "memory"))
    slow = sane("read-delay true", "read-delay-duration 200000", "read-limit true", "read-limit-size 4096")
    scan = slow.start("", ScanWish(dpi=150))
    seen = [scan.step(0.3)]
    while not seen[-1].percent:
        seen.append(scan.step(0.3))
    assert 0 < (seen[-1].percent or 0) < 100
    assert not any(step.picture or step.is_over for step in seen)
    assert list((tmp_path / "memory").iterdir())
    scan.cancel()
    assert not list((tmp_path / "memory").iterdir())


def test_without_a_scanner_or_the_program_the_reason_is_said(sane: Scanners, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(do: Callable[[], object]) -> str:
        with pytest.raises(CounterError) as error:
            do()
        return error.value.code

    assert refused(lambda: sane(backends="#").start("", ScanWish())) == "scanner_missing"
    assert refused(lambda: sane().start("test:7", ScanWish())) == "scanner_missing"
    monkeypatch.setenv("PATH", "")
    assert refused(sane().devices) == "scanner_not_installed"
