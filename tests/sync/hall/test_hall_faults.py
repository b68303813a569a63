"""Whatever the link or the machine does, the hall has each event once, in order, or not yet."""

from __future__ import annotations

import hashlib
import http.client
import random
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from counter_app.domain import fold
from counter_app.domain.case import StoredFile
from counter_app.domain.events import NewEvent
from counter_app.domain.states import Action
from sync import journal
from sync.canonical import MAX_EVENT_BYTES
from sync.envelope import Answer
from sync.exchange import synchronise
from sync.hall import app, apply
from sync.keys import DeviceKeys
from sync.outgoing import Plan, request_body
from sync.ports import LinkCut
from sync.wire import EnvelopeReader
from tests.support.disks import mounted
from tests.sync.conftest import open_store
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.village import CutLink, Village

CASES = 30
END = 1  # byte: of what closes the body, after its last frame


def hall_head(hall: RealHall, village: Village) -> tuple[int, str]:
    report = hall.command("verify").json
    assert report["ok"], report["problems"]
    [device] = [row for row in report["devices"] if row["device"] == village.device]
    return device["seq"], device["head"]


def body_of_next_try(village: Village, codec: int = 1) -> bytes:
    x = village.station.next_try()
    standing = village.station.standing()
    return b"".join(request_body(village.station, village.station.me, standing, Plan(x, codec, 0, [], False)))


def post(url: str, body: bytes, path: str = "/v1/exchange") -> tuple[int, bytes]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def answer_in(raw: bytes) -> Answer:
    found = EnvelopeReader().feed(raw)
    assert found is not None
    return found.decode(Answer)


