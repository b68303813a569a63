"""Pages that were scanned at this counter, and what became of them (`services/scans.py`)."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store.schema import case_files, kept_scans, uploads
from counter_app.services.stored_facts import KeptScan


def keep(connection: Connection, scan: KeptScan) -> None:
    """Note a page before its files are written; the same page again changes nothing."""
    row = {"sha256": scan.sha256, "original": scan.original, "kept_ms": scan.kept_ms}
    connection.execute(upsert(kept_scans).values(row).on_conflict_do_nothing())


def all_kept(connection: Connection) -> list[KeptScan]:
    """Every page whose original may still be here, the oldest first."""
    table = kept_scans
    named = select(case_files.c.sha256).where(case_files.c.sha256 == table.c.sha256).exists()
    on_its_way = select(uploads.c.sha256).where(
        and_(uploads.c.sha256 == table.c.sha256, uploads.c.whole_ms.is_(None))
    ).exists()
    wanted = select(table, named.label("named"), on_its_way.label("on_its_way")).order_by(table.c.kept_ms)
    return [
        KeptScan(row.sha256, row.original, row.kept_ms, bool(row.named), bool(row.named and not row.on_its_way))
        for row in connection.execute(wanted)
    ]


def forget(connection: Connection, sha256: bytes) -> None:
    """Nothing is left to be done about the page."""
    connection.execute(delete(kept_scans).where(kept_scans.c.sha256 == sha256))
