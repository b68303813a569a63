"""An export as a folder, whole or not at all, that only its owner reads: it names people in full."""

from __future__ import annotations

import csv
import json
import os
import shutil
from io import StringIO
from pathlib import Path

from counter_app.domain.errors import CounterError
from sync.hall.up_pro.export import Export, Hub, row_counts
from sync.hall.up_pro.files import creates, csv_of, dialect, inserts
from sync.hall.up_pro.tables import tables

REJECTED, RECONCILIATION = "rejected.csv", "reconciliation.json"
_REJECTED_HEAD = ("table", "row_guid", "project_no", "case", "column", "outcome", "code", "reason", "remedy")


def check_folder(out: Path) -> None:
    """Whether an export can be written there. CounterError `out_folder_missing`, `out_not_empty`."""
    if not out.absolute().parent.is_dir():
        raise CounterError("out_folder_missing")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CounterError("out_not_empty")


def write_folder(out: Path, done: Export, hub: Hub, database: str) -> None:
    """Write it into a folder that `check_folder` lets pass."""
    aside = out.with_name(f"{out.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for name, content in files_of(done, hub, database).items():
        with os.fdopen(os.open(aside / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    aside.replace(out)


def files_of(done: Export, hub: Hub, database: str) -> dict[str, bytes]:
    """Name and content of every file."""
    kind = dialect(database, three_bytes=hub.three_bytes)
    found = {f"{table.name}.csv": csv_of(table, done.rows[table.name]) for table in tables()}
    return found | {
        "up_pro.sql": inserts(tables(), done.rows, kind),
        "up_pro_tables.sql": creates(tables(), hub.codes, kind),
        REJECTED: _rejected(done),
        RECONCILIATION: json.dumps(reconciliation(done), ensure_ascii=False, indent=2).encode(),
    }


def reconciliation(done: Export) -> dict[str, object]:
    """What `hall export up-pro --json` says of the figures."""
    return {
        "batch": done.batch,
        "adds_up": done.adds_up,
        "tables": list(row_counts(done)),
        "checks": [
            {"code": check.code, "by_ledger": check.by_ledger, "by_rows": check.by_rows, "agrees": check.agrees}
            for check in done.checks
        ],
        "continued": done.cases["continued"],
    }


def _rejected(done: Export) -> bytes:
    """One line for each thing found; a spreadsheet may read it, so it begins with a mark. It names nobody."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_REJECTED_HEAD)
    for one in done.found:
        draft, fault = one.draft, one.fault
        writer.writerow(
            (draft.table, draft.row_guid, one.project_no, str(draft.case), fault.column, fault.outcome.value,
             fault.code, fault.reason, fault.remedy)
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
