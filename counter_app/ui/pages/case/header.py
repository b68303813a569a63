"""The head of a case: who and what, both numbers, state, who has it, and the four facts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from counter_app.domain.identifiers import HALL
from counter_app.domain.states import END_STATES
from counter_app.services.sentences import holder_kind, shown_name
from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.four_facts import Fact, FourFacts
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import grouped, holder_word, moment, state_look, word


class HeaderCard(Card):
    """Over the whole width."""

    def __init__(self) -> None:
        super().__init__()
        self._who, self._what = Label(role="page"), Label(role="title_quiet")
        self._kind, self._state = Pill(""), Pill("")
        self._local, self._official = Label(role="secondary"), Label(role="secondary")
        self._holder_icon, self._holder = Icon("arrow-left-right", "brand", 16), Label(role="strong", tone="brand")
        self._holder_more = Label(role="caption")
        in_row = tokens.CONTROL_IN_ROW
        self.copy = Button(tr("ui.case.copy"), "link", key=hint("copy_number"), icon="copy", height=in_row)
        self.facts = FourFacts(_unknown())
        self._arrange()

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(10)
        for widget in (self._who, self._what, self._kind, self._state):
            first.addWidget(widget)
        first.addStretch(1)
        first.addWidget(self._holder_icon)
        first.addWidget(self._holder)
        second.setSpacing(16)
        second.addWidget(self._local)
        second.addWidget(self._official)
        second.addWidget(self.copy)
        second.addStretch(1)
        second.addWidget(self._holder_more)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addLayout(first)
        lines.addLayout(second)
        self.rows.addLayout(lines)
        self.rows.addWidget(rule())
        self.rows.addSpacing(4)
        self.rows.addWidget(self.facts)

    def show_case(self, shown: Shown) -> None:
        """Show the head of a case."""
        case, look = shown.case, state_look(shown.case.state.value)
        self._who.setText(shown_name(case))
        self._what.setText(case.item.name)
        self._kind.show_look(word("item_kinds", case.item.kind), Look("mute", ""))
        self._state.show_look(word("ui.state", case.state.value), look)
        self._local.setText(tr("ui.case.local_no", number=case.id))
        official = tr("ui.case.case_no", number=grouped(case.case_no)) if case.case_no else tr("ui.case.no_case_no")
        self._official.setText(official)
        name, more = holder_words(shown)
        self._holder.setText(name)
        self._holder_more.setText(more)
        self.facts.show_facts(facts_of(shown))
        self.setAccessibleName(f"{shown_name(case)} {case.item.name} {word('ui.state', case.state.value)} {name}")


def holder_words(shown: Shown) -> tuple[str, str]:
    """Who may move the case, and what the others may do meanwhile."""
    case = shown.case
    if case.frozen:
        return tr("ui.case.frozen"), tr("ui.case.frozen_more")
    if case.continued_by:
        return tr("ui.case.continued"), tr("ui.case.continued_more", by=case.continued_by)
    if case.state in END_STATES:
        return tr("ui.case.ended"), tr("ui.case.ended_more", at=moment(case.changed_at_ms, shown.today))
    if case.holder == shown.device:
        return tr("ui.case.held_here"), tr("ui.case.held_here_more")
    at = moment(case.changed_at_ms, shown.today)
    if case.holder == HALL:
        return tr("ui.case.held_hall"), tr("ui.case.held_other_more", at=at)
    kind = holder_kind(case.holder, shown.device)
    if kind == "desk":
        return tr("ui.case.held_desk"), tr("ui.case.held_desk_more")
    if kind == "counter" and shown.to_claim:
        by = shown.view.claimed_by
        name = tr("ui.case.held_counter_by" if by else "ui.case.held_counter", holder=case.holder, by=by)
        return name, tr("ui.case.held_counter_more", at=at)
    other = holder_word(case.holder, shown.device)
    return tr("ui.case.held_other", holder=other), tr("ui.case.held_other_more", at=at)


def facts_of(shown: Shown) -> tuple[Fact, ...]:
    """The four facts of a case with time and place, or with what is awaited."""
    facts, today = shown.view.facts, shown.today
    return (
        Fact("saved", 1, tr("ui.case.saved_here", at=moment(facts.saved, today))),
        _at_hall(shown),
        _moment_fact("accepted", facts.accepted, shown),
        _moment_fact("decided", facts.decided, shown),
    )


def _at_hall(shown: Shown) -> Fact:
    facts = shown.view.facts
    if facts.received is not None:
        return Fact("at_hall", 1, tr("ui.case.whole_at", at=moment(facts.received, shown.today)))
    if facts.events_received and facts.scans_missing:
        return Fact("at_hall", 0.5, tr("ui.case.scans_missing", n=facts.scans_missing))
    return Fact("at_hall", 0, tr("ui.case.waits_for_link"))


def _moment_fact(name: str, at_ms: int | None, shown: Shown) -> Fact:
    if at_ms is not None:
        return Fact(name, 1, moment(at_ms, shown.today))
    awaited = f"ui.case.awaited_{name}" if shown.case.state not in END_STATES else "ui.case.never"
    return Fact(name, 0, tr(awaited))


def _unknown() -> Sequence[Fact]:
    return tuple(Fact(name, 0) for name in ("saved", "at_hall", "accepted", "decided"))
