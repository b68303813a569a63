"""The top bar of an intake: which item, under which terms, and since when the draft is safe."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from counter_app.domain.moments import local_time
from counter_app.domain.service_item import ServiceItem
from counter_app.ui.keys import hint
from counter_app.ui.pages.intake.guide import fee
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill


class IntakeHead(QWidget):
    """pressed carries the name of the key whose word was pressed with the mouse."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._stack = QStackedWidget()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._stack)
        self._count = Label("", "text", "ink2", elided=True)
        self._name, self._terms = Label("", "page"), Label("", "text", "ink2", elided=True)
        self._kind = Pill("", "brand")
        self._saved_icon, self._saved = Icon("circle-check", "ok", 16), Label("", "secondary")
        self._fresh, self._item = self._fresh_line(), self._item_line()
        self._stack.addWidget(self._fresh)
        self._stack.addWidget(self._item)

    def show_fresh(self, nth_today: int) -> None:
        """A new intake without an item; nth_today: which one of today it will be, 0 while that is not known."""
        self._count.setText(tr("ui.intake.nth_today", n=nth_today) if nth_today else "")
        self._stack.setCurrentWidget(self._fresh)

    def show_item(self, item: ServiceItem, agency: str) -> None:
        """The item of the intake and its terms."""
        self._name.setText(item.name)
        self._kind.show_look(tr(f"item_kinds.{item.kind.value}"), Look("brand", ""))
        parts = [fee(item), agency, tr("ui.intake.version", n=item.version)]
        self._terms.setText(tr("ui.table.dot").join(part for part in parts if part))
        self._stack.setCurrentWidget(self._item)

    def show_saved(self, at_ms: int) -> None:
        """The draft is in the store since this moment; 0: nothing was stored yet."""
        self._saved_icon.setVisible(bool(at_ms))
        self._saved_icon.show_icon("circle-check", "ok")
        self._saved.set_tone("")
        self._saved.setText(tr("ui.intake.saved", at=f"{local_time(at_ms):%H:%M:%S}") if at_ms else "")

    def show_not_saved(self) -> None:
        """The last save failed: the reason stands in the outcome bar."""
        self._saved_icon.show()
        self._saved_icon.show_icon("octagon-alert", "danger")
        self._saved.set_tone("danger")
        self._saved.setText(tr("ui.intake.not_saved"))

    def _fresh_line(self) -> QWidget:
        row, line = _line()
        line.addWidget(Label(tr("ui.intake.new"), "page"))
        line.addWidget(self._count, 1)
        line.addWidget(self._link("drafts", tr("ui.intake.go_on"), "file-plus"))
        return row

    def _item_line(self) -> QWidget:
        row, line = _line()
        line.addWidget(self._name)
        line.addWidget(self._kind)
        line.addWidget(self._terms, 1)
        line.addWidget(self._link("choose_item", tr("ui.intake.other_item"), ""))
        line.addSpacing(8)
        line.addWidget(self._saved_icon)
        line.addWidget(self._saved)
        line.addSpacing(8)
        line.addWidget(self._link("guide", tr("ui.intake.guide.title"), "info"))
        return row

    def _link(self, key: str, word: str, icon: str) -> Button:
        button = Button(word, "link", key="" if key == "guide" else hint(key), icon=icon)
        button.acted.connect(lambda: self.pressed.emit(key))
        return button


def _line() -> tuple[QWidget, QHBoxLayout]:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(10)
    return row, line
