"""A printer for tests that behaves like one: queues, jobs, copies, and a tray that can run empty."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.domain.errors import CounterError


@dataclass
class Job:
    """One job as it was handed over; state as a printer tells it."""

    printer: str
    title: str
    pdf: bytes
    copies: int
    state: str = "done"


@dataclass
class RecordingPrinter:
    """`services.ports.Printer`: prints at once while there is paper; without paper jobs stop in the queue."""

    queues: list[str] = field(default_factory=lambda: ["激光打印机 · 3号窗口", "备用打印机"])
    has_paper: bool = True
    switched_on: bool = True
    jobs: list[Job] = field(default_factory=list)

    def names(self) -> list[str]:
        return list(self.queues)

    def default(self) -> str | None:
        return self.queues[0] if self.queues else None

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int) -> str:
        if not self.switched_on:
            raise CounterError("print_failed", reason="offline")
        for job in self.jobs:  # like CUPS through our adapter: a waiting job of the same title is taken back
            if job.title == title and job.state == "stopped":
                job.state = "failed"
        self.jobs.append(Job(printer, title, pdf, copies, "done" if self.has_paper else "stopped"))
        return str(len(self.jobs) - 1)

    def job_state(self, job: str) -> str:
        return self.jobs[int(job)].state

    def why_stopped(self, job: str) -> str:
        return "media_empty" if self.jobs[int(job)].state == "stopped" else ""

    def cancel(self, job: str) -> None:
        if self.jobs[int(job)].state == "stopped":
            self.jobs[int(job)].state = "failed"

    @property
    def printed(self) -> list[Job]:
        """What came out as paper."""
        return [job for job in self.jobs if job.state == "done"]
