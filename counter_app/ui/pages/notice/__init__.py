"""The notice and print dialog (picture 07), and printing again.

    from counter_app.ui.pages.notice import NoticeServices
    from counter_app.ui.pages.notice.reprint import open_reprint

    open_reprint(self, NoticeServices(person, papers, jobs, printer), background, case, notice, self.refresh)

The kept PDF is shown; a notice that was printed before asks for the reason and is printed under the
补打 mark, one that never was is printed as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.people import Person
from counter_app.services.device_ports import Printer
from counter_app.services.papers import Papers
from counter_app.services.print_jobs import PrintJobs
from counter_app.services.seal_checks import SealChecks
from counter_app.services.seals import Seals


@dataclass(frozen=True, slots=True)
class NoticeServices:
    """What the dialog needs; printer None: this machine has no printing system; seals None: none is offered; checks
    says how the seal of a paper stands that has one."""

    person: Person
    papers: Papers
    jobs: PrintJobs
    printer: Printer | None
    seals: Seals | None = None
    checks: SealChecks | None = None
