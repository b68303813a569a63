"""Agencies, stations and devices: who takes part, and what a station is told about itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.free_text import check_free_text
from counter_app.domain.identifiers import HALL
from counter_app.domain.notice import Agency
from counter_app.domain.station import SHARINGS
from resources.typed import unpacker
from sync.feed import start_hash
from sync.hall.store import fact
from sync.hall.tables import agencies, devices, stations

LEVELS = ("village", "town", "county")
ALL = "all"
LONGEST_NAME = 60  # code points

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Station:
    """entrusted None: every agency has entrusted it with acceptance."""

    code: str
    name: str
    level: str
    sharing: str
    entrusted: tuple[str, ...] | None

    def accepts_for(self, known: Sequence[str]) -> list[str]:
        """The agencies in whose name it issues papers; a town or county hall does so for all (specs domain 5.3.1)."""
        if self.level != "village" or self.entrusted is None:
            return list(known)
        return [code for code in known if code in self.entrusted]


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the hall knows it."""

    id: str
    station: str
    sign_public: bytes
    box_public: bytes
    last_x: int
    applied: int
    revoked: bool


def save_agency(conn: Connection, agency: Agency) -> None:
    """Enter an agency with all that its papers say of it, or change it; `profiles.tell` tells the machines."""
    packed = msgspec.msgpack.encode(agency)
    changed = conn.execute(update(agencies).where(agencies.c.code == agency.code).values(record=packed))
    if changed.rowcount == 0:
        conn.execute(insert(agencies).values(code=agency.code, record=packed))


def agency(conn: Connection, code: str) -> Agency:
    """The agency of that role; NotFound `agency_unknown`."""
    record = conn.scalar(select(agencies.c.record).where(agencies.c.code == code))
    if record is None:
        raise NotFound("agency_unknown", agency=code[:40])
    return unpacker(Agency).decode(bytes(record))


def agency_codes(conn: Connection) -> list[str]:
    """The role codes of all agencies."""
    return list(conn.scalars(select(agencies.c.code).order_by(agencies.c.code)))


def add_station(
    conn: Connection, code: str, name: str, level: str | None, sharing: str | None, entrusted: str | None
) -> Station:
    """The station, made or already there; what is given and differs is changed: for machines that are enrolled
    once `profiles.tell` was called, sharing with the next answer each gets.

    entrusted: `all`, or agency codes with commas between; not given, a new station of a sample county has all,
    any other has none. InvalidInput `station_code`, `station_level`, `station_sharing`, those of `check_free_text`;
    NotFound `agency_unknown`.
    """
    code = code.strip().upper()
    if not _CODE.fullmatch(code) or code == HALL.upper():
        raise InvalidInput("station_code", given=code[:20])
    _check_word("station_level", level, LEVELS)
    _check_word("station_sharing", sharing, SHARINGS)
    given = {"name": _name(name), "level": level, "sharing": sharing}
    values: dict[str, Any] = {key: value for key, value in given.items() if value}
    if entrusted is not None:
        values["entrusted"] = _entrusted(conn, entrusted)
    if conn.scalar(select(stations.c.code).where(stations.c.code == code)) is None:
        if not given["name"]:
            raise InvalidInput("station_name_needed", station=code)
        default = {"level": LEVELS[0], "sharing": SHARINGS[0], "entrusted": None if fact(conn, "county") else ""}
        feed = {"feed_n": 0, "feed_hash": start_hash(fact(conn, "hall"), code), "devices": 0}
        conn.execute(insert(stations).values({**default, **feed, **values, "code": code}))
    elif values:
        conn.execute(update(stations).where(stations.c.code == code).values(values))
    return station(conn, code)


def _name(given: str) -> str | None:
    """As it is printed on papers: one line."""
    name = " ".join(check_free_text(given).split())
    if len(name) > LONGEST_NAME:
        raise InvalidInput("text_length", length=len(name), limit=LONGEST_NAME)
    return name or None


def station(conn: Connection, code: str) -> Station:
    """The station of that code; NotFound `station_unknown`."""
    row = conn.execute(select(stations).where(stations.c.code == code)).first()
    if row is None:
        raise NotFound("station_unknown", station=code[:20])
    return _station(row)


def stations_listed(conn: Connection) -> list[Station]:
    """All stations, by code."""
    return [_station(row) for row in conn.execute(select(stations).order_by(stations.c.code))]


def station_codes(conn: Connection) -> list[str]:
    """The codes of all stations."""
    return list(conn.scalars(select(stations.c.code).order_by(stations.c.code)))


def profile(conn: Connection, of: Station, calendar: str) -> dict[str, Any]:
    """What a device learns about its station (`counter_app/domain/station.py` reads it).

    calendar: the version that the hall counts by; its days come by the feed.
    """
    records = [msgspec.to_builtins(agency(conn, code)) for code in agency_codes(conn)]
    return {
        "level": of.level,
        "sharing": of.sharing,
        "entrusted": None if of.entrusted is None else list(of.entrusted),
        "agency_records": records,
        "county": fact(conn, "county"),
        "calendar": calendar,
    }


def next_device_id(conn: Connection, code: str) -> str:
    """The id of the station's next device, such as QX03-01; ids are never given twice."""
    count = conn.execute(select(stations.c.devices).where(stations.c.code == code).with_for_update()).scalar_one() + 1
    conn.execute(update(stations).where(stations.c.code == code).values(devices=count))
    return f"{code}-{count:02d}"


def device(conn: Connection, device_id: str, *, lock: bool = False) -> Device | None:
    """The device of that id; lock: nobody else can move its row until the transaction ends."""
    query = select(devices).where(devices.c.device == device_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return Device(
        row.device, row.station, bytes(row.sign_public), bytes(row.box_public), row.last_x, row.applied,
        row.revoked_ms is not None,
    )


def revoke(conn: Connection, device_id: str, since_ms: int) -> None:
    """Close a device for good: it gets `revoked` and nothing else, and what it signed since then counts no more.

    `device_keys.tell` tells the stations. NotFound `device_unknown`.
    """
    open_one = (devices.c.device == device_id, devices.c.revoked_ms.is_(None))
    changed = conn.execute(update(devices).where(*open_one).values(revoked_ms=since_ms))
    if changed.rowcount == 0 and device(conn, device_id) is None:
        raise NotFound("device_unknown", device=device_id[:64])


def _station(row: Row[Any]) -> Station:
    entrusted = None if row.entrusted is None else tuple(code for code in row.entrusted.split(",") if code)
    return Station(row.code, row.name, row.level, row.sharing, entrusted)


def _check_word(error: str, word: str | None, known: Sequence[str]) -> None:
    if word is not None and word not in known:
        raise InvalidInput(error, given=word[:20], known=", ".join(known))


def _entrusted(conn: Connection, given: str) -> str | None:
    if given.strip() == ALL:
        return None
    codes = [code.strip() for code in given.split(",") if code.strip()]
    unknown = [code for code in codes if code not in agency_codes(conn)]
    if unknown:
        raise NotFound("agency_unknown", agency=unknown[0][:40])
    return ",".join(codes)
