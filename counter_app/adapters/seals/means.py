"""Seals of this machine: key files under the home, their passphrases in the vault, pyHanko loaded by the first use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from counter_app.adapters.durable_file import written_whole
from counter_app.adapters.seals.folder import root_folder, root_places, seal_folder
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.moments import local_time
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.sealing import SealSetup
from counter_app.services.brought_files import content_of
from counter_app.services.seal_ports import Seal, SealFound, SealRoot, TokenSeen
from sync.key_vault import KeyVault

SECRET = "COUNTER_SEAL_SECRET"


@dataclass(frozen=True, slots=True)
class SealKeeper:
    """`services.seal_ports.SealMeans` and `SealTrust` of one home."""

    home: Path
    vault: KeyVault

    def open(self, setup: SealSetup, secret: str, now_ms: int) -> Seal:
        """See the port. pyHanko takes most of a second to load, so that it is loaded here."""
        require_parts()
        from counter_app.adapters.seals.schemes import open_seal

        return open_seal(setup, secret, now_ms, seal_folder(self.home))

    def tokens(self, module: str) -> list[TokenSeen]:
        """See the port; nothing is asked of them that takes a PIN."""
        require_parts()
        from counter_app.adapters.seals.token import seen_tokens

        return seen_tokens(module)

    def keep_file(self, file: Path, setup: SealSetup) -> str:
        """Copy it as it is, under its passphrase."""
        try:
            content = content_of(file)
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
        """Keep it in the keyring or the wrapped key file of this home; "": forget the one of before."""
        name = f"seal-{setup.name}"
        if secret:
            self.vault.store(name, secret.encode())
        else:
            self.vault.remove(name)

    def roots(self, told: Sequence[ToldRoot]) -> list[SealRoot]:
        """Those under `seals/roots`, and what the hall told."""
        require_parts()
        from counter_app.adapters.seals.roots import Trust, read_roots

        known = Trust.of(read_roots(root_places(self.home)), told).known()
        return sorted(known, key=lambda root: (root.holder, root.fingerprint))

    def add_root(self, file: Path) -> list[SealRoot]:
        """Copy the file there, under the SHA-256 of its first certificate."""
        require_parts()
        from counter_app.adapters.seals.roots import read_roots, root_of

        found = [root_of(each) for each in read_roots([file])]
        if not found:
            raise InvalidInput("seal_root_damaged", file=file.name)
        seal_folder(self.home)
        folder = root_folder(self.home)
        folder.mkdir(mode=0o700, exist_ok=True)
        with written_whole(folder / f"{found[0].fingerprint[:16]}.cer", "home_read_only") as unfinished:
            unfinished.write_bytes(file.read_bytes())
        return found

    def check(self, pdf: bytes, now_ms: int, told: Sequence[ToldRoot]) -> list[SealFound]:
        """Every seal of the file by the roots of this home."""
        require_parts()
        from counter_app.adapters.seals.checking import check_seals
        from counter_app.adapters.seals.roots import Trust, read_roots

        return check_seals(pdf, Trust.of(read_roots(root_places(self.home)), told), local_time(now_ms))


def require_parts() -> None:
    """CounterError `seal_parts_not_installed` where the program was installed without them."""
    if find_spec("pyhanko") is None:
        raise CounterError("seal_parts_not_installed")
