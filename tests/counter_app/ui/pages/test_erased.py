"""A case that was erased (到期清除) still stands in the list and opens, with number and item and nobody's name."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from counter_app.ui.widgets.table import Row
from tests.counter_app.ui.pages.conftest import AtWork


def test_an_erased_case_is_listed_and_opened_without_its_person(at_work: AtWork) -> None:
    case = at_work.take_in("not_required")
    with at_work.station.store.write() as writing:
        writing.erase(case.id)
    at_work.open("cases")
    row = at_work.place.cases.table.rows.entry(0)
    assert isinstance(row, Row)
    assert "已到期清除" in row.spoken
    at_work.open_case(case)
    at_work.settle()
    said = " ".join(label.text() for label in at_work.place.case.findChildren(QLabel))
    assert "已到期清除" in said
    assert case.item.name in said
    assert case.applicant.name not in said
    for name in ("sending", "ledger", "today"):
        at_work.open(name)
