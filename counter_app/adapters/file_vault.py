"""Scans and papers of a home, sealed and named by content (`services.ports.FileVault`).

A file is MAGIC, a salt of 16 bytes, then chunks of 256 KiB of content, each
with its AES-256-GCM tag. Every file has its own key, derived from the store key
and the salt, so the chunk's place is a safe nonce; the last chunk is marked in
it, so that a file cut at a chunk's end is seen. The content's hash is bound in.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counter_app.adapters.durable_file import refusals_named, written_whole
from counter_app.domain.errors import CounterError
from sync.durable import sync_folder

VAULT_FOLDER = "vault"  # under the home
MAGIC = b"ctvault1"
CHUNK = 256 * 1024
_SALT = 16
_TAG = 16
_ABANDONED_S = 3600  # an unfinished file this old belongs to a program that was killed


class SealedFileVault:
    """Files under `<home>/vault`. Durable when `put` returns; damage is found when `get` reads."""

    def __init__(self, home: Path, store_key: bytes) -> None:
        self._home = home
        self._folder = home / VAULT_FOLDER
        self._key = HKDF(SHA256(), 32, salt=None, info=b"counter-vault/1").derive(store_key)

    def put(self, content: bytes) -> tuple[bytes, str]:
        """Seal the bytes: SHA-256 and path relative to the home. The same content twice is one file.

        Raises CounterError `disk_full`, `home_read_only`.
        """
        sha256 = hashlib.sha256(content).digest()
        target = self._place(sha256)
        if not self._holds(sha256):
            with refusals_named("home_read_only"):
                aside = self._aside()
                self._make_folder(target.parent)
            with written_whole(target, "home_read_only", aside) as unfinished:
                _write_new(unfinished, b"".join(self._sealed(sha256, content)))
        return sha256, target.relative_to(self._home).as_posix()

    def get(self, sha256: bytes) -> bytes:
        """The bytes of that hash. Raises CounterError `file_missing`, `file_damaged`, `file_unreadable`."""
        short = sha256.hex()[:12]
        try:
            with self._place(sha256).open("rb") as file:
                return b"".join(self._opened(sha256, file))
        except FileNotFoundError:
            raise CounterError("file_missing", file=short) from None
        except (InvalidTag, EOFError):
            raise CounterError("file_damaged", file=short) from None
        except OSError as fault:
            raise CounterError("file_unreadable", file=short) from fault

    def delete(self, sha256: bytes) -> None:
        """Take the file away, if it is there; it stays away when this returns. CounterError `home_read_only`."""
        place = self._place(sha256)
        with refusals_named("home_read_only"), suppress(FileNotFoundError):
            place.unlink()
            sync_folder(place.parent)

    def _place(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self._folder / name[:2] / name

    def _holds(self, sha256: bytes) -> bool:
        """Whether the file is there and whole: a damaged one is written again."""
        try:
            self.get(sha256)
        except CounterError:
            return False
        return True

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)

    def _aside(self) -> Path:
        """A path for an unfinished file; those that killed programs left behind go."""
        folder = self._folder / "unfinished"
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._home)
        for left in folder.iterdir():
            with suppress(FileNotFoundError):  # another program ended well meanwhile
                if time.time() - left.stat().st_mtime > _ABANDONED_S:
                    left.unlink()
        return folder / secrets.token_hex(8)

    def _sealed(self, sha256: bytes, content: bytes) -> Iterator[bytes]:
        salt = secrets.token_bytes(_SALT)
        yield MAGIC + salt
        cipher = self._cipher(salt)
        starts = range(0, max(len(content), 1), CHUNK)
        for n, start in enumerate(starts):
            chunk = content[start : start + CHUNK]
            yield cipher.encrypt(_nonce(n, last=start == starts[-1]), chunk, sha256)

    def _opened(self, sha256: bytes, file: BinaryIO) -> Iterator[bytes]:
        head = file.read(len(MAGIC) + _SALT)
        if len(head) < len(MAGIC) + _SALT or not head.startswith(MAGIC):
            raise EOFError
        cipher = self._cipher(head[len(MAGIC) :])
        n, chunk = 0, file.read(CHUNK + _TAG)
        while True:
            following = file.read(CHUNK + _TAG)
            yield cipher.decrypt(_nonce(n, last=not following), chunk, sha256)
            if not following:
                return
            n, chunk = n + 1, following

    def _cipher(self, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"counter-vault/file").derive(self._key))


def _nonce(n: int, *, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])


def _write_new(file: Path, sealed: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(sealed)
