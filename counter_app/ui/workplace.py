"""The window of one signed-in person: all pages, wired to each other, to strip and badges.

place = Workplace(backend, opened, person, background, exchanger)
place.window.show(); place.lock_wanted.connect(...); place.end()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.agent_job import JobAction
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Person
from counter_app.domain.receipt_codes import is_marked
from counter_app.domain.service_item import ServiceItem
from counter_app.services.case_views import CaseView
from counter_app.services.seals import Sealed
from counter_app.services.stamps import Stamps
from counter_app.ui.applicant.desk import ApplicantDesk
from counter_app.ui.backend import Backend, Opened
from counter_app.ui.background import Background, Lane
from counter_app.ui.frame import MainWindow
from counter_app.ui.kept_columns import KeptColumns
from counter_app.ui.page_services import PageServices
from counter_app.ui.pages.agent.home import AgentHome
from counter_app.ui.pages.agent.steps_page import StepsPage
from counter_app.ui.pages.case.page import CasePage
from counter_app.ui.pages.cases.page import CasesPage
from counter_app.ui.pages.check.page import CheckPage
from counter_app.ui.pages.intake.drafts_dialog import KnownDraft, open_drafts, read_drafts
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.jobs.dialog import JobServices, open_job
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.notice.reprint import open_reprint
from counter_app.ui.pages.notice.seal import open_seal
from counter_app.ui.pages.sending.exchanger import Exchanger, outcome_words
from counter_app.ui.pages.sending.page import SendingPage
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.stamps import open_stamps
from counter_app.ui.search.panel import SearchPanel
from counter_app.ui.standing import (
    Standing,
    agent_cells,
    agent_deadline,
    deadline_cell,
    read_standing,
    strip_cells,
)
from counter_app.ui.texts import tr
from counter_app.ui.wording import error_line, notice_title
from sync.exchange import SyncResult

LOOK_EVERY_MS = 30_000
EXCHANGE_LOOK_MS = 5_000
OFFICIAL_LENGTH = 43  # characters of an official number (办件编号, specs domain 8.2)


class PersonsWindow(MainWindow):
    """The frame with the keys that work on every page."""

    drafts_wanted = Signal()
    postbag_wanted = Signal()
    exchange_wanted = Signal(bool)
    """Exchange with the hall now; the value says whether with texts only."""

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        return {
            **super()._own_handlers(),
            "drafts": self.drafts_wanted.emit,
            "exchange": lambda: self.exchange_wanted.emit(False),
            "text_only": lambda: self.exchange_wanted.emit(True),
            "postbag": self.postbag_wanted.emit,
        }


class Workplace(QObject):
    """Everything that one person sees until another one signs in or the window closes."""

    lock_wanted = Signal()
    restart_wanted = Signal()

    def __init__(
        self,
        backend: Backend,
        opened: Opened,
        person: Person,
        background: Background,
        exchanger: Exchanger,
        *,
        in_steps: bool = False,
        second_screen: bool = False,
    ) -> None:
        """in_steps: in the village agent's dress. second_screen: with a window for the applicant."""
        super().__init__()
        self._station, self._background, self._exchanger, self.person = opened.station, background, exchanger, person
        self.standing: Standing | None = None
        self._reading = False
        asks = self.asks = PageServices(backend, opened, person)
        place = opened.where.profile.name
        self.today: TodayPage | AgentHome
        self.today = AgentHome(asks.agent(), background, place) if in_steps else TodayPage(asks.today(), background)
        self.intake = (StepsPage if in_steps else IntakePage)(asks.intake(), background)
        self.cases = CasesPage(asks.cases(), background)
        self.case = CasePage(asks.case(), background)
        self.sending = SendingPage(asks.sending(), exchanger, background)
        self.check = CheckPage(asks.check(), background)
        self.ledger = LedgerPage(asks.ledger(), backend.export, background)
        self.settings = SettingsPage(asks.settings(), background)
        for of_page, name in ((self.cases, "cases"), (self.sending, "sending")):
            KeptColumns(of_page.table, name, self._station.desk, person, background)
        lists = [self.today.list] if isinstance(self.today, AgentHome) else []
        pages = [self.cases, self.case, self.sending, self.ledger, self.settings, self.check]
        self.window = PersonsWindow([self.today, self.intake, *pages, *lists])
        self.finder = SearchPanel(self.window.top, asks.search(), background, _is_whole)
        self.applicant = ApplicantDesk(asks.applicant(), background, place, self) if second_screen else None
        self._wire()
        self._clocks = [QTimer(self), QTimer(self)]
        for clock, every_ms, slot in zip(
            self._clocks, (LOOK_EVERY_MS, EXCHANGE_LOOK_MS), (self._tick, exchanger.look), strict=True
        ):
            clock.timeout.connect(slot)
            clock.start(every_ms)
        self.look()

    def end(self) -> None:
        """Stop looking, and close the window; it is destroyed, as lambdas that hold it would keep it for good."""
        for clock in self._clocks:
            clock.stop()
        if self.applicant is not None:
            self.applicant.close()
        self.window.close()
        self.window.deleteLater()
        self.deleteLater()

    def stop(self) -> tuple[str, str]:
        """The page that is shown, and which draft or case is open on it; nothing more is stored of the draft under
        this person's name."""
        page = self.window.page()
        name = page.rail if page.plain and page.rail else page.name  # the next person may not have an agent's lists
        draft = self.intake.current.keeping.draft_id()
        self.intake.current.keeping.end()
        return name, {"intake": str(draft or ""), "case": self.case.shown_number()}.get(name, "")

    def go_on(self, stopped: tuple[str, str]) -> None:
        """Open what somebody else had open."""
        name, what = stopped
        if name == "intake" and what:
            self.open_draft(int(what))
        elif name == "case" and what:
            self.open_case(what)
        else:
            self.window.open(name)

    # wires --------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.today.case_wanted.connect(self.open_case)
        self.today.job_wanted.connect(self.open_job)
        self.today.print_wanted.connect(self.open_notice)
        self.today.trouble_wanted.connect(lambda: self.window.open("sending"))
        self.today.draft_wanted.connect(self.open_draft)
        self.today.exchange_wanted.connect(self.exchange)
        self.today.stamps_wanted.connect(self.open_stamps)
        self.today.postbag_wanted.connect(self._pack_postbag)
        if isinstance(self.today, AgentHome):
            self._wire_agent(self.today)
        if self.applicant is not None:
            self._wire_applicant(self.applicant)
        self.intake.finished.connect(self.look)
        self.intake.decision_wanted.connect(self.open_case)
        self.intake.closed.connect(lambda: self.window.open("today"))
        self.cases.case_wanted.connect(self._open_listed)
        self.cases.acted.connect(self.look)
        self.cases.check_wanted.connect(lambda: self.window.open("check"))
        self.check.case_wanted.connect(self.open_case)
        self.case.unknown.connect(self._search_list)
        self.case.print_wanted.connect(self.open_notice)
        self.case.seal_wanted.connect(self.open_seal)
        self.case.step_wanted.connect(self._step)
        self.case.acted.connect(self.look)
        self.case.case_wanted.connect(self.open_case)
        self.sending.case_wanted.connect(self._open_sent)
        self.sending.postbag.changed.connect(self.look)
        self.ledger.case_wanted.connect(self.open_case)
        self.ledger.answer_wanted.connect(lambda: self.window.open("today"))
        self.settings.changed.connect(self.look)
        self.settings.restart_wanted.connect(self.restart_wanted)
        self.window.searched.connect(self.finder.enter)
        self.finder.straight.connect(self.search)
        self.finder.case_wanted.connect(self._found_case)
        self.finder.person_wanted.connect(self._found_person)
        self.finder.item_wanted.connect(self._found_item)
        self.window.lock_wanted.connect(self.lock_wanted)
        self.window.drafts_wanted.connect(self._list_drafts)
        self.window.exchange_wanted.connect(self.exchange)
        self.window.postbag_wanted.connect(self._pack_postbag)
        self._exchanger.ended.connect(self._exchanged)
        self.case.claiming.connect(self._exchanger.make_way)

    def _wire_applicant(self, applicant: ApplicantDesk) -> None:
        current = self.intake.current
        current.taken_up.connect(applicant.blank)
        current.changed.connect(lambda: applicant.begin(current.application.person("applicant").get("id_number", "")))
        self.intake.finished.connect(applicant.show_dossier)
        self.case.done.connect(applicant.show_dossier)
        applicant.rated.connect(self._look_again)
        applicant.failed.connect(self._say_error)

    def _wire_agent(self, home: AgentHome) -> None:
        home.new_wanted.connect(self._begin)
        home.job_act_wanted.connect(self.open_job)
        home.key_wanted.connect(self.window.press)
        home.list_wanted.connect(lambda: self.window.open(home.list.name))

    def _begin(self) -> None:
        """A fresh intake; the one before stays as a draft."""
        self.window.open("intake")
        self.intake.start()

    def _pack_postbag(self) -> None:
        self.window.open("sending")
        self.sending.postbag.pack()

    def open_case(self, number: str) -> None:
        """Show a case over the page that is shown."""
        self.case.open_case(number)
        self.window.open("case")

    def _open_listed(self, number: str) -> None:
        self.case.open_case(number, self._place())
        self.window.open("case")

    def _place(self) -> str:
        at, total = self.cases.place()
        return tr("ui.cases.place", at=at, total=total) if total else ""

    def _step(self, by: int) -> None:
        number = self.cases.neighbour(by)
        if number and number != self.case.shown_number():
            self._open_listed(number)

    def open_notice(self, case: Dossier, notice: IssuedNotice) -> None:
        """Show a notice, to print it or print it again."""
        seal = None
        if isinstance(case, Case):
            seal = partial(self._seal, case, notice, partial(self._show_sealed, notice))
        asks = self.asks.notice()
        dialog = open_reprint(self.window, asks, self._background, case, notice, self._look_again, seal)
        dialog.closed.connect(self._give_focus)

    def open_seal(self, case: Case, notice: IssuedNotice) -> None:
        """Put the electronic seal on a paper; the list of papers then says that it is there."""
        self._seal(case, notice, lambda _sealed: None)

    def _seal(self, case: Case, notice: IssuedNotice, then: Callable[[Sealed], None]) -> None:
        def done(sealed: Sealed) -> None:
            self._look_again()
            title = notice_title(notice.kind, licence=case.item.licence)
            self.window.page().say.emit(tr("ui.seals.done", title=title, holder=sealed.certificate.holder), "ok")
            then(sealed)

        open_seal(self.window, self.asks.seal(), self._background, case, notice, done)

    def _show_sealed(self, notice: IssuedNotice, sealed: Sealed) -> None:
        """The notice again, as it is under its seal."""

        def show(view: CaseView) -> None:
            now = (each for each in view.case.notices if (each.kind, each.number) == (notice.kind, notice.number))
            self.open_notice(view.case, next(now, notice))

        cases, number = self._station.cases, str(sealed.case.id)
        self._background.run(Lane.READ, lambda: cases.view(number), show, self._say_error, self.window)

    def open_stamps(self) -> None:
        """The papers that wait for their seal."""
        open_stamps(self.window, Stamps(self._station.desk), self.person, self._background)

    def _give_focus(self) -> None:
        """What had the focus before a dialog may be gone: an act changes what can be done."""
        here = self.window.focusWidget()
        if here is None or not here.isVisible():
            self.window.page().first_focus()

    def _look_again(self) -> None:
        """Something was printed or dropped: what is shown is old."""
        self.look()
        self.window.page().refresh()

    def open_job(self, number: str, first: str = "") -> None:
        """An agent job: what can be done to it now; first is an act that is asked for at once."""
        ask_level = self.applicant.ask_level if self.applicant is not None else None
        show_paper = self.open_notice if isinstance(self.today, AgentHome) else None
        services = JobServices(self._station.jobs, self.person, ask_level, show_paper)

        def done() -> None:
            self.today.refresh()
            self.look()

        open_job(self.window, services, self._background, number, done, JobAction(first) if first else None)

    def _open_sent(self, number: str) -> None:
        """The case of a row that waits for the hall, or the agent job."""

        def show(is_job: bool) -> None:
            (self.open_job if is_job else self.open_case)(number)

        self._background.run(Lane.READ, lambda: self._station.jobs.knows(number), show, lambda _error: None, self)

    def open_draft(self, draft_id: int) -> None:
        """Go on with an unfinished intake."""
        self.window.open("intake")
        self.intake.open_draft(draft_id)

    def scanned(self, text: str) -> None:
        """What a scanner gun typed: where papers are checked everything is such a paper, else as in the search box."""
        if self.window.page() is self.check:
            self.check.check(text)
        else:
            self.search(text)

    def search(self, text: str) -> None:
        """A whole number opens its case, a signed code is checked; anything else is looked up in the list."""
        if is_marked(text):
            self.window.open("check")
            self.check.check(text)
        elif _is_number(text):
            self.open_case(text)
        else:
            self._search_list(text)

    def _search_list(self, text: str) -> None:
        self.window.open("cases")
        self.cases.search(text)

    def _found_case(self, number: str) -> None:
        self.open_case(number)
        self.window.page().first_focus()

    def _found_person(self, words: str, named: str) -> None:
        self.window.open("cases")
        self.cases.search(words, named)

    def _found_item(self, item: ServiceItem) -> None:
        self.window.open("intake")
        self.intake.begin(item)

    def exchange(self, events_only: bool = False) -> None:
        """Exchange with the hall now; how it goes is shown where it waits."""
        self._exchanger.start(events_only=events_only)
        self.window.page().say.emit(tr("ui.app.exchanging"), "brand")

    def _list_drafts(self) -> None:
        self._background.run(Lane.READ, self._read_drafts, self._show_drafts, self._say_error, self.window)

    def _read_drafts(self) -> Sequence[KnownDraft]:
        return read_drafts(self._station.drafts)

    def _show_drafts(self, found: Sequence[KnownDraft]) -> None:
        open_drafts(self.window, found, self._station.desk.today(), self.open_draft, self._drop_draft)

    def _drop_draft(self, draft_id: int) -> None:
        drop = self._station.drafts.drop
        self._background.run(
            Lane.STORE, lambda: drop(draft_id), lambda _none: self._look_again(), self._say_error, self.window
        )

    # how things stand ---------------------------------------------------------------------

    def look(self) -> None:
        """Read strip and badges again."""
        if not self._reading:
            self._reading = True
            self._background.run(
                Lane.READ, lambda: read_standing(self._station, self.person), self._show, self._not_read, self.window
            )

    def _tick(self) -> None:
        self.look()
        if self.window.page() is self.today:
            self.today.refresh()  # a countdown that stands still would lie

    def _show(self, standing: Standing) -> None:
        self._reading, self.standing = False, standing
        if isinstance(self.today, AgentHome):
            self.window.show_status(agent_cells(standing, self.person), agent_deadline(standing))
        else:
            self.window.show_status(strip_cells(standing, self.person), deadline_cell(standing))
        tone = "danger" if standing.today.must_answer else "brand"
        self.window.show_badge("today", len(standing.today.duties), tone)
        self.window.show_badge("sending", standing.outbox.cases)

    def _not_read(self, error: CounterError) -> None:
        self._reading = False
        self._say_error(error)

    def _exchanged(self, outcome: SyncResult | CounterError) -> None:
        self.look()
        self.window.page().refresh()
        sentence, tone = outcome_words(outcome)
        if sentence:
            self.window.page().say.emit(sentence, tone)

    def _say_error(self, error: CounterError) -> None:
        self.window.page().say.emit(error_line(error), "danger")


def _is_whole(text: str) -> bool:
    """Whether it leads straight to a case or a paper."""
    return is_marked(text) or _is_number(text)


def _is_number(text: str) -> bool:
    if len(text) == OFFICIAL_LENGTH and text.isascii() and text.isalnum():
        return True
    try:
        CaseId.parse(text)
    except CounterError:
        return False
    return True
