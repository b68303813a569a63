"""What sign-in shows of a store, read without SQLAlchemy: loading that and our tables takes longer than the window.

    door = read_door(home / STORE_FILE, key)         # None: `open_engine` and what follows it say why
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from counter_app.domain.people import Person, Role
from counter_app.services.door import Door

_STATE = """SELECT name, value FROM state
    WHERE name IN ('station_name', 'profile', 'setting.window', 'setting.text_size', 'setting.language')"""
_PEOPLE = "SELECT name, roles FROM people ORDER BY name"


def read_door(file: Path, key: bytes) -> Door | None:
    """Who may sign in at an existing store and where it stands, None where that cannot be read as it is today."""
    try:
        with closing(sqlcipher.connect(str(file), isolation_level=None)) as connection:
            for pragma in (f"key = \"x'{key.hex()}'\"", "cipher_log_level = NONE", "query_only = ON"):
                connection.execute(f"PRAGMA {pragma}")
            state: dict[str, Any] = dict(connection.execute(_STATE).fetchall())
            people = tuple(Person(name, _roles(roles)) for name, roles in connection.execute(_PEOPLE))
        said = {name: msgspec.msgpack.decode(value) for name, value in state.items()}
    except (sqlcipher.DatabaseError, ValueError):  # damaged, locked, of another version
        return None
    profile, station = said.get("profile") or {}, said.get("station_name", "")
    return Door(
        people=people,
        county=profile.get("county", ""),
        station=station,
        window=said.get("setting.window") or station,
        text_size=said.get("setting.text_size", ""),
        language=said.get("setting.language", ""),
    )


def _roles(written: str) -> frozenset[Role]:
    return frozenset(Role(role) for role in written.split(",") if role)
