"""A home made of a backup, with the keys that stand behind its store (`sync/key_vault.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from counter_app.adapters.home import (
    DEVICE_KEYS,
    KEY_SERVICE,
    PASSPHRASE,
    STORE_FILE,
    STORE_KEY,
    prepare_home,
    store_beside,
)
from counter_app.adapters.store.apart import KEYS, set_apart
from counter_app.adapters.store.backup import Restored, kept_keys, unpack
from counter_app.adapters.store.engine import open_engine
from counter_app.adapters.store.migrate import migrate
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.system_clock import MachineClock
from counter_app.domain.errors import CounterError
from sync.key_vault import INDEX, KeyVault, is_wrapped, open_vault, secret_in, take_in, vault_of


def restore(place: Path, file: Path) -> Restored:
    """Make a home of a backup. It is set apart until it is enrolled again.

    The folder has no store. If it has keys they must be those of the backup; else the keys come of the backup, by
    COUNTER_PASSPHRASE, or of the keyring of the machine that it was made on, and go where an enrolment would put them.
    Nothing is written before they open. CounterError `home_has_store`, `home_has_keys`, `backup_key_elsewhere`,
    `no_key`, `wrong_passphrase`, `backup_missing`, `backup_damaged`, and those of `prepare_home`.
    """
    if (place / STORE_FILE).exists():
        raise CounterError("home_has_store", home=str(place))
    keys = _keys_for(place, file)
    key = keys.secret(STORE_KEY)
    prepare_home(place)
    with store_beside(place) as unfinished:
        restored = keys.unpacked(file, key, unfinished, place)
        with closing(StationStore(open_engine(unfinished, key), MachineClock())) as store:
            migrate(store.engine)
            with store.write() as writing:
                set_apart(writing, "home_restored", MachineClock().read().wall_ms)
                device_keys = str(writing.state.get(KEYS, DEVICE_KEYS))
        keys.settle(place, (device_keys, STORE_KEY))
    return restored


@dataclass(frozen=True, slots=True)
class _Keys:
    """The vault that has the keys of a backup, and the key file that came with it; none: they are the folder's own."""

    vault: KeyVault
    key_file: bytes | None

    def secret(self, name: str) -> bytes:
        """One of them; `backup_key_elsewhere` if they lie in a keyring that has them not, or does not answer."""
        try:
            return secret_in(self.vault, name)
        except CounterError as error:
            if self.key_file is None or is_wrapped(self.key_file):
                raise
            raise CounterError("backup_key_elsewhere") from error

    def unpacked(self, file: Path, key: bytes, store: Path, home: Path) -> Restored:
        """As `unpack`; `home_has_keys` if the keys of the folder do not open the backup."""
        try:
            return unpack(file, key, store, home)
        except CounterError as error:
            if self.key_file is None and error.code == "backup_damaged":
                raise CounterError("home_has_keys", home=str(home)) from error
            raise

    def settle(self, place: Path, names: Iterable[str]) -> None:
        """Give the folder those that it has not."""
        if self.key_file is not None:
            take_in(place, KEY_SERVICE, self.key_file, {name: self.secret(name) for name in names})


def _keys_for(place: Path, file: Path) -> _Keys:
    key_file = kept_keys(file)
    if (place / INDEX).exists():
        own = open_vault(place, KEY_SERVICE, PASSPHRASE)
        if own.load(STORE_KEY) is not None:
            return _Keys(own, None)
    return _Keys(vault_of(key_file, KEY_SERVICE, PASSPHRASE), key_file)
