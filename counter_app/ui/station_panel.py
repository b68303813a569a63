"""The dark panel at the left of sign-in and lock: where one is, what time it is, how the machine stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.ui.rail import Mark
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.label import Icon, Label

FACTS = 4  # as many as `standing.panel_facts` gives
DayKind = Callable[[date], str]
"""What a day is, in a word: 工作日, 休息日, or that it is provisional."""


class StationWords(NamedTuple):
    """Where the machine stands: the place above, the station, the counter."""

    place: str
    station: str
    counter: str


class Fact(NamedTuple):
    """One line at the foot: icon, name, value."""

    icon: str
    name: str
    value: str


def day_in_words(day: date) -> str:
    """2026年11月23日 星期一."""
    weekday = tr(f"ui.weekday.{day.isoweekday()}")
    return f"{tr('ui.field.date', year=day.year, month=day.month, day=day.day)} {weekday}"


def day_kind(calendar: WorkingCalendar, day: date) -> str:
    """工作日, 休息日, and that it is provisional where the year is not published."""
    word = tr("ui.word.working_day" if calendar.is_working_day(day) else "ui.word.rest_day")
    return f"{word}{tr('ui.table.dot')}{tr('ui.word.provisional')}" if calendar.is_provisional(day) else word


class StationPanel(QWidget):
    """Station, clock, facts. now gives hall time; the clock is looked at every second."""

    def __init__(
        self,
        station: StationWords,
        facts: Sequence[Fact],
        now: Callable[[], datetime],
        day_kind: DayKind,
        *,
        width: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail_ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(width)
        self._now, self._day_kind = now, day_kind
        self._clock, self._day = Label(role="clock"), Label(role="text", tone="rail")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(10)
        self._facts.setVerticalSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 52, 40, 40)
        column.setSpacing(6)
        column.addWidget(Mark(56))
        column.addSpacing(24)
        column.addWidget(Label(station.place, "title_quiet", "rail", elided=True))
        column.addWidget(Label(station.station, "station", elided=True))
        column.addWidget(Label(station.counter, "title_quiet", "white", elided=True))
        column.addStretch(1)
        column.addWidget(self._clock)
        column.addWidget(self._day)
        column.addStretch(1)
        column.addLayout(self._facts)
        self.show_facts(facts)
        self._tick()
        timer = QTimer(self)
        timer.timeout.connect(self._tick)
        timer.start(1000)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show how the machine stands. Until that is known a line each is kept free: the clock must not jump."""
        while (item := self._facts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
        for row, fact in enumerate(facts):
            name = QWidget()
            line = QHBoxLayout(name)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(10)
            line.addWidget(Icon(fact.icon, "rail", 18))
            line.addWidget(Label(fact.name, "secondary", "rail"))
            line.addStretch(1)
            self._facts.addWidget(name, row, 0)
            self._facts.addWidget(Label(fact.value, "text", "white", wrap=True), row, 1)
        for row in range(len(facts), FACTS):
            self._facts.addWidget(Label("\u3000", "text"), row, 1)
        self._facts.setColumnStretch(1, 1)
        self._facts.setColumnMinimumWidth(0, px(100))

    def _tick(self) -> None:
        now = self._now()
        self._clock.setText(f"{now:%H:%M}")
        self._day.setText(f"{day_in_words(now.date())}{tr('ui.table.dot')}{self._day_kind(now.date())}")
