"""Lines of intake that go wrong (issue 2, "Bad input and faults"): each its own error, none stops the others."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from counter_app.domain.check_characters import resident_check
from tests.support.in_process import Counter
from tests.support.lines import accepted_line, good_line
from tests.support.programs import Ran

Change = Callable[[dict[str, Any]], object]
ITEM = "elder_allowance"


def line(n: int = 1) -> dict[str, Any]:
    return accepted_line(ITEM, n)


def applicant(**changed: str) -> dict[str, Any]:
    return {**line(), "applicant": {**line()["applicant"], **changed}}


def without(*path: str) -> dict[str, Any]:
    changed = json.loads(json.dumps(line()))
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return changed


def with_check(first_17: str) -> str:
    return first_17 + resident_check(first_17)


def first_field() -> str:
    return next(iter(line()["fields"]))


OBJECTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown item": ({**line(), "item": "dog_licence"}, "item_unknown"),
    "no item": (without("item"), "line_key_missing"),
    "a required field missing": (without("applicant", "id_number"), "line_key_missing"),
    "an unknown key": ({**line(), "colour": "red"}, "line_key_unknown"),
    "an unknown outcome": ({**line(), "outcome": "perhaps"}, "line_not_one_of"),
    "a required material missing": ({**line(), "materials": line()["materials"][:1]}, "materials_missing"),
    "a wrong check digit": (applicant(id_number="379901196805201017"), "resident_number_check"),
    "an old number of 15 digits": (applicant(id_number="379901680520101"), "resident_number_old"),
    "a number of 17 digits": (applicant(id_number="37990119680520101"), "resident_number_length"),
    "a birth in the future": (applicant(id_number=with_check("37990120990520101")), "resident_number_future"),
    "a day that never was": (applicant(id_number=with_check("37990119681345101")), "resident_number_date"),
    "a receipt in the future": (
        {**line(), "received_at": "2099-01-01T09:00", "late_entry": {"reason": "停电", "slip_no": "7"}}, "line_future",
    ),
    "a late entry without its reason": ({**line(), "received_at": "2026-01-05T09:00"}, "line_key_missing"),
    "a name of blanks": (applicant(name="   "), "name_empty"),
    "an empty name": (applicant(name=""), "name_empty"),
    "a name of 31 characters": (applicant(name="王" * 31), "name_length"),
    "a name that turns the direction": (applicant(name="王\u202e芳"), "name_character"),
    "a name with a byte order mark": (applicant(name="王\ufeff芳"), "name_character"),
    "a private-use character that no font has": (applicant(name="王\uf8fe"), "glyph_missing"),
    "a material twice": (
        {**line(), "materials": [*line()["materials"], line()["materials"][0]]}, "material_doubled",
    ),
    "half a surrogate pair": ({**line(), "key": "\ud83d"}, "line_surrogate"),
    "a field of the wrong type": ({**line(), "fields": {**line()["fields"], first_field(): {}}}, "line_wrong_type"),
    "a text as long as a book": (applicant(address="路" * 201), "line_too_long"),
}
BYTES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b'{"item": "elder_allowance"', "line_not_json"),
    "a list": (b"[]", "line_not_object"),
    "a key twice": (b'{"item": "elder_allowance", "item": "elder_allowance"}', "line_key_doubled"),
    "a NUL": (b'{"item": "elder\0"}', "line_has_nul"),
    "GBK": ('{"item": "高龄津贴"}'.encode("gbk"), "line_not_utf8"),
    "a number without end": (b'{"item": 1e999}', "line_number"),
    "not a number": (b'{"item": NaN}', "line_number"),
    "brackets without end": (b'{"item":' + b"[" * 5000 + b"]" * 5000 + b"}", "line_too_deep"),
    "a line of 50 MB": (b'{"item": "' + b"x" * (50 << 20) + b'"}', "line_oversized"),
}


BAD = {**OBJECTS, **BYTES}


@pytest.fixture(scope="module")
def intake_of_all(shared_counter: Counter) -> tuple[Ran, list[str]]:
    """One intake of every bad line with a good one behind each, and the cases that there are then."""
    lines: list[dict[str, Any] | bytes] = []
    for n, (wrong, _) in enumerate(BAD.values()):
        lines += [wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode(), good_line(n, "receive")]
    return shared_counter.intake(*lines), shared_counter.cases()


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_gives_its_error_and_the_next_line_its_case(intake_of_all: tuple[Ran, list[str]], bad: str):
    ran, cases = intake_of_all
    at = 2 * list(BAD).index(bad)
    refused, taken = ran.lines[at : at + 2]
    assert (refused["line"], refused["error"]["code"]) == (at + 1, BAD[bad][1])
    assert refused["error"]["message"]
    assert refused["error"]["remedy"]
    assert taken["case"] in cases


def test_no_bad_line_left_a_case(intake_of_all: tuple[Ran, list[str]]):
    ran, cases = intake_of_all
    assert ran.code == 1
    assert len(cases) == len(BAD)


def test_an_error_repeats_nothing_of_the_person(counter: Counter):
    wrong = applicant(name="王\u202e芳", id_number="379901196805201017", phone="139000")
    said = json.dumps(counter.intake(wrong).lines, ensure_ascii=False)
    assert all(value not in said for value in ("芳", "379901196805201017", "139000"))


@pytest.mark.parametrize(
    "name",
    ["王", "王" * 30, "\U00020000芳", "欧阳娜娜", "阿卜杜热合曼·买买提", "𬭎䶮"],
    ids=["one character", "thirty", "plane 2", "four", "with a dot", "rare"],
)
def test_names_that_people_bear_are_taken_and_found(counter: Counter, name: str):
    taken = counter.intake(applicant(name=name)).done().lines[0]
    assert [row["case"] for row in counter.run("cases", "--query", name).lines] == [taken["case"]]
    assert counter.by_clerk("cases", "--query", name).lines[0]["applicant"] == name


FULL_WIDTH = "379901196805201016".translate({ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"})


@pytest.mark.parametrize("number", [FULL_WIDTH, "37990119420311002x", " 379901 19680520 1016 "])
def test_a_number_as_people_type_it_is_put_right(counter: Counter, number: str):
    counter.intake(applicant(id_number=number)).done()
    assert len(counter.cases()) == 1


def test_a_byte_order_mark_and_windows_line_ends_are_taken(counter: Counter):
    raw = b"\xef\xbb\xbf" + json.dumps(line(1)).encode() + b"\r\n\r\n" + json.dumps(good_line(3)).encode() + b"\r"
    found = counter.intake(raw).done().lines
    assert [row["line"] for row in found] == [1, 3]


def test_the_same_key_with_other_content_is_a_conflict_and_changes_nothing(counter: Counter):
    first = counter.intake(line(1)).done().lines[0]
    other = {**line(2), "key": line(1)["key"]}
    conflict, again = counter.intake(other, line(1)).lines
    assert conflict["error"]["code"] == "key_conflict"
    assert first["case"] in conflict["error"]["message"]
    assert again == {**first, "line": 2, "again": True}
    assert counter.cases() == [first["case"]]


def test_a_draft_is_no_case_and_leaves_no_event(counter: Counter):
    before = counter.run("verify").json["events"]
    kept = counter.intake({"item": ITEM, "outcome": "draft"}).done().lines[0]
    assert (kept["state"], kept["case"], kept["due"]) == (
        "DRAFT", None, {"check": None, "promise": None, "statutory": None},
    )
    assert counter.run("verify").json["events"] == before
    assert counter.cases() == []


@pytest.mark.parametrize("outcome", ["receive", "accept", "correct", "refuse", "not_required"])
def test_every_outcome_leaves_a_case_in_its_state(counter: Counter, outcome: str):
    state = {
        "receive": "RECEIVED", "accept": "ACCEPTED", "correct": "CORRECTING", "refuse": "REFUSED",
        "not_required": "NOT_REQUIRED",
    }
    assert counter.intake(good_line(8, outcome)).done().lines[0]["state"] == state[outcome]


def test_a_file_that_is_not_there_and_a_folder_are_refused(counter: Counter):
    assert counter.refused("intake", "/nonexistent/lines.jsonl") == "lines_not_readable"
    assert counter.refused("intake", str(counter.home)) == "lines_not_readable"


def jpeg() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 200), "white").save(target, "JPEG")
    return target.getvalue()


def png_bomb() -> bytes:
    """A whole PNG of a few kilobytes that claims 50,000 x 50,000 pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 6251)) + chunk(
        b"IEND", b""
    )


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "scan_missing"),
    "empty": (lambda path: path.write_bytes(b""), "scan_empty"),
    "80 MB": (lambda path: sparse(path, 80 << 20), "scan_too_big"),
    "a text": (lambda path: path.write_text("no image"), "scan_not_an_image"),
    "half a JPEG": (lambda path: path.write_bytes(jpeg()[:400]), "scan_not_whole"),
    "an image bomb": (lambda path: path.write_bytes(png_bomb()), "scan_too_many_pixels"),
    "a FIFO": (os.mkfifo, "scan_not_a_file"),
    "a folder": (lambda path: path.mkdir(), "scan_not_a_file"),
    "a link": (lambda path: path.symlink_to("/etc/hostname"), "scan_symlink"),
}


@pytest.mark.parametrize("bad", BAD_FILES)
def test_a_file_that_is_no_scan_stops_its_line_only(counter: Counter, bad: str, tmp_path: Path):
    make, code = BAD_FILES[bad]
    make(tmp_path / "scan.jpg")
    good = tmp_path / "good.jpg"
    good.write_bytes(jpeg())
    refused, taken = counter.intake(_with_file(str(tmp_path / "scan.jpg"), 1), _with_file(str(good), 2)).lines
    assert refused["error"]["code"] == code
    assert counter.cases() == [taken["case"]]
    assert [row["what"] for row in counter.run("queue").json["waiting"]] == ["text", "scans"]
    assert counter.is_whole()


def test_a_path_that_leaves_the_home_is_not_read(counter: Counter):
    (counter.home.parent / "outside.jpg").write_bytes(jpeg())
    assert counter.intake(_with_file("../outside.jpg", 1)).lines[0]["error"]["code"] == "scan_dots"


def _with_file(path: str, n: int) -> dict[str, Any]:
    found = line(n)
    first, *others = found["materials"]
    return {**found, "materials": [{**first, "files": [path]}, *others]}
