"""The live view: green when a sheet lies still, a straight page when it is taken, an error when the camera is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from pytestqt.qtbot import QtBot

from counter_app.adapters.pictures.lazily import picture_means
from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import PictureMeans
from counter_app.services.pictures import ScannedPage
from counter_app.ui.background import Background
from counter_app.ui.widgets.live_camera import LiveCamera
from tests.support.sheets import film, on_desk, page_of_text, png, seen_at_a_slant


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


@pytest.fixture
def means() -> PictureMeans:
    return picture_means()


@pytest.fixture
def view(qtbot: QtBot, background: Background, means: PictureMeans) -> Iterator[LiveCamera]:
    made = LiveCamera(background, means.work)
    qtbot.addWidget(made)
    yield made
    made.stop()


def test_the_frame_turns_green_over_a_sheet_that_lies_still_and_the_page_comes_out_straight(
    qtbot: QtBot, view: LiveCamera, means: PictureMeans, tmp_path: Path
) -> None:
    file = tmp_path / "desk.png"
    file.write_bytes(png(seen_at_a_slant(page_of_text(seal=True), 30, 5)))
    view.start(lambda: means.open_camera(f"picture:{file}"))
    qtbot.waitUntil(view.is_ready, timeout=10_000)
    with qtbot.waitSignal(view.page_taken, timeout=10_000) as taken:
        view.capture()
    page = taken.args[0]
    assert isinstance(page, ScannedPage)
    assert page.cut
    assert page.height / page.width == pytest.approx(2**0.5, rel=0.02)
    assert page.after < page.before / 3


def test_a_sheet_on_the_move_is_not_green_and_a_camera_pulled_out_is_told(
    qtbot: QtBot, view: LiveCamera, means: PictureMeans, tmp_path: Path
) -> None:
    page = page_of_text((620, 877))
    moving = [
        on_desk(page, [(100 + x, 40), (400 + x, 40), (400 + x, 460), (100 + x, 460)], (800, 500))
        for x in range(0, 240, 20)
    ]
    spec = "film:" + film(str(tmp_path / "film.avi"), moving)
    states: list[str] = []
    view.state_changed.connect(states.append)
    with qtbot.waitSignal(view.failed, timeout=10_000) as failed:
        view.start(lambda: means.open_camera(spec))
    error = failed.args[0]
    assert isinstance(error, CounterError)
    assert error.code == "camera_gone"
    assert states == ["opening", "moving", "off"]


def test_an_empty_desk_asks_for_the_sheet(
    qtbot: QtBot, view: LiveCamera, means: PictureMeans, tmp_path: Path
) -> None:
    file = str(tmp_path / "desk.png")
    cv2.imwrite(file, on_desk(page_of_text((62, 88)), [(10, 10), (40, 10), (40, 50), (10, 50)], (800, 500)))
    view.start(lambda: means.open_camera(f"picture:{file}"))
    qtbot.waitUntil(lambda: view.state() == "no_sheet", timeout=10_000)


def test_nothing_of_it_is_loaded_before_somebody_scans() -> None:
    code = (
        "import sys, counter_app.bootstrap, counter_app.ui.app; counter_app.bootstrap.picture_means(); "
        "print([name for name in ('cv2', 'numpy', 'PIL') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
