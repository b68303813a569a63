"""日结: checks in words, totals, the day code, and who signs (picture 06); after the close what the hall counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.day_close import ClosedDay, shown
from counter_app.domain.moments import local_time
from counter_app.domain.people import Person
from counter_app.services.day_close import MAY_CLOSE, DayChecks
from counter_app.ui.keys import hint
from counter_app.ui.pages.ledger.reading import LedgerSight
from counter_app.ui.posts import post_of
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken, rule
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import day as day_words
from counter_app.ui.wording import number

NAMED = 3  # people or cases that are named in a line; the home page has them all
_GOOD = Look("ok", "circle-check")
_SHORT_TOTALS = ("received", "accepted", "corrected", "not_accepted")


@dataclass(frozen=True, slots=True)
class DayCheck:
    """One line: how it stands, what, and what it means for the close."""

    look: Look
    title: str
    line: str


class DayClosePanel(Card):
    """The close of today, or of the one past day that the table shows."""

    answer_wanted = Signal()
    close_wanted = Signal()
    print_wanted = Signal()

    def __init__(self, person: Person) -> None:
        super().__init__(tr("ui.ledger.close"))
        self._person = person
        self._said: object = None
        self._pill = Pill("")
        self.head.addWidget(self._pill)
        self._body = QWidget()
        self.rows.addWidget(self._body)
        self.rows.addStretch(1)
        self.answer = Button("", "primary", wide=True)
        self.answer.acted.connect(self.answer_wanted)
        self.close_day = Button(tr("ui.ledger.close_now"), "primary", wide=True)
        self.close_day.acted.connect(self.close_wanted)
        self._why = Label("", "caption", wrap=True)
        self.print_sheet = Button(tr("ui.ledger.print"), key=hint("print"), icon="printer", wide=True)
        self.print_sheet.acted.connect(self.print_wanted)
        for widget in (self.answer, self.close_day, self._why, self.print_sheet):
            self.rows.addWidget(widget)
            widget.hide()  # until it is known how the day stands there is nothing to press

    def show_day(self, sight: LedgerSight, today: date) -> None:
        """Show how the day stands. What it says already is left as it is: another period has the same day beside it."""
        found, is_today = sight.day, sight.day.day == today
        said = (found, sight.signers, today, _until(sight))
        if said == self._said:
            return
        self._said = said
        title = tr("ui.ledger.close") if is_today else tr("ui.ledger.close_of", day=day_words(found.day, today))
        self.set_title(title)
        self._pill.show_look(*_state_of(found))
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        for check in _checks(found, today):
            lines.addWidget(_line(check))
        lines.addWidget(rule())
        for widget in self._figures(sight):
            lines.addWidget(widget)
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        self._show_buttons(sight)

    def _figures(self, sight: LedgerSight) -> Iterator[QWidget]:
        found = sight.day
        totals = found.closed.totals if found.closed else found.code.totals if found.code else {}
        yield _pair(Label(tr("ui.ledger.totals"), "strong"), Label(_totals(totals), "secondary", wrap=True))
        box = Sunken()
        code = found.closed.code if found.closed else found.code.code if found.code else b""
        caption = "ui.ledger.code_closed" if found.closed else "ui.ledger.code_until"
        for words, role in (
            (tr(caption, at=_until(sight)), "caption"), (shown(code), "title"), (_of_hall(found.closed), "caption")
        ):
            box.rows.addWidget(Label(words, role, wrap=role == "caption"))
        yield box
        for name, post, signed in self._signatures(sight):
            who = QWidget()
            line = QHBoxLayout(who)
            line.setContentsMargins(0, 0, 0, 0)
            line.addWidget(Icon("user", "ink2", 16))
            line.addWidget(Label(f"{name} {post}".strip(), "secondary", elided=True), 1)
            line.addWidget(Label(tr("ui.ledger.signed" if signed else "ui.ledger.to_sign"), "secondary"))
            yield who

    def _signatures(self, sight: LedgerSight) -> Iterator[tuple[str, str, bool]]:
        closed = sight.day.closed
        if closed is not None:
            yield from ((name, "", True) for name in (closed.by, closed.second))
            return
        yield self._person.name, post_of(self._person), False
        if sight.signers:
            yield sight.signers[0].name, sight.signers[0].post, False

    def _show_buttons(self, sight: LedgerSight) -> None:
        found = sight.day
        must = 0 if found.closed else len(found.must_answer)
        self.answer.say(tr("ui.ledger.answer_first", n=must))
        self.answer.setVisible(bool(must))
        why = self._why_not(sight)
        self.close_day.block(why)
        self.close_day.make("plain" if why else "primary")
        self.close_day.setVisible(found.closed is None)
        self._why.setText(tr("ui.ledger.closed_line") if found.closed else why)
        self._why.setVisible(bool(self._why.text()))
        self.print_sheet.show()

    def _why_not(self, sight: LedgerSight) -> str:
        found = sight.day
        if found.must_answer:
            return tr("ui.ledger.must_first", n=len(found.must_answer))
        if not self._person.roles & MAY_CLOSE:
            return tr("ui.ledger.clerk_closes")
        if not sight.signers:
            return tr("ui.ledger.nobody_signs")
        if found.behind is not None and found.day < found.behind:
            return tr("ui.ledger.closed_later", day=day_words(found.behind, found.behind))
        return ""


def _state_of(found: DayChecks) -> tuple[str, Look]:
    closed = found.closed
    if closed is None:
        must = bool(found.must_answer)
        return tr("ui.ledger.not_yet" if must else "ui.ledger.clear"), Look("warn", "triangle-alert") if must else _GOOD
    if closed.answer is not None and not closed.answer.agrees:
        return tr("ui.ledger.differs"), Look("danger", "octagon-alert")
    return tr("ui.ledger.is_closed"), _GOOD


def _until(sight: LedgerSight) -> str:
    """The minute up to which the code counts."""
    closed = sight.day.closed
    return f"{local_time(closed.at_ms if closed else sight.now_ms):%H:%M}"


def _of_hall(closed: ClosedDay | None) -> str:
    if closed is None:
        return tr("ui.ledger.code_means")
    if closed.answer is None:
        return tr("ui.ledger.hall_waits")
    key = "ui.ledger.hall_agrees" if closed.answer.agrees else "ui.ledger.hall_differs"
    return tr(key, code=shown(closed.answer.code))


def _totals(totals: Mapping[str, int]) -> str:
    counted = (tr(f"ui.ledger.short.{name}", n=number(totals.get(name, 0))) for name in _SHORT_TOTALS)
    return tr("ui.table.dot").join(counted)


def _checks(found: DayChecks, today: date) -> Iterator[DayCheck]:
    if found.closed is not None:
        yield from _after(found.closed, today)
        return
    must, drafts, waiting = found.must_answer, len(found.drafts), found.unsent
    if must:
        names = _some([case.applicant.name for case in must], len(must))
        yield DayCheck(Look("danger", "octagon-alert"), tr("ui.ledger.must_answer", n=len(must)), names)
    else:
        yield DayCheck(_GOOD, tr("ui.ledger.answered"), tr("ui.ledger.answered_line"))
    if found.unprinted:
        title, line = tr("ui.ledger.unprinted", n=found.unprinted), tr("ui.ledger.unprinted_line")
        yield DayCheck(Look("warn", "printer"), title, line)
    else:
        yield DayCheck(_GOOD, tr("ui.ledger.printed"), tr("ui.ledger.printed_line"))
    if found.code is not None:
        papers, spoiled = found.code.totals["papers"], found.code.totals["spoiled"]
        yield DayCheck(_GOOD, tr("ui.ledger.papers", n=papers), tr("ui.ledger.papers_line", n=spoiled))
        if found.code.back_dated or found.code.earlier:
            cases = [case for case, _ in found.code.back_dated]
            title = tr("ui.ledger.late", n=sum(found.code.earlier.values()) + len(cases))
            yield DayCheck(Look("warn", "history"), title, _some(cases, len(cases)) + tr("ui.ledger.late_line"))
    if waiting:
        yield DayCheck(Look("mute", "hourglass"), tr("ui.strip.unsent", n=waiting), tr("ui.ledger.unsent_line"))
    else:
        yield DayCheck(_GOOD, tr("ui.strip.all_there"), tr("ui.ledger.sent_line"))
    if drafts:
        yield DayCheck(Look("mute", "file-plus"), tr("ui.ledger.drafts", n=drafts), tr("ui.ledger.drafts_line"))


def _after(closed: ClosedDay, today: date) -> Iterator[DayCheck]:
    """What is to be known of a closed day: what the hall has otherwise, case by case, and what was left open."""
    answer = closed.answer
    if answer is not None:
        for row in answer.differences:
            side = "both" if row.here and row.there else "here" if row.here else "there"
            name = row.case or tr("ui.ledger.without_case")
            yield DayCheck(Look("danger", "octagon-alert"), name, tr(f"ui.ledger.differing.{side}"))
        if answer.waiting:
            title = tr("ui.ledger.hall_holds", n=len(answer.waiting))
            yield DayCheck(Look("warn", "triangle-alert"), title, _some(answer.waiting, len(answer.waiting)))
    yield DayCheck(_GOOD, tr("ui.ledger.covered", n=closed.cases), tr("ui.ledger.covered_line", n=closed.events))
    left = {"drafts": closed.drafts, "unsent": closed.unsent, "unprinted": closed.unprinted}
    if any(left.values()):
        yield DayCheck(Look("mute", "hourglass"), tr("ui.ledger.left_open"), tr("ui.ledger.left_open_line", **left))
    if closed.more_back_dated:
        yield DayCheck(Look("warn", "history"), tr("ui.ledger.more_back_dated", n=closed.more_back_dated), "")
    for case, on in closed.back_dated:
        title = tr("ui.ledger.back_dated", case=case)
        yield DayCheck(Look("warn", "history"), title, tr("ui.ledger.back_dated_line", day=day_words(on, today)))


def _some(names: list[str] | tuple[str, ...], n: int) -> str:
    return tr("ui.ledger.and").join(names[:NAMED]) + (tr("ui.ledger.and_more", n=n) if n > NAMED else "")


def _pair(left: Label, right: Label) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(left)
    right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    line.addWidget(right, 1)
    return row


def _line(check: DayCheck) -> QWidget:
    row = QWidget()
    row.setAccessibleName(f"{check.title} {check.line}")
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(10)
    mark = QVBoxLayout()
    mark.addWidget(Icon(check.look.icon, check.look.tone, 18))
    mark.addStretch(1)
    across.addLayout(mark)
    text = QVBoxLayout()
    text.setSpacing(0)
    text.addWidget(Label(check.title, "strong", wrap=True))
    text.addWidget(Label(check.line, "caption", wrap=True))
    across.addLayout(text, 1)
    return row
