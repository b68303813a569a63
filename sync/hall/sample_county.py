"""The invented county of `hall init --sample`: agencies with all that their papers need."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection

from counter_app.domain.notice import Agency
from resources.typed import from_plain
from sync.hall import places


def county_name() -> str:
    """What the county is called."""
    return str(_table()["county"])


def fill_in(conn: Connection) -> None:
    """Enter the county's agencies."""
    for record in _table()["agency"]:
        places.save_agency(conn, from_plain(record, Agency))


def _table() -> dict[str, Any]:
    return tomllib.loads((files("sync.hall") / "yunling.toml").read_text(encoding="utf-8"))
