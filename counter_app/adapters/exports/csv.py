"""A ledger as CSV for other programs: UTF-8 with a byte order mark, as spreadsheets expect it."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from io import StringIO

from counter_app.services.ledger import Cell, Ledger

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render(ledger: Ledger) -> bytes:
    """Head and rows, nothing else: totals would be taken for rows."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.title for column in ledger.columns)
    writer.writerows([_harmless(cell) for cell in row.cells] for row in ledger.rows)
    return BOM_UTF8 + out.getvalue().encode("utf-8")


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
