"""A store that an earlier program wrote, brought to what this one knows: new tables, and projections made anew."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from counter_app.domain.identifiers import CaseId
from sync.hall import cases
from sync.hall.store import HallStore, number_fact
from sync.hall.tables import PROJECTION_VERSION, SCHEMA_VERSION, devices, hall_facts, metadata
from sync.hall.tables import cases as case_rows
from sync.hall.verify_cases import made_anew

_VERSIONS = {"schema": SCHEMA_VERSION, "projection": PROJECTION_VERSION}


def bring_up_to_date(store: HallStore) -> None:
    """All or nothing, once; another process that opens the store meanwhile waits and finds it done."""
    with store.read() as conn:
        if not _is_older(conn):
            return
    with store.write() as conn:
        if _is_older(conn):
            metadata.create_all(conn, checkfirst=True)
            stations = {row.device: row.station for row in conn.execute(select(devices.c.device, devices.c.station))}
            for row in conn.execute(select(case_rows.c.case_device, case_rows.c.case_n)).all():
                case, _, _ = made_anew(conn, CaseId(row.case_device, row.case_n), stations)
                if case is not None:
                    cases.save(conn, [case], new=False)
            for name, version in _VERSIONS.items():
                conn.execute(update(hall_facts).where(hall_facts.c.name == name).values(value=str(version)))


def _is_older(conn: Connection) -> bool:
    return any(number_fact(conn, name) < version for name, version in _VERSIONS.items())
