"""Printers of Linux systems through CUPS (`services.device_ports.Printer`; specs components 2). Obeys CUPS_SERVER.

The finished PDF is streamed to the queue as it is, never painted again, and
never written to a file of ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import PLAIN, PrintWay

_CHUNK = 64 * 1024
# The paper by its name in PWG 5101.1: a queue that has no PPD yet hands names on as they are; no printer knows "A4".
_MEDIA = "iso_a4_210x297mm"
_NOT_FOUND = 0x0406  # client-error-not-found (RFC 8011)

# job-state of RFC 8011: pending, held, processing, processing-stopped, canceled, aborted, completed.
_STATES = {3: "pending", 4: "stopped", 5: "printing", 6: "stopped", 7: "failed", 8: "failed", 9: "done"}
_HELD_OR_STOPPED = (4, 6)
_PRINTER_STOPPED = 5  # printer-state

# printer-state-reasons without their -error/-warning/-report, and our code; the first that is there counts.
_REASONS = {
    "media-empty": "media_empty",
    "media-needed": "media_empty",
    "media-low": "",
    "media-jam": "media_jam",
    "cover-open": "cover_open",
    "door-open": "cover_open",
    "toner-empty": "toner_empty",
    "marker-supply-empty": "toner_empty",
    "offline": "offline",
    "shutdown": "offline",
    "timed-out": "offline",
    "paused": "paused",
}
# CUPS tells of a printer that does not answer by a sentence alone, in the language of the program that printed.
_UNAVAILABLE = ("unavailable", "不可用")
# The uuid is not used: of a job that ended a second ago cupsd 2.4 has the name on disk only, and answers without it,
# unless it is asked for something that makes it read its file.
_TO_FIND_A_JOB = ["job-id", "job-name", "job-uuid"]


class CupsPrinter:
    """The queues of the print service. Every call has its own connection, so any thread may call."""

    def names(self) -> list[str]:
        """The queues, by name. CounterError `no_print_service`."""
        with _connected() as cups:
            return sorted(cups.getPrinters())

    def default(self) -> str | None:
        """The queue that the system or this user prefers, None if there is none. CounterError `no_print_service`."""
        with _connected() as cups:
            name: str | None = cups.getDefault()
            return name

    def abilities(self, printer: str) -> PrintWay:
        """Both sides, two pages on a sheet, where the queue says so. CounterError `no_printer`, `no_print_service`."""
        with _connected() as cups:
            _refuse_unknown(cups, printer)
            told = cups.getPrinterAttributes(printer)
        duplex = {"two-sided-long-edge", "two-sided-short-edge"} <= set(told.get("sides-supported") or ())
        return PrintWay(duplex=duplex, two_up=2 in (told.get("number-up-supported") or ()))

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        """Hand the bytes to the queue; the job's id.

        A job that was not handed over whole is cancelled. Raises CounterError `no_printer`, `no_print_service`,
        `print_failed`.
        """
        with _connected() as cups:
            _refuse_unknown(cups, printer)
            job = int(cups.createJob(printer, title, {**_options(way), "copies": str(copies)}))
            try:
                cups.startDocument(printer, job, title, "application/pdf", 1)
                for start in range(0, len(pdf), _CHUNK):
                    chunk = pdf[start : start + _CHUNK]
                    cups.writeRequestData(chunk, len(chunk))
                cups.finishDocument(printer)
            except BaseException:
                cups.cancelJob(job)
                raise
            return str(job)

    def jobs(self, title: str) -> list[str]:
        """The jobs of that title, ended ones as far back as the service remembers; oldest first."""
        with _connected() as cups:
            known = cups.getJobs(which_jobs="all", requested_attributes=_TO_FIND_A_JOB)
        return [str(job) for job, attributes in sorted(known.items()) if attributes.get("job-name") == title]

    def job_state(self, job: str) -> str:
        """`pending`, `printing`, `stopped` (a person must do something: `why_stopped`), `done` or `failed`.

        `done` is what CUPS believes: of a printer that throws the job away within its first second it says so too.
        """
        with _connected() as cups:
            attributes = _attributes(cups, int(job))
            if attributes is None:
                return "failed"
            state = _STATES[int(attributes["job-state"])]
            return "stopped" if state in {"pending", "printing"} and _trouble(cups, attributes) else state

    def why_stopped(self, job: str) -> str:
        """What keeps the job: a code of `printing.why.*` such as `media_empty` or `offline`; "" if nothing does."""
        with _connected() as cups:
            attributes = _attributes(cups, int(job))
            return "" if attributes is None else _trouble(cups, attributes)

    def cancel(self, job: str) -> None:
        """Take the job back; one that ended already stays as it is."""
        with _connected() as cups:
            attributes = _attributes(cups, int(job))
            if attributes is not None and _STATES[int(attributes["job-state"])] not in {"done", "failed"}:
                cups.cancelJob(int(job))


def _refuse_unknown(cups: Any, printer: str) -> None:
    if printer not in cups.getPrinters():
        raise CounterError("no_printer", printer=printer)


def _options(way: PrintWay) -> dict[str, str]:
    """The way as IPP says it (RFC 8011 5.2). A sheet with two pages side by side is turned over its short edge."""
    sides = "one-sided" if not way.duplex else f"two-sided-{'short' if way.two_up else 'long'}-edge"
    if way.two_up:
        return {"media": _MEDIA, "sides": sides, "number-up": "2", "print-scaling": "fit"}
    return {"media": _MEDIA, "sides": sides, "print-scaling": "none"}


def _attributes(cups: Any, job: int) -> dict[str, Any] | None:
    """What the service knows of the job, None if it has forgotten it."""
    from cups import IPPError

    try:
        found: dict[str, Any] = cups.getJobAttributes(job)
    except IPPError as refusal:
        if refusal.args[0] == _NOT_FOUND:
            return None
        raise
    return found


def _trouble(cups: Any, attributes: dict[str, Any]) -> str:
    """The code of what a person must do at the printer before this unfinished job goes on."""
    if _STATES[int(attributes["job-state"])] in {"done", "failed"}:
        return ""
    printer = cups.getPrinterAttributes(uri=attributes["job-printer-uri"])
    reasons = printer.get("printer-state-reasons") or []
    named = (_REASONS.get(_without_severity(reason), "") for reason in reasons)
    found = next(filter(None, named), "")
    if found:
        return found
    said = str(attributes.get("job-printer-state-message") or printer.get("printer-state-message") or "")
    if any(word in said for word in _UNAVAILABLE):
        return "offline"
    held = int(attributes["job-state"]) in _HELD_OR_STOPPED
    return "paused" if held or int(printer.get("printer-state", 0)) == _PRINTER_STOPPED else ""


def _without_severity(reason: str) -> str:
    for severity in ("-error", "-warning", "-report"):
        reason = reason.removesuffix(severity)
    return reason


@contextmanager
def _connected() -> Iterator[Any]:
    """A connection to the print service, its faults in our words."""
    try:
        import cups  # imported here: Linux only, and not every station prints
    except ImportError as absent:
        raise CounterError("no_print_service") from absent
    server = os.environ.get("CUPS_SERVER")
    if server:
        cups.setServer(server)
    try:
        connection = cups.Connection()
    except RuntimeError as refusal:
        raise CounterError("no_print_service") from refusal
    try:
        yield connection
    except (cups.IPPError, cups.HTTPError) as refusal:
        raise CounterError("print_failed", reason=_said(refusal)) from refusal


def _said(refusal: Exception) -> str:
    """The service's own words: `(code, message)` of an IPP error, a status of an HTTP one."""
    return str(refusal.args[-1]) if refusal.args else type(refusal).__name__
