"""`counter bundle` and `hall bundle`: what they print, where they put files, and how they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from counter_app.adapters.file_vault import VAULT_FOLDER
from counter_app.adapters.home import exchange_lock
from counter_app.domain.people import Person, Role
from counter_app.services.papers import Papers
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync.hall.__main__ import main as run_hall
from tests.support.county import SmallCounty
from tests.support.in_process import Counter

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    made = SmallCounty(tmp_path)
    machine = made.add_station("QX03", "village")
    for n in (1, 2):
        machine.station.intake.take_in(CHIEF, example_line(BIRTH, "accept", n))
    yield made
    made.close()


@pytest.fixture
def counter(county: SmallCounty) -> Counter:
    return Counter(county.folder / "QX03", clock=county.clock)


def hall(county: SmallCounty, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """A command of the hall; the one JSON object that it says."""
    capsys.readouterr()
    try:
        run_hall([*arguments, "--json", "--home", str(county.folder / "hall")])
        ended = 0
    except SystemExit as end:
        ended = int(end.code or 0)
    assert ended == code
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_a_bundle_goes_to_the_hall_and_its_answer_back_by_commands(
    county: SmallCounty, counter: Counter, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bag, back, manifest = (str(tmp_path / name) for name in ("bag.ctb", "back.ctb", "list.pdf"))
    exported = counter.run("bundle", "export", bag, "--manifest", manifest).done().json
    assert (exported["cases"], exported["acknowledged"], exported["attachments"]) == (2, 0, 0)
    [part] = exported["parts"]
    assert (part["part"], part["file"], part["bytes"]) == (1, bag, Path(bag).stat().st_size)
    assert Path(manifest).read_bytes().startswith(b"%PDF")
    queue = counter.run("queue").done().json
    assert [row["state"] for row in queue["waiting"]] == ["in_bundle"] * 2
    assert {row["since"] for row in queue["waiting"]} == {exported["made"]}

    taken = hall(county, capsys, "bundle", "import", bag)
    assert (taken["events"], taken["duplicates"], taken["error"]) == (exported["events"], 0, None)
    again = hall(county, capsys, "bundle", "import", bag)
    assert (again["events"], again["duplicates"]) == (0, exported["events"])
    given = hall(county, capsys, "bundle", "export", "--station", "QX03", back)
    assert (given["acknowledged"], given["duplicates"]) == (exported["events"], 0)
    assert given["bytes"] == Path(back).stat().st_size

    imported = counter.run("bundle", "import", back).done().json
    assert imported["acknowledged"] == exported["events"]
    assert (imported["events"] > 0, imported["error"]) == (True, None)
    assert counter.run("queue").done().json["waiting"] == []
    nothing = counter.run("bundle", "import", back).done().json
    assert (nothing["events"], nothing["duplicates"]) == (0, imported["events"])


def test_parts_have_the_size_that_was_asked_for_and_text_can_go_alone(
    county: SmallCounty, counter: Counter, tmp_path: Path
) -> None:
    assert counter.run("bundle", "export", str(tmp_path / "bag.ctb"), "--part-size", "0").code == 2
    exported = counter.run("bundle", "export", str(tmp_path / "bag.ctb"), "--part-size", "1", "--events-only").done()
    assert len(exported.json["parts"]) == 1


def test_an_export_that_goes_without_a_scan_names_it_and_ends_as_the_exchange_does(
    county: SmallCounty, counter: Counter, tmp_path: Path
) -> None:
    picture = tmp_path / "scan.png"
    Image.effect_noise((60, 60), 90).save(picture)
    line: dict[str, Any] = example_line(BIRTH, "accept", 3)
    line["materials"][0]["files"] = [str(picture)]
    station = county.machines["QX03"].station
    station.intake.take_in(CHIEF, line)
    for sealed in (station.home / VAULT_FOLDER).glob("??/*"):
        sealed.unlink()
    ended = counter.run("bundle", "export", str(tmp_path / "bag.ctb"))
    assert (ended.code, ended.json["error"]["code"], ended.json["cases"]) == (1, "file_missing", 3)
    states = {(row["what"], row["state"]) for row in counter.run("queue").done().json["waiting"]}
    assert states == {("text", "in_bundle"), ("scans", "queued")}


def test_a_station_with_two_machines_gets_a_bundle_for_each(
    county: SmallCounty, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    county.machines["second"] = second_machine(county)
    given = hall(county, capsys, "bundle", "export", "--station", "QX03", str(tmp_path / "back.ctb"))
    assert [row["device"] for row in given["bundles"]] == ["QX03-01", "QX03-02"]
    files = [tmp_path / "back-QX03-01.ctb", tmp_path / "back-QX03-02.ctb"]
    assert all(file.is_file() for file in files)
    one = hall(county, capsys, "bundle", "export", "--station", "QX03", "--device", "QX03-02", str(tmp_path / "2.ctb"))
    assert [row["files"] for row in one["bundles"]] == [[str(tmp_path / "2.ctb")]]
    assert Counter(county.folder / "QX03").run("bundle", "import", str(files[1])).error == "bundle_other_device"


def second_machine(county: SmallCounty) -> Any:
    (county.folder / "QX03").rename(county.folder / "first")
    try:
        return county.add_station("QX03", "village")
    finally:
        (county.folder / "QX03").rename(county.folder / "second")
        (county.folder / "first").rename(county.folder / "QX03")


def test_a_revoked_machines_bundle_needs_a_supervisor_of_the_hall(
    county: SmallCounty, counter: Counter, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bag = str(tmp_path / "bag.ctb")
    counter.run("bundle", "export", bag).done()
    hall(county, capsys, "device", "revoke", "QX03-01")
    refused = hall(county, capsys, "bundle", "import", bag, code=1)
    assert (refused["error"]["code"], refused["events"]) == ("bundle_of_revoked", 0)
    monkeypatch.setenv("HALL_NEW_PIN", "123456")
    monkeypatch.setenv("HALL_PIN", "123456")
    hall(county, capsys, "user", "add", "李操作", "--role", "operator")
    hall(county, capsys, "user", "add", "孙值班", "--role", "supervisor", "--user", "李操作")
    assert hall(county, capsys, "bundle", "import", bag, code=1)["error"]["code"] == "hall_user_needed"
    by_operator = hall(county, capsys, "bundle", "import", bag, "--user", "李操作", code=1)
    assert by_operator["error"] == refused["error"]
    assert hall(county, capsys, "bundle", "import", bag, "--user", "孙值班")["events"] > 0


def test_refusals_are_said_in_three_parts_and_leave_no_file(
    county: SmallCounty, counter: Counter, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "note.ctb").write_bytes(b"hello")
    ran = counter.run("bundle", "import", str(tmp_path / "note.ctb"))
    assert (ran.code, ran.error, ran.json["files"][0]["part"]) == (1, "not_a_bundle", None)
    assert set(ran.json["error"]) == {"code", "message", "remedy"}
    ran = counter.run("bundle", "export", str(tmp_path / "no" / "bag.ctb"))
    assert (ran.code, ran.error) == (1, "bundle_folder_missing")
    assert counter.run("bundle", "export", str(tmp_path / "bag.ctb"), "--go-on").error == "bundle_not_begun"
    with exchange_lock(county.folder / "QX03"):
        busy = counter.run("bundle", "export", str(tmp_path / "bag.ctb"))
        assert (busy.code, busy.error) == (1, "busy")
    assert not list(tmp_path.glob("*bag*"))
    hall(county, capsys, "bundle", "import", str(tmp_path / "note.ctb"), code=1)
    unknown = hall(county, capsys, "bundle", "export", "--station", "QX77", "x", code=1)
    assert unknown["error"]["code"] == "station_unknown"
    assert counter.run("bundle").code == 2
