"""What an applicant owes and has paid: the lines of a fee list and the voucher of the bank (specs domain 15).

Rates come from the item and are never typed (XKF 58, 59); money is in fen and goes to the treasury by bank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.identifiers import EventId


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of the item, so many times, less a reduction whose basis is in the paper."""

    name: str
    rate_fen: int
    quantity: int
    reduction_fen: int = 0

    @property
    def amount_fen(self) -> int:
        """Rate by quantity."""
        return self.rate_fen * self.quantity

    @property
    def due_fen(self) -> int:
        """What is to be paid."""
        return self.amount_fen - self.reduction_fen


@dataclass(frozen=True, slots=True)
class FeeList:
    """A fee list (缴费清单) and the event that issued it."""

    lines: tuple[FeeLine, ...]
    event: EventId

    @property
    def total_fen(self) -> int:
        """What is to be paid for all lines."""
        return sum(line.due_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment by its voucher (票据), as entered afterwards."""

    voucher: str
    paid_on: date
    amount_fen: int


def yuan(fen: int) -> str:
    """Figures with two decimals, such as 1200.50."""
    return f"{fen // 100}.{fen % 100:02d}"
