"""What must be known of a case before anything is done to it, in one line each under its head.

Accepted by law and not confirmed, frozen, on a doubtful day, numbered anew, continued elsewhere or continuing another,
a question that waits or was answered. Most cases have none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.case import Asked
from counter_app.domain.moments import local_date
from counter_app.domain.second_person import may_give_up
from counter_app.domain.states import Action
from counter_app.domain.wire_values import text_of
from counter_app.ui import tokens
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.wording import day, holder_word, moment, word


@dataclass(frozen=True, slots=True)
class Said:
    """One banner. opens: the number of a case that its button opens; drops: how its button says
    that what was asked is given up, `take_back` or `drop`."""

    tone: str
    icon: str
    title: str
    line: str
    opens: str = ""
    drops: str = ""


class AboveAll(QWidget):
    """Banners of one case. case_wanted carries a number; give_up_wanted: what was asked is not done any more."""

    case_wanted = Signal(str)
    give_up_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        self._rows.addWidget(self._body)
        self._shown: tuple[Said, ...] = ()
        self.hide()

    def show_case(self, shown: Shown) -> None:
        """Say what there is to say; nothing moves if nothing has changed."""
        found = tuple(said_above(shown))
        if found == self._shown:
            return
        self._shown = found
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        for said in found:
            rows.addWidget(Banner(said.tone, said.icon, said.title, said.line, action=self._button(said)))
        self._rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        self.setVisible(bool(found))

    def _button(self, said: Said) -> Button | None:
        if said.opens:
            button = Button(tr("ui.case.open_it", number=said.opens), icon="folder-open", height=tokens.CONTROL_IN_ROW)
            button.acted.connect(lambda: self.case_wanted.emit(said.opens))
            return button
        if said.drops:
            button = Button(tr(f"ui.case.question.{said.drops}"), "link", height=tokens.CONTROL_IN_ROW)
            button.acted.connect(self.give_up_wanted)
            return button
        return None


def said_above(shown: Shown) -> Iterator[Said]:
    """What must be known of the case, the most urgent first."""
    case = shown.case
    if shown.is_deemed:
        received = day(local_date(case.received_at_ms), shown.today)
        possibility = shown.possibility(Action.DEEM_ACCEPTED)
        may = possibility is not None and possibility.why_not is None
        line = tr("ui.case.deemed_confirm" if may else "ui.case.deemed_who")
        if case.holder != shown.device:
            line = tr("ui.case.deemed_elsewhere", holder=holder_word(case.holder, shown.device))
        yield Said("danger", "octagon-alert", tr("ui.case.deemed_title", received=received), line)
    if case.frozen:
        why = "frozen" if any(paper.late for paper in case.notices) else "frozen_forked"
        yield Said("danger", "octagon-alert", tr(f"ui.case.{why}_title"), tr(f"ui.case.{why}_line"))
    for suspect in case.suspects:
        days = {"served": day(suspect.served, shown.today), "by_hall": day(suspect.by_hall, shown.today)}
        yield Said("warn", "clock", tr("ui.case.suspect_title", **days), tr("ui.case.suspect_line"))
    if case.printed_as:
        title = tr("ui.case.printed_as_title", number=case.printed_as)
        yield Said("brand", "file-warning", title, tr("ui.case.printed_as_line", number=str(case.id)))
    if case.continued_by:
        yield _linked("continued", case.continued_by, shown)
    if case.continues:
        yield _linked("continues", case.continues, shown)
    if case.asked is not None:
        yield _question(case.asked, shown)


def _linked(how: str, number: str, shown: Shown) -> Said:
    title, line = tr(f"ui.case.{how}_title", number=number), tr(f"ui.case.{how}_line")
    if number in shown.linked:
        return Said("brand", "arrow-left-right", title, line, opens=number)
    return Said("brand", "arrow-left-right", title, f"{line}{tr('ui.case.not_known_here')}")


def _question(question: Asked, shown: Shown) -> Said:
    facts = {"by": question.by, "asked": word("actions", question.action), "answered_by": question.answered_by}
    if not question.answered_by:
        title = tr("ui.case.question.title", at=_asked_at(shown), **facts)
        take_back = "take_back" if question.by == shown.person.name else ""
        return Said("warn", "users", title, tr("ui.case.question.waits"), drops=take_back)
    code = "agreed" if question.agreed else "refused"
    title, own = tr(f"ui.case.question.{code}", **facts), may_give_up(shown.case, shown.person)
    line = tr(f"ui.case.question.{code}_line" if own else "ui.case.question.by_asker", **facts)
    return Said("brand", "users", title, line, drops="drop" if own else "")


def _asked_at(shown: Shown) -> str:
    asked = [event for event in shown.view.events if event.kind == "asked"]
    action = shown.case.asked.action if shown.case.asked else ""
    at_ms = next((event.at_ms for event in reversed(asked) if text_of(event.data, "action") == action), 0)
    return moment(at_ms, shown.today) if at_ms else ""
