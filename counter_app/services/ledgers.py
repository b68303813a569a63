"""Every ledger and register by its kind: masked, or in full by a logged act (specs domain 11.1-11.3, 13.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.masking import FULL, MASKED, Sight
from counter_app.domain.people import Actor, Person, Role
from counter_app.services.agent_ledger import agent_ledger
from counter_app.services.day_close import added_since
from counter_app.services.desk import Desk
from counter_app.services.ledger import Ledger, counter_ledger
from counter_app.services.number_ledger import number_ledger
from counter_app.services.registers import entered, of_cases, uploads
from counter_app.services.registers.frame import made
from resources.texts import text

Maker = Callable[[Desk, date, date, Sight], Ledger]

_MAY_SEE_ALL = frozenset({Role.CHIEF, Role.SUPERVISOR})

KINDS: dict[str, Maker] = {
    "counter": counter_ledger,
    "agent": agent_ledger,
    **{register.code: partial(made, register) for register in (*of_cases.REGISTERS, *entered.REGISTERS)},
    "numbers": number_ledger,
    **{register.code: partial(made, register) for register in uploads.REGISTERS},
}


def masked(desk: Desk, kind: str, first: date, last: date) -> Ledger:
    """The ledger as everybody sees it, under the codes of its closed days. InvalidInput `ledger_period`."""
    return _under_its_code(desk, KINDS[kind](desk, first, last, MASKED), first, last)


def in_full(desk: Desk, person: Person, kind: str, first: date, last: date, reason: str) -> Ledger:
    """The ledger with whole numbers, once it is written down who looked, at what, and why.

    MoveNotAllowed `not_your_role` (a chief or a supervisor may); InvalidInput `act_needs` without a reason, and as
    `masked`.
    """
    may_see_all(person)
    why = check_free_text(reason).strip()
    if not why:
        raise InvalidInput("act_needs", field="reason")
    ledger = _under_its_code(desk, KINDS[kind](desk, first, last, FULL), first, last)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    data = {"what": f"ledger.{kind}", **days, "rows": len(ledger.rows)}
    with desk.store.write() as writing:
        writing.append([NewEvent("revealed", None, 0, person.name, data, {"reason": why})])
    return ledger


def _under_its_code(desk: Desk, ledger: Ledger, first: date, last: date) -> Ledger:
    """With what is known of the close: the code of a single day and what was added to it since; of several days, how
    many are closed."""
    with desk.store.read() as reading:
        closed = reading.closed_days(first, last)
        if not closed:
            return ledger
        later = added_since(reading, first, desk.today()) if first == last else 0
    if first != last:
        words = text("ledger.days_closed", n=len({day.day for day in closed}), days=(last - first).days + 1)
    else:
        words = text("ledger.day_closed", code=closed[0].shown_code, by=closed[0].by, second=closed[0].second)
    added = text("ledger.added_since", n=later) if later else ""
    return replace(ledger, closing=f"{words}{added}")


def may_see_all(person: Person) -> None:
    """MoveNotAllowed `not_your_role` for whoever may not take a whole ledger."""
    if not person.roles & _MAY_SEE_ALL:
        raise MoveNotAllowed("not_your_role", action="ledger_full", actors=Actor.CHIEF.value)
