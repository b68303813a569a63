"""A ledger as CSV for other programs: UTF-8 with a byte order mark, as spreadsheets expect it.

A spreadsheet makes formulas and numbers of texts that look like some. Such a text, and one that begins with an
apostrophe, gets an apostrophe in front: whoever reads the file takes one leading apostrophe away and has the text.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from io import StringIO

from counter_app.services.ledger import Cell, Ledger
from resources.pace import unhurried

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LOOKS_LIKE_NUMBER = re.compile(r"0\d+|\d{12,}|\d+[eE]\d+")  # loses its zeros, its last digits or its shape


def render(ledger: Ledger) -> bytes:
    """Head and rows, nothing else: totals would be taken for rows."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.title for column in ledger.columns)
    writer.writerows([_harmless(cell) for cell in row.cells] for row in unhurried(ledger.rows))
    return BOM_UTF8 + out.getvalue().encode("utf-8")


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str) and (cell.startswith(("'", *_FORMULA_STARTS)) or _LOOKS_LIKE_NUMBER.fullmatch(cell)):
        return f"'{cell}"
    return cell
