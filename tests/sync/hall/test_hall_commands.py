"""The `hall` command as people and scripts use it (cli design)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import make_url

from counter_app.domain.states import Action
from resources.texts import LANGUAGES, catalogue, text
from tests.sync.hall.conftest import POSTGRESQL, HallMaker, RealHall

ROOT = Path(__file__).parents[3]


def test_options_of_all_commands_stand_before_or_after_the_command(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    before = hall.program("--json", "--home", str(hall.home), "stations")
    after = hall.program("stations", f"--home={hall.home}", "--json")
    assert (before.code, before.out) == (after.code, after.out) == (0, "")


def test_a_second_init_is_refused_and_changes_nothing(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    kept = (hall.home / "keys.json").read_bytes()
    outcome = hall.command("init", "--sample")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "hall_exists")
    assert (hall.home / "keys.json").read_bytes() == kept


def test_an_interrupted_init_goes_on(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    (hall.home / "hall.json").unlink()  # the last thing that init writes
    assert hall.command("init", "--sample").code == 0
    assert hall.command("verify").json["ok"]


@pytest.mark.parametrize("arguments", [("serve",), ("station", "add", "QX03", "名"), ("verify",)])
def test_before_init_nothing_works_and_nothing_is_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    hall = RealHall(tmp_path / "nowhere", tmp_path)
    outcome = hall.command(*arguments)
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "not_initialised")
    assert not hall.home.exists()


def test_without_keyring_and_passphrase_there_is_no_key(tmp_path: Path) -> None:
    hall = RealHall(tmp_path / "home", tmp_path, more={"HALL_PASSPHRASE": ""})
    outcome = hall.command("init", "--sample")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "no_key")
    assert "HALL_PASSPHRASE" in outcome.json["error"]["remedy"]


def test_errors_for_people_go_to_stderr_with_a_remedy(tmp_path: Path) -> None:
    outcome = RealHall(tmp_path / "home", tmp_path).program("verify", "--home", str(tmp_path / "home"))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines() == [
        "这里还没有建立大厅。", "请先运行 hall init；如果建在别处，请用 --home 指定那个文件夹。"
    ]


@pytest.mark.parametrize(
    "line",
    [
        ("station", "add"),
        ("no-such-command",),
        ("cases", "--colour", "red"),
        ("serve", "--workers", "0"),
        ("numbers", "--year", "99999999999999999999"),
        ("cases", "--query", "\udcff"),
        ("cases", "--home", ""),
    ],
    ids=ascii,
)
def test_wrong_usage_is_2_and_says_so_in_json_and_in_chinese(tmp_path: Path, line: tuple[str, ...]) -> None:
    outcome = RealHall(tmp_path / "home", tmp_path).command(*line)
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "hall_usage")
    assert re.fullmatch("命令写得不对：[^a-zA-Z]*(--[a-z]+|[A-Z]+|UTF-8)?[^a-zA-Z]*", outcome.json["error"]["message"])


def test_an_unknown_person_in_the_path_of_a_home_is_a_folder_like_any_other(tmp_path: Path) -> None:
    outcome = RealHall(tmp_path / "home", tmp_path).command("cases", "--home", "~nobody-here/hall")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "not_initialised")


def test_what_nobody_expected_is_said_with_a_number_and_without_its_words(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    with patch("sync.hall.views.stations", side_effect=ValueError("李建国")):
        outcome = hall.command("stations")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "hall_defect")
    number = outcome.json["error"]["remedy"].split("编号 ")[1].split(" ")[0]
    assert outcome.err.startswith(f"{number} ValueError ")
    assert "李建国" not in outcome.out + outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_answer_that_a_full_disk_refuses_is_told_to_people(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sync.hall", "station", "add", "QX77", "石桥村", "--json", "--home", str(hall.home)],
            env=hall._environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [text(f"errors.hall_output_lost.{part}") for part in ("message", "remedy")]
    assert [row["station"] for row in hall.command("stations").lines] == ["QX77"]


@pytest.mark.parametrize(
    ("name", "code"), [("站" * 61, "text_length"), ("a\u202eb", "text_character")], ids=["long", "turned"]
)
def test_a_name_that_no_paper_could_bear_makes_no_station(
    make_hall: Callable[[str], RealHall], name: str, code: str
) -> None:
    hall = make_hall("hall")
    assert hall.command("station", "add", "QX77", name).json["error"]["code"] == code
    user = hall.command("user", "add", name, "--role", "clerk").json["error"]["code"]
    assert user == code.replace("text", "name")
    assert "QX77" not in hall.command("stations").out


@pytest.mark.parametrize("given", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": "\\ud800"}', "{}{}", "["])
def test_data_that_is_no_clean_object_is_refused_with_an_example_to_copy(
    make_hall: Callable[[str], RealHall], given: str
) -> None:
    outcome = make_hall("hall").command("act", "QX03-01-0001-O", "grant", "--data", given)
    assert outcome.json["error"]["code"] == "hall_data_not_json"
    assert '{"reason"' in outcome.json["error"]["remedy"]


def test_no_command_replaces_a_pipe_by_a_file(make_hall: Callable[[str], RealHall], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert make_hall("hall").command("backup", str(pipe)).json["error"]["code"] == "out_not_a_file"
    assert pipe.is_fifo()


def test_help_names_what_works_and_nothing_else(tmp_path: Path) -> None:
    text = RealHall(tmp_path, tmp_path).program("--help").out
    names = {"init", "serve", "stations", "cases", "act", "exceptions", "bundle", "verify", "backup", "recovered"}
    assert names <= set(re.findall(r"\w+", text))


def test_help_loads_neither_the_store_nor_the_server() -> None:
    code = "import sys, sync.hall.__main__; print([m for m in ('sqlalchemy', 'uvicorn', 'argon2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_hall_runs_without_a_desktop_toolkit() -> None:
    code = "import sys, sync.hall.serve, sync.hall.acts, sync.hall.verify; print('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--listen", "nonsense"), "listen_address"),
        (("--listen", "127.0.0.1:99999"), "listen_address"),
        (("--listen", "0.0.0.0:0"), "tls_needed"),
        (("--listen", "127.0.0.1:0", "--cert", "missing.pem"), "tls_files"),
        (("--listen", "127.0.0.1:0", "--cert", __file__, "--key", __file__), "tls_unusable"),
        (("--db", "oracle://x"), "hall_store_url"),
    ],
)
def test_a_server_that_cannot_be_is_refused(hall: RealHall, options: tuple[str, ...], code: str) -> None:
    outcome = hall.command("serve", *options)
    assert (outcome.code, outcome.json["error"]["code"]) == (1, code)


def test_a_taken_port_is_said(hall: RealHall) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        outcome = hall.program("serve", "--home", str(hall.home), "--json", "--listen",
                               f"127.0.0.1:{taken.getsockname()[1]}")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "listen_refused")


def test_another_database_is_remembered(
    make_hall: Callable[[str], RealHall], tmp_path: Path, database: str, hall_maker: HallMaker
) -> None:
    hall = make_hall("hall")
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if database == POSTGRESQL:
        elsewhere = hall_maker.cluster.url(hall_maker.cluster.new_database())
    hall.start("--db", elsewhere)
    village = hall.village("QX03")
    village.receive()
    village.sync()
    hall.stop()
    lose_store(hall, hall_maker)
    assert len(hall.command("cases").lines) == 1


def test_a_lost_database_is_not_silently_made_anew(
    make_hall: Callable[[str], RealHall], hall_maker: HallMaker
) -> None:
    hall = make_hall("hall")
    lose_store(hall, hall_maker)
    for _ in range(2):
        outcome = hall.command("verify")
        assert (outcome.code, outcome.json["error"]["code"]) == (1, "hall_store_missing")


def lose_store(hall: RealHall, maker: HallMaker) -> None:
    """The store that it was made with."""
    if hall.db:
        maker.cluster.drop(make_url(hall.db).database or "")
    else:
        (hall.home / "hall.db").unlink()


def test_a_newer_database_is_refused(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    with hall.opened() as opened, opened.store.write() as conn:
        conn.exec_driver_sql("UPDATE hall_facts SET value = '99' WHERE name = 'schema'")
    outcome = hall.command("cases")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "hall_store_newer")


def test_with_users_every_act_needs_one_and_the_pin(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("hall")
    hall.more = {"HALL_NEW_PIN": "482913"}
    assert hall.command("user", "add", "赵科长", "--role", "operator,admin").json == {
        "user": "赵科长", "roles": ["admin", "operator"]
    }
    assert hall.command("station", "add", "QX03", "站").json["error"]["code"] == "hall_user_needed"
    for more, arguments, code in [
        ({}, (), "hall_user_needed"),
        ({"HALL_PIN": "000000"}, ("--user", "赵科长"), "hall_user_or_pin_wrong"),
        ({"COUNTER_PIN": "482913"}, ("--user", "别人"), "hall_user_or_pin_wrong"),
        ({"COUNTER_PIN": "482913"}, ("--user", "赵科长"), "device_unknown"),
    ]:
        hall.more = more
        assert hall.command("device", "revoke", "QX03-01", *arguments).json["error"]["code"] == code


@pytest.mark.parametrize(
    ("pin", "roles", "code"),
    [("12345", "clerk", "pin_not_six_digits"), ("482913", "boss", "hall_role_unknown"), ("", "clerk",
     "pin_not_six_digits")],
)
def test_a_user_that_cannot_be_is_not_added(
    make_hall: Callable[[str], RealHall], pin: str, roles: str, code: str
) -> None:
    hall = make_hall("hall")
    hall.more = {"HALL_NEW_PIN": pin}
    assert hall.command("user", "add", "某人", "--role", roles).json["error"]["code"] == code
    assert hall.command("device", "revoke", "X").json["error"]["code"] == "device_unknown"  # still no users


def test_cases_are_found_by_name_number_and_state(hall: RealHall) -> None:
    village = hall.village()
    first, second = village.receive("欧阳𬭎䶮"), village.receive("王小明")
    village.act(second, Action.ACCEPT)
    village.sync()
    station = ("--station", village.enrolment.station)

    def found(*options: str) -> list[str]:
        return [row["case"] for row in hall.command("cases", *station, *options).lines]

    assert found() == [str(second), str(first)]
    assert found("--query", "𬭎") == [str(first)]
    assert found("--query", str(second)) == [str(second)]
    assert found("--state", "ACCEPTED") == [str(second)]
    assert found("--query", "%") == []
    assert hall.command("cases", "--state", "NONSENSE").json["error"]["code"] == "hall_state_unknown"
    assert "欧阳" not in hall.command("cases").out


def test_a_case_is_refused_that_does_not_exist(hall: RealHall) -> None:
    assert hall.command("act", "1" * 43, "grant").json["error"]["code"] == "case_unknown"
    assert hall.command("act", "QX99-01-0001-0", "grant").json["error"]["code"] == "local_number_check"


def every_code() -> set[str]:
    """The error codes that the hall's modules and the key vault raise."""
    files = [*(ROOT / "sync" / "hall").glob("*.py"), ROOT / "sync" / "key_vault.py"]
    raised = r"\b(?:CounterError|InvalidInput|NotFound|MoveNotAllowed|NoKey)\(\s*\"([a-z_]+)\""
    found = {code for file in files for code in re.findall(raised, file.read_text(encoding="utf-8"))}
    return found | {"waits_behind", "event_misshapen", "event_not_readable", "number_doubled", "number_not_leased"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_its_two_sentences(language: str) -> None:
    keys = catalogue(language)
    missing = {
        f"errors.{code}.{part}" for code in every_code() for part in ("message", "remedy")
        if f"errors.{code}.{part}" not in keys
    }
    assert missing == set()
