"""Calendars at the hall: strictly read, released once, known to every station, and checked by `hall verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resources.calendars import national_document
from sync.hall import feeds
from tests.sync.hall.conftest import Outcome, RealHall

GOOD = {
    "version": "CN-2027.1", "source": "通知", "published": [2027], "off": ["2027-01-01"], "worked": ["2027-01-02"],
}


def added(hall: RealHall, content: dict[str, Any] | bytes, *options: str) -> Outcome:
    file = hall.folder / "calendar.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return hall.command("calendar", "add", str(file), *options)


def code_of(outcome: Outcome) -> str:
    assert outcome.code == 1, outcome
    return str(outcome.json["error"]["code"])


def test_a_file_that_is_no_calendar_is_refused_with_its_place_and_nothing_is_released(
    make_hall: Callable[[str], RealHall],
) -> None:
    hall = make_hall("hall")
    wrong: dict[str, dict[str, Any] | bytes] = {
        "calendar_not_json": b'{\n"version": "X",\n}',
        "calendar_key_doubled": b'{"version": "X", "version": "Y"}',
        "calendar_too_big": b" " * 300_000,
        "calendar_key_missing": {"version": "X"},
        "calendar_day_wrong": GOOD | {"off": ["2027-13-01"]},
        "calendar_version_used": json.loads(national_document()) | {"worked": []},
    }
    said = {code: added(hall, content) for code, content in wrong.items()}
    assert {code: code_of(outcome) for code, outcome in said.items()} == {code: code for code in wrong}
    assert "第 3 行" in said["calendar_not_json"].json["error"]["message"]
    assert "off[0]" in said["calendar_day_wrong"].json["error"]["message"]
    assert code_of(hall.command("calendar", "add", str(hall.folder / "nowhere"))) == "hall_file_missing"
    listed = hall.command("calendar", "list").json
    assert [row["version"] for row in listed["calendars"]] == ["CN-2026.1"]


def test_a_calendar_is_released_once_and_changed_only_as_a_newer_version(
    make_hall: Callable[[str], RealHall], tmp_path: Path
) -> None:
    hall = make_hall("hall")
    hall.code_for("QX03")
    assert added(hall, national_document()).json["again"]
    first = added(hall, GOOD).json
    assert (first["n"], first["stations"], first["again"]) == (1, 1, False)
    assert added(hall, GOOD).json["again"]
    changed = GOOD | {"worked": []}
    assert code_of(added(hall, changed)) == "calendar_version_used"
    assert added(hall, changed | {"version": "CN-2027.2"}).json["n"] == 2
    listed = hall.command("calendar", "list").json
    assert (listed["newest"], [row["n"] for row in listed["calendars"]]) == ("CN-2027.2", [0, 1, 2])
    with hall.opened() as opened, opened.store.read() as conn:
        assert feeds.head(conn, "QX03").n == 2
    assert code_of(hall.command("calendar", "export", "CN-2030.1", "--out", str(tmp_path / "x"))) == "calendar_unknown"
    assert code_of(hall.command("calendar", "export", "CN-2027.1", "--out", str(tmp_path))) == "out_is_folder"
    assert hall.command("verify").json["ok"]
    assert hall.more == {}
    hall.more = {"HALL_NEW_PIN": "240817", "HALL_PIN": "240817"}
    hall.command("user", "add", "孙值班", "--role", "supervisor")
    assert code_of(added(hall, GOOD | {"version": "CN-2027.3"}, "--user", "孙值班")) == "calendar_not_yours"


def test_a_release_that_is_no_longer_registered_and_a_false_one_are_found(
    make_hall: Callable[[str], RealHall],
) -> None:
    hall = make_hall("hall")
    hall.code_for("QX03")
    assert added(hall, GOOD).code == 0
    for statement, problem in (
        (
            "UPDATE hall_facts SET value = '99' WHERE name = 'calendar.1'",
            {"calendar_not_registered", "calendar_not_released"},
        ),
        ("DELETE FROM hall_facts WHERE name = 'calendar.1'", {"calendar_not_registered"}),
    ):
        assert hall.change(statement) == 1
        found = hall.command("verify")
        assert found.code == 1
        assert {row["problem"] for row in found.json["problems"]} == problem
