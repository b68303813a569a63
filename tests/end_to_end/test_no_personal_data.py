"""Nothing of a person is readable under the home, in the temp folder or in a log, whatever the day brought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.lines import accepted_line, bad_lines, good_line
from tests.support.programs import HallProgram, StationProgram, running

ENCODINGS = ("utf-8", "gbk", "utf-16-le", "utf-16-be")
BEGINNINGS = {
    "SQLite": b"SQLite format 3\0",
    "PDF": b"%PDF",
    "ZIP": b"PK\x03\x04",
    "PNG": b"\x89PNG",
    "JPEG": b"\xff\xd8\xff",
    "gzip": b"\x1f\x8b",
    "zstd": b"\x28\xb5\x2f\xfd",
}


@dataclass
class DayBehind:
    """What is left on the disk after a day, and whose data went through it."""

    station: StationProgram
    values: list[str]

    def files(self) -> Iterator[Path]:
        for folder in (self.station.home, self.station.temp):
            yield from (path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DayBehind]:
    folder = tmp_path_factory.mktemp("private")
    hall = HallProgram.at(folder)
    with running(hall):
        station = StationProgram.at(folder).enrol(hall)
        lines = [_renamed(line) for line in (accepted_line("elder_allowance", 3), *map(good_line, range(40, 46)))]
        lines[0] = _with_scan(lines[0], folder)
        draft = {**_renamed(good_line(60)), "outcome": "draft", "key": "draft"}
        case = station.intake(*lines, draft, *bad_lines().values()).lines[0]["case"]
        station.by_clerk("notice", case, "N02", "--out", str(folder / "out.pdf")).done()
        station.by_clerk("act", case, "annotate", "--data", '{"note": "\\u202e"}')
        station.run("sync").done()
        station.by_clerk("act", case, "submit").done()
        hall.stop()
        station.run("sync")
        station.run("cases", "--query", lines[0]["applicant"]["name"]).done()
        station.run("doctor").done()
        _end_in_a_defect(station, lines[0])
        yield DayBehind(station, [value for line in [*lines, draft] for value in _personal(line)])


def test_no_value_of_a_person_stands_in_any_file(day: DayBehind):
    wanted = {value.encode(encoding, "ignore") for value in day.values for encoding in ENCODINGS}
    assert len(day.values) > 30
    assert min(map(len, wanted)) >= 6, "shorter ones stand in sealed files by chance"
    found = [path for path in day.files() if any(value in path.read_bytes() for value in wanted)]
    assert found == []


def test_no_file_begins_as_something_that_can_be_opened(day: DayBehind):
    heads = {path: path.read_bytes()[:16] for path in day.files()}
    assert len(heads) > 15
    for kind, start in BEGINNINGS.items():
        assert [path for path, head in heads.items() if head.startswith(start)] == [], kind


def test_the_programs_leave_no_temporary_file(day: DayBehind):
    assert [path for path in day.station.temp.rglob("*") if path.is_file()] == []


def test_the_log_was_written_and_names_the_defect(day: DayBehind):
    [log] = (day.station.home / "logs").glob("*.log")
    assert "RuntimeError" in log.read_text()


def test_names_of_files_under_the_home_say_nothing(day: DayBehind):
    names = [str(path.relative_to(day.station.home)) for path in day.station.home.rglob("*")]
    assert not [name for name in names if any(value in name for value in day.values)]


def _personal(line: dict[str, Any]) -> Iterator[str]:
    for person in (line["applicant"], line.get("proxy", {})):
        yield from (person[key] for key in ("name", "id_number", "phone", "address") if person.get(key))


def _renamed(line: dict[str, Any]) -> dict[str, Any]:
    """The same people under names long enough to be looked for among random bytes."""
    changed = dict(line)
    for who, name in (("applicant", "欧阳慕兰"), ("proxy", "司徒望舒")):
        if who in line:
            changed[who] = {**line[who], "name": name}
    return changed


def _with_scan(line: dict[str, Any], folder: Path) -> dict[str, Any]:
    content = BytesIO()
    Image.new("RGB", (400, 300), "white").save(content, "JPEG")
    (folder / "scan.jpg").write_bytes(content.getvalue())
    first, *others = line["materials"]
    return {**line, "materials": [{**first, "files": [str(folder / "scan.jpg")]}, *others]}


def _end_in_a_defect(station: StationProgram, line: dict[str, Any]) -> None:
    """A run that ends in a fault of ours, with a person's data in the error's own words."""
    person = json.dumps(line["applicant"], ensure_ascii=False)
    script = (
        "import sys\n"
        "from counter_app.__main__ import Program\n"
        "from counter_app.cli.program import run\n"
        f"def broken(self, home): raise RuntimeError({person!r})\n"
        "Program.doctor = broken\n"
        f"sys.exit(run(['doctor', '--json', '--home', {str(station.home)!r}], Program()))\n"
    )
    ended = station.python(script)
    assert (ended.code, ended.error) == (1, "defect")
    assert not [value for value in _personal(line) if value in ended.out + ended.err]
