"""What must be known of a case before anything is done to it, in one line each under its head.

Accepted by law and not confirmed, frozen, continued elsewhere or continuing another, a question that waits or
was answered. Most cases have none of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.moments import local_date
from counter_app.domain.second_person import may_give_up
from counter_app.domain.wire_values import text_of
from counter_app.ui import tokens
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.wording import day, moment, word


class AboveAll(QWidget):
    """Banners, made anew for each case. case_wanted carries a number."""

    case_wanted = Signal(str)
    give_up_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._body = QWidget()
        self._rows.addWidget(self._body)
        self.hide()

    def show_case(self, shown: Shown) -> None:
        """Say what there is to say."""
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        banners = list(self._banners(shown))
        for banner in banners:
            rows.addWidget(banner)
        self._rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        self.setVisible(bool(banners))

    def _banners(self, shown: Shown) -> Iterator[Banner]:
        case = shown.case
        if shown.is_deemed:
            yield self._deemed(shown)
        if case.frozen:
            yield Banner("danger", "octagon-alert", tr("ui.case.frozen_title"), tr("ui.case.frozen_line"))
        if case.continued_by:
            title = tr("ui.case.continued_title", by=case.continued_by)
            yield self._link(title, "ui.case.continued_line", case.continued_by, shown)
        if case.continues:
            title = tr("ui.case.continues_title", number=case.continues)
            yield self._link(title, "ui.case.continues_line", case.continues, shown)
        if case.asked is not None:
            yield self._question(shown)

    def _deemed(self, shown: Shown) -> Banner:
        received = day(local_date(shown.case.received_at_ms), shown.today)
        possibility = next((found for found in shown.possibilities if found.action == "deem_accepted"), None)
        may = possibility is not None and possibility.why_not is None
        line = tr("ui.case.deemed_confirm" if may else "ui.case.deemed_who")
        return Banner("danger", "octagon-alert", tr("ui.case.deemed_title", received=received), line)

    def _link(self, title: str, line: str, number: str, shown: Shown) -> Banner:
        if number not in shown.linked:
            return Banner("brand", "arrow-left-right", title, f"{tr(line)}{tr('ui.case.not_known_here')}")
        button = Button(tr("ui.case.open_it", number=number), icon="folder-open", height=tokens.CONTROL_IN_ROW)
        button.acted.connect(lambda: self.case_wanted.emit(number))
        return Banner("brand", "arrow-left-right", title, tr(line), action=button)

    def _question(self, shown: Shown) -> Banner:
        question = shown.case.asked
        assert question is not None, "asked for by the caller"
        facts = {"by": question.by, "asked": word("actions", question.action), "at": _asked_at(shown)}
        facts["answered_by"] = question.answered_by
        if not question.answered_by:
            title = tr("ui.case.question.title", **facts)
            return Banner("warn", "users", title, tr("ui.case.question.waits"))
        code = "agreed" if question.agreed else "refused"
        title = tr(f"ui.case.question.{code}", **facts)
        if not may_give_up(shown.case, shown.person):
            return Banner("brand", "users", title, tr("ui.case.question.by_asker", **facts))
        drop = Button(tr("ui.case.question.drop"), "link", height=tokens.CONTROL_IN_ROW)
        drop.acted.connect(self.give_up_wanted)
        return Banner("brand", "users", title, tr(f"ui.case.question.{code}_line", **facts), action=drop)


def _asked_at(shown: Shown) -> str:
    asked = [event for event in shown.view.events if event.kind == "asked"]
    action = shown.case.asked.action if shown.case.asked else ""
    at_ms = next((event.at_ms for event in reversed(asked) if text_of(event.data, "action") == action), 0)
    return moment(at_ms, shown.today) if at_ms else ""
