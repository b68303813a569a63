"""Jobs at the printers of this machine: what was handed over, what became of it, and that nothing comes out twice.

Before a paper goes to a queue, a note of it is durable here, under a title that no other job ever had: by chance and
not counted, since a home that was restored would count again. By the title the job is found again whatever happened
since: the window closed, the program killed in the middle, the printer away. Whoever prints the same paper next, and
the next window, settles what is left: a job that came out is written down as printed, one that waits is taken back.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from counter_app.domain.case import IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.identifiers import CaseId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person
from counter_app.services.desk import Desk
from counter_app.services.device_ports import PLAIN, Printer, PrintWay
from counter_app.services.papers import Papers, Print, note_printed
from counter_app.services.ports import Reading, Writing
from counter_app.services.print_ways import sheet_name, ways_of
from forms.rendering.twice import twice_each

MOST_COPIES = 9
BROKEN = frozenset({"stopped", "failed"})  # a stop counts once it lasts STUCK_S
ON_ITS_WAY = frozenset({"pending", "printing"})
STOPPED = "stopped"
STUCK_S = 2.0  # what CUPS says of a printer is what the job before found; the new one has asked by then

_SETTING = "print_jobs"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants printed where: queue, copies (1 to 9), and the reason where it was printed before."""

    printer: str
    copies: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """A paper given to a printer, as the store notes it. title is the job's only name; owner the run of the program
    that watches it; written: `printed` is in the journal; given_up: it must not come out any more."""

    title: str
    printer: str
    case: str
    kind: str
    number: str
    copies: int
    reason: str
    by: str
    owner: str
    sha256: str
    written: bool = False
    given_up: bool = False

    def is_of(self, case: CaseId, notice: IssuedNotice) -> bool:
        """Whether it is a job of that paper."""
        return (self.case, self.kind, self.number) == (str(case), notice.kind, notice.number)


