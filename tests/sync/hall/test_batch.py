"""One transaction's work on cases, over dicts."""

from __future__ import annotations

import random
from contextlib import suppress

from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.identifiers import CaseId
from sync.hall.batch import Batch
from sync.hall.links import Link
from tests.simulation.stores import DictCounty


def test_the_lines_of_a_case_are_known_after_an_event_that_failed() -> None:
    county = DictCounty(random.Random(0), lambda: ClockReading(0, "", 0, 0))
    link = Link(CaseId("QX01-01", 1), CaseId("QX02-01", 1))
    with county.reading().write() as tx:
        tx.note_line(link)
        batch = Batch(tx)
        with suppress(CounterError), batch.attempt():
            assert batch.lines_of([link.newer]) == [link]
            raise CounterError("event_misshapen")
        assert batch.lines_of([link.newer]) == [link]
