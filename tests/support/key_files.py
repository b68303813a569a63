"""Key files that open at once, and PINs that are known at once.

The derivation of a home's wrapping key is slow on purpose: a fifth of a second at
every start of a program. Its cost stands in the key file, so homes of tests are
made by the product itself with the least cost that argon2 knows. The product's own
cost is worked with in `tests/sync/test_key_vault.py` and in the second test of
`tests/end_to_end/test_retention.py`. The hash of a PIN carries its cost as well;
`tests/counter_app/services/test_people.py` works with the product's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from argon2 import PasswordHasher

from counter_app.services import people
from sync import key_vault

_LEAST = {"time_cost": 1, "memory_kib": 8, "lanes": 1}
_QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def quick_key_files() -> Iterator[None]:
    """Key files that are made in here open at once, now and later."""
    with patch.object(key_vault, "_ARGON2", _LEAST):
        yield


@contextmanager
def quick_pins() -> Iterator[None]:
    """The PINs of people who are added in here are checked at once, now and later."""
    with patch.object(people, "_hasher", _QUICK_HASHER):
        yield


def make_quick_key_file(home: Path, service: str, variable: str, passphrase: str) -> None:
    """The key file that the program would make at its first start, with nothing in it."""
    unreachable = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    with quick_key_files(), patch.dict(os.environ, {variable: passphrase, **unreachable}):
        key_vault.open_vault(home, service, variable)
