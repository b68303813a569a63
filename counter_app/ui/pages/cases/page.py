"""The list of cases. Enter opens one over the list; Esc there returns to the same row.

    page = CasesPage(CasesServices(...), background)
    page.case_wanted.connect(open_case)       # local number
    page.acted.connect(look_again)            # papers were taken: badges and strip are old
    page.search("王")                          # from the box in the top bar
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from counter_app.domain.clocks import Clock
from counter_app.domain.errors import CounterError
from counter_app.domain.states import CaseState
from counter_app.services.sentences import holder_kind, shown_name
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.empty import Empty
from counter_app.ui.page import Page
from counter_app.ui.pages.cases.papers_elsewhere import PapersElsewhere
from counter_app.ui.pages.cases.reading import CaseLine, CasesServices, Listed, ListQuery, count_list, read_list
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.choice import Choice
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable, TableFoot
from counter_app.ui.wording import as_sure, day, error_line, number, relative_day, state_look, word

DUES = ("over", "today", "next")
HOLDERS = ("here", "desk", "counter", "hall", "other")


class CasesPage(Page):
    """Every case of this machine, and those that the hall shares with it."""

    name = "cases"

    case_wanted = Signal(str)
    acted = Signal()
    check_wanted = Signal()

    def __init__(self, services: CasesServices, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._query = ListQuery()
        self._listed: Listed | None = None
        self._asked = 0
        self._state = Choice(_options("state", [state.value for state in CaseState if state is not CaseState.DRAFT]))
        self._due = Choice(_options("due", DUES))
        self._item = Choice([("", tr("ui.cases.all_item"))])
        self._holder = Choice(_options("holder", HOLDERS))
        self._unsent = CheckBox(tr("ui.cases.unsent"))
        self.take_papers = Button(tr("ui.cases.elsewhere.take"), "primary", icon="paperclip")
        self._clear = Button(tr("ui.cases.clear"), "link", icon="x")
        self.check_paper = Button(tr("ui.check.title"), "plain", icon="scan")
        self.table = RowTable(_columns(), name=tr("ui.cases.list"), two_lines=False, head=True)
        self.foot = TableFoot(self.table)
        self._stack = QStackedWidget()
        self._arrange()
        self._wire()

    def _arrange(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(tokens.ROW_GAP)
        for name, choice in self._choices().items():
            choice.setAccessibleName(tr(f"ui.cases.filter.{name}"))
            if choice is not self._item:  # names of items are long: they give way to the short words beside them
                choice.setMinimumWidth(choice.sizeHint().width())
            filters.addWidget(choice)
        filters.addWidget(self._unsent)
        filters.addWidget(self._clear)
        filters.addWidget(self.check_paper)
        self._clear.hide()
        card = Card()
        card.rows.setContentsMargins(1, 1, 1, 0)
        card.rows.setSpacing(0)
        card.rows.addWidget(self.table, 1)
        card.rows.addWidget(self.foot)
        self._stack.addWidget(card)
        self._stack.addWidget(Empty("folder-open", "mute", tr("ui.cases.none"), tr("ui.cases.none_line")))
        title, line = tr("ui.cases.elsewhere.title"), tr("ui.cases.elsewhere.line")
        foot = tr("ui.cases.elsewhere.foot")
        self._stack.addWidget(Empty("paperclip", "brand", title, line, buttons=(self.take_papers,), foot=foot))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 16, tokens.PAGE_MARGIN, 12)
        lines.setSpacing(tokens.CARD_GAP)
        lines.addLayout(filters)
        lines.addWidget(self._stack, 1)

    def _choices(self) -> dict[str, Choice]:
        return {"state": self._state, "due": self._due, "item": self._item, "holder": self._holder}

    def _wire(self) -> None:
        for choice in self._choices().values():
            choice.chosen.connect(self._filter)
        self._unsent.toggled.connect(self._filter)
        self._clear.acted.connect(self._show_all)
        self.check_paper.acted.connect(self.check_wanted)
        self.take_papers.acted.connect(self._take_papers)
        self.table.acted.connect(self.case_wanted)
        self.table.more_wanted.connect(self._read_more)

    def title(self) -> str:
        return tr("ui.frame.cases")

    def context_line(self) -> str:
        if self._listed is None or self._listed.total is None:
            return ""
        n, text = number(self._listed.total), self._query.shown or self._query.text
        return tr("ui.cases.found_for", n=n, text=text) if text else tr("ui.cases.found", n=n)

    def first_focus(self) -> None:
        self.table.setFocus()

    def search(self, text: str, shown: str = "") -> None:
        """Show the cases that fit the words: a name, initials, the end of a number. shown: how the page calls them."""
        self._query = ListQuery(text=text, shown=shown)
        self._show_filters()
        self.refresh()
        self.table.setFocus()

    def unsent_only(self) -> None:
        """Show the cases that are not whole at the hall."""
        self._query = ListQuery(unsent=True)
        self._show_filters()
        self.refresh()

    def neighbour(self, by: int) -> str:
        """Step the list by 1 or -1; the key of the row that is present then."""
        self.table.step(by)
        return self.table.current_key()

    def place(self) -> tuple[int, int]:
        """Which row is present (from 1), and how many cases the list has."""
        listed = self._listed
        return self.table.currentIndex().row() + 1, (listed.total or 0) if listed else 0

    def refresh(self) -> None:
        self._asked += 1
        asked, query = self._asked, self._query
        self._background.run(
            Lane.READ, lambda: read_list(self._services, query), lambda listed: self._show(listed, asked),
            self._say_error, self,
        )

    def _read_more(self) -> None:
        if self._listed is None:
            return
        asked, query, offset = self._asked, self._query, self._listed.offset + len(self._listed.lines)
        self._background.run(
            Lane.READ, lambda: read_list(self._services, query, offset), lambda more: self._add(more, asked),
            self._say_error, self,
        )

    def _show(self, listed: Listed, asked: int) -> None:
        if asked != self._asked:
            return  # the question has changed meanwhile
        self._listed = listed
        self._offer_items(listed.items)
        self.table.set_rows([_row(line, listed) for line in listed.lines], more=listed.has_more)
        self._stack.setCurrentIndex(0 if listed.lines else 2 if listed.elsewhere else 1)
        if listed.elsewhere and self.table.hasFocus():
            self.take_papers.setFocus(Qt.FocusReason.OtherFocusReason)
        self._count()
        self.head_changed.emit()
        if listed.total is None:
            query = self._query
            self._background.run(
                Lane.READ, lambda: count_list(self._services, query), lambda total: self._counted(total, asked),
                self._say_error, self,
            )

    def _counted(self, total: int, asked: int) -> None:
        """How many there are is known after the first of them are seen."""
        if asked == self._asked and self._listed is not None:
            self._listed = replace(self._listed, total=total)
            self._count()
            self.head_changed.emit()

    def _offer_items(self, items: Sequence[tuple[str, str]]) -> None:
        if self._item.count() != len(items) + 1:
            chosen = self._item.value()
            self._item.set_options([("", tr("ui.cases.all_item")), *items])
            self._item.set_value(chosen)

    def _add(self, more: Listed, asked: int) -> None:
        before = self._listed
        if asked != self._asked or before is None or more.offset != before.offset + len(before.lines):
            return
        total = more.total or before.total
        self._listed = replace(more, lines=(*before.lines, *more.lines), offset=before.offset, total=total)
        self.table.add_rows([_row(line, more) for line in more.lines], more=more.has_more)
        self._count()

    def _take_papers(self) -> None:
        """Papers for a case of another station: the number on the applicant's slip says which."""
        listed = self._listed
        if listed is None or not listed.elsewhere:
            return
        number, services = listed.elsewhere, self._services

        def take(given: Mapping[str, object], dialog: PapersElsewhere) -> None:
            self._background.run(
                Lane.STORE,
                lambda: services.elsewhere.take_papers(services.person, number, given),
                lambda _case: self._taken(number, dialog),
                dialog.fail,
                self,
            )

        self._background.run(
            Lane.READ,
            services.desk.catalogue.items,
            lambda items: PapersElsewhere(self, number, items, take).open(),
            self._say_error,
            self,
        )

    def _taken(self, number: str, dialog: PapersElsewhere) -> None:
        dialog.close_dialog()
        self.acted.emit()
        self.say.emit(tr("ui.cases.elsewhere.done", number=number), "ok")

    def _count(self) -> None:
        listed = self._listed
        if listed is None or listed.total is None:
            return
        loaded = len(listed.lines)
        rest = tr("ui.cases.loaded", n=number(loaded)) if loaded < listed.total else tr("ui.cases.order")
        self.foot.count(tr("ui.word.cases", n=number(listed.total)), rest)

    def _filter(self, *_: object) -> None:
        values = {name: choice.value() for name, choice in self._choices().items()}
        words = {"text": self._query.text, "shown": self._query.shown}
        self._query = ListQuery(unsent=self._unsent.isChecked(), **words, **values)
        self._show_clear()
        self.refresh()

    def _show_all(self) -> None:
        self._query = ListQuery()
        self._show_filters()
        self.refresh()
        self.table.setFocus()

    def _show_filters(self) -> None:
        for name, choice in self._choices().items():
            choice.set_value(getattr(self._query, name))
        self._unsent.blockSignals(True)
        self._unsent.setChecked(self._query.unsent)
        self._unsent.blockSignals(False)
        self._show_clear()

    def _show_clear(self) -> None:
        self._clear.setVisible(self._query != ListQuery())

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")


