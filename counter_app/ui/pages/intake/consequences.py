"""现在办，会怎样: one block per outcome, before a key is pressed; what is missing stands there as links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from counter_app.domain.clocks import Clock
from counter_app.domain.states import ClockCode
from counter_app.services.outcomes import Outcome, PaperPreview
from counter_app.services.sentences import sentences
from counter_app.ui import icons, tokens
from counter_app.ui.fonts import metrics
from counter_app.ui.keys import hint
from counter_app.ui.pages.intake.faults import Fault
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, KeyCap, Label
from counter_app.ui.widgets.paint import box, words, wrapped
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import day, day_and_weekday, relative_day

SHOWN = ("accept", "receive", "correct")
NAME_WIDTH = 56
BAR_WIDTH = 4
MOST_LINKS = 6
LINK_PADDING = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """An outcome as the page sees it: blocked says why not in one line, empty if it can be done; faults hinder it."""

    outcome: Outcome
    blocked: str
    faults: tuple[Fault, ...] = ()

    def content(self) -> tuple[object, ...]:
        """What of it is shown."""
        return self.outcome.words, self.blocked, self.faults, self.outcome.papers, self.outcome.clocks


class Consequences(QWidget):
    """The right column of an intake. wanted carries the place of a link that was pressed."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 4, 0, 0)
        self._rows.setSpacing(10)
        self._rows.addWidget(Label(tr("ui.intake.then.title"), "title"))
        self._blocks: list[QWidget] = []
        self._shown: object = None

    def show_standings(self, standings: Mapping[str, Standing], today: date, queue_place: int, fee: str) -> None:
        """Show the outcomes as things stand; fee is what the item costs in words. What is shown already stays."""
        shown = ([standing.content() for standing in standings.values()], today, queue_place, fee)
        if shown == self._shown:
            return
        self._shown = shown
        for block in self._blocks:
            block.hide()
            block.deleteLater()
        self._blocks = []
        blocks = self.blocks(standings)
        expanded = next((name for name in blocks if not standings[name].blocked), blocks[0])
        for name in blocks:
            block = _Block(standings[name], today, queue_place, fee, expanded=name == expanded, go=self.wanted.emit)
            self._blocks.append(block)
            self._rows.addWidget(block)

    def blocks(self, standings: Mapping[str, Standing]) -> Sequence[str]:
        """The outcomes that have a block, from the top."""
        return SHOWN


class _Block(QWidget):
    """One outcome."""

    def __init__(
        self,
        standing: Standing,
        today: date,
        queue_place: int,
        fee: str,
        *,
        expanded: bool,
        go: Callable[[str], None],
    ) -> None:
        super().__init__()
        name, words = standing.outcome.name, standing.outcome.words
        self._expanded = expanded
        faulty = bool(standing.faults)
        self._tone = "danger" if faulty and name == "accept" else "brand" if not standing.blocked else "mute"
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(BAR_WIDTH + 9, 10, 12, 10)
        rows.setSpacing(6)
        rows.addLayout(self._head(standing))
        if faulty:
            for fault in standing.faults[:MOST_LINKS]:
                rows.addWidget(_link(fault, go))
            if len(standing.faults) > MOST_LINKS:
                rows.addWidget(Label(tr("ui.intake.then.more", n=len(standing.faults) - MOST_LINKS), "caption"))
        elif standing.blocked:
            rows.addWidget(_fact(tr("ui.intake.then.reason"), standing.blocked))
        else:
            for title, value, caption in facts_of(standing.outcome, today, queue_place, fee, whole=expanded):
                rows.addWidget(_fact(title, value, caption, strong=expanded))
        self.setAccessibleName(tr(f"ui.intake.then.{words}"))

    def _head(self, standing: Standing) -> QHBoxLayout:
        name = standing.outcome.name
        line = QHBoxLayout()
        line.setSpacing(8)
        icon = {"danger": "octagon-alert", "brand": "circle-dot", "mute": "circle-slash"}[self._tone]
        line.addWidget(Icon(icon, self._tone, 18))
        line.addWidget(Label(tr(f"ui.intake.then.{standing.outcome.words}"), "title" if self._expanded else "strong"))
        line.addWidget(KeyCap(hint(name)))
        line.addStretch(1)
        if standing.faults:
            line.addWidget(Pill(tr("ui.intake.then.missing", n=len(standing.faults)), self._tone))
        elif standing.blocked:
            line.addWidget(Pill(tr("ui.intake.then.cannot"), "mute"))
        else:
            line.addWidget(Pill(tr("ui.intake.then.can"), "brand" if self._expanded else "mute"))
        return line

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        quiet = not self._expanded and self._tone != "danger"
        tone = tokens.TONES[self._tone]
        fill, border = (tokens.SUNKEN, tokens.LINE) if quiet else (tone.tint, tone.border)
        box(painter, rect, tokens.RADIUS_CARD, fill=fill, border=border)
        if not quiet:
            painter.fillRect(QRectF(0, 0, BAR_WIDTH, rect.height()), QColor(tone.ink))


