"""No question that the counter asks of one case reads the whole store: its time must not grow with the years."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from counter_app.station import Station
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF

GROWING = ("cases", "case_events", "journal", "journal_private", "search", "uploads", "foreign_events", "papers")
WALKS = {f"SCAN {table}" for table in GROWING} | {"SCAN cases USING INDEX cases_by_item"}


@pytest.mark.parametrize("question", ["view", "possibilities", "annotate", "duties", "alarm", "counts"])
def test_a_question_is_answered_by_indexes(station: Station, question: str) -> None:
    item = next(item for item in station.desk.catalogue.items() if item.entrustable)
    cases = [station.intake.take_in(CHIEF, example_line(item, "accept", n)).case for n in range(3)]
    number = str(cases[-1].id) if cases[-1] else ""
    ask: dict[str, Callable[[], object]] = {
        "view": lambda: station.cases.view(number),
        "possibilities": lambda: station.cases.possibilities(CHIEF, number),
        "annotate": lambda: station.acts.act(AGENT, number, "annotate", {"note": "来电"}),
        "duties": lambda: station.duties.today(CHIEF),
        "alarm": station.alarms.raise_alarm,
        "counts": lambda: station.cases.counts_by_item(station.desk.today()),
    }
    asked: list[tuple[str, tuple[object, ...]]] = []
    remember = lambda *given: asked.append((given[2], given[3]))  # noqa: E731
    event.listen(station.store.engine, "before_cursor_execute", remember)
    ask[question]()
    event.remove(station.store.engine, "before_cursor_execute", remember)
    with station.store.read() as reading:
        for statement, given in [row for row in asked if row[0].startswith("SELECT")]:
            plan = reading.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            for step in (str(row[-1]) for row in plan):
                assert step not in WALKS, (statement, step)
                assert step.count("=?") != 1 or not step.startswith("SEARCH case_events"), (statement, step)
