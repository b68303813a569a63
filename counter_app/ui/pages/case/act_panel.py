"""现在能做: what may be done to the case now, with keys, and what may not, each with why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.states import Action
from counter_app.ui.keys import hint
from counter_app.ui.pages.case.act_table import ACT_FORMS, AFTER_EXPIRY, EXPLAINED, FORWARD
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.pages.case.why_not import why_not
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.wording import word


class BlockedAct(Ringed, QWidget):
    """An act that cannot be done now: it stays in view, takes the focus and says why."""

    def __init__(self, act: str, reason: str) -> None:
        super().__init__()
        self.act, self.reason = act, reason
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(word("actions", act))
        self.setAccessibleDescription(reason)
        across = QHBoxLayout(self)
        across.setContentsMargins(2, 2, 0, 2)
        across.setSpacing(10)
        mark = QVBoxLayout()
        mark.addWidget(Icon("circle-slash-2", "ink3", 18))
        mark.addStretch(1)
        across.addLayout(mark)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(Label(word("actions", act), "strong", "ink2"))
        text.addWidget(Label(reason, "caption", wrap=True))
        across.addLayout(text, 1)


class ActPanel(Card):
    """Made anew for each case; Up and Down go from act to act."""

    wanted = Signal(str)
    print_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.case.can"))
        self._body = QWidget()
        self.rows.addWidget(self._body)
        self.buttons: dict[str, Button] = {}
        self.blocked: dict[str, str] = {}
        self._shown_acts: tuple[object, ...] = ()

    def show_case(self, shown: Shown) -> None:
        """Show what the table allows; nothing moves if nothing has changed."""
        able, self.blocked = possible_acts(shown), blocked_acts(shown)
        if self._shown_acts == (able, self.blocked):
            return
        self._shown_acts = (able, dict(self.blocked))
        here = self.window().focusWidget()  # also while another window is in front
        had_focus = here is not None and here in self.buttons.values()
        self.buttons = {}
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        forward = next((act for act in FORWARD if act in able), "")
        for act in able:
            lines.addWidget(self._button(act, primary=act == forward))
        lines.addWidget(self._print_button())
        if self.blocked:
            lines.addSpacing(6)
            lines.addWidget(rule())
            lines.addWidget(Label(tr("ui.case.cannot"), "secondary_strong"))
        for act, reason in self.blocked.items():
            lines.addWidget(BlockedAct(act, reason))
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        if had_focus:
            self.focus_first()

    def focus_first(self) -> None:
        """Give the focus to the next legal step."""
        if self.buttons:
            next(iter(self.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_others(self) -> None:
        """Give the focus to what is not the next step (Ctrl+B)."""
        others = [button for act, button in self.buttons.items() if act not in FORWARD]
        if others:
            others[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _button(self, act: str, *, primary: bool) -> Button:
        form = ACT_FORMS[act]
        kind = "primary" if primary else "danger" if form.danger else "plain"
        key = hint(form.key) if form.key else ""
        button = Button(word("actions", act), kind, icon=form.icon, key=key, wide=True, from_left=True)
        button.acted.connect(lambda: self.wanted.emit(act))
        return self._kept(act, button)

    def _print_button(self) -> Button:
        button = Button(tr("ui.case.print_again"), icon="printer", key=hint("print"), wide=True, from_left=True)
        button.acted.connect(self.print_wanted)
        return self._kept("print", button)

    def _kept(self, name: str, button: Button) -> Button:
        button.setObjectName(f"act_{name}")
        button.installEventFilter(self)
        self.buttons[name] = button
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            stops = list(self.buttons.values())
            if step is not None and watched in stops:
                place = max(0, min(stops.index(watched) + step, len(stops) - 1))
                stops[place].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False


def possible_acts(shown: Shown) -> tuple[str, ...]:
    """The acts that may be done now, the next step first, then those beside the table."""
    allowed = [p.action.value for p in shown.possibilities if p.why_not is None and p.action.value in ACT_FORMS]
    if shown.is_deemed:
        allowed = [act for act in allowed if act in AFTER_EXPIRY]
    forward = [act for act in FORWARD if act in (*allowed, *shown.beside)]
    others = [act for act in ACT_FORMS if act in allowed and act not in FORWARD]
    return (*forward, *others, *(act for act in shown.beside if act not in forward))


def blocked_acts(shown: Shown) -> dict[str, str]:
    """The other acts that people look for, each with why it cannot be done now."""
    found = {}
    asked = [act for act, states in EXPLAINED.items() if shown.case.state in states]
    for act in asked:
        possibility = shown.possibility(Action(act))
        if shown.is_deemed and act not in AFTER_EXPIRY:
            found[act] = tr("ui.case.why.check_period_is_over")
        elif possibility is not None and possibility.why_not is not None:
            why = why_not(act, possibility.why_not, shown)
            found[act] = tr("ui.case.why_by_rule", why=why, rule=possibility.rule) if possibility.rule else why
        elif possibility is not None and act not in ACT_FORMS:
            found[act] = tr("ui.case.why.not_here")
    return found
