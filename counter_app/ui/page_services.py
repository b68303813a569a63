"""What each page asks, of one person at one station: the station's services, and the means of this machine.

asks = PageServices(backend, opened, person)
TodayPage(asks.today(), background)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_time
from counter_app.domain.notice import Agency
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.services.device_ports import CardReader
from counter_app.services.item_guides import guide_pdf
from counter_app.services.ledger import Ledger
from counter_app.ui.applicant.desk import ApplicantServices
from counter_app.ui.backend import Backend, Opened
from counter_app.ui.pages.agent.reading import AgentServices
from counter_app.ui.pages.case.reading import CaseServices
from counter_app.ui.pages.cases.reading import CasesServices
from counter_app.ui.pages.check.page import CheckServices
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.ledger.reading import LedgerServices
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.seal import SealServices
from counter_app.ui.pages.scan import ScanServices
from counter_app.ui.pages.sending.page import SendingServices
from counter_app.ui.pages.settings.reading import SettingsServices
from counter_app.ui.pages.today.reading import TodayServices
from counter_app.ui.preferred_printer import PreferredPrinter
from counter_app.ui.search.reading import SearchServices
from counter_app.ui.tones import ON

FIND_READER_S = 10.0


class PageServices:
    """One method a page or dialog; what this machine has no means for is None in it."""

    def __init__(self, backend: Backend, opened: Opened, person: Person) -> None:
        self._backend, self._station, self._where, self._person = backend, opened.station, opened.where, person
        self._printer = PreferredPrinter(backend.printer, self._wanted_printer) if backend.printer else None

    def today(self) -> TodayServices:
        """The page of a clerk's day."""
        station = self._station
        return TodayServices(station.desk, station.duties, station.sending, self._now, self._person)

    def agent(self) -> AgentServices:
        """The page of a village agent's day."""
        return AgentServices(self.today(), self._station.jobs)

    def intake(self) -> IntakeServices:
        """Taking in, in either dress."""
        station, backend = self._station, self._backend
        return IntakeServices(
            person=self._person,
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
            scanning=self.scanning(),
            tones=lambda: self._setting("sound") == ON,
            print_guide=self._print_guide if self._printer is not None else None,
        )

    def scanning(self) -> ScanServices | None:
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

    def cases(self) -> CasesServices:
        """The list of cases."""
        return CasesServices(
            desk=self._station.desk,
            cases=self._station.cases,
            sending=self._station.sending,
            device=self._where.device,
            elsewhere=self._station.elsewhere,
            person=self._person,
        )

    def case(self) -> CaseServices:
        """The page of a case."""
        return CaseServices(
            person=self._person,
            desk=self._station.desk,
            cases=self._station.cases,
            acts=self._station.acts,
            device=self._where.device,
            people=self._station.people,
            claims=self._station.claims,
            seals=self._station.seals,
        )

    def sending(self) -> SendingServices:
        """The page of the exchange."""
        return SendingServices(self._station.desk, self._station.sending, self._station.bundles)

    def ledger(self) -> LedgerServices:
        """Registers and day close."""
        station, can_print = self._station, self._printer is not None and self._backend.ledger_pdf is not None
        print_sheet = self._print_sheet if can_print else None
        return LedgerServices(station.desk, station.day_close, station.people, self._person, print_sheet)

    def settings(self) -> SettingsServices:
        """People, devices, backup, checks of the machine."""
        backend, station = self._backend, self._station
        return SettingsServices(
            person=self._person,
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

    def check(self) -> CheckServices:
        """Whether a paper is one of ours."""
        return CheckServices(self._station.signed_codes.check, self._station.paper_checks.check)

    def search(self) -> SearchServices:
        """What F3 looks through."""
        return SearchServices(self._station.search, self._station.offer.items)

    def notice(self) -> NoticeServices:
        """A paper that is there already, printed again."""
        station = self._station
        return NoticeServices(
            self._person, station.papers, station.print_jobs, self._printer, station.seals, station.seal_checks
        )

    def seal(self) -> SealServices:
        """The electronic seal of a paper."""
        return SealServices(self._person, self._station.seals, self._station.people)

    def applicant(self) -> ApplicantServices:
        """The second screen."""
        desk = self._station.desk

        def item(dossier: Dossier) -> ServiceItem:
            return desk.item_of_job(dossier.jobs[-1]) if isinstance(dossier, Entrustment) else desk.item_of(dossier)

        return ApplicantServices(self._person, self._station.acts, self._agencies, item, desk.today)

    def _now(self) -> datetime:
        return local_time(self._station.desk.now_ms())

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
