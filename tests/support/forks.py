"""Commands as processes of their own, without an interpreter's start for each.

Four fifths of a short command are Python's start, its imports, and reading fonts,
templates and items. Here one process has them behind it and forks for each command:
a command has its own process, environment, standard streams and exit code, and ends
as a program does. Starts from nothing stay where they are what is proven:
`Program.start`, `fresh=True`, and the tests of the two command lines.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import random
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from counter_app.adapters.store.initials import initials_of
from counter_app.domain.notice import NoticeKind
from forms.catalogue import Catalogue
from forms.rendering.render import preview_sample

_ROOT = Path(__file__).parents[2]
_IMPORTED = {
    "counter_app": ("counter_app.bootstrap", "sync.http_link", "argon2.low_level", "forms.rendering.page"),
    "sync.hall": ("sync.hall.home", "sync.hall.enrolment", "sync.hall.acts", "sync.hall.verify", "sync.hall.views"),
}
_PATIENCE_S = 300

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
        code = _forker(module, before).run(
            {"arguments": list(arguments), "environment": dict(environment), "streams": list(map(str, streams))}
        )
        return code, streams[1].read_bytes(), streams[2].read_bytes()


class _Forker:
    """The process that has everything imported and waits; it ends with this one."""

    def __init__(self, module: str, before: tuple[str, ...]) -> None:
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "LC_ALL": "C"}
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.support.forks", module], env=plain,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        atexit.register(self._process.communicate)

    def run(self, request: dict[str, object]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], _PATIENCE_S)[0]:
            os.killpg(self._process.pid, signal.SIGKILL)  # the command too
            _forker.cache_clear()
            raise subprocess.TimeoutExpired(json.dumps(request["arguments"]), _PATIENCE_S)
        return int(self._process.stdout.readline())


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
        child = os.fork()
        if child == 0:
            os._exit(_ended(module, **json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _ended(module: str, arguments: list[str], environment: dict[str, str], streams: list[str]) -> int:
    """Be the program in this process; its exit code."""
    for descriptor, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_RDWR | os.O_CREAT), descriptor)
    ways = ("r", "w", "w")
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
