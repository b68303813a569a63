"""期限: each clock with due day, what is left, and its reason in one line."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.clocks import Light
from counter_app.domain.periods import Period
from counter_app.services.calendars import MovedClock
from counter_app.ui.pages.case.reading import ClockLine, Shown
from counter_app.ui.states import LIGHT_LOOKS, Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.widgets.progress import Progress
from counter_app.ui.wording import day, day_and_weekday, word

_LIGHT = {
    Light.NORMAL: LIGHT_LOOKS["normal"],
    Light.WARNING: LIGHT_LOOKS["warning"],
    Light.OVER_PROMISE: LIGHT_LOOKS["over_promise"],
    Light.OVER_STATUTORY: LIGHT_LOOKS["over_statute"],
}
_ENDED = Look("mute", "circle-check")
_TOO_LATE = Look("danger", "octagon-alert")


class DeadlinesCard(Card):
    """All clocks of a case, the running ones first."""

    def __init__(self) -> None:
        super().__init__(tr("ui.case.deadlines"))
        self._body = QWidget()
        self.rows.addWidget(self._body)

    def show_case(self, shown: Shown) -> None:
        """Show the clocks."""
        calendars = sorted({line.clock.calendar for line in shown.clocks})
        self.set_note(tr("ui.case.calendar", version=tr("ui.case.and").join(calendars)) if calendars else "")
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        for place, line in enumerate(shown.clocks):
            if place:
                lines.addWidget(rule())
            lines.addWidget(_clock(line, shown))
        if not shown.clocks:
            lines.addWidget(Label(tr("ui.case.no_deadlines"), "secondary"))
        self.rows.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body


def reason_of(line: ClockLine, shown: Shown) -> str:
    """Why the clock ends when it does: length, first counted day, stops, the day it would have been."""
    clock, today = line.clock, shown.today
    parts = [tr("ui.case.counted", period=period_words(clock.period), first=day(clock.first_day, today))]
    if clock.stopped:
        days = sum((last - first).days + 1 for first, last in clock.stopped)
        parts.append(tr("ui.case.stopped", n=days))
    if clock.extended is not None:
        parts.append(tr("ui.case.extended", period=period_words(clock.extended)))
    if line.was_due is not None:
        parts.append(tr("ui.case.was_due", day=day(line.was_due, today)))
    if not clock.runs:
        parts.append(tr("ui.case.was_to_end", day=day(clock.due, today)))
    if clock.provisional:
        parts.append(tr("ui.case.calendar_not_out", year=clock.due.year))
    return tr("ui.case.then").join(parts)


def moved_words(moved: MovedClock, shown: Shown) -> str:
    """What was told before a calendar came, and what holds now."""
    was, now, counted = (day(each, shown.today) for each in (moved.was, moved.now, moved.counted))
    version = moved.clock.calendar
    if moved.alarm:
        return tr("ui.case.told_alarm", was=was, now=now)
    if moved.counted != moved.now:
        return tr("ui.case.told_stands", version=version, counted=counted, day=now)
    return tr("ui.case.told_was", day=was, version=version)


def period_words(period: Period) -> str:
    """15个工作日."""
    return tr(f"periods.{period.unit.value}", n=period.length)


def left_words(line: ClockLine, shown: Shown) -> tuple[str, str]:
    """What is left, and its tone."""
    clock = line.clock
    if clock.ended_on is not None:
        late = clock.ended_on > clock.due
        return (tr("ui.case.ended_late"), "danger") if late else (tr("ui.case.ended_in_time"), "ink2")
    if line.light is Light.NORMAL:
        return tr("ui.case.left", n=line.left), "ok"
    if clock.due == shown.today:
        return tr("ui.case.ends_today"), "warn"
    if line.left >= 0:
        return tr("ui.case.left", n=line.left), "warn"
    return tr("ui.case.over", n=-line.left), "danger"


def _clock(line: ClockLine, shown: Shown) -> QWidget:
    clock = line.clock
    look = _TOO_LATE if clock.told_too_late else _LIGHT[line.light] if clock.runs else _ENDED
    name, due = word("clocks", clock.code.value), day_and_weekday(clock.due, shown.today)
    left, tone = left_words(line, shown)
    reason = reason_of(line, shown)
    moved = f" {moved_words(line.moved, shown)}" if line.moved is not None else ""
    row = QWidget()
    row.setAccessibleName(f"{name} {due} {left} {reason}{moved}")
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(8)
    mark = QVBoxLayout()
    mark.addWidget(Icon(look.icon, look.tone, 18))
    mark.addStretch(1)
    across.addLayout(mark)
    text = QVBoxLayout()
    text.setSpacing(3)
    head = QHBoxLayout()
    head.addWidget(Label(name, "strong"))
    if clock.provisional:
        head.addWidget(Pill.of_light("provisional"))
    head.addStretch(1)
    head.addWidget(Label(due, "strong") if clock.runs else Label(left, "strong", tone))
    text.addLayout(head)
    text.addWidget(Label(reason, "caption", wrap=True))
    if line.moved is not None:
        said, its_tone = moved_words(line.moved, shown), "danger" if line.moved.alarm else ""
        text.addWidget(Label(said, "caption", its_tone, wrap=True))
    if clock.runs:
        text.addLayout(_what_is_left(line, left, tone))
    across.addLayout(text, 1)
    return row


def _what_is_left(line: ClockLine, left: str, tone: str) -> QHBoxLayout:
    used = 1 - max(0, line.left) / line.whole if line.whole > 0 else 1.0
    foot = QHBoxLayout()
    foot.setSpacing(10)
    name = word("clocks", line.clock.code.value)
    foot.addWidget(Progress(name, used, tone="danger" if line.left < 0 else "brand"), 1)
    foot.addWidget(Label(left, "secondary", tone))
    return foot
