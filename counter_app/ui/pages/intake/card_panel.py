"""The panel of the identity card: waiting, reading, read, or what went wrong in words (picture 12).

What it shows of a card are the card's `facts()`, so that a draft that is opened again shows the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.card_layouts import ETHNICITIES
from counter_app.domain.errors import CounterError
from counter_app.domain.identity_card import LONG_TERM
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.pages.notice.words import masked
from counter_app.ui.scale import TextSize, px, text_size
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.paint import box
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import one_line

SHOWN_WHOLE_MS = 30_000
NAME_WIDTH = 56
SHORT_NAME = 3  # characters: a longer one has the line to itself
PORTRAIT = (74, 92)  # at every text size: the words beside it need the room
Facts = Mapping[str, Any]

# What is not the fault of card or reader looks like a notice, not like a fault.
_MILD = frozenset({"no_card", "same_card", "no_reader", "port_busy", "port_permission", "reader_without_sam"})


class CardPanel(Card):
    """asked: F2 or its button; manual: somebody wants to type; look_up: people of earlier cases;
    reveal: the whole number is wanted (to be logged, then `show_whole`)."""

    asked = Signal()
    manual = Signal()
    look_up = Signal()
    reveal = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.intake.card.title"), icon="circle-dot", tone="brand")
        self.read_button = Button(tr("ui.intake.card.read"), key=hint("read_card"), height=32)
        self.read_button.acted.connect(self.asked)
        self._wrong = Pill(tr("ui.intake.card.wrong"), "danger", "octagon-alert")
        self.head.addWidget(self._wrong)
        self.head.addWidget(self.read_button)
        self.waiting, self.known = _Waiting(), _Known()
        self.fault = Banner("danger", "octagon-alert", "", "")
        self._again = Button(tr("ui.intake.card.again"), "primary", key=hint("read_card"), icon="id-card", wide=True)
        self._again.acted.connect(self.asked)
        self.by_hand = Button(tr("ui.intake.card.by_hand"), icon="keyboard", wide=True)
        self.by_hand.acted.connect(self.manual)
        self._earlier = Button(tr("ui.intake.card.earlier"), icon="history", wide=True)
        self._earlier.acted.connect(self.look_up)
        self.known.reveal.acted.connect(self.reveal)
        self._ways = QWidget()
        ways = QHBoxLayout(self._ways)
        ways.setContentsMargins(0, 0, 0, 0)
        ways.setSpacing(8)
        for button in (self._again, self.by_hand, self._earlier):
            ways.addWidget(button)
        self._reader_line = Label("", "caption", elided=True)
        for widget in (self.waiting, self.known, self.fault, self._ways, self._reader_line):
            self.rows.addWidget(widget)
        self.show_waiting(True)

    def buttons(self) -> tuple[Button, ...]:
        """In the order in which they stand."""
        return self.read_button, self.known.reveal, self._again, self.by_hand, self._earlier

    def show_waiting(self, has_reader: bool) -> None:
        """Ask for a card; without a reader, for typing."""
        key = "wait" if has_reader else "no_reader"
        self.waiting.say("id-card", tr(f"ui.intake.card.{key}"), tr(f"ui.intake.card.{key}_line"))
        self._reader_line.setText("")
        self.set_icon("circle-dot", "brand")
        self._show(self.waiting, again=False, has_reader=has_reader)

    def show_reading(self) -> None:
        """The reader is at work."""
        self.waiting.say("refresh-cw", tr("ui.intake.card.reading"), tr("ui.intake.card.reading_line"))
        self._show(self.waiting, again=False)

    def show_still_there(self) -> None:
        """The last applicant's card was not taken away."""
        self.waiting.say("id-card", tr("ui.intake.card.take_away"), tr("ui.intake.card.take_away_line"))

    def show_fault(self, error: CounterError) -> None:
        """What went wrong, what is safe and what to do, in the error's own words."""
        said = sentences(error)
        title, rest = _first_sentence(said.message)
        mild = error.code in _MILD
        tone, icon = ("warn", "triangle-alert") if mild else ("danger", "octagon-alert")
        self.fault.say(tone, icon, title, one_line(rest, said.remedy))
        self.set_icon("triangle-alert" if mild else "octagon-alert", tone)
        self._show(self.fault, again=True)
        self._wrong.setVisible(not mild)
        self.read_button.setVisible(mild)
        if not mild:
            self.read_button.hide()

    def show_manual(self) -> None:
        """The person is typed in; the card may still come."""
        self.set_icon("circle-dot", "brand")
        self._show(None, again=False)
        self._earlier.hide()
        self.by_hand.hide()
        self._ways.hide()

    def show_person(self, facts: Facts) -> None:
        """A card that was read."""
        self.known.show_facts(facts)
        self.set_icon("circle-check", "ok")
        self._show(self.known, again=False)
        self._ways.hide()

    def announce_read(self, name: str) -> None:
        """Have it read aloud."""
        announce(self, tr("ui.intake.card.done", name=name))

    def _show(self, part: QWidget | None, *, again: bool, has_reader: bool = True) -> None:
        for widget in (self.waiting, self.known, self.fault):
            widget.setVisible(widget is part)
        self._wrong.hide()
        self.read_button.setVisible(has_reader)
        self._ways.show()
        self._again.setVisible(again)
        self.by_hand.show()
        self._earlier.setVisible(not again)
        self._reader_line.setVisible(bool(self._reader_line.text()))


