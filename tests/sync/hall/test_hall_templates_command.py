"""`hall notices`: templates out into files, edited, checked, looked at, released, and shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.sync.hall.conftest import RealHall


def test_templates_go_out_are_edited_checked_looked_at_and_released(
    make_hall: Callable[[str], RealHall], tmp_path: Path
) -> None:
    hall, folder, seen = make_hall("hall"), tmp_path / "edit", tmp_path / "seen"
    hall.code_for("QX03")
    assert hall.command("notices", "export", "--out", str(folder)).json["n"] == 26
    a_file = str(folder / "N01.yaml")
    assert hall.command("notices", "export", "--out", a_file).json["error"]["code"] == "out_is_file"
    assert (folder / "lines.yaml").exists()
    for path in folder.glob("*.yaml"):
        if path.name not in {"N02.yaml", "lines.yaml"}:
            path.unlink()
    file = folder / "N02.yaml"
    source = file.read_text(encoding="utf-8")
    file.write_text(source.replace("  - {line: R-JD}\n", ""), encoding="utf-8")
    refused = hall.command("notices", "release", str(folder))
    assert refused.json["error"]["code"] == "template_faults"
    assert "R-JD" in refused.err
    file.write_text(source.replace("label: 是否收费", "label: 收费情况"), encoding="utf-8")
    assert hall.command("notices", "check", str(folder)).json["templates"] == ["N02.yaml"]
    assert hall.command("notices", "preview", str(folder), "--out", str(seen)).json["n"] == 3
    assert all(path.read_bytes().startswith(b"%PDF-1.4") for path in seen.iterdir())
    done = hall.command("notices", "release", str(folder)).json
    assert (done["release"], done["stations"]) == (1, 1)
    assert done["templates"] == [{"kind": "N02", "version": 1001}]
    assert hall.command("notices", "release", str(folder)).json["release"] is None
    shown = hall.command("notices", "show").json
    assert shown["own"] == 1
    again = tmp_path / "again"
    hall.command("notices", "export", "--out", str(again))
    assert (again / "N02.yaml").read_text(encoding="utf-8") == file.read_text(encoding="utf-8")
    assert hall.command("verify").json["ok"]
