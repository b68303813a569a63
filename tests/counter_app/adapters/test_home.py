from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from counter_app.adapters.home import exchange_lock, find_home, prepare_home, window_lock
from counter_app.domain.errors import CounterError
from tests.support.disks import make_read_only, mounted

HOLDER = """
import sys
from pathlib import Path
from counter_app.adapters import home
with getattr(home, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""

Lock = Callable[[Path], AbstractContextManager[None]]
LOCKS = [(window_lock, "window_open"), (exchange_lock, "busy")]


def holder(lock: Lock, home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, lock.__name__, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_option_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_HOME", str(tmp_path / "b"))
    assert find_home(tmp_path / "a") == tmp_path / "a"
    assert find_home(None) == tmp_path / "b"
    monkeypatch.delenv("COUNTER_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "c"))
    assert find_home(None) == tmp_path / "c" / "counter"


def test_a_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "deep" / "home")
    assert home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o755)
    assert prepare_home(home).stat().st_mode & 0o777 == 0o700


def test_a_file_in_place_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    for home in (tmp_path / "home", tmp_path / "home" / "below"):
        with pytest.raises(CounterError) as refused:
            prepare_home(home)
        assert refused.value.code == "home_not_a_folder"


def test_a_read_only_home_says_so(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        home = prepare_home(disk / "home")
        make_read_only(disk)
        for act in (prepare_home, lambda at: window_lock(at).__enter__(), lambda _: prepare_home(disk / "other")):
            with pytest.raises(CounterError) as refused:
                act(home)
            assert refused.value.code == "home_read_only"


@pytest.mark.parametrize(("lock", "code"), LOCKS)
def test_a_second_process_is_told_the_pid_of_the_first(tmp_path: Path, lock: Lock, code: str) -> None:
    first = holder(lock, tmp_path)
    try:
        with pytest.raises(CounterError) as refused, lock(tmp_path):
            pass
        assert (refused.value.code, refused.value.params) == (code, {"pid": first.pid})
    finally:
        first.communicate("")
    with lock(tmp_path):
        pass


@pytest.mark.parametrize(("lock", "code"), LOCKS)
def test_the_lock_of_a_killed_process_is_gone(tmp_path: Path, lock: Lock, code: str) -> None:
    first = holder(lock, tmp_path)
    first.kill()
    first.communicate()
    with lock(tmp_path), pytest.raises(CounterError) as refused, lock(tmp_path):
        pass
    assert (refused.value.code, refused.value.params) == (code, {"pid": os.getpid()})


def test_an_exchange_may_run_beside_the_window(tmp_path: Path) -> None:
    with window_lock(tmp_path), exchange_lock(tmp_path):
        pass


def test_a_program_started_by_the_window_does_not_keep_its_lock(tmp_path: Path) -> None:
    with window_lock(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with window_lock(tmp_path):
            pass
    finally:
        child.communicate(b"\n")
