"""A printer for tests that behaves like one: queues, jobs, copies, and a tray that can run empty."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import PLAIN, PrintWay


@dataclass
class Job:
    """One job as it was handed over; state as a printer tells it."""

    printer: str
    title: str
    pdf: bytes
    copies: int
    state: str = "done"
    way: PrintWay = PLAIN


@dataclass
class RecordingPrinter:
    """`services.device_ports.Printer`: prints at once while there is paper; without paper jobs stop in the queue."""

    queues: list[str] = field(default_factory=lambda: ["激光打印机 · 3号窗口", "备用打印机"])
    has_paper: bool = True
    switched_on: bool = True
    can: PrintWay = PLAIN
    sent: list[Job] = field(default_factory=list)

    def names(self) -> list[str]:
        return list(self.queues)

    def default(self) -> str | None:
        return self.queues[0] if self.queues else None

    def abilities(self, printer: str) -> PrintWay:
        return self.can

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        if not self.switched_on:
            raise CounterError("print_failed", reason="offline")
        self.sent.append(Job(printer, title, pdf, copies, "done" if self.has_paper else "stopped", way))
        return str(len(self.sent) - 1)

    def jobs(self, title: str) -> list[str]:
        return [str(n) for n, job in enumerate(self.sent) if job.title == title]

    def job_state(self, job: str) -> str:
        return self.sent[int(job)].state

    def why_stopped(self, job: str) -> str:
        return "media_empty" if self.sent[int(job)].state == "stopped" else ""

    def cancel(self, job: str) -> None:
        if self.sent[int(job)].state == "stopped":
            self.sent[int(job)].state = "failed"

    @property
    def printed(self) -> list[Job]:
        """What came out as paper."""
        return [job for job in self.sent if job.state == "done"]
