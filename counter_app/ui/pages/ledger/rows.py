"""The ledger as columns and rows of a table.

    specs = columns_of(sight)
    table = FrozenTable(specs, staying(specs), sight.ledger.title)
    table.set_rows(rows_of(sight, 0, PAGE))      # 200 rows of 36 columns take 20 ms: a worker makes the first ones
"""

from __future__ import annotations

from collections.abc import Sequence

from counter_app.ui.pages.ledger.reading import COUNTER, LedgerSight
from counter_app.ui.texts import tr
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row

_STAY = 3
# The order on the screen: what people look for first; the rest follow as they are exported.
_FIRST = (
    "no", "local_no", "applicant", "id_number", "item", "kind", "received_at", "copies", "acceptance_no", "promise_due",
    "result", "overdue",
)
_WIDTHS = {
    "no": 46, "local_no": 140, "applicant": 108, "id_number": 84, "item": 200, "kind": 68, "received_at": 72,
    "copies": 74,
    "acceptance_no": 170, "promise_due": 122, "case_no": 372, "remarks": 240, "statutory_due": 122, "agency": 140,
    "case": 372, "number": 170, "gaps": 320, "content": 300, "matter": 300, "reason": 240, "paper": 300, "source": 330,
    "answer": 240, "seals": 240, "both": 240, "told_at": 134, "corrected_at": 134, "at": 134, "span": 200, "seal": 220,
    "materials": 240, "address": 180, "used": 180, "spoiled": 240, "entrustment_no": 170, "submitted_to": 180,
    "passed_to": 140, "accepted_at": 134, "ended_at": 134, "delivered_at": 134, "correction_at": 134, "overdue": 86,
}  # fmt: skip
_USUAL_WIDTH = 96
_WIDEST_STAYING = 400  # of the columns that stay, so that others can be seen beside them at 1280


def _order_of(sight: LedgerSight) -> list[int]:
    """Where each column that is shown stands in the ledger."""
    codes = [column.code for column in sight.ledger.columns]
    first = [codes.index(code) for code in _FIRST if code in codes] if sight.book == COUNTER else []
    return [*first, *(place for place in range(len(codes)) if place not in first)]


def columns_of(sight: LedgerSight) -> list[ColumnSpec]:
    """The columns in the order of the screen."""
    columns = [sight.ledger.columns[place] for place in _order_of(sight)]
    return [ColumnSpec(column.title, _WIDTHS.get(column.code, _USUAL_WIDTH)) for column in columns]


def staying(columns: Sequence[ColumnSpec]) -> int:
    """The first three columns, or as many of them as leave room for what moves."""
    widths = [column.width for column in columns[:_STAY]]
    return max(1, max((n for n in range(1, len(widths) + 1) if sum(widths[:n]) <= _WIDEST_STAYING), default=1))


def rows_of(sight: LedgerSight, first: int, after: int) -> list[Row]:
    """Rows first to after (exclusive) of the ledger, or as far as it goes."""
    order, strong = _order_of(sight), _STAY - 1 if sight.book == COUNTER else 0
    return [_row_of(sight, n, order, strong) for n in range(first, min(after, len(sight.ledger.rows)))]


def _row_of(sight: LedgerSight, n: int, order: Sequence[int], strong: int) -> Row:
    """Row n with the key that opens it: the case, or n. strong: the column whose words stand out."""
    row = sight.ledger.rows[n]
    cells = [str(row.cells[place]) for place in order]
    shown = tuple(Cell(text, strong=place == strong) for place, text in enumerate(cells))
    key = str(row.case) if sight.book == COUNTER else str(n)
    return Row(key, shown, spoken=tr("ui.ledger.spoken", row=" ".join(text for text in cells[:8] if text)))
