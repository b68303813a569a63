"""`counter scan`: light files of what lies in the feeder or under the camera, ready for an intake line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter_app.adapters.scan_files import media_type
from tests.support.in_process import Counter
from tests.support.sheets import page_of_text, png, seen_at_a_slant

needs_sane = pytest.mark.skipif(shutil.which("scanimage") is None, reason="needs the package sane-utils")


@needs_sane
def test_every_sheet_of_the_feeder_becomes_a_light_file_and_earlier_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text('number_of_devices 1\ntest-picture "Grid"\nbr_x 60\nbr_y 80\n')
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    counter = Counter(tmp_path / "home")
    [found] = counter.run("scanners").done().json["scanners"]
    assert found["name"] == "test:0"
    first = counter.run("scan", "--out", str(tmp_path), "--dpi", "100").done().json["pages"]
    pages = counter.run("scan", "--out", str(tmp_path), "--feeder", "--grey", "--dpi", "100").done().json["pages"]
    assert (len(first), len(pages)) == (1, 10)
    assert [Path(page["file"]).stem for page in first + pages] == [f"page-{n:02d}" for n in range(1, 12)]
    for page in pages:
        content = Path(page["file"]).read_bytes()
        assert media_type(content) == page["type"]
        assert len(content) == page["bytes_after"] < page["bytes_before"]
    assert counter.run("scan", "--out", str(tmp_path), "--device", "nobody:1").error == "scanner_missing"


def test_a_camera_gives_the_sheet_alone(tmp_path: Path) -> None:
    view = tmp_path / "view.png"
    view.write_bytes(png(seen_at_a_slant(page_of_text(), 25, 3)))
    counter = Counter(tmp_path / "home")
    [page] = counter.run("scan", "--out", str(tmp_path), "--camera", f"picture:{view}").done().json["pages"]
    assert page["cut"]
    assert 80 < page["dpi"] < 110
    assert counter.run("scan", "--out", str(tmp_path), "--camera", "/dev/video77").error == "camera_missing"
    assert counter.run("scan", "--out", str(tmp_path), "--camera", "/dev/full").error == "camera_busy"
