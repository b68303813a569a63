"""Power cuts for the real store: what a disk may hold when the power goes, from a record of what was done to it.

`recorder.c` writes down every write, truncation, rename and sync of a program under one folder. A disk has
what was synced; of the rest it has any part, sector by sector, and of the names in a folder the oldest changes
since the folder was synced. The journal of a file system may keep more; nothing here rests on it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any, NamedTuple

from tests.support.programs import ROOT

_SOURCE = Path(__file__).with_name("recorder.c")
_HEAD = 17
_COMMANDS = """
import json, sys
from counter_app.__main__ import Program
from counter_app.cli.program import run
for line in json.loads(sys.argv[1]):
    run(line, Program())
"""
_LAZY = """
from functools import partial
from counter_app.adapters.store import engine
class Lazy(engine.sqlcipher.Connection):
    def execute(self, sql, *more):
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *more)
engine.sqlcipher.connect = partial(engine.sqlcipher.connect, factory=Lazy)
"""


class Done(NamedTuple):
    """One thing that the program did. what: a letter of `recorder.c`; said: what went to stdout, or the new name."""

    what: str
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Recording:
    """A home as it was before, and everything that was done to it then."""

    before: Path
    done: Sequence[Done]

    def said_until(self, end: int) -> list[dict[str, Any]]:
        """The objects that the program had put out by then, one a line."""
        said = b"".join(done.data for done in self.done[:end] if done.what == "S")
        return [json.loads(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


def record(home: Path, commands: Sequence[Sequence[str]], settings: dict[str, str], *, lazy: bool = False) -> Recording:
    """Run the commands on the home, one program after another, each in a process.

    lazy: the store is opened with synchronous = OFF, a fault that must be found.
    """
    given = json.dumps([[*command, "--json", "--home", str(home)] for command in commands])
    return record_script(home, (_LAZY if lazy else "") + _COMMANDS, given, settings)


def record_script(home: Path, script: str, given: str, settings: dict[str, str]) -> Recording:
    """Run that Python program, given one word, in a process; home is the folder that is looked at."""
    folder = Path(mkdtemp(prefix="recorded-", dir=home.parent))
    shutil.copytree(home, folder / "before")
    own = {"LD_PRELOAD": str(_built()), "RECORDER_HOME": str(home), "RECORDER_LOG": str(folder / "log")}
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C", "HOME": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", script, given], env={**plain, **settings, **own}, capture_output=True, timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return Recording(folder / "before", list(_read((folder / "log").read_bytes())))


@dataclass
class File:
    """synced: its content at the last sync; pending: what was done since, oldest first."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data); None: cut there

    def sync(self) -> None:
        for offset, data in self.pending:
            _put(self.synced, offset, data)
        self.pending.clear()

    def after_power_cut(self, chance: random.Random, sector: int, kept: float) -> bytes:
        """What was synced, and of the rest each sector with that probability."""
        content = bytearray(self.synced)
        for offset, data in self.pending:
            if data is None:
                if chance.random() < kept:
                    _put(content, offset, None)
                continue
            for start, piece in _sectors(offset, data, sector):
                if chance.random() < kept:
                    _put(content, start, piece)
        return bytes(content)


Names = dict[str, File | None]  # None: a folder


class Change(NamedTuple):
    """A change of names, durable once its folder is synced: that in which the new name stands, or the old one stood."""

    folder: str
    old: str
    new: str
    file: File | None

    def make(self, names: Names) -> None:
        names.pop(self.old, None)
        if self.new:
            names[self.new] = self.file


@dataclass
class Disk:
    """names: every file by its path as the running system saw it; durable: those that no power cut takes."""

    names: Names
    durable: Names
    unsynced: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """All of it durable."""
        found = {
            path.relative_to(folder).as_posix(): File(bytearray(path.read_bytes())) if path.is_file() else None
            for path in folder.rglob("*")
        }
        return cls(found, dict(found))

    def do(self, done: Done) -> None:
        """As the running system sees it. What happens to a file that has no name any more is nobody's business."""
        file = self.names.get(done.path)
        match done.what:
            case "W" if file is not None:
                file.pending.append((done.offset, done.data))
            case "T" if file is not None:
                file.pending.append((done.offset, None))
            case "F" if file is not None:
                file.sync()
            case "F":
                self._sync_folder(done.path)
            case "C":
                self._change("", done.path, File())
            case "M":
                self._change("", done.path, None)
            case "R":
                self._change(done.path, done.data.decode(), file)
            case "U":
                self._change(done.path, "", None)

    def after_power_cut(self, chance: random.Random, into: Path) -> None:
        """Write one of the states in which the disk may be now."""
        sector, kept = chance.choice((512, 4096)), chance.choice((0.0, 0.5, 0.9, 1.0, chance.random()))
        names = dict(self.durable)
        for folder in sorted({change.folder for change in self.unsynced}):
            changes = [change for change in self.unsynced if change.folder == folder]
            for change in changes[: chance.randint(0, len(changes))]:
                change.make(names)
        for path, file in sorted(names.items()):
            if not all(str(parent) in names for parent in list(PurePosixPath(path).parents)[:-1]):
                continue  # its folder is gone
            if file is None:
                (into / path).mkdir(mode=0o700)
            else:
                (into / path).write_bytes(file.after_power_cut(chance, sector, kept))
                (into / path).chmod(0o600)

    def _change(self, old: str, new: str, file: File | None) -> None:
        change = Change(str(PurePosixPath(new or old).parent), old, new, file)
        change.make(self.names)
        self.unsynced.append(change)

    def _sync_folder(self, folder: str) -> None:
        for change in self.unsynced:
            if change.folder == folder:
                change.make(self.durable)
        self.unsynced = [change for change in self.unsynced if change.folder != folder]


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _sectors(offset: int, data: bytes, sector: int) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(data):
        end = min(len(data), start + sector - (offset + start) % sector)
        yield offset + start, data[start:end]
        start = end


def _read(log: bytes) -> Iterator[Done]:
    at = 0
    while at < len(log):
        name, size = (int.from_bytes(log[at + start : at + start + 4], "big") for start in (1, 5))
        offset = int.from_bytes(log[at + 9 : at + _HEAD], "big")
        path = log[at + _HEAD : at + _HEAD + name].decode()
        data = log[at + _HEAD + name : at + _HEAD + name + size]
        yield Done(chr(log[at]), path, offset, data)
        at += _HEAD + name + size


@cache
def _built() -> Path:
    """The recorder, compiled once a process."""
    made = Path(mkdtemp(prefix="recorder-")) / "recorder.so"
    line = ["cc", "-O2", "-shared", "-fPIC", "-o", str(made), str(_SOURCE), "-ldl"]
    subprocess.run(line, check=True, capture_output=True)
    return made
