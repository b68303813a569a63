"""The hall moved, or its certificate was renewed: the administrator gives this home the new address."""

from __future__ import annotations

from collections.abc import Callable

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person, Role
from counter_app.services.desk import Desk
from counter_app.services.exchange import Exchange
from sync.hall_address import HallAddress
from sync.hall_check import check_hall
from sync.ports import HallLink


class HallMove:
    """Changing where the hall is reached. Whose hall it is never changes: the key of the enrolment says so."""

    def __init__(self, desk: Desk, exchange: Exchange, link_to: Callable[[HallAddress], HallLink]) -> None:
        self._desk, self._exchange, self._link_to = desk, exchange, link_to

    def to(self, person: Person, address: HallAddress) -> None:
        """Keep the address for every later link, once the enrolled hall has answered there.

        CounterError `address_not_administrator`, `busy`, why the home is set apart, and those of `check_hall`: then
        the address of before holds.
        """
        if Role.ADMIN not in person.roles:
            raise CounterError("address_not_administrator")
        self._exchange.refuse_if_apart()
        with self._exchange.means.lock():
            check_hall(self._exchange.means.ledger, self._link_to(address))
            with self._desk.store.write() as writing:
                writing.save_hall_address(address)
