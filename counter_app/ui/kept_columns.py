"""How somebody has arranged the columns of a table is kept: `KeptColumns(table, "cases", desk, person, background)`.

They are read as the table is first shown, and written as somebody moves or widens a column.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from counter_app.domain.people import Person
from counter_app.services.desk import Desk
from counter_app.ui.background import Background, Lane
from counter_app.ui.widgets.table import RowTable

LONGEST_NAME = 56  # of a setting


def setting_of(table: str, person: Person) -> str:
    """The name of the setting that keeps them."""
    return f"columns.{table}.{person.name}"[:LONGEST_NAME]


class KeptColumns(QObject):
    """Of one table and one person. Where they cannot be read or kept, the columns are as the page made them."""

    def __init__(self, table: RowTable, name: str, desk: Desk, person: Person, background: Background) -> None:
        super().__init__(table)
        self._table, self._desk, self._background = table, desk, background
        self._setting, self._known = setting_of(name, person), False
        table.arranged.connect(self._keep)
        table.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and not self._known:
            self._known = True
            self._background.run(Lane.READ, self._read, self._table.take_up, _as_made, self)
        return False

    def _read(self) -> str:
        with self._desk.store.read() as reading:
            return reading.setting(self._setting)

    def _keep(self, layout: str) -> None:
        def write() -> None:
            with self._desk.store.write() as writing:
                writing.save_setting(self._setting, layout)

        self._background.run(Lane.STORE, write, _as_made, _as_made, self)


def _as_made(_answer: object) -> None:
    pass
