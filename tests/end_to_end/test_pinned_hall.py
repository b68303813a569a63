"""A hall whose certificate only its fingerprint vouches for, and what an administrator does when it moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app import bootstrap
from sync.hall import places
from tests.support.county import SmallCounty
from tests.support.in_process import Counter
from tests.support.key_files import quick_key_files
from tests.support.lines import good_line
from tests.support.tls import Certificate, self_signed, served

pytestmark = pytest.mark.usefixtures("papers_later")


def new_county(folder: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return SmallCounty(folder)


def new_code(county: SmallCounty) -> str:
    with county.hall.store.write() as conn:
        places.add_station(conn, "QX03", "清溪村便民服务站", None, None, None)
    return county.code_for("QX03")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bootstrap, "READER_SEARCH_S", 0.1)
    with quick_key_files():
        yield


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    made = new_county(tmp_path, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def certificates(tmp_path: Path) -> list[Certificate]:
    folders = [tmp_path / name for name in ("old", "renewed")]
    for folder in folders:
        folder.mkdir()
    return [self_signed(folder) for folder in folders]


def with_colons(pin: str) -> str:
    """As `openssl x509 -fingerprint` writes it."""
    return ":".join(pin[at : at + 2] for at in range(0, len(pin), 2)).upper()


@pytest.fixture
def counter(county: SmallCounty, tmp_path: Path) -> Counter:
    return Counter(tmp_path / "home", clock=county.clock)


def link_check(counter: Counter) -> str:
    checks = counter.run("doctor").json["checks"]
    return str(next(check["message"] for check in checks if check["name"] == "link"))


def test_a_pinned_hall_is_enrolled_at_settled_with_and_followed_to_its_new_certificate(
    county: SmallCounty, counter: Counter, certificates: list[Certificate]
) -> None:
    old, renewed = certificates
    code = new_code(county)
    with served(county.app, old) as url:
        enrol = ("enrol", "--hall", url, "--code", code)
        assert counter.run(*enrol).error == "not_the_hall", "a self-signed certificate, and nobody vouches for it"
        assert counter.run(*enrol, "--pin", renewed.pin).error == "not_the_hall"
        assert counter.run(*enrol, "--pin", old.pin[:-1]).error == "hall_pin"
        assert counter.run("enrol", "--hall", "http://127.0.0.1:9", "--code", code, "--pin", old.pin).error == (
            "pin_without_tls"
        )
        enrolled = counter.run(*enrol, "--pin", with_colons(old.pin)).done().json
        assert (enrolled["url"], enrolled["plain"], enrolled["pin"]) == (url, False, old.pin)
        counter.run("user", "add", "王芳", "--role", "clerk,chief,admin").done()
        counter.run("user", "add", "小李", "--role", "clerk", "--user", "王芳").done()
        counter.intake(good_line(1)).done()
        assert counter.run("sync").done().json["pushed"] > 0
        said = link_check(counter)
        assert url in said
        assert old.pin in said

    with served(county.app, renewed) as url:
        move = ("hall-address", url, "--pin", renewed.pin)
        assert counter.run(*move, "--user", "小李").error == "address_not_administrator"
        for wrong in ((), ("--pin", old.pin)):
            assert counter.by_clerk("hall-address", url, *wrong).error == "not_the_hall"
        assert counter.run("sync").json["error"]["code"] == "link_down", "the address of before still holds"
        moved = counter.by_clerk(*move).done().json
        assert (moved["url"], moved["pin"], moved["hall"]) == (url, renewed.pin, enrolled["hall"])
        assert counter.run("sync").done().json["error"] is None
    assert len(county.hall_cases()) == 1


def test_another_hall_at_a_new_address_is_not_taken_for_the_own_one(
    county: SmallCounty, counter: Counter, certificates: list[Certificate], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, foreign = certificates
    other = new_county(tmp_path / "other", monkeypatch)
    with served(county.app, own) as url, served(other.app, foreign) as elsewhere:
        counter.run("enrol", "--hall", url, "--code", new_code(county), "--pin", own.pin).done()
        counter.run("user", "add", "王芳", "--role", "admin").done()
        assert counter.by_clerk("hall-address", elsewhere, "--pin", foreign.pin).error == "not_the_hall"
        assert counter.run("sync").done().json["error"] is None
    other.close()
