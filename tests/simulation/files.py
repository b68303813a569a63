"""Files of a machine: what its programs see, what of it a power loss leaves, and the scans that lie in them.

A synced file is there by its name, as a journaling file system has it; a new name for a file that was there is only
after its folder was synced. What was not synced may be gone, there, or there in part.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from counter_app.domain.errors import CounterError
from sync.envelope import WHOLE
from sync.frames import AttachmentFrame

Step = Callable[[str], None]
PART = ".part"


class Files:
    """The files of one machine. syncs: whether its disk does what it is told."""

    def __init__(self, *, syncs: bool = True) -> None:
        self.seen: dict[str, bytes] = {}
        self._durable: dict[str, bytes] = {}
        self._renamed: list[tuple[str, str]] = []
        self._syncs = syncs
        self._made = 0

    def sync(self, name: str) -> None:
        """What is in the file stays."""
        if self._syncs:
            self._durable[name] = self.seen[name]

    def rename(self, old: str, new: str) -> None:
        self.seen[new] = self.seen.pop(old)
        self._renamed.append((old, new))

    def sync_folder(self) -> None:
        """The names stay."""
        if self._syncs:
            self._keep_names()

    def new_name(self) -> str:
        """For an unfinished file."""
        self._made += 1
        return f"unfinished-{self._made}{PART}"

    def durable(self, name: str) -> bytes | None:
        """What a power loss that takes all it can would leave."""
        return self._durable.get(name)

    def copy(self) -> dict[str, bytes]:
        """What a backup has."""
        return dict(self.seen)

    def restore(self, backup: dict[str, bytes]) -> None:
        self.seen, self._durable = dict(backup), dict(backup)
        self._renamed.clear()

    def lose_power(self, rng: random.Random) -> None:
        if rng.random() < 0.5:
            self._keep_names()
        for old, new in reversed(self._renamed):
            self.seen[old] = self.seen.pop(new)
        self._renamed.clear()
        for name, content in sorted(self.seen.items()):
            if self._durable.get(name) != content and rng.random() < 0.5:
                there = zip(self._durable.get(name, b""), content, strict=False)
                same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], there))  # and is not torn
                self._durable[name] = content[: rng.randint(same, len(content))]
        self.seen = dict(self._durable)

    def _keep_names(self) -> None:
        for old, new in self._renamed:
            if old in self._durable:
                self._durable[new] = self._durable.pop(old)
        self._renamed.clear()


@dataclass(frozen=True)
class HallFiles:
    """`attachments.Files` of a worker of the hall."""

    files: Files
    step: Step

    def is_whole(self, sha256: bytes) -> bool:
        return is_content(self.files.seen.get(sha256.hex()), sha256)

    def add(self, sha256: bytes, offset: int, piece: bytes) -> None:
        name = sha256.hex() + PART
        before = self.files.seen.get(name, b"")
        self.files.seen[name] = before[:offset].ljust(offset, b"\0") + piece
        self.step("piece written")
        self.files.sync(name)

    def finish(self, sha256: bytes) -> bool:
        name = sha256.hex()
        if not self.is_whole(sha256):
            if not is_content(self.files.seen.get(name + PART), sha256):
                return False
            self.files.rename(name + PART, name)
            self.step("file renamed")
        self.files.sync_folder()
        return True


@dataclass(frozen=True)
class Vault:
    """The scans of a station's home: aside, synced, renamed, and only then named by an event."""

    files: Files
    step: Step

    def put(self, content: bytes) -> bytes:
        sha256 = hashlib.sha256(content).digest()
        name = sha256.hex()
        if self.files.seen.get(name) != content:
            aside = self.files.new_name()
            self.files.seen[aside] = content
            self.step("scan written")
            self.files.sync(aside)
            self.files.rename(aside, name)
            self.files.sync_folder()
        self.step("scan kept")
        return sha256

    def get(self, sha256: bytes) -> bytes:
        """CounterError `file_missing`."""
        found = self.files.seen.get(sha256.hex())
        if found is None:
            raise CounterError("file_missing", file=sha256.hex()[:12])
        return found


@dataclass
class Meter:
    """What came of each file, and what of it came although the hall had it.

    A cut may make a station send the frame again that was under way; of what the hall has, a station that has asked
    sends nothing. excused: files of which that cannot be known, because several stations have one, or a stick, an old
    connection or a spoilt piece brings some.
    """

    came: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    again: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    excused: set[bytes] = field(default_factory=set)
    log: Callable[..., None] = lambda *_: None

    def count(self, frame: AttachmentFrame, held: Iterable[tuple[bytes, int, str]]) -> None:
        """held: what the hall had of the file before it took the frame."""
        [(_, here, state)] = held
        here = frame.size if state == WHOLE else here
        self.log("    %d bytes of %s from %d, held %d", len(frame.piece), frame.sha256.hex()[:8], frame.offset, here)
        self.came[frame.sha256] += len(frame.piece)
        self.again[frame.sha256] += max(0, min(here, frame.offset + len(frame.piece)) - frame.offset)

    def excuse(self, files: Iterable[bytes]) -> None:
        self.excused.update(files)


def is_content(found: bytes | None, sha256: bytes) -> bool:
    return found is not None and hashlib.sha256(found).digest() == sha256