def _options(name: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    area = {"state": "ui.state", "due": "ui.cases.due", "holder": "ui.cases.holder"}[name]
    return [("", tr(f"ui.cases.all_{name}")), *((code, word(area, code)) for code in codes)]


def _columns() -> tuple[ColumnSpec, ...]:
    widths = {"number": 128, "person": 100, "item": 140, "state": 140, "due": 224, "facts": 88, "holder": 84}
    return tuple(
        ColumnSpec(tr(f"ui.cases.column.{name}"), width, stretch=name == "item") for name, width in widths.items()
    )


def _row(line: CaseLine, listed: Listed) -> Row:
    case, look = line.case, state_look(line.case.state.value)
    state, holder = word("ui.state", case.state.value), holder_kind(case.holder, listed.device)
    who = case.holder if holder in ("counter", "other") else tr(f"ui.cases.holder.{holder}")
    due, tone = _due(line.due, listed)
    facts = (1.0, line.at_hall, float(case.accepted_at_ms is not None), float(case.decided_at_ms is not None))
    cells = (
        Cell(str(case.id)),
        Cell(shown_name(case), strong=True),
        Cell(case.item.name),
        Cell(state, pill=look),
        Cell(due, tone=tone),
        Cell(facts=facts),
        Cell(who, tone="ink2"),
    )
    spoken = tr("ui.cases.spoken", who=shown_name(case), what=case.item.name, state=state, due=due)
    return Row(str(case.id), cells, spoken=spoken)


def _due(clock: Clock | None, listed: Listed) -> tuple[str, str]:
    if clock is None:
        return tr("ui.word.none"), "ink3"
    name, today = word("clocks", clock.code.value), listed.today
    if clock.due < today:
        return tr("ui.cases.over", day=day(clock.due, today), clock=name), "danger"
    tone = "warn" if (clock.due - today).days <= 1 else "ink2"
    return tr("ui.cases.due_on", day=as_sure(relative_day(clock.due, today), clock), clock=name), tone
