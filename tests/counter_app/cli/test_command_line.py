"""The rules of all commands (design, cli): options anywhere, exit codes, JSON and nothing else, clean interruptions."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.in_process import Counter
from tests.support.lines import file_of, good_line
from tests.support.programs import CLERK, PIN, ROOT, StationProgram

LATER = ("stats", "recovered")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> StationProgram:
    """The program on no home at all."""
    return StationProgram.at(tmp_path_factory.mktemp("nowhere"))


@pytest.fixture
def enrolled(enrolled_home: Path, tmp_path: Path) -> StationProgram:
    shutil.copytree(enrolled_home, tmp_path / "home")
    return StationProgram.at(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        ("nonsense",),
        ("case",),
        ("case", "A", "B"),
        ("cases", "--colour", "red"),
        ("cases", "--limit", "many"),
        ("ledger", "--from", "yesterday", "--to", "2026-01-01", "--out", "x"),
        ("user",),
        ("bundle",),
        *((name,) for name in LATER),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_so_in_json(tmp_path: Path, line: tuple[str, ...]):
    ran = Counter(tmp_path).run(*line)
    assert ran.code == 2
    assert ran.error == "usage"
    assert ran.json["error"]["message"].startswith("命令写得不对：")
    assert "such" not in ran.json["error"]["message"]


def test_help_names_only_what_works_and_loads_neither_cryptography_nor_a_database(program: StationProgram):
    slow = ("sqlalchemy", "sqlcipher3", "cryptography", "argon2", "requests", "reportlab", "PySide6")
    script = (
        "import sys\nfrom counter_app.__main__ import main\nsys.argv = ['counter', '--help']\n"
        f"try: main()\nfinally: print([name for name in {slow!r} if name in sys.modules], file=sys.stderr)"
    )
    ran = program.python(script)
    assert (ran.code, ran.err) == (0, "[]\n")
    names = ("enrol", "intake", "read-card", "sync", "bundle", "ledger", "verify", "doctor")
    assert all(name in ran.out for name in names)
    assert not [name for name in LATER if f"  {name} " in ran.out]


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after it"])
def test_common_options_stand_before_or_after_the_command(counter: Counter, before: bool):
    common = ["--json", "--user", CLERK, "--home", str(counter.home)]
    command = ["cases", "--limit", "5"]
    counter.intake(good_line(1)).done()
    found = _bare(*(common + command if before else command + common))
    assert found.returncode == 0
    assert json.loads(found.stdout)["applicant"] == good_line(1)["applicant"]["name"]


def test_a_home_without_a_name_is_not_the_folder_one_stands_in():
    found = _bare("cases", "--json", "--home", "")
    assert (found.returncode, json.loads(found.stdout)["error"]["code"]) == (2, "usage")


def test_a_value_that_looks_like_an_option_stays_a_value(counter: Counter):
    assert counter.run("cases", "--query=--json").done().lines == []


def test_output_is_utf8_whatever_the_locale(counter: Counter):
    for locale in ("C", "zh_CN.GBK"):
        found = _bare("items", "--home", str(counter.home), LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        assert "高龄津贴" in found.stdout.decode("utf-8"), locale


def test_english_is_there_for_who_asks(counter: Counter):
    ran = counter.run("cases", "--state", "ODD", COUNTER_LANGUAGE="en")
    assert ran.json["error"]["message"].startswith("There is no state")


def test_people_get_words_and_nothing_else_goes_to_stdout_with_json(counter: Counter):
    ran = counter.intake(good_line(1), b"[]")
    assert [set(row) >= {"line"} for row in ran.lines] == [True, True]
    assert "1" in ran.err
    found = _bare("cases", "--home", str(counter.home)).stdout.decode()
    assert not found.startswith("{")


def test_arguments_that_are_no_text_are_wrong_usage(counter: Counter):
    line = [sys.executable.encode(), b"-m", b"counter_app", b"cases", b"--json", b"--query", b"\xff\xfe"]
    done = subprocess.run(line, env=_environment(), capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (2, "usage")


def _with_streams(counter: Counter, line: str) -> subprocess.CompletedProcess[bytes]:
    program = f"{sys.executable} -m counter_app {line}"
    environment = _environment(COUNTER_HOME=str(counter.home), **counter.settings)
    return subprocess.run(["sh", "-c", program], env=environment, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="closed by a shell of Unix")
def test_streams_that_are_closed_or_full_end_in_words_or_silence(counter: Counter):
    closed_in = _with_streams(counter, f"intake - --user {CLERK} --json <&-")
    assert (closed_in.returncode, json.loads(closed_in.stdout)["error"]["code"]) == (1, "lines_not_readable")
    closed_out = _with_streams(counter, "items --json >&- 2>&-")
    assert (closed_out.returncode, closed_out.stdout, closed_out.stderr) == (0, b"", b"")
    full = _with_streams(counter, "items --json >/dev/full")
    assert (full.returncode, len(full.stderr.decode().splitlines())) == (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="closed by a shell of Unix")
def test_no_file_of_the_window_gets_the_number_of_a_stream_that_was_closed():
    begins = "m.Program.start_window = lambda *_: int(any(os.fstat(n).st_rdev != null for n in (0, 1, 2)))"
    program = f"import os, counter_app.__main__ as m; null = os.stat(os.devnull).st_rdev; {begins}; m.main()"
    line = ["sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, program]
    assert subprocess.run(line, env=_environment(), check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
def test_a_file_to_write_is_never_put_in_the_place_of_a_pipe_or_device(counter: Counter, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    day = ("--from", "2026-11-23", "--to", "2026-11-23")
    assert counter.refused("ledger", *day, "--format", "csv", "--out", str(pipe)) == "out_not_a_file"
    assert counter.refused("backup", str(pipe)) == "out_not_a_file"
    assert pipe.is_fifo()


def test_a_reader_that_goes_away_ends_the_intake_and_what_it_saw_is_saved(enrolled: StationProgram, tmp_path: Path):
    (tmp_path / "lines.jsonl").write_bytes(file_of(16)[0])
    running = enrolled.start("intake", str(tmp_path / "lines.jsonl"), "--user", CLERK, "--json")
    assert running.stdout is not None
    seen = [json.loads(running.stdout.readline()) for _ in range(3)]
    running.stdout.close()
    assert running.wait(60) == 1
    assert running.stderr is not None
    assert b"Traceback" not in running.stderr.read()
    running.stderr.close()
    cases = Counter(enrolled.home).cases()
    assert {row["case"] for row in seen if "case" in row} <= set(cases)
    assert len(cases) < 16


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_in_the_middle_nothing_confirmed_is_lost(enrolled: StationProgram, tmp_path: Path, how: int):
    (tmp_path / "lines.jsonl").write_bytes(file_of(16)[0])
    running = enrolled.start("intake", str(tmp_path / "lines.jsonl"), "--user", CLERK, "--json")
    assert running.stdout is not None
    seen = [json.loads(running.stdout.readline()) for _ in range(5)]
    running.send_signal(how)
    rest, complaints = running.communicate(timeout=60)
    seen += [json.loads(line) for line in rest.splitlines()]
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert b"Traceback" not in complaints
    counter = Counter(enrolled.home)
    assert {row["case"] for row in seen if "case" in row} <= set(counter.cases())
    assert counter.is_whole()
    again = counter.by_clerk("intake", str(tmp_path / "lines.jsonl")).lines
    assert len({row["case"] for row in again if "case" in row}) == 16
    assert len(counter.cases()) == 16


def test_two_commands_beside_each_other_double_nothing(enrolled: StationProgram, tmp_path: Path):
    (tmp_path / "lines.jsonl").write_bytes(b"".join(json.dumps(good_line(n)).encode() + b"\n" for n in range(12)))
    both = [enrolled.start("intake", str(tmp_path / "lines.jsonl"), "--user", CLERK, "--json") for _ in range(2)]
    said = [[json.loads(line) for line in running.communicate(timeout=120)[0].splitlines()] for running in both]
    refused = [row["error"]["code"] for rows in said for row in rows if "error" in row]
    assert set(refused) <= {"store_busy"}  # a starved machine: the other's turn came ten seconds long
    assert len(refused) <= 2
    counter = Counter(enrolled.home)
    if refused:
        said.append(counter.by_clerk("intake", str(tmp_path / "lines.jsonl")).done().lines)
    else:
        assert [running.returncode for running in both] == [0, 0]
    taken = [[(row["line"], row["case"]) for row in rows if "case" in row] for rows in said]
    assert len({case for rows in taken for case in rows}) == 12
    assert sum("case" in row and "again" not in row for rows in said for row in rows) == 12
    assert len(counter.cases()) == 12
    assert counter.is_whole()


def test_the_window_says_what_it_needs(program: StationProgram):
    without = "import sys; sys.modules['PySide6'] = None; sys.argv = ['counter']"
    ended = program.python(f"{without}\nfrom counter_app.__main__ import main\nmain()")
    assert ended.code == 1
    assert "PySide6" in ended.err


def test_an_item_is_told_whole_and_its_schema_takes_its_own_example(counter: Counter):
    from jsonschema import Draft202012Validator

    rows = counter.run("items").done().json["items"]
    assert all(set(row) == {"code", "name", "kind", "version"} for row in rows)
    for row in rows[::5]:  # each is two commands; all schemas are checked with the items
        whole = counter.run("item", row["code"]).done().json
        assert {"fields", "materials", "limits", "fees"} <= set(whole)
        assert all({"id", "name", "type", "required", "when"} <= set(field) for field in whole["fields"])
        assert all({"id", "name", "required", "when", "form"} <= set(material) for material in whole["materials"])
        assert set(whole["limits"]) >= {"check", "promise", "statutory", "serve"}
        schema = counter.run("item", row["code"], "--schema").done().json
        Draft202012Validator.check_schema(schema)
    assert counter.refused("item", "dog_licence") == "item_unknown"


def test_a_case_shows_each_clock_with_its_whole_reason(counter: Counter):
    case = counter.intake(good_line(2, "accept")).done().lines[0]["case"]
    found = counter.run("case", case).done().json
    keys = {"case", "case_no", "local_no", "state", "holder", "facts", "due", "events", "notices", "clocks"}
    assert keys <= set(found)
    assert set(found["facts"]) == {"saved", "received", "accepted", "decided"}
    for clock in found["clocks"]:
        assert clock["rule"]
        assert {"start", "first_day", "length", "unit", "calendar", "provisional", "stopped", "due"} <= set(clock)
    assert counter.run("cases", "--state", "accepted").done().lines[0]["case"] == case
    assert counter.run("case", case.lower()).done().json["case"] == case


def test_an_act_needs_its_data_and_says_which(counter: Counter):
    case = counter.intake(good_line(2, "receive")).done().lines[0]["case"]
    assert counter.refused("act", case, "refuse") == "act_needs"
    assert counter.refused("act", case, "refuse", "--data", "{}") == "act_needs"
    assert counter.refused("act", case, "fly") == "action_unknown"
    for nonsense in ("[]", "{", "1", '{"a": 1, "a": 2}', "{} {}"):
        assert counter.refused("act", case, "accept", "--data", nonsense) == "data_not_json"
    data = json.dumps({"reason": "不属于本机关", "competent_agency": "云岭县自然资源局"}, ensure_ascii=False)
    done = counter.by_clerk("act", case, "refuse", "--data", data).done().json
    assert (done["state"], [notice["kind"] for notice in done["issued"]]) == ("REFUSED", ["N03-B", "N12"])
    assert counter.run("act", case, "refuse").error == "user_needed"


def test_without_a_reader_a_card_is_not_waited_for_longer_than_said(counter: Counter):
    began = time.monotonic()
    ran = counter.run("read-card", "--reader", "sam:/dev/nowhere", "--timeout", "2")
    assert ran.code == 1
    assert ran.error == "no_reader"
    assert time.monotonic() - began < 9.5  # not the 10 seconds of the default, on a busy machine too
    assert counter.run("read-card", "--reader", "pcsc", "--timeout", "1").error == "reader_without_sam"
    assert counter.run("read-card", "--reader", "tea leaves").error == "reader_spec_unknown"


def _environment(**more: str) -> dict[str, str]:
    keys = {"COUNTER_PASSPHRASE": "station words", "COUNTER_PIN": PIN, "PYTHONPATH": str(ROOT)}
    return {"PATH": os.environ["PATH"], "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus", **keys, **more}


def _bare(*arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "counter_app", *arguments]
    return subprocess.run(line, env=_environment(**settings), capture_output=True, check=False)
