"""The notice dialog (picture 07): the paper at the left; number, facts to check, printer and checks at the right.

It decides nothing: `wanted` tells whether to print, and whoever opened it does the act and closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import Printer
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.notice.paper_view import PaperView
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Sunken, pair_row
from counter_app.ui.widgets.choice import Choice
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import error_line

RIGHT_WIDTH = 350
MOST_COPIES = 9
NAME_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Check:
    """One line of what was checked before printing. tone is ok, warn or danger."""

    tone: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands beside the paper. number "" where the paper carries the case's own; number_word what is said of
    it; facts are (name, value) to be compared with the paper; sheet says on what it is printed and what seal it needs
    then; effect is (bold line, line) of what Enter does; copies is the usual count, copies_word who gets them.
    effect_bare: what Enter does where nothing can print, None for the same."""

    papers: tuple[bytes, ...]
    number: str
    number_word: str
    facts: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    copies: int
    copies_word: str
    sheet: str
    effect: tuple[str, str]
    effect_bare: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the two acts, such as 受理并打印 and 受理，先不打印; bare is the act where nothing can print."""

    act: str
    bare: str


class NoticeDialog(Dialog):
    """wanted(True): do it and print; wanted(False): do it without printing. Buttons wait until the paper is shown; an
    Enter that came before is done then, unless something is to be looked at first.

    seal_wanted: the paper is to get its electronic seal first; the button is there once `offer_seal` was called.
    """

    topic = "notice"
    wanted = Signal(bool)
    seal_wanted = Signal()

    def __init__(
        self, over: QWidget, title: str, subtitle: str, words: Words, printer: Printer | None, background: Background
    ) -> None:
        super().__init__(over, title, subtitle=subtitle, width="large", tall=True)
        self._printer, self._background = printer, background
        self._shown = self._printers_known = self._working = False
        self._setting, self._asked = True, False  # the paper is being made; Enter was pressed meanwhile
        self._bare_effect: tuple[str, str] | None = None
        self.paper = PaperView()
        self.paper.turned.connect(self._say_place)
        self._place = Label(tr("ui.notice.setting"), "caption")
        self._right = Column(px(RIGHT_WIDTH))
        self.printers, self.copies = Choice((), name=tr("ui.notice.printer")), _copies()
        self._no_printer = Label("", "secondary", "warn", wrap=True)
        self._no_printer.hide()
        self.effect = Banner("brand", "info", tr("ui.notice.setting"), "")
        self.act = Button(words.act, "primary", key="Enter", icon="printer", height=44, wide=True)
        self.bare = Button(words.bare, height=44)
        self.seal = Button(tr("ui.seals.put_on"), icon="stamp", height=44)
        self.seal.acted.connect(self.seal_wanted)
        self.seal.hide()
        self.act.acted.connect(self._act)
        self.act.refused.connect(self._act_when_set)
        self.bare.acted.connect(lambda: self.wanted.emit(False))
        for button in (self.act, self.bare):
            button.block(tr("ui.notice.setting"))
        self.way_out(Button(tr("ui.notice.close"), "link", key="Esc"))
        self._arrange()
        self._ask_printers()

    def _arrange(self) -> None:
        self.rows.setContentsMargins(0, 0, 0, 0)
        across = QHBoxLayout()
        across.setSpacing(0)
        desk = QFrame()
        desk.setProperty("role", "ground")
        left = QVBoxLayout(desk)
        left.setContentsMargins(0, 0, 0, 8)
        left.setSpacing(4)
        left.addWidget(self.paper, 1)
        left.addWidget(self._place, alignment=Qt.AlignmentFlag.AlignHCenter)
        desk.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        across.addWidget(desk, 1)
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(16, 12, 4, 16)
        lines.setSpacing(10)
        lines.addWidget(self._right, 1)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, tokens.BAR, 0)
        below.setSpacing(12)
        below.addWidget(self.effect)
        buttons = self.in_a_row(self.seal, self.bare, self.act)
        beside = max(button.minimumSizeHint().width() for button in (self.seal, self.bare))  # one of them is shown
        if beside + buttons.spacing() + self.act.minimumSizeHint().width() > px(RIGHT_WIDTH):  # longer words
            buttons.setDirection(QBoxLayout.Direction.TopToBottom)
        below.addLayout(buttons)
        lines.addLayout(below)
        across.addWidget(side)
        self.rows.addLayout(across, 1)
        self._right.rows.setSpacing(10)

    # content ------------------------------------------------------------------------------

    def show_paper(self, shown: Shown) -> None:
        """Show the papers and open the buttons."""
        self._shown = True
        self.paper.show_papers(shown.papers)
        self.copies.set_value(str(shown.copies))
        if shown.number or shown.number_word:
            self._right.add(_number(shown))
        self._right.add(_facts(shown.facts))
        self._right.add(_setting(tr("ui.notice.printer"), self.printers))
        self._right.add(self._no_printer)
        self._right.add(_setting(tr("ui.notice.copies"), self.copies, shown.copies_word))
        self._right.add(_plain(tr("ui.notice.sheet"), shown.sheet))
        checks = _checks(shown.checks)
        self._right.add(checks)
        self.effect.say("brand", "info", *shown.effect)
        self._bare_effect = shown.effect_bare
        if any(check.tone != "ok" for check in shown.checks):
            self._asked = False  # it is looked at first
            QTimer.singleShot(0, self, lambda: self._right.ensureWidgetVisible(checks))  # once it has its place
        self._open_buttons()

    def show_error(self, error: CounterError) -> None:
        """Say what stops it, with the way to mend it; nothing was decided."""
        self._working = self._setting = self._asked = False
        said = sentences(error)
        if not self._shown:
            self._place.setText("")
        self.effect.say("danger", "octagon-alert", said.message, said.remedy)
        if self._shown:
            self._open_buttons()
        else:
            for button in (self.act, self.bare):
                button.block(said.message)

    def ask_first(self, field: Field) -> None:
        """Ask for something above everything else at the right, before the act."""
        self._asked = False
        self._right.rows.insertWidget(0, field)
        for first, second in pairwise((field.editor, self.printers, self.copies, self.bare, self.act)):
            QWidget.setTabOrder(first, second)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer_seal(self) -> None:
        """The paper may get its electronic seal before it is printed."""
        self.seal.show()

    def work(self, sentence: str) -> None:
        """The act is under way: it cannot be pressed twice, and the dialog stays until it is known how it ended."""
        self._working = True
        for button in (self.act, self.bare):
            button.block(sentence)
        self.effect.say("brand", "hourglass", sentence, "")

    def show_done(self, sentence: str, line: str) -> None:
        """The act is durable; only paper is still on its way, and Esc goes on without waiting for it."""
        self._working = False
        self.effect.say("ok", "circle-check", sentence, line)

    def close_dialog(self) -> None:
        if not self._working:
            super().close_dialog()

    def can_print(self) -> bool:
        """Whether there is a printer to print with."""
        return bool(self.printers.value())

    # acting -------------------------------------------------------------------------------

    def _act(self) -> None:
        self.wanted.emit(self.can_print())

    def _act_when_set(self, _reason: str) -> None:
        """Enter came before the paper: it is said what will be done, and it is done when the paper is there."""
        if self._setting:
            self._asked = True
            asked = tr("ui.notice.asked", act=self.act.text())
            self.effect.say("brand", "hourglass", asked, tr("ui.notice.asked_line"))

    def _act_as_asked(self) -> None:
        if self._asked and self.isVisible():
            self._asked = False
            self.act.click()

    def _open_buttons(self) -> None:
        """Open the buttons once both the paper and the printers are known."""
        if not (self._shown and self._printers_known):
            return
        self._setting = False
        for button in (self.act, self.bare):
            button.block("")
        self._settle_printers()
        self.act.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, self._act_as_asked)  # once whoever opened it has asked what it has to ask

    # printers -----------------------------------------------------------------------------

    def _ask_printers(self) -> None:
        printer = self._printer
        if printer is None:
            self._show_printers(([], None))
            return
        self._background.run(
            Lane.DEVICES, lambda: (printer.names(), printer.default()), self._show_printers, self._no_service, self
        )

    def _show_printers(self, found: tuple[list[str], str | None]) -> None:
        names, default = found
        self.printers.set_options([(name, name) for name in names])
        if default in names:
            self.printers.set_value(str(default))
        if not names:
            self._no_printer.setText(tr("ui.notice.no_printer"))
        self._printers_known = True
        self._open_buttons()

    def _no_service(self, error: CounterError) -> None:
        self._no_printer.setText(error_line(error))
        self._printers_known = True
        self._open_buttons()

    def _settle_printers(self) -> None:
        none = bool(self._no_printer.text())
        self._no_printer.setVisible(none)
        parent = self.printers.parentWidget()
        if parent is not None:
            parent.setVisible(not none)
        if none:
            self._asked = False  # what was asked for cannot be had
            self.bare.hide()
            self.act.say(self.bare.text(), icon="")
            if self._bare_effect is not None:
                self.effect.say("warn", "info", *self._bare_effect)

    # keys ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Z: self.paper.toggle_size,
            Qt.Key.Key_PageDown: lambda: self.paper.turn(1),
            Qt.Key.Key_PageUp: lambda: self.paper.turn(-1),
        }
        handler = keys.get(event.key())
        if handler is not None:
            handler()
        else:
            super().keyPressEvent(event)

    def _say_place(self) -> None:
        self._place.setText(self.paper.place())


def _copies() -> Choice:
    options = [(str(n), tr("ui.word.copies", n=n)) for n in range(1, MOST_COPIES + 1)]
    return Choice(options, name=tr("ui.notice.copies"))


def _number(shown: Shown) -> QWidget:
    box = Sunken()
    box.rows.addWidget(Label(tr("ui.notice.number"), "caption"))
    line = QHBoxLayout()
    line.addWidget(Label(shown.number, "title", elided=True), 1)
    line.addWidget(Pill(shown.number_word, "mute", "stamp"))
    box.rows.addLayout(line)
    return box


def _facts(facts: Sequence[tuple[str, str]]) -> QWidget:
    box = Sunken()
    head = QHBoxLayout()
    head.addWidget(Label(tr("ui.notice.compare"), "secondary_strong"))
    head.addStretch(1)
    head.addWidget(Label(tr("ui.notice.z"), "caption"))
    box.rows.addLayout(head)
    for name, value in facts:
        box.rows.addWidget(pair_row(name, value, strong=True))
    return box


def _setting(name: str, choice: Choice, remark: str = "") -> QWidget:
    row, line = _row(name)
    line.addWidget(choice, 0 if remark else 1)
    if remark:
        choice.setFixedWidth(px(112))
        line.addWidget(Label(remark, "caption", elided=True), 1)
    return row


def _plain(name: str, value: str) -> QWidget:
    row, line = _row(name)
    line.addWidget(Label(value, "text", elided=True), 1)
    return row


def _row(name: str) -> tuple[QWidget, QHBoxLayout]:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = Label(name, "secondary")
    label.setFixedWidth(px(NAME_WIDTH))
    line.addWidget(label)
    return row, line


def _checks(checks: Sequence[Check]) -> QWidget:
    box = QWidget()
    rows = QVBoxLayout(box)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(6)
    rows.addWidget(Label(tr("ui.notice.checked"), "strong"))
    icons = {"ok": "circle-check", "warn": "triangle-alert", "danger": "octagon-alert"}
    for check in checks:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Icon(icons[check.tone], check.tone, 18), alignment=Qt.AlignmentFlag.AlignTop)
        line.addWidget(Label(check.sentence, "text", "" if check.tone == "ok" else check.tone, wrap=True), 1)
        rows.addLayout(line)
    return box
