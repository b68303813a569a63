"""The service items that people may apply for at this station."""

from __future__ import annotations

from counter_app.domain.errors import CounterError
from counter_app.domain.service_item import ServiceItem
from counter_app.services.desk import Desk


class Offer:
    """What is offered here: the items of the agencies that the hall named to this station."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def items(self) -> tuple[ServiceItem, ...]:
        """The newest version of each item, by code."""
        with self._desk.store.read() as reading:
            return self._desk.catalogue.offered(reading.profile().agencies.keys())

    def item(self, code: str) -> ServiceItem:
        """One item. NotFound `item_unknown`, CounterError `item_not_offered`."""
        item = self._desk.catalogue.get(code)
        if item not in self.items():
            raise CounterError("item_not_offered", item=item.code)
        return item

    def schema(self, code: str) -> dict[str, object]:
        """The JSON Schema (2020-12) of an intake line for the item. Raises as `item`."""
        from forms.intake_schema import intake_schema

        return intake_schema(self.item(code))
