"""What the command line needs from the composition root: a home to open, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # commands use a few of these each; importing all would double the time of every start
    from counter_app.services.acts import Acts
    from counter_app.services.backups import Backups
    from counter_app.services.batch_intake import BatchIntake
    from counter_app.services.bundles import Bundles
    from counter_app.services.calendars import Calendars
    from counter_app.services.case_views import Cases
    from counter_app.services.checks import RestoredCopy, Verifier
    from counter_app.services.claims import Claims
    from counter_app.services.day_close import DayClose
    from counter_app.services.desk import Desk
    from counter_app.services.device_ports import CardReader, PictureMeans, Printer
    from counter_app.services.doctor import Doctor
    from counter_app.services.drafts import Drafts
    from counter_app.services.elsewhere import Elsewhere
    from counter_app.services.exchange import Exchange
    from counter_app.services.hall_move import HallMove
    from counter_app.services.hand_over import HandOver
    from counter_app.services.jobs import Jobs
    from counter_app.services.ledger import Ledger
    from counter_app.services.memory import Memory
    from counter_app.services.numbers import Numbers
    from counter_app.services.offer import Offer
    from counter_app.services.outbox import Sending
    from counter_app.services.paper_checks import PaperChecks
    from counter_app.services.papers import Papers
    from counter_app.services.people import People
    from counter_app.services.print_jobs import PrintJobs
    from counter_app.services.retention import Retention
    from counter_app.services.seal_ports import SealFound
    from counter_app.services.seals import Seals
    from counter_app.services.signed_codes import SignedCodes
    from counter_app.services.slips import Slips
    from counter_app.services.whereabouts import Whereabouts
    from sync.hall_address import HallAddress


class Station(Protocol):
    """One opened home."""

    @property
    def home(self) -> Path: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def whereabouts(self) -> Whereabouts: ...
    @property
    def people(self) -> People: ...
    @property
    def offer(self) -> Offer: ...
    @property
    def batch_intake(self) -> BatchIntake: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def acts(self) -> Acts: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def elsewhere(self) -> Elsewhere: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def print_jobs(self) -> PrintJobs: ...
    @property
    def paper_checks(self) -> PaperChecks: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def signed_codes(self) -> SignedCodes: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def slips(self) -> Slips: ...
    @property
    def day_close(self) -> DayClose: ...
    @property
    def hand_over(self) -> HandOver: ...
    @property
    def sending(self) -> Sending: ...
    @property
    def exchange(self) -> Exchange: ...
    @property
    def hall_move(self) -> HallMove: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def bundles(self) -> Bundles: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def verifier(self) -> Verifier: ...
    @property
    def backups(self) -> Backups: ...

    def close(self) -> None: ...


class Composition(Protocol):
    """What `counter_app.__main__` puts together."""

    def open_station(self, home: Path | None) -> Station: ...
    def enrol_home(self, home: Path | None, address: HallAddress, code: str) -> Station: ...
    def restore_home(self, home: Path | None, file: Path) -> RestoredCopy:
        """A home made of a backup; set apart until it is enrolled again."""

    def open_reader(self, spec: str, timeout_s: float) -> CardReader: ...
    def printer(self) -> Printer:
        """The print queues of this machine. CounterError `no_print_service` where there are none."""

    def pictures(self) -> PictureMeans:
        """Scanner, cameras and the work on their pictures; needs no home."""

    def doctor(self, home: Path | None) -> Doctor: ...

    def check_seals(self, home: Path | None, pdf: bytes, more: Sequence[Path]) -> list[SealFound]:
        """The seals of a file, by the roots of the home and those given."""

    def check_out(self, out: Path) -> None:
        """Whether a file can be put there, asked before something is done for it. CounterError `out_...`."""

    def write_out(self, out: Path, content: bytes) -> None:
        """A file that somebody named, whole or not at all. CounterError `disk_full`, `out_...`."""

    def export_ledger(self, ledger: Ledger, form: str, out: Path) -> str:
        """The ledger as a file; its SHA-256 in hex. CounterError as `write_out`."""

    def start_window(self, home: Path | None) -> int:
        """The desktop, until it is closed; its exit code."""

    def record_defect(self, home: Path | None, error: BaseException) -> str:
        """Log an unexpected failure without anything personal; the number to tell the administrator."""
