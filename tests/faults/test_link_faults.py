"""What can answer in the hall's place, and what the hall refuses: each said plainly, with all cases still here."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path

import pytest

from tests.support.in_process import Counter
from tests.support.lines import good_line
from tests.support.programs import HallProgram, running

_COUNT = count(1)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallProgram]:
    with running(HallProgram.at(tmp_path_factory.mktemp("hall"))) as served:
        yield served


@pytest.fixture
def village(hall: HallProgram, tmp_path: Path) -> Counter:
    """The first machine of a new station, with one case that the hall does not have."""
    made = Counter(tmp_path / "home")
    code = hall.code(f"V{next(_COUNT):02d}")
    made.run("enrol", "--hall", hall.url, "--code", code, "--plain").done()
    made.run("user", "add", "王芳", "--role", "clerk,agent,chief").done()
    made.intake(good_line(1)).done()
    return made


def enrolling(tmp_path: Path, url: str, code: str, name: str = "home") -> str:
    return Counter(tmp_path / name).refused("enrol", "--hall", url, "--code", code, "--plain")


def test_a_code_is_good_for_one_machine(hall: HallProgram, tmp_path: Path):
    code = hall.code()
    Counter(tmp_path / "first").run("enrol", "--hall", hall.url, "--code", code, "--plain").done()
    assert enrolling(tmp_path, hall.url, code, "second") == "code_used"
    assert Counter(tmp_path / "first").refused("enrol", "--hall", hall.url, "--code", code, "--plain") == (
        "already_enrolled"
    )


def test_a_code_ends_after_two_days(hall: HallProgram, tmp_path: Path):
    old = HallProgram(hall.module, hall.home, hall.temp, hall.settings, before=("faketime", "-f", "-3d"))
    assert enrolling(tmp_path, hall.url, old.code()) == "code_expired"


def test_a_code_of_another_hall_does_not_fit_this_one(hall: HallProgram, tmp_path: Path):
    other = HallProgram.at(tmp_path / "other")
    assert enrolling(tmp_path, hall.url, other.code()) == "not_the_hall"


def test_what_breaks_an_enrolment_speaks_of_the_code_and_not_of_cases_that_wait(tmp_path: Path, hall: HallProgram):
    code = hall.code()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ran = Counter(tmp_path / "home").run("enrol", "--hall", url, "--code", code, "--plain")
    assert (ran.code, ran.error) == (1, "link_down")
    assert "登记码没有用掉" in ran.json["error"]["message"]
    assert "办件" not in "".join(ran.json["error"].values())
    Counter(tmp_path / "home").run("enrol", "--hall", hall.url, "--code", code, "--plain").done()


def test_a_code_that_was_copied_wrong_is_refused(hall: HallProgram, tmp_path: Path):
    code = hall.code()
    wrong = ("A" if code[0] != "A" else "B") + code[1:]
    assert enrolling(tmp_path, hall.url, wrong) == "code_unknown"
    assert enrolling(tmp_path, hall.url, "nonsense") == "enrolment_code_unreadable"
    Counter(tmp_path / "home").run("enrol", "--hall", hall.url, "--code", code, "--plain").done()


def test_nobody_there_is_told_from_a_wrong_address(tmp_path: Path, hall: HallProgram):
    code = hall.code()
    assert enrolling(tmp_path, "http://127.0.0.1:9", code) == "link_down"
    for nowhere in ("ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:999999", "", "::::"):
        assert enrolling(tmp_path, nowhere, code) == "hall_url"
    assert Counter(tmp_path / "home").refused("enrol", "--hall", "http://192.0.2.1", "--code", code) == "plain_http"


def test_with_the_hall_away_an_exchange_fails_and_everything_waits(village: Counter, hall: HallProgram):
    hall.stop()
    try:
        ran = village.run("sync")
        assert (ran.code, ran.json["error"]["code"], ran.json["pushed"]) == (1, "link_down", 0)
        [waiting] = village.run("queue").json["waiting"]
        assert waiting["why"] == "link_down"
        assert waiting["next_try"] is not None
    finally:
        hall.serve()
    assert village.run("sync").done().json["pushed"] > 0
    assert village.run("queue").json["waiting"] == []


def test_a_page_that_wants_a_login_is_not_the_hall(village: Counter, hall: HallProgram):
    said = {}
    with _instead_of(hall):
        for status in (200, 302, 500, 511):
            with _web_page(hall.url, status):
                ran = village.run("sync")
            said[status] = (ran.code, ran.json["error"]["code"])
    assert set(said.values()) == {(1, "not_the_hall")}, said
    assert village.run("sync").done().json["error"] is None
    assert village.is_whole()


def test_another_hall_at_the_same_address_gets_nothing(village: Counter, hall: HallProgram, tmp_path: Path):
    other = HallProgram.at(tmp_path / "other")
    other.url = hall.url
    with _instead_of(hall), running(other):
        ran = village.run("sync")
        assert other.run("cases").done().lines == []
    assert (ran.code, ran.json["error"]["code"]) == (1, "not_the_hall")
    assert village.run("sync").done().json["error"] is None


def test_a_revoked_machine_is_told_so_and_keeps_its_cases(village: Counter, hall: HallProgram):
    device = village.cases()[0].rsplit("-", 2)[0]
    hall.run("device", "revoke", device).done()
    ran = village.run("sync")
    assert (ran.code, ran.json["error"]["code"]) == (1, "revoked")
    assert len(village.cases()) == 1
    assert village.is_whole()


def test_a_machine_with_two_lives_is_stopped_as_a_fork(village: Counter, hall: HallProgram, tmp_path: Path):
    subprocess.run(["cp", "-a", str(village.home), str(tmp_path / "copy")], check=True)
    twin = Counter(tmp_path / "copy")
    village.intake(good_line(2)).done()
    twin.intake(good_line(3)).done()
    village.run("sync").done()
    ran = twin.run("sync")
    assert (ran.code, ran.json["error"]["code"]) == (1, "fork")
    assert len(twin.cases()) == 2


def test_a_home_put_back_from_a_copy_gets_its_lost_events_again(village: Counter, tmp_path: Path):
    subprocess.run(["cp", "-a", str(village.home), str(tmp_path / "copy")], check=True)
    village.intake(good_line(2)).done()
    village.run("sync").done()
    behind = Counter(tmp_path / "copy")
    behind.run("sync").done()
    assert sorted(behind.cases()) == sorted(village.cases())
    assert behind.run("verify").json["head"] == village.run("verify").json["head"]


@contextmanager
def _instead_of(hall: HallProgram) -> Iterator[None]:
    """The hall is away for a while, its address free for somebody else."""
    hall.stop()
    try:
        yield
    finally:
        hall.serve()


@contextmanager
def _web_page(url: str, status: int) -> Iterator[None]:
    """A web server that answers everything with one page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = "<html><body>请登录</body></html>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Location", "http://127.0.0.1:9/login")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", int(url.rsplit(":", 1)[-1])), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
