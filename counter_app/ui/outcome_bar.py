"""The bar below an intake: the way back, the readiness sentence, and the outcomes at the right. Usage:

bar = OutcomeBar(Button(tr("..."), "plain", key="F7", height=tokens.CONTROL_OUTCOME), ..., primary)
bar.say("ok", "circle-check", tr("...ready"), tr("...press F9"))
bar.back.acted.connect(...)
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label


class OutcomeBar(QFrame):
    """Over the full width; outcomes stand at the right, the primary one last. tall: its height at 标准."""

    tall = tokens.OUTCOME_BAR

    def __init__(self, *outcomes: Button, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "outcome_bar")
        self._fit()
        self.back = Button(tr("ui.frame.back"), "link", key=hint("back"))
        self._icon, self._first = Icon("circle-dashed", "mute", 20), Label(role="strong", elided=True)
        self._second = Label(role="caption", elided=True)
        self._arrange(outcomes)

    def _arrange(self, outcomes: Sequence[Button]) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 1, tokens.PAGE_MARGIN, 0)
        line.setSpacing(10)
        line.addWidget(self.back)
        line.addWidget(_upright())
        line.addWidget(self._icon)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addStretch(1)
        text.addWidget(self._first)
        text.addWidget(self._second)
        text.addStretch(1)
        line.addLayout(text, 1)
        for button in outcomes:
            line.addWidget(button)

    def _fit(self) -> None:
        self.setFixedHeight(px(self.tall))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self._fit()

    def say(self, tone: str, icon: str, sentence: str, more: str = "", *, aloud: bool = False) -> None:
        """Show how ready the case is; aloud has readers say it (a blocked outcome was pressed)."""
        self._icon.show_icon(icon, tone)
        self._first.setText(sentence)
        self._first.set_tone("" if tone == "mute" else tone)
        self._second.setText(more)
        self._second.setVisible(bool(more))
        if aloud:
            announce(self, sentence)


def _upright() -> QWidget:
    rule = QFrame()
    rule.setProperty("role", "strip_rule")
    rule.setFixedWidth(1)
    return rule
