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

_STATE = "SELECT name, value FROM state WHERE name IN ('station_name', 'profile') OR name LIKE 'setting.%'"
_PEOPLE = "SELECT name, roles FROM people ORDER BY name"


def read_door(file: Path, key: bytes) -> Door | None:
    """Who may sign in at an existing store and where it stands, None where that cannot be read as it is today."""
    try:
        with closing(sqlcipher.connect(str(file), isolation_level=None)) as connection:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("PRAGMA query_only = ON")
            state: dict[str, Any] = dict(connection.execute(_STATE).fetchall())
            people = [Person(name, _roles(roles)) for name, roles in connection.execute(_PEOPLE)]
    except (sqlcipher.DatabaseError, ValueError):  # damaged, locked, of another version
        return None

    def said(name: str) -> Any:
        return msgspec.msgpack.decode(state[name]) if name in state else ""

    profile = said("profile") or {}
    station = str(said("station_name"))
    return Door(
        people=tuple(people),
        county=str(profile.get("county", "")),
        station=station,
        window=str(said("setting.window")) or station,
        text_size=str(said("setting.text_size")),
        language=str(said("setting.language")),
    )


def _roles(written: str) -> frozenset[Role]:
    return frozenset(Role(role) for role in written.split(",") if role)