class PrintJobs:
    """What this home handed to printers and does not know the end of yet."""

    def __init__(self, desk: Desk, papers: Papers, is_running: Callable[[int], bool]) -> None:
        self._desk, self._papers, self._is_running = desk, papers, is_running

    def hand_over(
        self, person: Person, case: Dossier, notice: IssuedNotice, printer: Printer, wish: Wish
    ) -> Handed:
        """Give the paper to the printer's queue, under a 补打 mark where it was printed before.

        Whatever is left of an earlier job of it is settled first. The note is durable before the queue has anything.
        InvalidInput `copies_out_of_range`, `reprint_needs_reason`; CounterError `print_came_out` (the earlier job
        did, and is written down now), `print_still_running`, and what `Papers.to_print` and the printer raise.
        """
        if not 1 <= wish.copies <= MOST_COPIES:
            raise InvalidInput("copies_out_of_range", copies=wish.copies)
        came_out = [self._settle(handed, printer, wait=True) for handed in self._of(case.id, notice)]
        case, notice = self._now(case, notice)
        again = notice.prints > 0
        if again and not wish.reason.strip():
            if any(came_out):
                raise CounterError("print_came_out")
            raise InvalidInput("reprint_needs_reason", kind=notice.kind)
        sheets = self._sheets(case, notice, wish, again=again)
        handed = self._note(person, case, notice, wish, self._papers.outgoing(case.id, notice).sha256)
        try:
            printer.print_pdf(wish.printer, handed.title, *sheets)
        except CounterError:
            self._change(replace(handed, given_up=True))  # perhaps the queue has it all the same
            raise
        return handed

    def look(self, handed: Handed, printer: Printer) -> tuple[str, str]:
        """The job's state, and the code of what keeps it where it is stopped or failed."""
        known = printer.jobs(handed.title)
        if not known:
            return "failed", ""
        state = printer.job_state(known[-1])
        return state, printer.why_stopped(known[-1]) if state in BROKEN else ""

    def written(self, handed: Handed, *, ended: bool) -> None:
        """The queue has it and nothing is known to keep it: it counts as printed. The note stays until it ended."""
        with self._desk.store.write() as writing:
            self._write_printed(writing, handed)
            if ended:
                _drop(writing, handed)
            else:
                _put(writing, replace(handed, written=True))

    def give_up(self, handed: Handed, printer: Printer) -> None:
        """It must not come out any more: noted first, so that it is taken back later if the printer is away now."""
        self._change(replace(handed, given_up=True))
        self._settle(replace(handed, given_up=True), printer, wait=False)

    def settle_left(self, printer: Printer) -> int:
        """At the start of a window: settle the jobs that nobody watches; how many came out unwritten.

        What is being printed just now is left to the next time, and so is what is written down and waits for paper.
        """
        count = 0
        with self._desk.store.read() as reading:
            left = [handed for handed in _notes(reading).values() if not self._is_watched(handed)]
        for handed in left:
            states = {printer.job_state(job) for job in printer.jobs(handed.title)}
            if not handed.given_up and ("printing" in states or (handed.written and states & {"pending", STOPPED})):
                continue
            count += self._settle(handed, printer, wait=False) and not handed.written
        return count

    def unsettled(self) -> list[Handed]:
        """The notes, oldest first."""
        with self._desk.store.read() as reading:
            return list(_notes(reading).values())

    def _sheets(
        self, case: Dossier, notice: IssuedNotice, wish: Wish, *, again: bool
    ) -> tuple[bytes, int, PrintWay]:
        """What the queue gets: the file, how often, and which way. On preprinted sheets nothing is put together."""
        from forms.rendering.render import for_paper

        is_licence = not isinstance(case, Entrustment) and case.item.licence
        with self._desk.store.read() as reading:
            ways = ways_of(reading, wish.printer)
        sheet = sheet_name(notice.kind, int(notice.template), is_licence)
        onto = None if notice.seal else ways.placement_on(sheet)  # an electronic seal stands under the whole paper
        pdf = self._papers.to_print(case, notice, again=again, onto=onto)
        if onto is not None:
            return pdf, wish.copies, PLAIN
        if notice.seal:
            pdf = for_paper(pdf)
        if ways.way.two_up and wish.copies % 2 == 0:
            return twice_each(pdf), wish.copies // 2, ways.way
        return pdf, wish.copies, ways.way

    def _settle(self, handed: Handed, printer: Printer, *, wait: bool) -> bool:
        """Whether it came out; then it is written down, else it is taken back. CounterError `print_still_running`."""
        for job in printer.jobs(handed.title):
            state = printer.job_state(job)
            if wait and state == "printing" and not (handed.given_up or handed.written):
                raise CounterError("print_still_running", printer=handed.printer)
            if state in ON_ITS_WAY or state == STOPPED:
                printer.cancel(job)
                state = printer.job_state(job)
            if state == "done":
                self._end(handed, came_out=True)
                return True
        self._end(handed, came_out=False)
        return False

    def _end(self, handed: Handed, *, came_out: bool) -> None:
        with self._desk.store.write() as writing:
            if came_out and not handed.written:
                self._write_printed(writing, handed)
            _drop(writing, handed)

    def _write_printed(self, writing: Writing, handed: Handed) -> None:
        found = _paper_of(writing, handed)
        if found is not None:
            how = Print(handed.printer, handed.copies, handed.reason, bytes.fromhex(handed.sha256))
            note_printed(writing, handed.by, *found, how)

    def _note(self, person: Person, case: Dossier, notice: IssuedNotice, wish: Wish, sha256: bytes) -> Handed:
        is_licence = not isinstance(case, Entrustment) and case.item.licence
        title = NoticeKind(notice.kind).facts.title_for(is_licence)
        with self._desk.store.write() as writing:
            handed = Handed(
                title=f"{title} {case.id} #{secrets.token_hex(4)}",
                printer=wish.printer,
                case=str(case.id),
                kind=notice.kind,
                number=notice.number,
                copies=wish.copies,
                reason=wish.reason.strip(),
                by=person.name,
                owner=self._this_run(),
                sha256=sha256.hex(),
            )
            _put(writing, handed)
        return handed

    def _change(self, handed: Handed) -> None:
        with self._desk.store.write() as writing:
            _put(writing, handed)

    def _of(self, case: CaseId, notice: IssuedNotice) -> list[Handed]:
        with self._desk.store.read() as reading:
            return [handed for handed in _notes(reading).values() if handed.is_of(case, notice)]

    def _now(self, case: Dossier, notice: IssuedNotice) -> tuple[Dossier, IssuedNotice]:
        """Both as the store has them now; as they were given where they are gone from it."""
        with self._desk.store.read() as reading:
            return _found(reading, case.id, notice.kind, notice.number) or (case, notice)

    def _this_run(self) -> str:
        return f"{self._desk.clock.read().boot}/{os.getpid()}"

    def _is_watched(self, handed: Handed) -> bool:
        """Whether a program that runs now, and is not this one, waits for it."""
        boot, _, process = handed.owner.rpartition("/")
        here, _, own = self._this_run().rpartition("/")
        return not handed.given_up and boot == here and process != own and self._is_running(int(process))


def _paper_of(reading: Reading, handed: Handed) -> tuple[Dossier, IssuedNotice] | None:
    return _found(reading, CaseId.parse(handed.case), handed.kind, handed.number)


def _found(reading: Reading, case: CaseId, kind: str, number: str) -> tuple[Dossier, IssuedNotice] | None:
    known: Dossier | None = reading.case(case) or reading.entrustment(case)
    if known is None:
        return None
    paper = next((notice for notice in known.notices if (notice.kind, notice.number) == (kind, number)), None)
    return None if paper is None else (known, paper)


def _notes(reading: Reading) -> dict[str, Handed]:
    known: Mapping[str, dict[str, object]] = json.loads(reading.setting(_SETTING, "{}"))
    return {title: Handed(**row) for title, row in known.items()}  # type: ignore[arg-type]


def _put(writing: Writing, handed: Handed) -> None:
    _save(writing, {**_notes(writing), handed.title: handed})


def _drop(writing: Writing, handed: Handed) -> None:
    _save(writing, {title: note for title, note in _notes(writing).items() if title != handed.title})


def _save(writing: Writing, notes: Mapping[str, Handed]) -> None:
    writing.save_setting(_SETTING, json.dumps({title: asdict(note) for title, note in notes.items()}))
