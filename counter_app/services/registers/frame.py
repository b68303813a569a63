"""What all registers have in common: who they belong to, a first column that counts, and how rows become a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from counter_app.domain.identifiers import CaseId
from counter_app.domain.masking import Sight
from counter_app.domain.moments import local_time
from counter_app.services.desk import Desk
from counter_app.services.ledger import Cell, Column, Ledger, Row, Total, checked_period, heading
from counter_app.services.ports import Reading
from resources.pace import unhurried
from resources.texts import text


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a register, by columns; a column that is not named stays empty, to be written by hand.

    amounts: fen by the code of the total that they belong to.
    """

    cells: Mapping[str, Cell]
    case: CaseId | None = None
    amounts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """Columns in the order of the paper, and where the rows come from. totals: codes of sums in fen."""

    code: str
    columns: tuple[str, ...]
    lines: Callable[[Desk, Reading, date, date, Sight], Iterable[Line]]
    totals: tuple[str, ...] = ()


def made(register: Register, desk: Desk, first: date, last: date, sight: Sight) -> Ledger:
    """The register of the days from first to last, both inclusive. InvalidInput `ledger_period`."""
    checked_period(first, last)
    with desk.store.read() as reading:
        lines = list(unhurried(register.lines(desk, reading, first, last, sight)))
        head = heading(reading.profile(), first, last)
    area = f"registers.{register.code}"
    return Ledger(
        title=text(f"{area}.title"),
        heading=head,
        columns=tuple(Column(code, text(f"{area}.column.{code}")) for code in register.columns),
        rows=tuple(_row(register, n, line) for n, line in enumerate(lines, start=1)),
        totals=tuple(_totals(register, lines)),
        made_at_ms=desk.now_ms(),
        sight=sight,
    )


def _row(register: Register, n: int, line: Line) -> Row:
    cells = {"no": n, **line.cells}
    return Row(line.case, None, tuple(cells.get(code, "") for code in register.columns))


def _totals(register: Register, lines: Sequence[Line]) -> Iterable[Total]:
    yield Total("rows", text("registers.total.rows"), len(lines))
    for code in register.totals:
        fen = sum((line.amounts or {}).get(code, 0) for line in lines)
        yield Total(code, text(f"registers.total.{code}"), fen, is_money=True)


def minute(ms: int | None) -> str:
    """A moment as registers write it, "" for none."""
    return "" if ms is None else f"{local_time(ms):%Y-%m-%d %H:%M}"
