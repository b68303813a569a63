"""The page of one case; it lies over the list it came from.

    page = CasePage(CaseServices(...), background)
    page.open_case("QX03-01-0012-K"); window.open("case")
    page.print_wanted.connect(open_notice)     # Case, IssuedNotice
    page.seal_wanted.connect(open_seal)        # Case, IssuedNotice
    page.step_wanted.connect(go_to_neighbour)  # -1 or 1
    page.claiming.connect(make_way)            # the hall is about to be asked for this case
    page.acted.connect(look_again)             # an act was done: badges and strip are old
    page.done.connect(tell_applicant)          # the Case after the act
    page.unknown.connect(search_list)          # nobody here knows a case of this number
    page.case_wanted.connect(open_case)        # the case that continues this one, or is continued by it
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.services.acts import Done
from counter_app.services.claims import needs_baton
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.case.above import AboveAll
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.case.act_panel import ActPanel
from counter_app.ui.pages.case.act_table import ACT_FORMS
from counter_app.ui.pages.case.after import OpinionsCard, RightsCard
from counter_app.ui.pages.case.deadlines import DeadlinesCard
from counter_app.ui.pages.case.header import HeaderCard, facts_of
from counter_app.ui.pages.case.history import HistoryCard
from counter_app.ui.pages.case.papers import PapersCard
from counter_app.ui.pages.case.reading import CaseServices, Shown, read_shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.dialog import ask
from counter_app.ui.widgets.four_facts import sentence
from counter_app.ui.wording import error_line, notice_title, word

_ACT_OF_KEY = {form.key: act for act, form in ACT_FORMS.items() if form.key}


class CasePage(Page):
    """What may be done is asked of the state table each time; the page decides nothing."""

    name = "case"
    rail = "cases"

    print_wanted = Signal(object, object)
    seal_wanted = Signal(object, object)
    step_wanted = Signal(int)
    acted = Signal()
    done = Signal(object)
    case_wanted = Signal(str)
    claiming = Signal()
    unknown = Signal(str)

    def __init__(self, services: CaseServices, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._number, self._place = "", ""
        self._shown: Shown | None = None
        self._fresh = self._claiming = False
        self._inside = QWidget()
        self.header, self.deadlines, self.papers = HeaderCard(), DeadlinesCard(), PapersCard()
        self.history, self.panel = HistoryCard(), ActPanel()
        self.rights, self.opinions = RightsCard(), OpinionsCard()
        self.above = AboveAll()
        self._arrange()
        self.panel.wanted.connect(self._ask)
        self.panel.print_wanted.connect(self._print)
        self.papers.print_wanted.connect(self._print_notice)
        self.papers.spoil_wanted.connect(self._ask_to_spoil)
        self.papers.seal_wanted.connect(self._seal)
        self.header.copy.acted.connect(self._copy)
        self.above.case_wanted.connect(self.case_wanted)
        self.above.give_up_wanted.connect(self._ask_to_give_up)

    def _arrange(self) -> None:
        left, middle, right = Column(420, wide=456), Column(), Column(296, wide=340)
        for card in (self.deadlines, self.rights, self.opinions):
            left.add(card)
        left.add(self.papers)
        middle.add(self.history, stretch=1)
        right.add(self.panel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._inside)
        self._inside.hide()  # until a case was read: empty facts would say that nothing is saved
        lines = QVBoxLayout(self._inside)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 14, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.setSpacing(tokens.CARD_GAP)
        head = QVBoxLayout()
        head.setContentsMargins(0, 0, tokens.BAR, 0)
        head.setSpacing(tokens.CARD_GAP)
        head.addWidget(self.header)
        head.addWidget(self.above)
        lines.addLayout(head)
        lines.addWidget(Columns(left, middle, right, drawer=right), 1)

    def title(self) -> str:
        return tr("ui.frame.cases")

    def context_line(self) -> str:
        return self._place

    def handlers(self) -> Handlers:
        found = {
            "copy_number": self._copy,
            "read_aloud": self._read_aloud,
            "print": self._print,
            "other_outcomes": self.panel.focus_others,
            "case_before": lambda: self.step_wanted.emit(-1),
            "case_after": lambda: self.step_wanted.emit(1),
        }
        return found | {key: lambda act=act: self._ask(act) for key, act in _ACT_OF_KEY.items()}

    def blocked(self) -> Mapping[str, str]:
        reasons = {key: self.panel.blocked.get(act, "") for key, act in _ACT_OF_KEY.items()}
        return {key: reason for key, reason in reasons.items() if reason}

    def first_focus(self) -> None:
        self._fresh = True
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # until the case is read there is no button to have it
        self.panel.focus_first()

    def open_case(self, number: str, place: str = "") -> None:
        """Which case is shown next; place says where it stands in its list."""
        self._number, self._place = number, place
        if self._shown is not None and str(self._shown.case.id) != number:
            self._shown = None

    def shown_number(self) -> str:
        """The number of the case that is shown."""
        return self._number

    def refresh(self) -> None:
        number = self._number
        if number:
            self._background.run(
                Lane.READ, lambda: read_shown(self._services, number), self.show_case, self._not_read, self
            )

    def _not_read(self, error: CounterError) -> None:
        if error.code == "case_unknown" and self._shown is None and self.isVisible():
            self.unknown.emit(self._number)
        else:
            self._say_error(error)

    def show_case(self, shown: Shown) -> None:
        """Show what was read, unless another case is wanted meanwhile."""
        if self._number not in (str(shown.case.id), shown.case.case_no):
            return
        self._shown = shown
        for part in (
            self.header, self.above, self.deadlines, self.rights, self.opinions, self.papers, self.history, self.panel,
        ):
            part.show_case(shown)
        self._inside.show()
        here = self.window().focusWidget()
        if self._fresh and (here is None or here is self or self.isAncestorOf(here)):
            self.panel.focus_first()
        self._fresh = False
        self.head_changed.emit()

    def _ask(self, act: str) -> None:
        if self._shown is None or self._claiming or act not in self.panel.buttons:
            return
        if self._shown.to_claim and needs_baton(act):
            self._claim(act)
        else:
            ActDialog(self, act, self._shown, self._do).open()

    def _claim(self, act: str) -> None:
        """A case of the station's desk is asked of the hall; the dialog opens once this counter has it."""
        person, number, services = self._services.person, self._number, self._services
        self._claiming = True
        self.claiming.emit()

        def work() -> tuple[bool, Shown]:
            return services.claims.claim_for(person, number, act), read_shown(services, number)

        self._background.run(
            Lane.NETWORK, work, lambda found: self._claimed(act, *found), self._not_claimed, self
        )
        self.say.emit(tr("ui.case.claiming"), "")

    def _claimed(self, act: str, claimed: bool, shown: Shown) -> None:
        self._claiming = False
        self.acted.emit()
        if self._number not in (str(shown.case.id), shown.case.case_no) or not self.isVisible():
            self._put_down(str(shown.case.id), claimed)  # somebody has gone on to another case meanwhile
            return
        self.show_case(shown)
        if act not in self.panel.buttons:
            return
        dialog = ActDialog(self, act, shown, self._do)
        dialog.closed.connect(lambda: self._put_down(str(shown.case.id), claimed))
        dialog.open()

    def _not_claimed(self, error: CounterError) -> None:
        self._claiming = False
        self.refresh()
        self._say_error(error)

    def _put_down(self, number: str, claimed: bool) -> None:
        """What was begun is done or left: the case goes back to the desk with the next exchange."""
        claims = self._services.claims
        if claimed:
            self._background.run(Lane.STORE, lambda: claims.put_down(number), lambda _: None, self._say_error, self)

    def _seal(self, notice: IssuedNotice) -> None:
        if self._shown is not None:
            self.seal_wanted.emit(self._shown.case, notice)

    def _ask_to_spoil(self, notice: IssuedNotice) -> None:
        """One paper is meant, whatever else was issued since."""
        if self._shown is None:
            return
        meant = {"kind": notice.kind, "number": notice.final_number or notice.number}
        ActDialog(
            self, "spoil", self._shown, lambda act, given, dialog: self._do(act, {**given, **meant}, dialog), notice
        ).open()

    def _ask_to_give_up(self) -> None:
        question = self._shown.case.asked if self._shown is not None else None
        if question is not None:
            act = word("actions", question.action)
            do = tr("ui.case.question.drop" if question.answered_by else "ui.case.question.take_back")
            line = tr("ui.case.question.drop_line", asked=act)
            ask(self, do, line, do, tr("ui.case.question.keep"), self._give_up)

    def _give_up(self) -> None:
        person, number, acts = self._services.person, self._number, self._services.acts
        self._background.run(
            Lane.STORE,
            lambda: acts.act(person, number, "answer", {"yes": False}),
            self._given_up,
            self._say_error,
            self,
        )

    def _given_up(self, _done: Done) -> None:
        self.refresh()
        self.acted.emit()
        self.say.emit(tr("ui.case.question.dropped"), "ok")

    def _do(self, act: str, given: Mapping[str, object], dialog: ActDialog) -> None:
        person, number, services = self._services.person, self._number, self._services
        chosen = dialog.second()

        def work() -> Done:
            second = services.people.sign_in(*chosen) if chosen is not None else None
            return services.acts.act(person, number, act, given, second)

        self._background.run(
            Lane.STORE,
            work,
            lambda done: self._done(act, done, dialog),
            dialog.fail,
            self,
        )

    def _done(self, act: str, done: Done, dialog: ActDialog) -> None:
        dialog.close_dialog()
        titles = [notice_title(notice.kind, licence=done.case.item.licence) for notice in done.notices]
        papers = tr("ui.case.papers_made", titles=tr("ui.case.and").join(titles)) if titles else ""
        self.refresh()
        self.acted.emit()
        self.done.emit(done.case)
        question = done.case.asked
        waits = act != "answer" and question is not None and question.action == act and not question.answered_by
        said = "ui.case.question.saved" if waits else "ui.case.done"
        self.say.emit(tr(said, act=word("actions", act), papers=papers), "ok")
        if done.notices:
            self.print_wanted.emit(done.case, done.notices[0])

    def _print(self) -> None:
        notice = self.papers.first_to_print()
        if notice is None:
            self.say.emit(tr("ui.case.nothing_to_print"), "")
        else:
            self._print_notice(notice)

    def _print_notice(self, notice: IssuedNotice) -> None:
        if self._shown is None:
            return
        if notice.spoiled:
            self.say.emit(tr("ui.case.spoiled_no_print"), "danger")
        elif self._shown.to_claim and notice in self._shown.claimed_to_print:
            self._claim_to_print(self._shown.case, notice)
        else:
            self.print_wanted.emit(self._shown.case, notice)

    def _claim_to_print(self, case: Case, notice: IssuedNotice) -> None:
        """What the hall issued is printed by the counter that holds the case: no other one prints it meanwhile."""
        if self._claiming:
            return
        person, claims = self._services.person, self._services.claims
        self._claiming = True
        self.claiming.emit()

        def printed(_none: None) -> None:
            self._claiming = False
            self.refresh()
            self.print_wanted.emit(case, notice)

        self._background.run(
            Lane.NETWORK, lambda: claims.claim_to_print(person, case, notice), printed, self._not_claimed, self
        )
        self.say.emit(tr("ui.case.claiming"), "")

    def _copy(self) -> None:
        if self._shown is None:
            return
        case = self._shown.case
        QGuiApplication.clipboard().setText(case.case_no or str(case.id))
        self.say.emit(tr("ui.case.copied" if case.case_no else "ui.case.copied_local"), "ok")

    def _read_aloud(self) -> None:
        if self._shown is not None:
            announce(self, sentence(facts_of(self._shown)))

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")
