"""登记: the intake page. What it asks of the program is named here; the page itself is in `page.py`.

from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.page import IntakePage

page = IntakePage(services, background)
page.start(item_code)            # fresh; the item is only offered, Enter takes it
page.open_draft(draft_id)        # goes on where it stopped
page.finished.connect(show_case) # Signal(object): the Case, after it is durable
page.closed.connect(go_home)     # Signal(): Esc on the start state
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from counter_app.domain.notice import Agency
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.services.acts import Acts
from counter_app.services.case_views import Cases
from counter_app.services.device_ports import CardReader, Printer
from counter_app.services.drafts import Drafts
from counter_app.services.elsewhere import Elsewhere
from counter_app.services.intake import Intake
from counter_app.services.memory import Memory
from counter_app.services.outcomes import Outcomes
from counter_app.services.papers import Papers
from counter_app.services.print_jobs import PrintJobs
from counter_app.ui.pages.scan import ScanServices


@dataclass(frozen=True, slots=True)
class IntakeServices:
    """Everything the intake page needs of a station, for the person who is signed in.

    items: what is offered here, newest versions (`Offer.items`); agencies: whole records by role code
    (`profile.agencies`); both are called on Lane.READ. open_reader opens the reader that the settings name, on
    Lane.DEVICES; None: this counter has no reader. printer None: there is no printing system. scanning None: no
    scanner or camera can be had here, files are chosen. tones: whether a card that was read, or was not, is to be
    heard; called on Lane.READ. queue_place: where a case finished now would stand in the queue to the hall
    (`Outbox.cases + 1`), called on Lane.READ. print_guide: prints an item's guide for the applicant, of the agency that
    decides, and gives the printer's name, on Lane.DEVICES; None: as printer.
    """

    person: Person
    items: Callable[[], Sequence[ServiceItem]]
    agencies: Callable[[], Mapping[str, Agency]]
    intake: Intake
    outcomes: Outcomes
    drafts: Drafts
    papers: Papers
    print_jobs: PrintJobs
    acts: Acts
    cases: Cases
    memory: Memory
    elsewhere: Elsewhere
    today: Callable[[], date]
    now_ms: Callable[[], int]
    queue_place: Callable[[], int]
    open_reader: Callable[[], CardReader] | None = None
    printer: Printer | None = None
    scanning: ScanServices | None = None
    tones: Callable[[], bool] = lambda: False
    print_guide: Callable[[ServiceItem, Agency | None], str] | None = None
