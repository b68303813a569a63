"""The items at this station: the program's, and over them what the hall released, as far as the store has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from counter_app.domain.moments import local_date
from counter_app.services.ports import Store, SystemClock
from forms.catalogue import Catalogue
from forms.county_catalogue import CountyCatalogue
from forms.item_release import Piece


def county_items(store: Store, clock: SystemClock, shipped: Catalogue) -> CountyCatalogue:
    """The catalogue that follows the store: a release counts from the moment it is taken up, or from its day."""

    def mark() -> tuple[int, int]:
        with store.read() as reading:
            return reading.items_mark()

    def pieces() -> Sequence[Piece]:
        with store.read() as reading:
            return reading.item_pieces()

    def today() -> date:
        return local_date(clock.read().wall_ms)

    return CountyCatalogue(shipped, mark, pieces, today)
