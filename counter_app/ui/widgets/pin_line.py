"""A PIN with the name of who types it above, small enough for two in a row: day close and hand-over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.ui.texts import tr
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pin import PinBoxes

BOX, GAP = 28, 5


class PinLine(QWidget):
    """`boxes` are the PIN; show_name says whose it is."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label("", "secondary")
        self.boxes = PinBoxes("", box_size=BOX, gap=GAP)
        self.setFocusProxy(self.boxes)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self._label)
        rows.addWidget(self.boxes)
        self.show_name(name)

    def show_name(self, name: str) -> None:
        """Another person types here now; what the same one has typed stays."""
        if self._label.text() == tr("ui.pin.of", name=name):
            return
        self._label.setText(tr("ui.pin.of", name=name))
        self.boxes.setAccessibleName(self._label.text())
        self.boxes.clear()

    def wrong(self, sentence: str) -> None:
        """It was not right: empty again, marked, and the focus is here."""
        self.boxes.reject()
        self.boxes.setAccessibleDescription(sentence)
        self.boxes.setFocus(Qt.FocusReason.OtherFocusReason)
