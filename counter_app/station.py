"""One opened home: every service over the adapters that were chosen for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from counter_app.adapters.code_pictures import codes_in
from counter_app.adapters.home import KEY_SERVICE as KEY_SERVICE
from counter_app.adapters.home import PASSPHRASE as PASSPHRASE
from counter_app.adapters.home import STORE_FILE as STORE_FILE
from counter_app.adapters.home import exchange_lock
from counter_app.adapters.machine_probes import is_running
from counter_app.adapters.printing.of_system import system_printer as system_printer
from counter_app.adapters.scan_files import media_type, read_scan
from counter_app.adapters.seals.means import SealKeeper
from counter_app.adapters.store.exchange_ledger import ExchangeLedger
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.store.verify import StoreVerifier
from counter_app.services.acts import Acts
from counter_app.services.alarms import Alarms
from counter_app.services.backups import BackUp, Backups
from counter_app.services.batch_intake import BatchIntake
from counter_app.services.bundles import Bundles
from counter_app.services.calendars import Calendars
from counter_app.services.case_views import Cases
from counter_app.services.claims import Claims
from counter_app.services.day_close import DayClose
from counter_app.services.desk import Desk
from counter_app.services.drafts import Drafts
from counter_app.services.duties import Duties
from counter_app.services.elsewhere import Elsewhere
from counter_app.services.exchange import Exchange, ExchangeMeans
from counter_app.services.hall_move import HallMove
from counter_app.services.hand_over import HandOver
from counter_app.services.intake import Intake
from counter_app.services.jobs import Jobs
from counter_app.services.memory import Memory
from counter_app.services.numbers import Numbers
from counter_app.services.offer import Offer
from counter_app.services.outbox import Sending
from counter_app.services.outcomes import Outcomes
from counter_app.services.paper_checks import PaperChecks
from counter_app.services.papers import Papers
from counter_app.services.people import People
from counter_app.services.print_jobs import PrintJobs
from counter_app.services.retention import Retention
from counter_app.services.scans import Scans, hash_in_vault
from counter_app.services.seal_checks import SealChecks
from counter_app.services.seals import Seals
from counter_app.services.search import Search
from counter_app.services.signed_codes import SignedCodes, Signing
from counter_app.services.slips import Slips
from counter_app.services.whereabouts import Whereabouts
from sync.bundle_files import BundleFiles
from sync.hall_address import HallAddress
from sync.key_vault import KeyVault
from sync.keys import DeviceKeys
from sync.ports import HallLink

if TYPE_CHECKING:
    from sync.http_link import HttpLink


@dataclass(frozen=True)
class Station:
    """One opened home and everything that can be done with it."""

    home: Path
    desk: Desk
    store: StationStore
    keys: DeviceKeys
    key_kind: str  # "keyring" or "file": where the keys of this home are kept
    back_up: BackUp
    key_vault: KeyVault

    @cached_property
    def whereabouts(self) -> Whereabouts:
        """Device, station and hall, as given at enrolment."""
        with self.store.read() as reading:
            hall = str(reading.state.get("hall"))
            return Whereabouts(reading.device(), reading.profile(), hall, reading.hall_address())

    @cached_property
    def offer(self) -> Offer:
        """Service items."""
        return Offer(self.desk)

    @cached_property
    def people(self) -> People:
        """Who may sign in."""
        return People(self.desk)

    @cached_property
    def alarms(self) -> Alarms:
        """What the law answers itself, told once a day."""
        return Alarms(self.desk)

    @cached_property
    def papers(self) -> Papers:
        """Notices."""
        return Papers(self.desk, self.signed_codes)

    @cached_property
    def signed_codes(self) -> SignedCodes:
        """The signed codes on papers."""
        with self.store.read() as reading:
            get = reading.state.get
            signing = Signing(self.keys, str(get("hall")), bytes(get("hall_sign_public")))
        return SignedCodes(self.desk, signing)

    @cached_property
    def print_jobs(self) -> PrintJobs:
        """Papers at the printers."""
        return PrintJobs(self.desk, self.papers, is_running)

    @cached_property
    def seals(self) -> Seals:
        """Electronic seals."""
        return Seals(self.desk, self.papers, SealKeeper(self.home, self.key_vault))

    @cached_property
    def seal_checks(self) -> SealChecks:
        """Sealed files that somebody brings, and whose seals are believed here."""
        return SealChecks(self.desk, SealKeeper(self.home, self.key_vault))

    @cached_property
    def paper_checks(self) -> PaperChecks:
        """Papers that somebody brings as a file."""
        return PaperChecks(self.signed_codes, self.seal_checks, codes_in)

    @cached_property
    def numbers(self) -> Numbers:
        """What became of every number."""
        return Numbers(self.desk)

    @cached_property
    def slips(self) -> Slips:
        """Pads of blank slips."""
        return Slips(self.desk)

    @cached_property
    def intake(self) -> Intake:
        """Taking applications in."""
        return Intake(self.desk, self.papers, self._read_file)

    @cached_property
    def scans(self) -> Scans:
        """Pages that are scanned here."""
        return Scans(self.desk)

    @cached_property
    def batch_intake(self) -> BatchIntake:
        """Taking many applications in from a file."""
        return BatchIntake(self.intake, self.papers)

    @cached_property
    def acts(self) -> Acts:
        """Acting on cases."""
        return Acts(self.desk, self.papers)

    @cached_property
    def jobs(self) -> Jobs:
        """What agents were entrusted with."""
        return Jobs(self.desk, self.papers)

    @cached_property
    def elsewhere(self) -> Elsewhere:
        """Papers for cases of other stations."""
        return Elsewhere(self.desk)

    @cached_property
    def cases(self) -> Cases:
        """Looking at cases."""
        return Cases(self.desk)

    @cached_property
    def search(self) -> Search:
        """Finding people and cases from one box."""
        return Search(self.desk)

    @cached_property
    def memory(self) -> Memory:
        """What earlier cases of a person offer."""
        return Memory(self.desk)

    @cached_property
    def drafts(self) -> Drafts:
        """Applications being typed."""
        return Drafts(self.desk)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What an outcome would bring."""
        return Outcomes(self.desk, self.intake)

    @cached_property
    def duties(self) -> Duties:
        """What there is to do."""
        return Duties(self.desk)

    @cached_property
    def day_close(self) -> DayClose:
        """Closing days."""
        return DayClose(self.desk, self.duties, self.sending, self.papers)

    @cached_property
    def hand_over(self) -> HandOver:
        """Handing over to the next person."""
        return HandOver(self.desk, self.duties)

    @cached_property
    def sending(self) -> Sending:
        """What waits for the hall."""
        return Sending(self.desk)

    @cached_property
    def exchange(self) -> Exchange:
        """Settling with the hall."""
        ledger = ExchangeLedger(self.store, self.desk.vault, self.keys, self.desk.clock)
        return Exchange(self.desk, ExchangeMeans(ledger, self._link, lambda: exchange_lock(self.home)))

    @cached_property
    def hall_move(self) -> HallMove:
        """Another address or certificate of the hall."""
        return HallMove(self.desk, self.exchange, link_to)

    @cached_property
    def claims(self) -> Claims:
        """Taking cases from the station's desk."""
        return Claims(self.desk, self.exchange)

    @cached_property
    def bundles(self) -> Bundles:
        """The USB postbag."""
        return Bundles(self.desk, self.exchange, BundleFiles())

    @cached_property
    def calendars(self) -> Calendars:
        """Calendars, and what they moved."""
        with self.store.read() as reading:
            return Calendars(self.desk, str(reading.state.get("hall")), bytes(reading.state.get("hall_sign_public")))

    @cached_property
    def retention(self) -> Retention:
        """Erasing what is past its time."""
        return Retention(self.desk)

    @cached_property
    def backups(self) -> Backups:
        """Copies of the whole home."""
        return Backups(self.desk, self.back_up, is_key_inside=self.key_kind == "file")

    @cached_property
    def verifier(self) -> StoreVerifier:
        """The check of the whole store."""
        return StoreVerifier(self.store, self.desk.vault)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _read_file(self, file: str, row: int) -> tuple[bytes, str]:
        sha256 = hash_in_vault(file)
        if sha256 is None:
            return read_scan(file, self.home, row)
        content = self.desk.vault.get(sha256)
        return content, media_type(content)

    def _link(self) -> HallLink:
        with self.store.read() as reading:
            link = _http_link(reading.hall_address(), self._link_rate)
        link.begin()  # an exchange follows at once
        return link

    def _link_rate(self) -> int | None:
        with self.store.read() as reading:
            return reading.link().rate


def _http_link(address: HallAddress, rate: Callable[[], int | None] = lambda: None) -> HttpLink:
    from sync.http_link import HttpLink  # the HTTP parts are loaded by whoever goes online, not by every command

    return HttpLink(address.url, plain=address.plain, pin=address.pin or None, rate=rate)


def link_to(address: HallAddress) -> HallLink:
    """A connection to the hall. InvalidInput as `hall_address`."""
    return _http_link(address)
