"""What stands on each screen of an agent's intake: the same cards as on the full page, arranged one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.ui import tokens
from counter_app.ui.pages.agent.screens import STEP_OF, Screen
from counter_app.ui.pages.agent.step_bar import StepBar, StepHead
from counter_app.ui.pages.agent.step_line import StepLine
from counter_app.ui.pages.agent.step_materials import CapturePanel, StepMaterials
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.consequences import Consequences, Standing
from counter_app.ui.pages.intake.form_card import FormCard
from counter_app.ui.pages.intake.guide import fact_row
from counter_app.ui.pages.intake.parts import ACCEPT, CORRECT, RECEIVE, Parts
from counter_app.ui.pages.intake.start_card import StartCard
from counter_app.ui.pages.notice.words import person_line
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.wording import day_and_weekday

GUIDE, CAMERA, AHEAD = 380, 400, 440  # widths of right columns


class StepStart(StartCard):
    """All items, those done most often first: nobody needs to type."""

    offers = 1000


class StepForm(FormCard):
    """Two fields beside each other: there is nothing else on the screen."""

    def columns_at(self, width: int, of_window: int) -> int:
        return 2


def way_of(standings: Mapping[str, Standing]) -> str:
    """The one outcome to be done now: acceptance where it can be had, what an agent takes on, else what is lawful."""
    if not standings[ACCEPT].blocked:
        return ACCEPT
    if standings[RECEIVE].outcome.as_agent or standings[CORRECT].blocked:
        return RECEIVE
    return CORRECT


class StepConsequences(Consequences):
    """Only what is going to be done. settled: it was decided which."""

    settled = Signal()
    way, as_agent = "", False  # on the class: what is known before anything was shown

    def blocks(self, standings: Mapping[str, Standing]) -> Sequence[str]:
        self.way, self.as_agent = way_of(standings), standings[RECEIVE].outcome.as_agent
        self.settled.emit()
        return (self.way,)


class SummaryCard(Card):
    """Before the papers: who it is for, and what was taken in."""

    def __init__(self) -> None:
        super().__init__(tr("ui.agent.summary"))
        self._body = QWidget()
        self.rows.addWidget(self._body)

    def show_application(self, application: Application) -> None:
        """Show it as it stands."""
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        for name, value in _facts(application):
            lines.addWidget(fact_row(name, value))
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body


def _facts(application: Application) -> list[tuple[str, str]]:
    person, comma = application.person("applicant"), tr("paper.separator")
    received = [rule.name for rule in application.wanted() if application.taken(rule.id) is not None]
    missing = [rule.name for rule in application.missing()]
    facts = [
        (tr("ui.agent.who"), person_line(person.get("name", ""), person.get("id_number", ""))),
        (tr("ui.agent.what"), application.item.name if application.item is not None else ""),
    ]
    if "proxy" in application.line:
        facts.append((tr("ui.intake.proxy"), application.person("proxy").get("name", "")))
    facts.append((tr("ui.agent.received_list"), comma.join(received) or tr("ui.word.none")))
    if missing:
        facts.append((tr("ui.agent.missing_list"), comma.join(missing)))
    return facts


class DoneCard(Card):
    """It is taken in: what the applicant signs, and what happens until when."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = Label("", "page", wrap=True)
        self._lines = [Label("", "title_quiet", wrap=True) for _ in range(2)]
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addWidget(Icon("circle-check", "ok", 40))
        across.addWidget(self._sentence, 1)
        self.rows.setSpacing(16)
        self.rows.addLayout(across)
        for line in self._lines:
            self.rows.addWidget(line)

    def show_done(self, dossier: Dossier, today: date, *, printed: bool) -> None:
        """Show what became of it."""
        name = dossier.applicant.name
        if isinstance(dossier, Entrustment):
            job = dossier.jobs[-1]
            self._sentence.setText(tr("ui.agent.entrusted", item=job.item.name))
            said = [tr("ui.agent.signs", name=name)]
            if job.running is not None:
                said.append(tr("ui.agent.carry", day=day_and_weekday(job.running.due, today)))
        else:
            state = tr(f"states.{dossier.state.value}")
            self._sentence.setText(tr("ui.agent.decided", state=state, item=dossier.item.name))
            said = [tr("ui.agent.gets", name=name)]
        if not printed:
            said[0] = tr("ui.agent.not_printed", name=name)
        for line, sentence in zip(self._lines, [*said, ""][: len(self._lines)], strict=True):
            line.setText(sentence)
            line.setVisible(bool(sentence))


class StepParts(Parts):
    """The widgets of the page; `screen` is the one that is shown."""

    of_head = StepHead
    of_bar = StepBar
    of_start = StepStart
    of_form = StepForm
    of_materials = StepMaterials
    of_scans = CapturePanel
    of_consequences = StepConsequences

    head: StepHead
    bar: StepBar
    scans: CapturePanel
    consequences: StepConsequences

    def _arrange(self) -> None:
        self.screen = Screen.ITEM
        self.line, self.heading = StepLine(), Label("", "page", elided=True)
        self.summary, self.done = SummaryCard(), DoneCard()
        self.card.set_title(tr("ui.agent.card"))
        self.form.set_title(tr("ui.agent.form"))
        self.left, self.contacts = _column(self.card, self.earlier), _column(self.contact)
        self.middle = _column(self.materials)
        camera = Column(CAMERA)
        camera.add(self.scans, stretch=1)
        screens = {
            Screen.ITEM: (_column(self.start), _column(self.guide, width=GUIDE)),
            Screen.PERSON: (self.left, self.contacts),
            Screen.FORM: (_column(self.form),),
            Screen.MATERIALS: (self.middle, camera),
            Screen.PRINT: (_column(self.summary, self.late), _column(self.consequences, width=AHEAD)),
            Screen.DONE: (_column(self.done),),
        }
        self.areas = tuple(column for columns in screens.values() for column in columns)
        self._stack = QStackedWidget()
        self._shown: dict[Screen, QWidget] = {}
        for screen, columns in screens.items():
            self._shown[screen] = Columns(*columns)
            self._stack.addWidget(self._shown[screen])
        self._shown[Screen.CARD] = self._shown[Screen.PERSON]
        self.whole = QWidget()
        lines = QVBoxLayout(self.whole)
        lines.setContentsMargins(0, 0, 0, 8)
        lines.setSpacing(10)
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, tokens.BAR, 0)
        above.setSpacing(10)
        above.addWidget(self.line)
        above.addWidget(self.heading)
        lines.addLayout(above)
        lines.addWidget(self._stack, 1)
        self.tip.setParent(self.whole)
        self.tip.hide()

    def show_start(self, at_start: bool) -> None:
        """The screens show one thing each."""

    def show(self, screen: Screen) -> None:
        """Show a screen."""
        self.screen = screen
        self.contacts.setVisible(screen is not Screen.CARD)
        self._stack.setCurrentWidget(self._shown[screen])
        self.line.show_step(STEP_OF[screen])
        self.bar.be_quiet()


def _column(*widgets: QWidget, width: int = 0) -> Column:
    column = Column(width)
    for widget in widgets:
        column.add(widget)
    return column
