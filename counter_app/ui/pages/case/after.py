"""What a refused applicant may still do and until when, and what co-agencies said: cards that few cases have."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.rights import Rights
from counter_app.services.case_views import Opinion
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card, pair_row
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import day, word


class _Lines(Card):
    """A card whose lines are made anew for each case; without any it is not there."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._body = QWidget()
        self.rows.addWidget(self._body)
        self.hide()

    def set_lines(self, lines: list[QWidget]) -> None:
        """Show these lines."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        for line in lines:
            column.addWidget(line)
        self.rows.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body
        self.setVisible(bool(lines))


class RightsCard(_Lines):
    """救济期限, once a refusal was served."""

    def __init__(self) -> None:
        super().__init__(tr("ui.case.rights"))

    def show_case(self, shown: Shown) -> None:
        """Show until when."""
        rights = shown.view.rights
        self.set_note(tr("ui.case.rights_served", day=day(rights.served_on, shown.today)) if rights else "")
        self.set_lines(_rights_lines(rights, shown) if rights else [])


class OpinionsCard(_Lines):
    """协办部门意见 with those that did not come or kept silent."""

    def __init__(self) -> None:
        super().__init__(tr("ui.case.opinions"))

    def show_case(self, shown: Shown) -> None:
        """Show who said what."""
        self.set_lines([_opinion_line(opinion) for opinion in shown.view.opinions])


def _rights_lines(rights: Rights, shown: Shown) -> list[QWidget]:
    found: list[QWidget] = []
    for name, last in (("review", rights.review), ("lawsuit", rights.lawsuit)):
        said = day(last.day, shown.today)
        until = tr("ui.word.provisional_day", day=said) if last.provisional else said
        found.append(pair_row(tr(f"ui.case.rights_{name}"), tr("ui.case.rights_until", day=until)))
    return found


def _opinion_line(opinion: Opinion) -> QWidget:
    said = tr("ui.case.opinion_line", name=opinion.name, opinion=word("opinions", opinion.opinion))
    return Label(said, "text", "warn" if opinion.by_default else "", wrap=True)
