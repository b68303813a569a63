"""Seals of this machine: key files under the home, their passphrases in the vault, pyHanko loaded by the first use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from counter_app.adapters.durable_file import written_whole
from counter_app.adapters.seals.folder import seal_folder
from counter_app.domain.errors import CounterError
from counter_app.domain.sealing import SealSetup
from counter_app.services.ports import Seal
from sync.key_vault import KeyVault

SECRET = "COUNTER_SEAL_SECRET"


@dataclass(frozen=True, slots=True)
class SealKeeper:
    """`services.ports.SealMeans` of one home."""

    home: Path
    vault: KeyVault

    def open(self, setup: SealSetup, secret: str, now_ms: int) -> Seal:
        """See the port. pyHanko takes most of a second to load, so that it is loaded here."""
        require_parts()
        from counter_app.adapters.seals.schemes import open_seal

        return open_seal(setup, secret, now_ms, seal_folder(self.home))

    def keep_file(self, file: Path, setup: SealSetup) -> str:
        """Copy it as it is, under its passphrase."""
        try:
            content = file.read_bytes()
        except OSError as fault:
            raise CounterError("seal_key_missing", file=file.name) from fault
        name = f"{setup.name}{file.suffix.lower()}"
        with written_whole(seal_folder(self.home) / name, "home_read_only") as unfinished:
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(content)
        return name

    def secret(self, setup: SealSetup) -> str:
        """COUNTER_SEAL_SECRET, else what the vault keeps."""
        given = os.environ.get(SECRET, "")
        if given:
            return given
        kept = self.vault.load(f"seal-{setup.name}")
        return "" if kept is None else kept.decode()

    def keep_secret(self, setup: SealSetup, secret: str) -> None:
        """Keep it in the keyring or the wrapped key file of this home."""
        self.vault.store(f"seal-{setup.name}", secret.encode())


def require_parts() -> None:
    """CounterError `seal_parts_not_installed` where the program was installed without them."""
    if find_spec("pyhanko") is None:
        raise CounterError("seal_parts_not_installed")