Facts = Sequence[tuple[str, str, str]]


def facts_of(outcome: Outcome, today: date, queue_place: int, fee: str, *, whole: bool) -> Facts:
    """(name, value, caption) of what an outcome would bring."""
    found = [_papers(outcome.papers)]
    found += [_clock(clock, today) for clock in in_order(outcome.clocks)]
    if outcome.name == "correct":
        found.append((tr("ui.intake.then.mind"), tr("ui.intake.then.once"), ""))
    if outcome.as_agent:
        found.append((tr("ui.intake.then.next"), tr("ui.intake.then.to_window"), tr("ui.intake.then.no_acceptance")))
        found.append((tr("ui.intake.then.money"), tr("ui.intake.then.no_fee"), ""))
    elif whole:
        place = tr("ui.intake.then.place", n=queue_place)
        after = (tr("ui.intake.then.decide_here"), "") if outcome.decided_next else (tr("ui.intake.then.queue"), place)
        found.append((tr("ui.intake.then.next"), *after))
        found.append((tr("ui.intake.then.money"), fee, ""))
    return found


def _papers(papers: Sequence[PaperPreview]) -> tuple[str, str, str]:
    """The paper that decides, which comes last, and below it its number and what else is printed."""
    last = papers[-1]
    parts = [tr("ui.intake.then.number", number=last.number)] if last.number else []
    if last.temporary:
        parts.append(tr("ui.intake.then.temporary"))
    parts.append(tr("ui.word.copies", n=last.kind.facts.copies))
    others = tr("paper.separator").join(paper.title for paper in papers[:-1])
    if others:
        parts.append(tr("ui.intake.then.also", papers=others))
    return tr("ui.intake.then.papers"), last.title, tr("ui.intake.comma").join(parts)


def in_order(clocks: Sequence[Clock]) -> list[Clock]:
    """The clocks as people ask for them: the promise, the law, the answer, the correction."""
    order = (ClockCode.PROMISE, ClockCode.STATUTORY, ClockCode.CHECK, ClockCode.FIX, ClockCode.AGENT)
    return [clock for code in order for clock in clocks if clock.code is code]


def _clock(clock: Clock, today: date) -> tuple[str, str, str]:
    value = day_and_weekday(clock.due, today)
    if clock.provisional:
        value = tr("ui.intake.then.provisional", day=value)
    length = tr(f"periods.{clock.period.unit.value}", n=clock.period.length)
    near, first = relative_day(clock.first_day, today), day(clock.first_day, today)
    first = first if near == first else f"{near} {first}"
    counted = tr("ui.intake.then.counted", length=length, first=first)
    return tr(f"ui.intake.then.clock.{clock.code.value}"), value, counted


def blocked_sentence(outcome: Outcome) -> str:
    """Why the services would refuse, in one line."""
    return sentences(outcome.blocked).message if outcome.blocked is not None else ""


def _fact(name: str, value: str, caption: str = "", *, strong: bool = False) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = Label(name, "caption")
    label.setFixedWidth(px(NAME_WIDTH))
    line.addWidget(label, alignment=Qt.AlignmentFlag.AlignTop)
    text = QVBoxLayout()
    text.setSpacing(0)
    text.addWidget(Label(value, "strong" if strong else "text", wrap=True))
    if caption:
        text.addWidget(Label(caption, "caption", wrap=True))
    line.addLayout(text, 1)
    return row


class _Link(Button):
    """A fault as a link to the place where it is mended; a long one takes further lines, never more than its column."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.short, "link", icon="chevron-right", height=tokens.CONTROL_IN_ROW, wide=True)
        self.setAccessibleName(fault.sentence)
        self.setToolTip(fault.sentence)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(80), super().minimumSizeHint().height())

    def heightForWidth(self, width: int) -> int:
        more = len(self._lines(width)) - 1
        return super().minimumSizeHint().height() + more * metrics("strong").height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_box(painter)
        high, lines = metrics("strong").height(), self._lines(self.width())
        top = (self.height() - high * len(lines)) / 2
        size = px(18)
        place = QRectF(LINK_PADDING, round(top + (high - size) / 2), size, size)
        icons.draw(painter, "chevron-right", tokens.BRAND, place)
        for n, line in enumerate(lines):
            words(painter, QRectF(_link_words_at(), top + n * high, self.width(), high), line, "strong", tokens.BRAND)

    def _lines(self, width: int) -> list[str]:
        return wrapped(self.text(), "strong", width - _link_words_at() - LINK_PADDING)


def _link_words_at() -> int:
    return LINK_PADDING + px(18) + tokens.ROW_GAP


def _link(fault: Fault, go: Callable[[str], None]) -> QWidget:
    link = _Link(fault)
    link.acted.connect(lambda: go(fault.place))
    return link
