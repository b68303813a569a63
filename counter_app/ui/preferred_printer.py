"""The system's printers with the one that the settings of this counter name as the default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counter_app.services.device_ports import PLAIN, Printer, PrintWay


@dataclass(frozen=True, slots=True)
class PreferredPrinter:
    """`services.device_ports.Printer`; preferred gives the queue of the settings, "" for the system's own default."""

    system: Printer
    preferred: Callable[[], str]

    def names(self) -> list[str]:
        """The queues of the system."""
        return self.system.names()

    def default(self) -> str | None:
        """The queue of the settings while the system has it, else the system's default."""
        wanted = self.preferred()
        return wanted if wanted and wanted in self.system.names() else self.system.default()

    def abilities(self, printer: str) -> PrintWay:
        """As the system says."""
        return self.system.abilities(printer)

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        """As the system does."""
        return self.system.print_pdf(printer, title, pdf, copies, way)

    def jobs(self, title: str) -> list[str]:
        """As the system says."""
        return self.system.jobs(title)

    def job_state(self, job: str) -> str:
        """As the system says."""
        return self.system.job_state(job)

    def why_stopped(self, job: str) -> str:
        """As the system says."""
        return self.system.why_stopped(job)

    def cancel(self, job: str) -> None:
        """As the system does."""
        self.system.cancel(job)
