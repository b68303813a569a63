"""What stands above an application whose item has changed, or that was moved over and has something left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.services.draft_moves import MATERIAL, SITUATION, DraftMove, LeftOver
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button


class MovingBanner(QWidget):
    """Hidden unless the item is another now, or something was left over. look_wanted, dismiss_wanted: its buttons."""

    look_wanted = Signal()
    dismiss_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.look = Button(tr("ui.intake.move.look"), "plain", height=32)
        self.dismiss = Button(tr("ui.intake.move.dismiss"), "link", height=32)
        self.look.acted.connect(self.look_wanted)
        self.dismiss.acted.connect(self.dismiss_wanted)
        self._moved = Banner("warn", "triangle-alert", "-", "", action=self.look)
        self._left = Banner("brand", "info", "-", "", action=self.dismiss)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 10)
        rows.setSpacing(8)
        rows.addWidget(self._moved)
        rows.addWidget(self._left)
        self.hide()

    def show_move(self, move: DraftMove | None, left: tuple[LeftOver, ...]) -> None:
        """Say what is so now; nothing hides it."""
        self._moved.setVisible(move is not None)
        self._left.setVisible(bool(left))
        self.setVisible(move is not None or bool(left))
        if move is not None and move.after is None:
            said = tr("ui.intake.move.withdrawn")
            self._moved.say("danger", "octagon-alert", said, tr("ui.intake.move.withdrawn_line"))
        elif move is not None and move.after is not None:
            said = tr("ui.intake.move.changed", was=move.before.version, now=move.after.version)
            self._moved.say("warn", "triangle-alert", said, tr("ui.intake.move.changed_line"))
        self.look.setVisible(move is not None and move.after is not None)
        if left:
            words = tr("ui.table.dot").join(_said(row) for row in left)
            self._left.say("brand", "info", tr("ui.intake.move.left"), words)


def name_of(left: LeftOver) -> str:
    """What the place was called that it was typed for."""
    if left.what == SITUATION:
        return tr("ui.intake.situation")
    return left.name


def _said(left: LeftOver) -> str:
    """What was left over, in one piece; of a material its name says all."""
    if left.what == MATERIAL:
        return tr("ui.intake.move.left_material", name=left.name)
    return tr("ui.intake.move.left_value", name=name_of(left), value=left.shown)
