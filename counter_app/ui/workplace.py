"""The window of one signed-in person: all pages, wired to each other, to strip and badges.

place = Workplace(backend, opened, person, background, exchanger)
place.window.show(); place.lock_wanted.connect(...); place.end()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.agent_job import JobAction
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_time
from counter_app.domain.notice import Agency
from counter_app.domain.people import Person
from counter_app.domain.receipt_codes import is_marked
from counter_app.domain.service_item import ServiceItem
from counter_app.services.case_views import CaseView
from counter_app.services.device_ports import CardReader
from counter_app.services.item_guides import guide_pdf
from counter_app.services.ledger import Ledger
from counter_app.services.seals import Sealed
from counter_app.services.stamps import Stamps
from counter_app.ui.applicant.desk import ApplicantDesk, ApplicantServices
from counter_app.ui.backend import Backend, Opened
from counter_app.ui.background import Background, Lane
from counter_app.ui.frame import MainWindow
from counter_app.ui.kept_columns import KeptColumns
from counter_app.ui.pages.agent.home import AgentHome
from counter_app.ui.pages.agent.reading import AgentServices
from counter_app.ui.pages.agent.steps_page import StepsPage
from counter_app.ui.pages.case.page import CasePage
from counter_app.ui.pages.case.reading import CaseServices
from counter_app.ui.pages.cases.page import CasesPage
from counter_app.ui.pages.cases.reading import CasesServices
from counter_app.ui.pages.check.page import CheckPage, CheckServices
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.drafts_dialog import KnownDraft, open_drafts, read_drafts
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.jobs.dialog import JobServices, open_job
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.ledger.reading import LedgerServices
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.reprint import open_reprint
from counter_app.ui.pages.notice.seal import SealServices, open_seal
from counter_app.ui.pages.scan import ScanServices
from counter_app.ui.pages.sending.exchanger import Exchanger, outcome_words
from counter_app.ui.pages.sending.page import SendingPage, SendingServices
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.settings.reading import SettingsServices
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.reading import TodayServices
from counter_app.ui.pages.today.stamps import open_stamps
from counter_app.ui.preferred_printer import PreferredPrinter
from counter_app.ui.search.panel import SearchPanel
from counter_app.ui.search.reading import SearchServices
from counter_app.ui.standing import (
    Standing,
    agent_cells,
    agent_deadline,
    deadline_cell,
    read_standing,
    strip_cells,
)
from counter_app.ui.texts import tr
from counter_app.ui.tones import ON
from counter_app.ui.wording import error_line, notice_title
from sync.exchange import SyncResult

LOOK_EVERY_MS = 30_000
EXCHANGE_LOOK_MS = 5_000
FIND_READER_S = 10.0
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
        self._backend, self._station, self._where = backend, opened.station, opened.where
        self._background, self._exchanger, self.person = background, exchanger, person
        self.standing: Standing | None = None
        self._reading = False
        self._printer = PreferredPrinter(backend.printer, self._wanted_printer) if backend.printer else None
        self.today: TodayPage | AgentHome
        self.today = self._agent_home() if in_steps else TodayPage(self._today_services(), background)
        self.intake = (StepsPage if in_steps else IntakePage)(self._intake_services(), background)
        self.cases = CasesPage(self._cases_services(), background)
        self.case = CasePage(self._case_services(), background)
        station = opened.station
        sends = SendingServices(station.desk, station.sending, station.bundles)
        self.sending = SendingPage(sends, exchanger, background)
        self.check = CheckPage(CheckServices(station.signed_codes.check, station.paper_checks.check), background)
        of_ledger = LedgerServices(
            station.desk, station.day_close, station.people, person, self._print_sheet if self._can_print() else None
        )
        self.ledger = LedgerPage(of_ledger, backend.export, background)
        self.settings = SettingsPage(self._settings_services(), background)
        for of_page, name in ((self.cases, "cases"), (self.sending, "sending")):
            KeptColumns(of_page.table, name, station.desk, person, background)
        lists = [self.today.list] if isinstance(self.today, AgentHome) else []
        pages = [self.cases, self.case, self.sending, self.ledger, self.settings, self.check]
        self.window = PersonsWindow([self.today, self.intake, *pages, *lists])
        looks = SearchServices(station.search, station.offer.items)
        self.finder = SearchPanel(self.window.top, looks, background, lambda text: is_marked(text) or _is_number(text))
        self.applicant = self._second_screen() if second_screen else None
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

    # what the pages ask -------------------------------------------------------------------

    def _now(self) -> datetime:
        return local_time(self._station.desk.now_ms())

    def _second_screen(self) -> ApplicantDesk:
        desk = self._station.desk

        def item(dossier: Dossier) -> ServiceItem:
            return desk.item_of_job(dossier.jobs[-1]) if isinstance(dossier, Entrustment) else desk.item_of(dossier)

        services = ApplicantServices(self.person, self._station.acts, self._agencies, item, desk.today)
        return ApplicantDesk(services, self._background, self._where.profile.name, self)

    def _agent_home(self) -> AgentHome:
        services = AgentServices(self._today_services(), self._station.jobs)
        return AgentHome(services, self._background, self._where.profile.name)

    def _today_services(self) -> TodayServices:
        return TodayServices(
            self._station.desk, self._station.duties, self._station.sending, self._now, self.person
        )

    def _cases_services(self) -> CasesServices:
        return CasesServices(
            desk=self._station.desk,
            cases=self._station.cases,
            sending=self._station.sending,
            device=self._where.device,
            elsewhere=self._station.elsewhere,
            person=self.person,
        )

    def _case_services(self) -> CaseServices:
        return CaseServices(
            person=self.person,
            desk=self._station.desk,
            cases=self._station.cases,
            acts=self._station.acts,
            device=self._where.device,
            people=self._station.people,
            claims=self._station.claims,
            seals=self._station.seals,
        )

    def _intake_services(self) -> IntakeServices:
        station, backend = self._station, self._backend
        return IntakeServices(
            person=self.person,
            items=station.offer.items,
            agencies=self._agencies,
            intake=station.intake,
            outcomes=station.outcomes,
            drafts=station.drafts,
            papers=station.papers,
            print_jobs=station.print_jobs,
            acts=station.acts,
            cases=station.cases,
            memory=station.memory,
            elsewhere=station.elsewhere,
            today=station.desk.today,
            now_ms=station.desk.now_ms,
            queue_place=lambda: station.sending.outbox().cases + 1,
            open_reader=self._open_reader if backend.open_reader is not None else None,
            printer=self._printer,
            scanning=self.scanning_services(),
            tones=lambda: self._setting("sound") == ON,
            print_guide=self._print_guide if self._printer is not None else None,
        )

    def scanning_services(self) -> ScanServices | None:
        """Scanner, camera and the keeping of pages, by the settings; None where this machine has no means for it."""
        means = self._backend.pictures
        if means is None:
            return None
        return ScanServices(
            means,
            self._station.scans,
            scanner_name=lambda: self._setting("scanner"),
            camera_name=lambda: self._setting("camera") or self._backend.camera_spec,
        )

    def _settings_services(self) -> SettingsServices:
        backend, station = self._backend, self._station
        return SettingsServices(
            person=self.person,
            desk=station.desk,
            people=station.people,
            hand_over=station.hand_over,
            backups=station.backups,
            where=self._where,
            doctor=backend.doctor,
            printer=backend.printer,
            open_reader=backend.open_reader,
            reader_spec=backend.reader_spec,
            seals=station.seals,
            seal_checks=station.seal_checks,
            pictures=backend.pictures,
            camera_spec=backend.camera_spec,
        )

    def _can_print(self) -> bool:
        return self._printer is not None and self._backend.ledger_pdf is not None

    def _print_sheet(self, ledger: Ledger) -> str:
        """On the printer of this counter; its name."""
        drawn = self._backend.ledger_pdf
        assert drawn is not None, "offered only where there is one"
        return self._print_plain(ledger.title, drawn(ledger))

    def _print_guide(self, item: ServiceItem, agency: Agency | None) -> str:
        """What the applicant takes home, on the printer of this counter; its name."""
        return self._print_plain(item.name, guide_pdf(item, agency, self._where.profile.name))

    def _print_plain(self, title: str, pdf: bytes) -> str:
        printer = self._printer
        assert printer is not None, "offered only where there is one"
        name = printer.default()
        if name is None:
            raise CounterError("no_printer_set_up")
        printer.print_pdf(name, title, pdf, 1)
        return name

    def _wanted_printer(self) -> str:
        return self._setting("printer")

    def _setting(self, name: str) -> str:
        with self._station.desk.store.read() as reading:
            return reading.setting(name)

    def _agencies(self) -> Mapping[str, Agency]:
        with self._station.desk.store.read() as reading:
            return reading.profile().agencies

    def _open_reader(self) -> CardReader:
        with self._station.desk.store.read() as reading:
            spec = reading.setting("reader") or self._backend.reader_spec
        assert self._backend.open_reader is not None, "the intake page gets this only where there is one"
        return self._backend.open_reader(spec, FIND_READER_S)

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
        station = self._station
        services = NoticeServices(
            self.person, station.papers, station.print_jobs, self._printer, station.seals, station.seal_checks
        )

        seal = None
        if isinstance(case, Case):
            seal = partial(self._seal, case, notice, partial(self._show_sealed, notice))
        dialog = open_reprint(self.window, services, self._background, case, notice, self._look_again, seal)
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

        services = SealServices(self.person, self._station.seals, self._station.people)
        open_seal(self.window, services, self._background, case, notice, done)

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


def _is_number(text: str) -> bool:
    if len(text) == OFFICIAL_LENGTH and text.isascii() and text.isalnum():
        return True
    try:
        CaseId.parse(text)
    except CounterError:
        return False
    return True
