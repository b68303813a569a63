"""The files of a bundle, on the stick or disk that somebody named: each is written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from counter_app.domain.errors import CounterError
from sync.bundle_part import part_in
from sync.durable import sync_folder

_REFUSALS = {
    errno.ENOSPC: "bundle_medium_full",
    errno.EDQUOT: "bundle_medium_full",
    errno.EFBIG: "bundle_medium_full",
    errno.EROFS: "bundle_medium_read_only",
    errno.EACCES: "bundle_medium_read_only",
    errno.EPERM: "bundle_medium_read_only",
}
_PIECE = 1024 * 1024


class BundleFiles:
    """The file system, as bundles use it."""

    @contextmanager
    def part(self, file: Path) -> Iterator[IO[bytes]]:
        """A file to write a part into: written aside, synced, renamed.

        CounterError `bundle_folder_missing`, `out_not_a_file`, `bundle_medium_full`, `bundle_medium_read_only`,
        `bundle_medium_gone`: then nothing of it is left, and parts before it stay.
        """
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise CounterError("bundle_folder_missing")
        if file.exists() and not file.is_file():
            raise CounterError("out_not_a_file")  # renamed there, it would replace a device or a pipe
        aside = file.with_name(f".{file.name}.part")  # one name: what a power cut left is written over
        try:
            with _gone_if_not_whole(aside):
                with aside.open("w+b") as out:
                    yield out
                    out.flush()
                    os.fsync(out.fileno())
                aside.replace(file)
                sync_folder(file.absolute().parent)
        except OSError as error:
            raise CounterError(_REFUSALS.get(error.errno or 0, "bundle_medium_gone")) from error

    @contextmanager
    def brought(self, file: Path) -> Iterator[IO[bytes]]:
        """A file that somebody brought. CounterError `bundle_missing`, `bundle_medium_gone`."""
        if not file.is_file():
            raise CounterError("bundle_missing", file=file.name)
        try:
            with file.open("rb") as found:
                yield found
        except OSError as error:
            raise CounterError("bundle_medium_gone") from error

    def sha256(self, file: Path) -> str:
        """The SHA-256 of what stands there, in hex. CounterError as `brought`."""
        digest = hashlib.sha256()
        with self.brought(file) as found:
            while piece := found.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def order(self, file: Path) -> tuple[int, int]:
        """What files are sorted by: bundle and part. What is no bundle comes last, and is refused at its turn."""
        try:
            with self.brought(file) as found:
                routing = part_in(found).routing
        except CounterError:
            return 2**63, 0
        return routing.made_ms, routing.part


def part_file(file: Path, number: int) -> Path:
    """Where a part stands: the first under the name itself, the second as NAME-2 ..."""
    return file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}")


@contextmanager
def _gone_if_not_whole(aside: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):  # on a stick that was pulled out there is nothing to take away
            aside.unlink()
        raise