def test_a_request_cut_at_any_byte_loses_and_doubles_nothing(hall: RealHall) -> None:
    village = hall.village()
    rng = random.Random(7)
    for _ in range(40):
        case = village.receive("".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(12)))
        village.act(case, Action.ACCEPT)
    good = village.link
    body = len(body_of_next_try(village))
    for after in (0, 3, 60, 200, body // 4, body // 2, body - 40, body - 1):
        village.link = CutLink(hall.url, after)
        assert synchronise(village.station, village.link).error is not None
    village.link = good
    result = village.sync()
    assert (result.error, result.acknowledged) == (None, 80)
    assert hall_head(hall, village) == village.head()
    assert len(hall.command("cases", "--station", village.enrolment.station).lines) == 40


def test_frames_that_came_before_a_cut_are_kept(hall: RealHall) -> None:
    village = hall.village()
    write_much(village)
    body = body_of_next_try(village)
    with pytest.raises(LinkCut):
        CutLink(hall.url, len(body) - 200).exchange([body])
    assert 0 < received(hall, village, at_least=1) < village.head()[0]
    assert village.sync().error is None
    assert hall_head(hall, village) == village.head()


def test_over_a_slow_line_the_hall_applies_in_the_pauses_until_only_the_end_is_to_come(hall: RealHall) -> None:
    village = hall.village()
    write_much(village)
    body, address = body_of_next_try(village), urlsplit(hall.url)

    def cases() -> int:
        return len(hall.command("cases", "--station", village.enrolment.station).lines)

    def all_applied() -> int:
        for _ in range(300):
            came = received(hall, village, at_least=1)
            if cases() == (came + 1) // 2 and came == received(hall, village, at_least=1):
                return came
            time.sleep(0.05)
        raise AssertionError("not all is applied that was received")

    with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
        raw.sendall(f"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        raw.sendall(body[: len(body) - 200])
        part = all_applied()
        assert part < village.head()[0]
        raw.sendall(body[len(body) - 200 : -END])
        assert received(hall, village, at_least=village.head()[0]) == village.head()[0]
        time.sleep(2 * app.SLICE_S)
        assert cases() == (part + 1) // 2, "the answer would have to wait for it"
        raw.sendall(body[-END:])
        assert raw.recv(20).startswith(b"HTTP/1.1 200")
    assert all_applied() == village.head()[0]


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_hall_that_ends_in_the_middle_of_an_upload_goes_on_where_it_was(own_hall: RealHall, by: int) -> None:
    village = own_hall.village("QX03")
    write_much(village)
    body = body_of_next_try(village)
    address = urlsplit(own_hall.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
        raw.sendall(f"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        raw.sendall(body[: len(body) - 100])
        before = received(own_hall, village, at_least=1)
        own_hall.stop(by)
    assert 0 < before < village.head()[0]
    own_hall.start()
    assert village.sync().error is None
    assert hall_head(own_hall, village) == village.head()
    assert len(own_hall.command("cases").lines) == CASES


def test_what_was_received_and_not_applied_is_applied_at_the_next_start(own_hall: RealHall) -> None:
    village = own_hall.village("QX03")
    case = village.receive()
    village.act(case, Action.ACCEPT)
    own_hall.stop()
    with own_hall.opened() as opened, opened.store.write() as conn:  # as after a kill between the two steps
        pairs = [(row.public, row.private or b"") for row in village.station.own_rows(0, 2)]
        journal.append_received(conn, village.device, 1, pairs, bytes.fromhex(village.head()[1]))
    assert own_hall.command("cases").lines == []
    own_hall.start()
    assert [row["state"] for row in own_hall.command("cases").lines] == ["ACCEPTED"]


def test_an_upgrade_takes_up_what_the_older_program_did_not_know(
    own_hall: RealHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = own_hall.village("QX03")
    case = village.receive()
    village.save_raw(NewEvent("weighed", case, 0, "u", {}, {}))
    village.act(case, Action.ACCEPT)
    village.sync()
    assert [row["behind"] for row in own_hall.command("exceptions").lines] == [1]
    monkeypatch.setitem(fold._EFFECTS, "weighed", lambda case, event: case)
    with own_hall.opened() as upgraded:
        apply.catch_up(upgraded)
    assert own_hall.command("exceptions").lines == []
    assert [row["state"] for row in own_hall.command("cases").lines] == ["ACCEPTED"]
    assert own_hall.command("verify").json["ok"]


def test_a_hall_with_a_full_disk_says_busy_and_keeps_what_it_has(
    make_hall: Callable[[str], RealHall], tmp_path: Path
) -> None:
    with mounted(tmp_path / "small", "8m") as disk:
        own_hall = make_hall("small/hall")
        own_hall.start()
        village = own_hall.village("QX03")
        scan = random.Random(1).randbytes(900_000)
        sha256 = hashlib.sha256(scan).digest()
        village.receive(file=StoredFile(sha256, len(scan), "image/jpeg"))
        village.station.scan(sha256, scan)
        room = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(bytes(room - 400_000))
        error = village.sync().error
        assert error is not None
        assert error.code == "hall_busy"
        assert hall_head(own_hall, village) == village.head()  # events came before the scan
        (disk / "ballast").unlink()
        assert village.sync().error is None
        assert own_hall.command("verify").json["ok"]
        own_hall.stop()


def test_a_stopped_hall_ends_cleanly(own_hall: RealHall) -> None:
    assert own_hall.stop(signal.SIGTERM) == 0
    own_hall.start()
    assert own_hall.stop(signal.SIGINT) == 0


def test_two_live_requests_of_one_device_do_not_mix(hall: RealHall) -> None:
    village = hall.village()
    for _ in range(30):
        village.receive()
    bodies = [body_of_next_try(village), body_of_next_try(village)]
    answers: list[tuple[int, bytes]] = []
    threads = [threading.Thread(target=lambda body=body: answers.append(post(hall.url, body))) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [answer_in(raw).error for _, raw in answers]
    assert all(error is None or error.code == "stale" for error in errors)
    village.sync()
    assert hall_head(hall, village) == village.head()
    assert len(hall.command("cases", "--station", village.enrolment.station).lines) == 30


def test_a_recorded_request_is_worth_nothing(hall: RealHall) -> None:
    village = hall.village()
    village.receive()
    body = body_of_next_try(village)
    assert post(hall.url, body)[0] == 200
    status, raw = post(hall.url, body)
    answer = answer_in(raw)
    assert status == 409
    assert answer.error is not None
    assert (answer.error.code, answer.error.last_x) == ("stale", village.station.x)


def test_a_machine_that_writes_another_history_is_told_so(hall: RealHall, tmp_path: Path) -> None:
    village = hall.village()
    village.receive()
    village.sync()
    twin = copied(village, tmp_path / "twin.db")
    village.receive("第一个历史")
    village.sync()
    village.station.engine, village.next_n = twin, 2
    village.cases.popitem()
    village.receive("第二个历史")
    result = village.sync()
    assert result.error is not None
    assert result.error.code == "fork"
    rows = [row for row in hall.command("exceptions").lines if row["device"] == village.device]
    assert [(row["kind"], row["seq"]) for row in rows] == [("fork", 2)]


def test_a_machine_restored_from_yesterday_gets_its_events_back(hall: RealHall, tmp_path: Path) -> None:
    village = hall.village()
    village.receive()
    village.sync()
    yesterday = replace(village.station, engine=copied(village, tmp_path / "yesterday.db"))
    village.receive()
    village.receive()
    village.sync()
    whole = village.head()
    village.station = yesterday
    assert village.sync().error is None
    assert village.head() == whole


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x01\xff\xff\xff\xff", b"GET me a pony", bytes(5000), b"\x09abc"])
@pytest.mark.parametrize("path", ["/v1/exchange", "/v1/enrol"])
def test_nonsense_is_answered_by_the_hall_itself(hall: RealHall, body: bytes, path: str) -> None:
    status, raw = post(hall.url, body, path)
    assert status in {400, 413, 426}
    assert EnvelopeReader().feed(raw) is not None


@pytest.mark.parametrize("query", ["", "?q=", "?q=%FF%FE", "?q=AQ", "?q=" + "A" * 3000, "?p=1"])
def test_a_head_query_of_nonsense_is_refused(hall: RealHall, query: str) -> None:
    address = urlsplit(hall.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request("GET", f"/v1/head{query}")
    answer = connection.getresponse()
    assert answer.status in {400, 413}
    assert EnvelopeReader().feed(answer.read()) is not None


def test_a_stranger_learns_nothing(hall: RealHall) -> None:
    village = hall.village()
    village.receive()
    village.sync()
    village.station.me = replace(village.station.me, keys=DeviceKeys.make())
    status, raw = post(hall.url, body_of_next_try(village))
    answer = answer_in(raw)
    assert (status, answer.device, answer.received[0], answer.feed_head[0]) == (401, "", 0, 0)


def test_a_big_body_that_is_refused_is_still_answered(hall: RealHall) -> None:
    status, raw = post(hall.url, b"\x01\x00\x00\x00\x02zz" + bytes(64) + bytes(200 * 1024))
    assert (status, answer_in(raw).error.code) == (400, "malformed")  # type: ignore[union-attr]


def test_an_event_of_the_largest_size_arrives(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    room = MAX_EVENT_BYTES - 200
    village.save_raw(NewEvent("annotated", case, 0, "u", {}, {"note": "x" * room}))
    assert village.sync().error is None
    assert hall_head(hall, village) == village.head()


def test_wrong_paths_and_methods_are_not_found(hall: RealHall) -> None:
    assert post(hall.url, b"", "/")[0] == 404
    assert post(hall.url, b"", "/v1/head")[0] == 404


def test_two_workers_serve_one_hall(own_hall: RealHall) -> None:
    own_hall.stop()
    own_hall.start("--workers", "2")
    villages = [own_hall.village("QX03"), own_hall.village("QX04")]
    for village in villages:
        for _ in range(20):
            village.receive()
    threads = [threading.Thread(target=village.sync) for village in villages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for village in villages:
        village.sync()
        assert hall_head(own_hall, village) == village.head()
    numbers = [row["case_no"] for row in own_hall.command("cases").lines]
    assert len(set(numbers)) == 40


def write_much(village: Village) -> None:
    """Cases whose notes hardly compress, several frames of them."""
    rng = random.Random(9)
    for _ in range(CASES):
        case = village.receive()
        note = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(2500))
        village.save_raw(NewEvent("annotated", case, 0, "u", {}, {"note": note}))


def received(hall: RealHall, village: Village, at_least: int) -> int:
    """How many events of the device the hall's store has, once it has so many."""
    with hall.opened() as opened:
        for _ in range(3000):
            with opened.store.read() as conn:
                seq = journal.head(conn, village.device)[0]
            if seq >= at_least:
                return seq
            threading.Event().wait(0.01)
    raise AssertionError("nothing was received")


def copied(village: Village, to: Path) -> Engine:
    """The machine's store as it is now, in another file."""
    with sqlite3.connect(_file_of(village)) as source, sqlite3.connect(to) as target:
        source.backup(target)
    return open_store(to, "sqlite")


def _file_of(village: Village) -> str:
    with village.station.engine.connect() as conn:
        return str(conn.exec_driver_sql("PRAGMA database_list").all()[0][2])
