"""Where a home keeps its secrets: the system's keyring, else a key file wrapped by a passphrase.

Station and hall both use it. A home that began with one way stays with it;
which one it is stands in `keys.json`, which never holds a secret in clear.
The keyring backend is pinned by name: with `keyrings.alt` installed, keyring
would otherwise write plain text without a word (specs components 6).

A backup carries such a key file behind it: the home's own, or one that is made
for it of what the keyring holds (`key_file_for_backup`). `vault_of` opens it anywhere,
`take_in` gives a restored home its keys.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from counter_app.domain.errors import CounterError
from sync.durable import PRIVATE, write_whole

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

INDEX = "keys.json"
_VERSION = 1
_ARGON2 = {"time_cost": 3, "memory_kib": 64 * 1024, "lanes": 4}  # RFC 9106, second recommended set


class NoKey(CounterError):
    """Neither a keyring service nor a passphrase: the home cannot be opened, nothing was written."""


class KeyVault(Protocol):
    """Small secrets of one home, by name."""

    kind: str  # "keyring" or "file"

    def load(self, name: str) -> bytes | None:
        """The secret, None if it was never stored. CounterError `keyring_locked`, `wrong_passphrase`."""

    def store(self, name: str, secret: bytes) -> None:
        """Keep the secret under the name, durable when this returns; an older one is replaced."""

    def remove(self, name: str) -> None:
        """Forget the secret, if there is one. CounterError `keyring_locked`."""


def open_vault(home: Path, service: str, passphrase_variable: str) -> KeyVault:
    """The vault of this home, made at the first call.

    service is the name that the system's keyring shows, such as `counter`;
    passphrase_variable names the environment variable that opens a key file.
    Raises NoKey `no_key`, CounterError `key_file_damaged`.
    """
    index = home / INDEX
    save = partial(_write, index)
    if index.exists():
        return _vault(_parsed(index.read_bytes()), service, passphrase_variable, save)
    home.mkdir(parents=True, exist_ok=True)
    backend = _answering_backend()
    if backend is not None:
        identity = os.urandom(8).hex()
        save(_naming(identity))
        return _KeyringVault(backend, service, identity)
    passphrase = _passphrase(passphrase_variable)
    fresh = _fresh_file()
    save(fresh)
    return _FileVault(fresh, _kept_wrapping_key(passphrase, fresh["salt"], **fresh["argon2"]), save)


def import_what_opens(home: Path) -> None:
    """Import what `open_vault` takes at this home, and open nothing: for a caller that lets a thread wait for that.

    Imports of two threads keep each other waiting for longer than both take. OSError, CounterError
    `key_file_damaged`, `key_file_newer`.
    """
    if is_wrapped((home / INDEX).read_bytes()):
        import_module("argon2.low_level")
        import_module("cryptography.hazmat.primitives.ciphers.aead")
    else:
        _pinned_backend()


def wrapped(secrets_by_name: Mapping[str, bytes], passphrase: str) -> bytes:
    """A key file of these secrets, as a home without a keyring has it. The passphrase is kept nowhere."""
    fresh = _fresh_file()
    vault = _FileVault(fresh, _wrapping_key(passphrase, fresh["salt"], **fresh["argon2"]), lambda _: None)
    for name, secret in secrets_by_name.items():
        vault.store(name, secret)
    return _packed(vault.kept)


def key_file_for_backup(home: Path, passphrase: str, kept: Callable[[], Mapping[str, bytes]]) -> bytes:
    """The home's own key file if secrets are in it; else one of these under the passphrase, or with "" the own one,
    which only names where the keyring of this machine has them. Raises what kept does.
    """
    own = (home / INDEX).read_bytes()
    return own if is_wrapped(own) or not passphrase else wrapped(kept(), passphrase)


def vault_of(key_file: bytes, service: str, passphrase_variable: str) -> KeyVault:
    """The vault that a key file opens, to load from: it has no place of its own on the disk.

    NoKey `no_key`, CounterError `key_file_damaged`, `key_file_newer`, `wrong_passphrase`.
    """
    return _vault(_parsed(key_file), service, passphrase_variable, lambda _: None)


def is_wrapped(key_file: bytes) -> bool:
    """Whether the secrets are in it, under a passphrase; else it only names where a keyring has them."""
    return bool(_parsed(key_file)["kind"] == "file")


def secret_in(vault: KeyVault, name: str) -> bytes:
    """A secret that must be there. CounterError `key_lost`, and as `KeyVault.load`."""
    kept = vault.load(name)
    if kept is None:
        raise CounterError("key_lost", name=name)
    return kept


def take_in(home: Path, service: str, key_file: bytes, secrets_by_name: Mapping[str, bytes]) -> None:
    """Give the home these secrets of a key file: into the keyring if one answers, else the file as it is.

    In a keyring they get names of their own, so that two homes of one key file share nothing.
    """
    backend = _answering_backend()
    kept = _parsed(key_file)
    if backend is not None:
        identity = os.urandom(8).hex()
        vault = _KeyringVault(backend, service, identity)
        for name, secret in secrets_by_name.items():
            vault.store(name, secret)
        kept = _naming(identity)
    _write(home / INDEX, kept)


def _vault(
    kept: dict[str, Any], service: str, passphrase_variable: str, save: Callable[[dict[str, Any]], None]
) -> KeyVault:
    if kept["kind"] == "keyring":
        return _KeyringVault(_pinned_backend(), service, kept["id"])
    passphrase = _passphrase(passphrase_variable)
    return _FileVault(kept, _kept_wrapping_key(passphrase, kept["salt"], **kept["argon2"]), save)


def _passphrase(variable: str) -> str:
    given = os.environ.get(variable, "")
    if not given:
        raise NoKey("no_key", variable=variable)
    return given


def _naming(identity: str) -> dict[str, Any]:
    """What stands in the index of a home whose keyring entries have that name."""
    return {"version": _VERSION, "kind": "keyring", "id": identity}


def _fresh_file() -> dict[str, Any]:
    """A key file with nothing in it."""
    return {"version": _VERSION, "kind": "file", "argon2": _ARGON2, "salt": os.urandom(16).hex(), "entries": {}}


class _KeyringVault:
    kind = "keyring"

    def __init__(self, backend: KeyringBackend, service: str, identity: str) -> None:
        self._backend = backend
        self._service = service
        self._identity = identity

    def load(self, name: str) -> bytes | None:
        kept = self._ask(lambda: self._backend.get_password(self._service, f"{self._identity}/{name}"))
        return None if kept is None else base64.b64decode(kept)

    def store(self, name: str, secret: bytes) -> None:
        text = base64.b64encode(secret).decode()
        self._ask(lambda: self._backend.set_password(self._service, f"{self._identity}/{name}", text))

    def remove(self, name: str) -> None:
        if self.load(name) is not None:
            self._ask(lambda: self._backend.delete_password(self._service, f"{self._identity}/{name}"))

    @staticmethod
    def _ask(question: Callable[[], str | None]) -> str | None:
        try:
            return question()
        except _refusals():
            raise CounterError("keyring_locked") from None


class _FileVault:
    kind = "file"

    def __init__(self, kept: dict[str, Any], wrapping_key: bytes, save: Callable[[dict[str, Any]], None]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.kept = kept
        self._save = save
        self._cipher = AESGCM(wrapping_key)
        for name in kept["entries"]:
            self.load(name)  # a wrong passphrase shows now, not in the middle of the work

    def load(self, name: str) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        sealed = self.kept["entries"].get(name)
        if sealed is None:
            return None
        raw = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:12], raw[12:], self._bound_to(name))
        except InvalidTag:
            raise CounterError("wrong_passphrase") from None

    def store(self, name: str, secret: bytes) -> None:
        nonce = os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, secret, self._bound_to(name))
        self.kept = {**self.kept, "entries": {**self.kept["entries"], name: base64.b64encode(sealed).decode()}}
        self._save(self.kept)

    def remove(self, name: str) -> None:
        if name in self.kept["entries"]:
            left = {other: sealed for other, sealed in self.kept["entries"].items() if other != name}
            self.kept = {**self.kept, "entries": left}
            self._save(self.kept)

    def _bound_to(self, name: str) -> bytes:
        return f"key-vault/{_VERSION}/{self.kept['salt']}/{name}".encode()


def _wrapping_key(passphrase: str, salt: str, time_cost: int, memory_kib: int, lanes: int) -> bytes:
    """A fifth of a second."""
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode(), bytes.fromhex(salt), time_cost, memory_kib, lanes, hash_len=32, type=Type.ID
    )


_kept_wrapping_key = lru_cache(maxsize=4)(_wrapping_key)
"""Paid once a process; the passphrase is that of the environment, which the process has anyway."""


def _pinned_backend() -> KeyringBackend:
    """The one backend of this system that keeps secrets encrypted."""
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as Backend
    elif sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Backend
    else:
        from keyring.backends.SecretService import Keyring as Backend
    backend: KeyringBackend = Backend()  # type: ignore[no-untyped-call]
    return backend


def _answering_backend() -> KeyringBackend | None:
    """The pinned backend if it can keep and give back a word right now, else None."""
    try:
        backend = _pinned_backend()
        if backend.priority <= 0:
            return None
        backend.set_password("key-vault", "probe", "1")
        return backend if backend.get_password("key-vault", "probe") == "1" else None
    except _refusals():
        return None  # no session bus, no service on it, or nobody unlocked it


def _refusals() -> tuple[type[Exception], ...]:
    """What keyring and the parts below it raise when the service is absent, locked or gone."""
    from keyring.errors import KeyringError

    common = (KeyringError, RuntimeError, ImportError, OSError)
    if sys.platform.startswith("linux"):
        from secretstorage.exceptions import SecretStorageException

        return (*common, SecretStorageException)
    return common


def _parsed(key_file: bytes) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(key_file)
        version, _ = kept["version"], kept["kind"]
    except (ValueError, KeyError, TypeError):
        raise CounterError("key_file_damaged", file=INDEX) from None
    if version != _VERSION:
        raise CounterError("key_file_newer", file=INDEX, version=version)
    return kept


def _packed(kept: dict[str, Any]) -> bytes:
    return json.dumps(kept, indent=1).encode()


def _write(index: Path, kept: dict[str, Any]) -> None:
    write_whole(index, _packed(kept), PRIVATE)
