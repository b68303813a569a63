"""What stands on the intake page, and where: three columns, the head and the outcome bar. No behaviour."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QWidget

from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.outcome_bar import OutcomeBar
from counter_app.ui.pages.intake.card_panel import CardPanel
from counter_app.ui.pages.intake.consequences import Consequences
from counter_app.ui.pages.intake.contact_card import ContactCard
from counter_app.ui.pages.intake.earlier import EarlierBanner
from counter_app.ui.pages.intake.form_card import FormCard
from counter_app.ui.pages.intake.guide import GuideCard
from counter_app.ui.pages.intake.head import IntakeHead
from counter_app.ui.pages.intake.materials_card import MaterialsCard, ScansCard
from counter_app.ui.pages.intake.moving_banner import MovingBanner
from counter_app.ui.pages.intake.start_card import StartCard
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column, Columns

ACCEPT, RECEIVE, CORRECT = "accept", "receive", "correct"


class Parts:
    """The widgets of the page, made once. Another dress has other kinds of some of them, and arranges them its way."""

    of_head: type[IntakeHead] = IntakeHead
    of_bar: type[OutcomeBar] = OutcomeBar
    of_start: type[StartCard] = StartCard
    of_form: type[FormCard] = FormCard
    of_materials: type[MaterialsCard] = MaterialsCard
    of_scans: type[ScansCard] = ScansCard
    of_consequences: type[Consequences] = Consequences

    def __init__(self, today: date) -> None:
        self.head = self.of_head()
        self.card, self.contact, self.earlier = CardPanel(), ContactCard(today), EarlierBanner()
        self.tip = Banner("brand", "info", tr("ui.intake.tip"), tr("ui.intake.tip_line"))
        self.late = Button(tr("ui.intake.late.open"), "link", icon="history", height=32)
        self.start, self.guide = self.of_start(), GuideCard()
        self.form, self.materials, self.scans = self.of_form(today), self.of_materials(), self.of_scans()
        self.consequences = self.of_consequences()
        self.other = _outcome("other", "other_outcomes")
        self.receive, self.correct = _outcome(RECEIVE, RECEIVE), _outcome(CORRECT, CORRECT)
        self.accept = _outcome(ACCEPT, ACCEPT, "primary")
        self.bar = self.of_bar(self.other, self.receive, self.correct, self.accept)
        self.moving = MovingBanner()
        self._arrange()

    def _arrange(self) -> None:
        self.left = Column(tokens.SIDE_LEFT, wide=tokens.SIDE_LEFT_WIDE)
        self.middle = Column()
        self.right = Column(tokens.SIDE_RIGHT, wide=tokens.SIDE_RIGHT_WIDE)
        columns: tuple[tuple[Column, tuple[QWidget, ...]], ...] = (
            (self.left, (self.card, self.earlier, self.contact, self.late, self.tip)),
            (self.middle, (self.start, self.form, self.materials, self.scans)),
            (self.right, (self.guide, self.consequences)),
        )
        for column, widgets in columns:
            for widget in widgets:
                column.add(widget)
        self.columns = Columns(self.left, self.middle, self.right, drawer=self.right)

    def outcomes(self) -> dict[str, Button]:
        """The three buttons that the keyboard knows by F7, F8 and F9, by outcome."""
        return {RECEIVE: self.receive, CORRECT: self.correct, ACCEPT: self.accept}

    def show_start(self, at_start: bool) -> None:
        """Show the search and its guide, or the form and what comes of it."""
        begin: tuple[QWidget, ...] = (self.start, self.guide, self.tip)
        form: tuple[QWidget, ...] = (self.form, self.materials, self.consequences, self.late)
        for widget in begin:
            widget.setVisible(at_start)
        for widget in form:
            widget.setVisible(not at_start)


def _outcome(name: str, key: str, kind: str = "plain") -> Button:
    return Button(tr(f"ui.intake.act.{name}"), kind, key=hint(key), height=tokens.CONTROL_OUTCOME)
