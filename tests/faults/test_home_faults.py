"""Homes that cannot be opened, written or shared: a clear refusal, and everything saved is still there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from io import FileIO
from pathlib import Path
from unittest.mock import patch

import pytest

from counter_app.adapters.home import exchange_lock
from counter_app.bootstrap import STORE_FILE, open_station
from tests.support.disks import make_read_only, mounted
from tests.support.in_process import Counter
from tests.support.lines import accepted_line, good_line
from tests.support.programs import ROOT


@pytest.fixture(autouse=True)
def _as_root() -> None:
    if os.geteuid() != 0:
        pytest.fail("these tests mount small disks: run them as root")


def test_a_home_that_was_never_enrolled_says_so_and_stays_untouched(tmp_path: Path):
    assert Counter(tmp_path / "none").refused("cases") == "not_enrolled"
    assert not (tmp_path / "none").exists()


def test_a_file_in_the_place_of_the_home_is_refused(tmp_path: Path):
    (tmp_path / "home").write_text("no folder")
    assert Counter(tmp_path / "home").refused("enrol", "--hall", "http://127.0.0.1:9", "--code", "X") in {
        "home_not_a_folder", "enrolment_code_unreadable",
    }
    assert (tmp_path / "home").read_text() == "no folder"


def test_without_the_passphrase_nothing_opens(counter: Counter):
    assert counter.refused("cases", COUNTER_PASSPHRASE="") == "no_key"
    assert counter.refused("cases", COUNTER_PASSPHRASE="another") == "wrong_passphrase"
    assert counter.cases() == []


def test_a_locked_keyring_in_the_middle_of_the_day_is_said(counter: Counter):
    kept = counter.intake(good_line(1)).done().lines[0]["case"]
    keys = (counter.home / "keys.json").read_text()
    (counter.home / "keys.json").write_text(json.dumps({"version": 1, "kind": "keyring", "id": "0011"}))
    assert counter.refused("cases") == "keyring_locked"
    (counter.home / "keys.json").write_text(keys)
    assert counter.cases() == [kept]


@pytest.mark.parametrize(
    ("content", "code"), [("", "key_file_damaged"), ('{"version": 9, "kind": "file"}', "key_file_newer")]
)
def test_a_key_file_that_cannot_be_used_is_said(counter: Counter, content: str, code: str):
    (counter.home / "keys.json").write_text(content)
    assert counter.refused("cases") == code


def test_a_store_of_a_newer_program_is_not_touched(counter: Counter):
    _behind_its_back(counter, "UPDATE alembic_version SET version_num = '9999'")
    before = (counter.home / STORE_FILE).read_bytes()
    assert counter.refused("cases") == "store_newer"
    assert (counter.home / STORE_FILE).read_bytes() == before


def test_a_damaged_store_is_said(counter: Counter):
    file = counter.home / STORE_FILE
    _behind_its_back(counter)
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 30] = bytes(4096 * 27)
    file.write_bytes(content)
    ran = counter.run("verify")
    assert ran.code == 1
    assert ran.json.get("ok") is False or ran.error in {"store_damaged", "store_fault", "store_locked_out"}


@pytest.mark.parametrize("room", [0, 400_000], ids=["no byte left", "a little left"])
def test_a_full_disk_stops_the_step_and_keeps_what_was_saved(enrolled_home: Path, tmp_path: Path, room: int):
    with mounted(tmp_path / "disk", size="8m") as disk:
        shutil.copytree(enrolled_home, disk / "home")
        counter = Counter(disk / "home")
        few, many = _file_of(tmp_path, range(3)), _file_of(tmp_path, range(100, 120))
        confirmed = [row["case"] for row in counter.by_clerk("intake", str(few)).done().lines]
        _fill(disk, room)
        ran = counter.by_clerk("intake", str(many))
        assert ran.code == 1
        assert {row["error"]["code"] for row in ran.lines if "error" in row} == {"disk_full"}
        confirmed += [row["case"] for row in ran.lines if "case" in row]
        (disk / "filler").unlink()
        assert sorted(counter.cases()) == sorted(confirmed)
        assert counter.is_whole()
        counter.by_clerk("intake", str(many)).done()
        assert len(counter.cases()) == 23
        assert counter.is_whole()


def test_a_home_on_a_read_only_disk_is_said_and_unharmed(enrolled_home: Path, tmp_path: Path):
    with mounted(tmp_path / "disk", size="20m") as disk:
        shutil.copytree(enrolled_home, disk / "home")
        counter = Counter(disk / "home")
        lines = str(_file_of(tmp_path, range(1)))
        counter.by_clerk("intake", lines).done()
        make_read_only(disk)
        assert counter.refused("intake", lines) == "home_read_only"
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert len(counter.cases()) == 1


def test_a_file_for_somebody_goes_whole_or_not_at_all(counter: Counter, tmp_path: Path):
    case = counter.intake(accepted_line("elder_allowance", 1)).done().lines[0]["case"]
    with mounted(tmp_path / "stick", size="1m") as stick:
        _fill(stick)
        before = sorted(os.listdir(stick))
        assert counter.refused("notice", case, "N01", "--out", str(stick / "N01.pdf")) == "disk_full"
        assert sorted(os.listdir(stick)) == before
    assert counter.refused("notice", case, "N01", "--out", str(tmp_path)) == "out_is_folder"
    assert counter.refused("notice", case, "N01", "--out", str(tmp_path / "no" / "N01.pdf")) == "out_folder_missing"
    assert counter.by_clerk("notice", case, "N01", "--out", str(tmp_path / "N01.pdf")).done().json["reprint"] is False


def test_two_exchanges_of_one_home_are_one_too_many(counter: Counter):
    with exchange_lock(counter.home):
        ran = counter.run("sync")
    assert ran.error == "busy"
    assert str(os.getpid()) in ran.json["error"]["message"]
    assert counter.run("sync").json["error"]["code"] == "link_down"


def test_a_pin_wrong_five_times_locks_the_person_and_nobody_else(counter: Counter):
    counter.by_clerk("user", "add", "李雷", "--role", "clerk", COUNTER_NEW_PIN="135790").done()
    codes = [counter.refused("user", "add", "韩梅", "--role", "clerk", COUNTER_PIN="000000") for _ in range(6)]
    assert codes == ["pin_wrong"] * 4 + ["person_locked"] * 2
    assert counter.refused("actions", "QX03-01-0001-J") == "person_locked"
    found = counter.run("intake", os.devnull, "--user", "李雷", COUNTER_PIN="135790")
    assert found.code == 0


def test_people_are_named_with_care(counter: Counter):
    assert counter.refused("user", "add", "韩梅", "--role", "king") == "role_unknown"
    assert counter.refused("user", "add", "韩梅", "--role", "operator") == "role_unknown"
    assert counter.refused("user", "add", "  ", "--role", "clerk") == "name_empty"
    assert counter.refused("user", "add", "韩梅", "--role", "clerk", COUNTER_NEW_PIN="12345") == "pin_not_six_digits"
    assert counter.refused("user", "add", "韩梅", "--role", "clerk", COUNTER_NEW_PIN="") == "pin_needed"
    assert counter.run("actions", "QX03-01-0001-J", "--user", "韩梅").error == "person_unknown"


def test_killed_while_its_store_is_made_a_machine_enrols_again(tmp_path: Path):
    script = (
        "import os, signal, sys\n"
        "from sqlalchemy import Engine, event\n"
        "left = int(sys.argv[1])\n"
        "@event.listens_for(Engine, 'after_cursor_execute')\n"
        "def count(*_):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if left == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from pathlib import Path\n"
        "from tests.support.homes import enrol_without_a_hall\n"
        "enrol_without_a_hall(Path(sys.argv[2]))\n"
    )
    environment = {**os.environ, "COUNTER_PASSPHRASE": "station words", "PYTHONPATH": str(ROOT)}
    environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    home = tmp_path / "home"
    ended = [
        subprocess.run([sys.executable, "-c", script, str(at), str(home)], env=environment, check=False).returncode
        for at in (5, 25, 10_000)
    ]
    assert ended == [-signal.SIGKILL, -signal.SIGKILL, 0]
    counter = Counter(home)
    assert counter.run("user", "add", "王芳", "--role", "clerk,agent,chief").done().json["roles"][0] == "admin"
    assert sorted(path.name for path in home.iterdir() if ".new" in path.name) == []
    assert counter.is_whole()


def test_an_event_of_one_byte_too_many_is_refused_whole(counter: Counter):
    gaps = [{"material": "id_card", "problem": "missing", "demand": "补" * 499} for _ in range(50)]
    line = {**accepted_line("elder_allowance", 1), "outcome": "correct", "gaps": gaps}
    assert counter.intake(line).lines[0]["error"]["code"] == "event_too_big"
    assert counter.cases() == []
    assert counter.is_whole()


def test_a_restored_home_is_verified_as_its_backup_was(counter: Counter, tmp_path: Path):
    counter.intake(good_line(1), good_line(2)).done()
    kept = counter.run("backup", str(tmp_path / "kept")).done().json
    restored = Counter(tmp_path / "restored")
    assert restored.run("restore", str(tmp_path / "kept")).done().json["head"] == kept["head"]
    found = restored.run("verify").done().json
    assert (found["ok"], found["events"], found["head"]) == (True, kept["events"], kept["head"])


def test_one_byte_of_one_event_changed_is_found(counter: Counter):
    counter.intake(good_line(1), good_line(2)).done()
    change = "UPDATE journal SET public = public || x'00' WHERE seq = 2"
    _behind_its_back(counter, "DROP TRIGGER journal_no_update", change)
    found = counter.run("verify")
    assert found.code == 1
    assert found.json["problems"][0] == "QX03-01 2: public_changed"


def _behind_its_back(counter: Counter, *statements: str) -> None:
    """Change the store as only somebody with its key could; all of it is in the one file afterwards."""
    keys = {"COUNTER_PASSPHRASE": "station words", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    with patch.dict(os.environ, keys):
        station = open_station(counter.home)
    connection = station.store.engine.raw_connection()
    for statement in (*statements, "PRAGMA wal_checkpoint(TRUNCATE)"):
        connection.cursor().execute(statement)
    connection.close()
    station.close()


def _file_of(folder: Path, numbers: range) -> Path:
    file = folder / f"lines-{numbers.start}.jsonl"
    file.write_text("\n".join(json.dumps(good_line(n)) for n in numbers))
    return file


def _fill(disk: Path, room: int = 0) -> None:
    """Fill the disk to the last byte, then give some room back."""
    with (disk / "filler").open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            _write_on(file)
        file.truncate(max(0, file.tell() - room))


def _write_on(file: FileIO) -> None:
    while True:
        file.write(b"\1" * 4096)