class _Waiting(QFrame):
    """The place where a card is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("id-card", "brand", 64)
        self._title, self._line = Label("", "page", "brand"), Label("", "secondary", "ink", wrap=True)
        self._line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 24, 16, 24)
        rows.setSpacing(6)
        rows.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignHCenter)
        rows.addSpacing(8)
        rows.addWidget(self._title)
        rows.addWidget(self._line)

    def say(self, icon: str, title: str, line: str) -> None:
        """Ask for something."""
        self._icon.show_icon(icon, "brand")
        self._title.setText(title)
        self._line.setText(line)
        self.setAccessibleName(f"{title} {line}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        tone = tokens.TONES["brand"]
        rect = QRectF(self.rect())
        box(QPainter(self), rect, tokens.RADIUS_CARD, fill=tone.tint, border=tone.border, width=2, dashed=True)


class _Portrait(QWidget):
    """The place of the photo. Its format is known to makers' decoders only, so a figure stands there."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("user", "ink3", 44, parent=self)
        self.setFixedSize(*PORTRAIT)
        self._icon.setGeometry(0, 0, *PORTRAIT)
        if text_size() is TextSize.LARGEST:  # a date needs its place there
            self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tone = tokens.TONES["mute"]
        box(QPainter(self), QRectF(self.rect()), tokens.RADIUS_CONTROL, fill=tone.tint, border=tone.border)


class _Known(QWidget):
    """A card that was read: number masked, the whole one only as an act that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self._facts: Facts = {}
        self.name = Label("", "title", wrap=True)  # a name is never cut
        self._is_read = [Pill(tr("ui.intake.card.is_read"), "ok", "circle-check") for _ in range(2)]
        self.number = Label("", "text")
        self.reveal = Button(tr("ui.intake.card.reveal"), "link", icon="eye", height=32)
        self._values = {key: Label("", "text", elided=key != "address", wrap=key == "address") for key in _ROWS}
        self._warnings = QVBoxLayout()
        self._warnings.setSpacing(8)
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(SHOWN_WHOLE_MS)
        self._hide.timeout.connect(self._mask)
        self._arrange()

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(_Portrait(), alignment=Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.name, 1)
        is_read, below = self._is_read
        first.addWidget(is_read)
        grid.addLayout(first, 0, 0, 1, 2)
        grid.addWidget(below, 1, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        for place, key in enumerate(("sex", "birth", "valid"), start=2):
            grid.addWidget(Label(tr(f"ui.intake.card.{key}"), "caption"), place, 0)
            grid.addWidget(self._values[key], place, 1)
        grid.setColumnStretch(1, 1)
        top.addLayout(grid, 1)
        rows.addLayout(top)
        beside = text_size() is TextSize.STANDARD
        rows.addWidget(_named(tr("ui.intake.card.number"), self.number, self.reveal if beside else None))
        if not beside:  # the column is as wide as before
            rows.addWidget(self.reveal, alignment=Qt.AlignmentFlag.AlignRight)
        rows.addWidget(_named(tr("ui.intake.card.address"), self._values["address"]))
        rows.addLayout(self._warnings)

    def show_facts(self, facts: Facts) -> None:
        """Show a card."""
        self._facts = facts
        name = str(facts.get("name", ""))
        self.name.setText(name)
        for pill, shown in zip(self._is_read, (len(name) <= SHORT_NAME, len(name) > SHORT_NAME), strict=True):
            pill.setVisible(shown)
        for key, say in _ROWS.items():
            self._values[key].setText(say(facts))
        self._mask()
        while self._warnings.count():
            item = self._warnings.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for code in facts.get("warnings", ()):
            title, line = _first_sentence(tr(f"warnings.{code}"))
            self._warnings.addWidget(Banner("warn", "triangle-alert", title, line))

    def show_whole(self) -> None:
        """Show the whole number for half a minute. It is no text that can be copied."""
        self.number.setText(str(self._facts.get("number", "")))
        self.reveal.hide()
        self._hide.start()

    def _mask(self) -> None:
        self._hide.stop()
        self.number.setText(masked(str(self._facts.get("number", ""))))
        self.reveal.show()


def _named(name: str, value: QWidget, more: QWidget | None = None) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    label = Label(name, "caption")
    label.setFixedWidth(px(NAME_WIDTH))
    line.addWidget(label, alignment=Qt.AlignmentFlag.AlignTop if more is None else Qt.AlignmentFlag.AlignVCenter)
    line.addWidget(value, 1)
    if more is not None:
        line.addWidget(more)
    return row


def _sex(facts: Facts) -> str:
    words = [tr(f"ui.intake.sex.{facts['sex']}")] if facts.get("sex") in ("1", "2") else []
    ethnicity = ETHNICITIES.get(str(facts.get("ethnicity", "")))
    if ethnicity:
        words.append(tr("ui.intake.card.people", name=ethnicity))
    return tr("ui.table.dot").join(words) or tr("ui.word.none")


def _birth(facts: Facts) -> str:
    return _day(str(facts.get("birth", "")))


def _validity(facts: Facts) -> str:
    until = str(facts.get("valid_to", ""))
    return tr("ui.intake.card.long_term") if until == LONG_TERM else _day(until)


def _day(text: str) -> str:
    try:
        of = date.fromisoformat(text)
    except ValueError:
        return tr("ui.word.none")
    return tr("ui.field.date", year=of.year, month=of.month, day=of.day)


def _address(facts: Facts) -> str:
    return str(facts.get("newest_address") or facts.get("address") or tr("ui.word.none"))


_ROWS = {"sex": _sex, "birth": _birth, "valid": _validity, "address": _address}


def _first_sentence(text: str) -> tuple[str, str]:
    """The first sentence without its stop, and the rest."""
    for stop in ("。", ". "):
        head, found, rest = text.partition(stop)
        if found:
            return head, rest
    return text.rstrip("."), ""
