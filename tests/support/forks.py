"""Commands as processes of their own, without an interpreter's start for each.

Four fifths of a short command are Python's start, its imports, and reading fonts,
templates and items. Here one process has them behind it and forks for each command:
a command has its own process, environment, standard streams and exit code, and ends
as a program does; a server is started the same way and runs on (`start`). Starts from
nothing stay where they are what is proven: `Program.start`, `fresh=True`, a server
of several workers, and the tests of the two command lines.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import random
import runpy
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from counter_app.adapters.store.initials import initials_of
from counter_app.domain.notice import NoticeKind
from forms.catalogue import Catalogue
from forms.rendering.render import preview_sample

_ROOT = Path(__file__).parents[2]
_IMPORTED = {
    "counter_app": ("counter_app.bootstrap", "sync.http_link", "argon2.low_level", "forms.rendering.page"),
    "sync.hall": (
        *("sync.hall.home", "sync.hall.enrolment", "sync.hall.acts", "sync.hall.verify", "sync.hall.views"),
        *("sync.hall.serve", "uvicorn.lifespan.on", "uvicorn.loops.auto", "uvicorn.protocols.http.auto"),
    ),
}
_PATIENCE_S = 300
_LOOK_EVERY_S = 0.01

Ended = tuple[int, bytes, bytes]  # exit code, stdout, stderr


def run(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes, before: tuple[str, ...] = ()
) -> Ended:
    """`before python -m module arguments` in exactly that environment, to its end.

    before: what moves the clock of the process and of its children by a span.
    """
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        streams[0].write_bytes(stdin)
        streams[1].touch()
        streams[2].touch()
        code = _forker(module, before).ask(
            {"arguments": list(arguments), "environment": dict(environment), "streams": list(map(str, streams))}
        )
        assert code is not None
        return code, streams[1].read_bytes(), streams[2].read_bytes()


def start(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Running:
    """`python -m module arguments` beside the test, in exactly that environment and a session of its own."""
    folder = Path(tempfile.mkdtemp())
    stdout, stderr = folder / "stdout", folder / "stderr"
    os.mkfifo(stdout)
    stderr.touch()
    forker = _forker(module, ())
    streams = [os.devnull, str(stdout), str(stderr)]
    pid = forker.ask(
        {"start": True, "arguments": list(arguments), "environment": dict(environment), "streams": streams}
    )
    assert pid is not None
    return Running(pid, forker, folder, stdout.open("rb"))


class Running:
    """A program beside the test; it may be asked as a `subprocess.Popen`."""

    def __init__(self, pid: int, forker: _Forker, folder: Path, stdout: BinaryIO) -> None:
        self.pid, self.stdout = pid, stdout
        self._forker, self._folder, self._code = forker, folder, None

    _code: int | None

    def poll(self) -> int | None:
        """Its exit code, less than 0 for a signal; None while it runs."""
        if self._code is None:
            self._code = self._forker.ask({"ended": self.pid})
        return self._code

    def wait(self, timeout: float = _PATIENCE_S) -> int:
        """Its exit code, when it has ended; raises subprocess.TimeoutExpired."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(_LOOK_EVERY_S)
        return code

    def send_signal(self, number: int) -> None:
        """A signal, if it still runs: nobody else has its number until its end was asked for."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def errors(self) -> str:
        """What it has written to stderr."""
        return (self._folder / "stderr").read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """Put its streams away."""
        self.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Forker:
    """The process that has everything imported and waits; it ends with this one."""

    def __init__(self, module: str, before: tuple[str, ...]) -> None:
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "LC_ALL": "C"}
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.support.forks", module], env=plain,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        self._one_at_a_time = threading.Lock()
        atexit.register(self._process.communicate)

    def ask(self, request: dict[str, object]) -> int | None:
        """One request, one number or none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            if not select.select([self._process.stdout], [], [], _PATIENCE_S)[0]:
                os.killpg(self._process.pid, signal.SIGKILL)  # the command too
                _forker.cache_clear()
                raise subprocess.TimeoutExpired(json.dumps(request.get("arguments")), _PATIENCE_S)
            return cast("int | None", json.loads(self._process.stdout.readline()))


@cache
def _forker(module: str, before: tuple[str, ...]) -> _Forker:
    return _Forker(module, before)


def _wait_for_requests(module: str) -> None:
    import_module(f"{module}.__main__")
    del sys.modules[f"{module}.__main__"]  # it is run anew by each command; what it imported stays
    for name in _IMPORTED[module]:
        import_module(name)
    Catalogue.load()
    if module == "counter_app":
        preview_sample(NoticeKind.ACCEPTANCE)  # fonts and templates
        initials_of("王")
    gc.freeze()  # what is there now is not looked through, and so not copied, by each fork
    for line in sys.stdin:
        print(json.dumps(_answer(module, json.loads(line))), flush=True)  # noqa: T201


def _answer(module: str, request: dict[str, Any]) -> int | None:
    """The exit code of a command, or of a server that has ended; the number of one that was started."""
    if "ended" in request:
        return _code_of(request["ended"], os.WNOHANG)
    runs_on = request.pop("start", False)
    child = os.fork()
    if child == 0:
        if runs_on:
            os.setsid()
        os._exit(_ended(module, **request))
    return child if runs_on else _code_of(child, 0)


def _code_of(child: int, options: int) -> int | None:
    ended, status = os.waitpid(child, options)
    return os.waitstatus_to_exitcode(status) if ended else None


def _ended(module: str, arguments: list[str], environment: dict[str, str], streams: list[str]) -> int:
    """Be the program in this process; its exit code."""
    ways = ("r", "w", "w")
    for descriptor, (stream, way) in enumerate(zip(streams, ways, strict=True)):
        opened = os.open(stream, os.O_RDONLY if way == "r" else os.O_WRONLY)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (open(n, way, encoding="utf-8") for n, way in enumerate(ways))  # noqa: SIM115
    moved_clock = {name: value for name, value in os.environ.items() if name.startswith(("FAKETIME", "LD_PRELOAD"))}
    os.environ.clear()
    os.environ.update(environment | moved_clock)
    time.tzset()
    tempfile.tempdir = None  # its own, not what an import may have found
    random.seed()
    sys.argv[1:] = arguments
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  as the interpreter itself does with what nobody caught
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _wait_for_requests(sys.argv[1])
