"""A station's store as whoever has its key could read it, page by page: free pages and leftovers too."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from counter_app import bootstrap
from sync.key_vault import open_vault

PAGE = 4096
SALT = 16  # at the beginning of the first page
RESERVED = 80  # at the end of each page: nonce and check of SQLCipher


def decrypted_pages(home: Path) -> bytes:
    """Every page of the store file decrypted. COUNTER_PASSPHRASE must be set."""
    key = open_vault(home, bootstrap.KEY_SERVICE, bootstrap.PASSPHRASE).load("store")
    assert key is not None
    sealed = (home / bootstrap.STORE_FILE).read_bytes()
    return b"".join(_opened(sealed[at : at + PAGE], key, 0 if at else SALT) for at in range(0, len(sealed), PAGE))


def _opened(page: bytes, key: bytes, skip: int) -> bytes:
    end = PAGE - RESERVED
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + 16])).decryptor()
    return decryptor.update(page[skip:end]) + decryptor.finalize()
