"""The head and the foot of an agent's intake: what it is about, the way back, one filled button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.service_item import ServiceItem
from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.outcome_bar import OutcomeBar
from counter_app.ui.pages.intake.head import IntakeHead
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Label

TALL = 80


class StepHead(IntakeHead):
    """代办：高龄津贴申请, its terms, and that it is safe."""

    def show_item(self, item: ServiceItem, agency: str) -> None:
        super().show_item(item, agency)
        self._name.setText(tr("ui.agent.of_item", item=item.name))

    def show_saved(self, at_ms: int) -> None:
        super().show_saved(at_ms)
        self._saved.setText(tr("ui.agent.saved") if at_ms else "")
        self._saved.set_tone("ok")

    def _fresh_line(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(Label(tr("ui.agent.new"), "page"))
        line.addWidget(self._count, 1)
        return row

    def _item_line(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self._name)
        line.addWidget(self._terms, 1)
        line.addWidget(self._link("guide", tr("ui.intake.guide.title"), "info"))
        line.addWidget(self._saved_icon)
        line.addWidget(self._saved)
        return row


class StepBar(OutcomeBar):
    """上一步, one quiet sentence, what may be left for later, and 下一步; at the last step the outcomes.

    What readiness says by itself is not shown: each screen says what it waits for. What somebody's key led to is.
    """

    tall = TALL

    def _arrange(self, outcomes: Sequence[Button]) -> None:
        high = tokens.CONTROL_AGENT
        self.previous = Button(tr("ui.agent.previous"), key=hint("back"), height=high)
        self.previous.acted.connect(self.back.acted)
        self.skip, self.next = Button("-", height=high), Button("-", "primary", key="Enter", height=high)
        self._outcomes = tuple(outcomes)
        self.back.setParent(self)
        self.back.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(tokens.PAGE_MARGIN, 1, tokens.PAGE_MARGIN, 0)
        line.setSpacing(tokens.CARD_GAP)
        line.addWidget(self.previous)
        line.addWidget(self._icon)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addStretch(1)
        text.addWidget(self._first)
        text.addWidget(self._second)
        text.addStretch(1)
        line.addLayout(text, 1)
        for button in (*outcomes, self.skip, self.next):
            line.addWidget(button)
        self._line = line
        self.be_quiet()

    def say(self, tone: str, icon: str, sentence: str, more: str = "", *, aloud: bool = False) -> None:
        if aloud:
            self._icon.show()
            self._first.show()
            super().say(tone, icon, sentence, more)
            announce(self, sentence)

    def be_quiet(self) -> None:
        """Say only that nothing can be lost."""
        self._icon.hide()
        self._first.hide()
        self._second.setText(tr("ui.agent.kept"))
        self._second.show()

    def show_next(self, word: str, reason: str, skip: str, *, has_way_back: bool = True) -> None:
        """Before the last step: the one button, blocked with a reason, and what may be left for later ("" none)."""
        for button in self._outcomes:
            button.hide()
        self.previous.setVisible(has_way_back)
        self.next.show()
        self.next.say(word)
        self.next.block(reason)
        self.skip.setVisible(bool(skip))
        self.skip.say(skip)

    def show_outcomes(self, outcomes: Mapping[Button, bool]) -> None:
        """At the last step: these outcomes, the one that is True filled."""
        self.next.hide()
        self.skip.hide()
        for button in self._outcomes:
            button.setVisible(button in outcomes)
            button.make("primary" if outcomes.get(button) else "plain")
        for button in sorted(outcomes, key=lambda button: outcomes[button]):  # the filled one stands last
            self._line.removeWidget(button)
            self._line.addWidget(button)
