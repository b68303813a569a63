"""A station's machine is lost: what a backup of it is worth on another one, with real keyrings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from counter_app.bootstrap import KEY_SERVICE, PASSPHRASE, STORE_FILE
from sync.key_vault import INDEX, open_vault
from tests.support.homes import enrol_without_a_hall
from tests.support.in_process import Counter
from tests.support.key_files import quick_key_files
from tests.support.keyrings import NOWHERE, keyring, missing
from tests.support.lines import good_line
from tests.support.programs import CLERK

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"needs {missing()}")

WORDS = "四个 不相干的 words 再加数字 7"
KEPT = ("events", "head", "files")


@dataclass(frozen=True)
class Lost:
    """The station whose keyring answers on that bus, and the backups made of it: with words, and without."""

    counter: Counter
    with_words: Path
    without: Path
    answered: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    with keyring(folder / "ring") as bus, quick_key_files():
        machine = {"DBUS_SESSION_BUS_ADDRESS": bus, "COUNTER_PASSPHRASE": ""}
        with patch.dict(os.environ, machine):
            enrol_without_a_hall(folder / "home")
        counter = Counter(folder / "home", machine)
        counter.run("user", "add", CLERK, "--role", "clerk,agent,chief").done()
        counter.intake(good_line(1, "receive")).done()
        files = (folder / "with.bak", folder / "without.bak")
        answered = {
            file.stem: counter.run("backup", str(file), COUNTER_PASSPHRASE=words).done().json
            for file, words in zip(files, (WORDS, ""), strict=True)
        }
        yield Lost(counter, *files, answered)


@pytest.fixture(params=["keyring", "file"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where another machine keeps keys, and its bus."""
    if request.param == "file":
        yield request.param, NOWHERE
        return
    with keyring(tmp_path / "ring") as bus:
        yield request.param, bus


def machine_on(home: Path, bus: str) -> Counter:
    return Counter(home, {"DBUS_SESSION_BUS_ADDRESS": bus, "COUNTER_PASSPHRASE": ""})


def secret_files(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_file_and_passphrase_bring_the_whole_station_back_on_another_machine(
    lost: Lost, elsewhere: tuple[str, str], tmp_path: Path
) -> None:
    kind, bus = elsewhere
    kept = lost.answered["with"]
    assert (kept["opens_with"], kept["warnings"]) == ("passphrase", [])
    for folder in ("first", "second"):
        other = machine_on(tmp_path / folder, bus)
        restored = other.run("restore", str(lost.with_words), COUNTER_PASSPHRASE=WORDS).done().json
        assert [restored[name] for name in KEPT] == [kept[name] for name in KEPT]
        needed = {"keyring": "", "file": WORDS}[kind]  # as a machine that was enrolled there
        found = other.run("verify", COUNTER_PASSPHRASE=needed).done().json
        assert (found["ok"], found["events"], found["head"]) == (True, kept["events"], kept["head"])
        index = json.loads((other.home / INDEX).read_text())
        assert index["kind"] == kind
        assert WORDS.encode() not in secret_files(other.home)
    names = [(tmp_path / folder / INDEX).read_text() for folder in ("first", "second")]
    assert kind == "file" or names[0] != names[1], "two homes of one backup share no entry of the keyring"


def test_a_wrong_passphrase_or_none_is_said_and_nothing_is_left_behind(
    lost: Lost, elsewhere: tuple[str, str], tmp_path: Path
) -> None:
    other = machine_on(tmp_path / "home", elsewhere[1])
    assert other.refused("restore", str(lost.with_words), COUNTER_PASSPHRASE=WORDS + "!") == "wrong_passphrase"
    assert other.refused("restore", str(lost.with_words)) == "no_key"
    assert not other.home.exists()
    other.run("restore", str(lost.with_words), COUNTER_PASSPHRASE=WORDS).done()


def test_a_backup_without_a_passphrase_says_so_and_opens_on_its_own_machine_only(
    lost: Lost, elsewhere: tuple[str, str], tmp_path: Path
) -> None:
    kept = lost.answered["without"]
    assert kept["opens_with"] == "this_machine"
    [warning] = kept["warnings"]
    assert warning["code"] == "backup_only_here"
    assert "COUNTER_PASSPHRASE" in warning["remedy"]
    other = machine_on(tmp_path / "home", elsewhere[1])
    assert other.refused("restore", str(lost.without), COUNTER_PASSPHRASE=WORDS) == "backup_key_elsewhere"
    assert not other.home.exists()
    here = Counter(tmp_path / "here", lost.counter.settings)
    assert here.run("restore", str(lost.without)).done().json["head"] == kept["head"]
    assert here.is_whole()
    assert (here.home / INDEX).read_text() != (lost.counter.home / INDEX).read_text()


def test_a_folder_with_keys_takes_their_own_backup_only(lost: Lost, tmp_path: Path) -> None:
    other = machine_on(tmp_path / "home", NOWHERE)
    other.run("restore", str(lost.with_words), COUNTER_PASSPHRASE=WORDS).done()
    (other.home / STORE_FILE).unlink()
    assert other.run("restore", str(lost.without), COUNTER_PASSPHRASE=WORDS).done().json["events"]
    (other.home / STORE_FILE).unlink()
    with patch.dict(os.environ, {"DBUS_SESSION_BUS_ADDRESS": NOWHERE, "COUNTER_PASSPHRASE": WORDS}):
        enrol_without_a_hall(tmp_path / "stranger")
    strange = (tmp_path / "stranger" / INDEX).read_bytes()
    (other.home / INDEX).write_bytes(strange)
    assert other.refused("restore", str(lost.with_words), COUNTER_PASSPHRASE=WORDS) == "home_has_keys"
    assert (other.home / INDEX).read_bytes() == strange
    assert list(other.home.glob(f"{STORE_FILE}*")) == []


def test_the_keys_are_nowhere_in_clear(lost: Lost) -> None:
    with patch.dict(os.environ, lost.counter.settings):
        vault = open_vault(lost.counter.home, KEY_SERVICE, PASSPHRASE)
        secrets = [vault.load(name) for name in ("store", "device")]
    around = lost.with_words.read_bytes() + secret_files(lost.counter.home)
    for secret in secrets:
        assert secret is not None
        assert secret not in around
        assert secret.hex().encode() not in around
    assert WORDS.encode() not in around
