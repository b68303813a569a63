"""What the desktop asks of the composition root: one frozen value of callables, filled by `counter_app.__main__`.

    sys.exit(run(Backend(open_home=..., enrol=..., only_window=..., export=export_ledger, doctor=..., ...)))

None of the callables is called on the UI thread, except `network_hint`, which makes a Qt object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the services are loaded by who opens a home, while the window is there already
    from counter_app.services.acts import Acts
    from counter_app.services.alarms import Alarms
    from counter_app.services.backups import Backups
    from counter_app.services.bundles import Bundles
    from counter_app.services.case_views import Cases
    from counter_app.services.claims import Claims
    from counter_app.services.day_close import DayClose
    from counter_app.services.desk import Desk
    from counter_app.services.device_ports import CardReader, PictureMeans, Printer
    from counter_app.services.doctor import Check
    from counter_app.services.drafts import Drafts
    from counter_app.services.duties import Duties
    from counter_app.services.elsewhere import Elsewhere
    from counter_app.services.exchange import Exchange
    from counter_app.services.hand_over import HandOver
    from counter_app.services.intake import Intake
    from counter_app.services.jobs import Jobs
    from counter_app.services.ledger import Ledger
    from counter_app.services.memory import Memory
    from counter_app.services.offer import Offer
    from counter_app.services.outbox import Sending
    from counter_app.services.outcomes import Outcomes
    from counter_app.services.paper_checks import PaperChecks
    from counter_app.services.papers import Papers
    from counter_app.services.people import People
    from counter_app.services.print_jobs import PrintJobs
    from counter_app.services.scans import Scans
    from counter_app.services.seal_checks import SealChecks
    from counter_app.services.seals import Seals
    from counter_app.services.search import Search
    from counter_app.services.signed_codes import SignedCodes
    from counter_app.services.whereabouts import Whereabouts


class Station(Protocol):
    """One opened home: the services that the pages use."""

    @property
    def desk(self) -> Desk: ...
    @property
    def whereabouts(self) -> Whereabouts: ...
    @property
    def offer(self) -> Offer: ...
    @property
    def people(self) -> People: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def print_jobs(self) -> PrintJobs: ...
    @property
    def intake(self) -> Intake: ...
    @property
    def acts(self) -> Acts: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def search(self) -> Search: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def outcomes(self) -> Outcomes: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def elsewhere(self) -> Elsewhere: ...
    @property
    def duties(self) -> Duties: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def backups(self) -> Backups: ...
    @property
    def bundles(self) -> Bundles: ...
    @property
    def sending(self) -> Sending: ...
    @property
    def day_close(self) -> DayClose: ...
    @property
    def hand_over(self) -> HandOver: ...
    @property
    def exchange(self) -> Exchange: ...
    @property
    def scans(self) -> Scans: ...
    @property
    def signed_codes(self) -> SignedCodes: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def seal_checks(self) -> SealChecks: ...
    @property
    def paper_checks(self) -> PaperChecks: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A home that was opened, with what does not change while it is."""

    station: Station
    where: Whereabouts


class NetworkHint(Protocol):
    """What the system says about the network. It is only a hint: the exchange finds out itself."""

    def on_return(self, then: Callable[[], None]) -> None:
        """Have `then` called, on the UI thread, each time the machine comes back to a network."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that the window needs from outside.

    open_home raises CounterError `not_enrolled` where the enrolment page must come first.
    enrol gets the hall's address, the code, whether plain HTTP is meant (loopback only), and the SHA-256 of the one
    certificate that is to be trusted, "" for the system's trust.
    only_window is held while the window is open; `window_open` names the other process.
    export writes a ledger in xlsx, pdf or csv; its SHA-256. doctor looks at the machine.
    open_reader opens a reader spec within so many seconds. reader_spec is what --reader or the
    environment say, used until the settings name another; so is camera_spec for the camera. printer, open_reader,
    network_hint, pictures, ledger_pdf (a ledger as it is printed): None where this machine or installation has none.
    """

    open_home: Callable[[], Station]
    enrol: Callable[[str, str, bool, str], Station]
    only_window: Callable[[], AbstractContextManager[None]]
    export: Callable[[Ledger, str, Path], str]
    doctor: Callable[[], Sequence[Check]]
    printer: Printer | None = None
    open_reader: Callable[[str, float], CardReader] | None = None
    reader_spec: str = "auto"
    network_hint: Callable[[], NetworkHint] | None = None
    pictures: PictureMeans | None = None
    camera_spec: str = ""
    ledger_pdf: Callable[[Ledger], bytes] | None = None
