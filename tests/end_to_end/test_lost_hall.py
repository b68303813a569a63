"""The hall's machine is lost, or only its store: what a backup is worth then, with real keyrings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sync.key_vault import INDEX
from tests.support.key_files import quick_key_files
from tests.support.keyrings import NOWHERE, keyring, missing
from tests.sync.hall.conftest import RealHall

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"needs {missing()}")

WORDS = "四个 不相干的 words 再加数字 7"
OPERATOR = ("--user", "钱局")


@dataclass(frozen=True)
class Lost:
    """The hall whose keys lie in a keyring, a backup with words and one without, and what the commands answered."""

    hall: RealHall
    with_words: Path
    without: Path
    answered: dict[str, dict[str, object]]


def hall_on(home: Path, bus: str, words: str = "") -> RealHall:
    """A hall on the machine with that keyring, run by its operator, who knows the PIN."""
    more = {"DBUS_SESSION_BUS_ADDRESS": bus, "HALL_PASSPHRASE": words, "HALL_PIN": "246810"}
    return RealHall(home, home.parent, more=more)


def with_words(hall: RealHall, words: str) -> RealHall:
    return replace(hall, more={**hall.more, "HALL_PASSPHRASE": words})


def code_of(hall: RealHall, *arguments: str) -> str:
    code: str = hall.command(*arguments).json["error"]["code"]
    return code


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    with keyring(folder / "ring") as bus, quick_key_files():
        hall = hall_on(folder / "hall", bus)
        assert hall.command("init", "--sample").code == 0
        adding = replace(hall, more={**hall.more, "HALL_NEW_PIN": "246810"})
        assert adding.command("user", "add", "钱局", "--role", "operator,supervisor").code == 0
        files = {WORDS: folder / "with.bak", "": folder / "without.bak"}
        answered = {
            file.stem: with_words(hall, words).command("backup", str(file)).json for words, file in files.items()
        }
        yield Lost(hall, files[WORDS], files[""], answered)


def fingerprint(hall: RealHall) -> str:
    with hall.opened() as opened:
        return opened.fingerprint


@pytest.mark.parametrize("kind", ["keyring", "file"])
def test_file_and_passphrase_bring_the_same_hall_back_on_another_machine(lost: Lost, kind: str, tmp_path: Path) -> None:
    assert lost.answered["with"]["opens_with"] == "passphrase"

    def bring_back(bus: str) -> None:
        other = hall_on(tmp_path / "other", bus, WORDS)
        assert code_of(with_words(other, WORDS + "!"), "restore", str(lost.with_words), *OPERATOR) == "wrong_passphrase"
        assert code_of(with_words(other, ""), "restore", str(lost.with_words), *OPERATOR) == "no_key"
        assert code_of(other, "restore", str(lost.with_words)) == "hall_user_needed"
        assert not other.home.exists(), "what is refused writes nothing"
        done = other.command("restore", str(lost.with_words), *OPERATOR).json
        assert done["events"] == lost.answered["with"]["events"]
        assert json.loads((other.home / INDEX).read_text())["kind"] == kind
        there = with_words(other, {"keyring": "", "file": WORDS}[kind])
        assert fingerprint(there) == fingerprint(lost.hall), "the stations know it again"
        assert there.command("verify").json["ok"]
        assert there.command("recovered", *OPERATOR).json["generation"] == 2

    if kind == "file":
        bring_back(NOWHERE)
    else:
        with keyring(tmp_path / "ring") as bus:
            bring_back(bus)


def test_a_backup_without_a_passphrase_says_so_and_opens_on_its_own_machine_only(lost: Lost, tmp_path: Path) -> None:
    kept = lost.answered["without"]
    assert kept["opens_with"] == "this_machine"
    [warning] = kept["warnings"]  # type: ignore[misc]
    assert warning["code"] == "hall_backup_only_here"
    other = hall_on(tmp_path / "other", NOWHERE, WORDS)
    assert code_of(other, "restore", str(lost.without), *OPERATOR) == "hall_backup_key_elsewhere"
    assert not other.home.exists()
    here = hall_on(tmp_path / "here", lost.hall.more["DBUS_SESSION_BUS_ADDRESS"])
    assert here.command("restore", str(lost.without), *OPERATOR).code == 0
    assert fingerprint(here) == fingerprint(lost.hall)


def _gone(store: Path) -> None:
    store.unlink()


def _torn(store: Path) -> None:
    store.write_bytes(b"no database at all" * 500)


@pytest.mark.parametrize("happened", [_gone, _torn])
def test_a_store_that_is_gone_or_torn_is_restored_from_its_backup(
    lost: Lost, happened: Callable[[Path], None], tmp_path: Path
) -> None:
    bus = lost.hall.more["DBUS_SESSION_BUS_ADDRESS"]
    hall = hall_on(tmp_path / "hall", bus)
    assert hall.command("restore", str(lost.without), *OPERATOR).code == 0
    happened(hall.home / "hall.db")
    assert hall.command("verify").code == 1
    assert code_of(hall, "restore", str(lost.without), "--user", "别人") == "hall_user_or_pin_wrong"
    assert hall.command("restore", str(lost.without), *OPERATOR).code == 0
    assert hall.command("verify").json["ok"]


def test_a_hall_takes_no_backup_of_another(lost: Lost, tmp_path: Path) -> None:
    other = hall_on(tmp_path / "other", NOWHERE, WORDS)
    assert other.command("init").code == 0
    before = (other.home / INDEX).read_bytes()
    assert code_of(other, "restore", str(lost.with_words), *OPERATOR) == "hall_store_of_other"
    (other.home / "hall.json").unlink()
    assert code_of(other, "restore", str(lost.with_words), *OPERATOR) == "hall_store_of_other"
    assert (other.home / INDEX).read_bytes() == before
