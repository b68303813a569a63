"""Backups of this home, and when the last one was made here (desktop design section 7, 设置).

The copy itself is the adapters' (`BackUp`). What is remembered of it stands in the store that it is a copy of, so it is
gone with the home: it is for people who ask themselves whether today's copy was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.services.checks import KeptCopy
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading

STOPPED = "backup_stopped"
"""The code of the CounterError by which a watch stops the copy: nothing of it stays."""

CopyWatch = Callable[[int, int], None]
"""Told how many bytes of about how many are copied; at the end it is told all of them twice: before the copy is checked
and after. May raise CounterError to stop."""

_LAST = "last_backup"


def unwatched(_done: int, _of: int) -> None:
    """Nobody looks on."""


class BackUp(Protocol):
    """A checked copy of the whole home in one file. CounterError `backup_...`, `disk_full`, `out_...`, also
    `keyring_locked`.

    passphrase: wraps the keys of a home that has them in the keyring, so that they go with the copy; "": they do not.
    """

    def __call__(self, out: Path, watch: CopyWatch = unwatched, passphrase: str = "") -> KeptCopy: ...


@dataclass(frozen=True, slots=True)
class LastBackup:
    """made_ms: when; since: how many events this machine has written after it; due: some, and it is not of today.

    opens_elsewhere: of use without this machine.
    """

    made_ms: int
    file: str
    since: int
    due: bool
    opens_elsewhere: bool


class Backups:
    """Backing up this home.

    is_key_inside: its keys lie in a key file under its own passphrase, which goes with any copy; else in the keyring of
    this machine.
    """

    def __init__(self, desk: Desk, back_up: BackUp, *, is_key_inside: bool) -> None:
        self._desk, self._back_up = desk, back_up
        self.is_key_inside = is_key_inside

    def opens_elsewhere(self, passphrase: str) -> bool:
        """Whether a copy made with this passphrase ("": none) can be opened without this machine."""
        return self.is_key_inside or bool(passphrase)

    def make(self, out: Path, watch: CopyWatch = unwatched, passphrase: str = "") -> KeptCopy:
        """Write it to out, or leave what was there. CounterError as `BackUp`, told as of a backup."""
        try:
            made = self._back_up(out, watch, passphrase)
        except CounterError as error:
            raise CounterError(error.code, **{**error.params, "step": "backing_up"}) from error
        with self._desk.store.write() as writing:
            facts = {
                "at": self._desk.now_ms(),
                "events": made.events,
                "device": writing.device(),
                "file": str(out),
                "opens_elsewhere": self.opens_elsewhere(passphrase),
            }
            writing.save_setting(_LAST, json.dumps(facts, ensure_ascii=False))
        return made

    def last(self) -> LastBackup | None:
        """The last one that was made here, None before the first."""
        with self._desk.store.read() as reading:
            kept = reading.setting(_LAST)
            if not kept:
                return None
            facts = json.loads(kept)
            since = _events_since(reading, facts)
        is_old = local_date(facts["at"]) < self._desk.today()
        opens_elsewhere = facts.get("opens_elsewhere", self.is_key_inside)
        return LastBackup(facts["at"], facts["file"], since, is_old and since > 0, opens_elsewhere)

    def file_name(self) -> str:
        """A name for the next one, by machine and day."""
        with self._desk.store.read() as reading:
            return f"{reading.device()}-{self._desk.today():%Y%m%d}.bak"


def _events_since(reading: Reading, facts: dict[str, object]) -> int:
    head, _ = reading.head()
    return head - int(str(facts["events"])) if facts["device"] == reading.device() else head
