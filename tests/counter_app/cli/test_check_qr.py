"""`check-qr`: the text of a code in, one answer out; without a line and without a person."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.in_process import Counter
from tests.support.lines import accepted_line

KEYS = {
    "answer", "reason", "scheme", "stage", "kind", "local_no", "case_no", "taken_at", "uncertainty_s", "accepted_at",
    "station", "station_name", "device", "revoked_at", "compared",
}  # fmt: skip


def scanned(counter: Counter, case: str, folder: Path) -> str:
    """What zbar reads from the printed receipt."""
    pdf, page = folder / "n01.pdf", folder / "n01"
    counter.by_clerk("notice", case, "N01", "--out", str(pdf)).done()
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", str(pdf), str(page)], check=True)
    read = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", f"{page}.png"]
    return subprocess.run(read, check=True, capture_output=True, text=True).stdout


def test_a_code_is_taken_as_an_argument_and_from_standard_input(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = counter.intake(accepted_line("elder_allowance", 1)).done().lines[0]["case"]
    code = scanned(counter, case, tmp_path)
    found = counter.run("check-qr", code).done().json
    assert set(found) == KEYS
    assert (found["answer"], found["stage"], found["kind"], found["local_no"]) == ("genuine", 1, "N01", case)
    assert (found["station"], found["device"], found["compared"]) == ("QX03", "QX03-01", "same")
    assert found["taken_at"].endswith("+08:00")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"\r\n{code}\nrest".encode())))
    assert counter.run("check-qr", "-").done().json == found


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("SQE1-QX03-01-0001-5-ABC", "tampered"),
        ("SQE1-", "tampered"),
        ("SQS1-QX03-01-0001-5-ABC", "unknown_scheme"),
        ("本地编号 QX03-01-0001-5 查询码 123456", "unsigned"),
        ("https://example.cn", "not_ours"),
        ("Q" * 3000, "not_ours"),
    ],
)
def test_what_is_not_genuine_ends_with_one_and_says_why_in_three_parts(
    shared_counter: Counter, given: str, answer: str
) -> None:
    ran = shared_counter.run("check-qr", given)
    assert (ran.code, ran.json["answer"]) == (1, answer)
    assert ran.json["error"]["code"] == f"receipt_code_{answer}"
    assert ran.json["error"]["message"]
    assert ran.json["error"]["remedy"]


def test_nothing_scanned_and_no_argument_are_told_apart(shared_counter: Counter) -> None:
    empty = shared_counter.run("check-qr", "  ")
    assert (empty.code, empty.json["error"]["code"]) == (1, "receipt_code_empty")
    assert shared_counter.run("check-qr").error == "text_or_picture"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of Unix")
def test_a_pipe_or_a_device_is_no_picture_and_nobody_waits_for_it(shared_counter: Counter, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (str(tmp_path / "pipe"), "/dev/zero"):
        assert shared_counter.run("check-qr", "--picture", place).error == "code_picture_missing"
        assert shared_counter.run("check-seal", place).error == "seal_file_missing"


def test_a_picture_or_a_pdf_is_as_good_as_the_text_and_one_that_cannot_be_read_says_why(
    counter: Counter, tmp_path: Path
) -> None:
    case = counter.intake(accepted_line("elder_allowance", 1)).done().lines[0]["case"]
    found = counter.run("check-qr", scanned(counter, case, tmp_path)).done().json
    for name in ("n01.png", "n01.pdf"):
        assert counter.run("check-qr", "--picture", str(tmp_path / name)).done().json == found
    no_picture, no_code = tmp_path / "words.png", tmp_path / "grey.png"
    no_picture.write_text("words")
    Image.new("L", (400, 400), 128).save(no_code)
    for given, error in (
        (tmp_path / "gone.jpg", "code_picture_missing"),
        (no_picture, "code_picture_unreadable"),
        (no_code, "code_picture_without"),
    ):
        assert counter.run("check-qr", "--picture", str(given)).error == error
    assert counter.run("check-qr", "SQE1-", "--picture", str(no_code)).error == "text_or_picture"
