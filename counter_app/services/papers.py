"""Paper follows events: numbers, rendering, keeping, printing and printing again (architecture, idea 5).

A number is taken in the transaction of its event. The PDF is made after the
commit from the events of the case up to that one, sealed and kept; a crash in
between leaves a notice without a file, which is made when it is next asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier, folded
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, NotFound
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold_history import fold_history
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_time
from counter_app.domain.notice import NoticeKind, format_number, temporary_number
from counter_app.domain.people import Person
from counter_app.domain.receipt_codes import ACCEPTANCES
from counter_app.domain.service_item import ServiceItem
from counter_app.services.desk import Desk, found_dossier
from counter_app.services.entrustment_facts import agent_paper_data
from counter_app.services.in_hand import put_down
from counter_app.services.notice_facts import Issued, notice_data
from counter_app.services.originals import check_original, may_be_printed_here
from counter_app.services.ports import Reading, Writing
from counter_app.services.signed_codes import SignedCodes
from counter_app.services.stored_facts import Paper
from forms.rendering.notice_data import NoticeData
from forms.rendering.placement import Placement

if TYPE_CHECKING:
    from forms.rendering.seal_face import SealFace
    from forms.rendering.seal_place import SealPlace

log = logging.getLogger(__name__)


class Issue(NamedTuple):
    """The two parts of an issuing event that speak of paper.

    data: `notices`, a row for each paper with kind, template and number; and `seen`, how far
    the feed had come, so that the paper can be made again from what was known then.
    private: `window`, the name of the counter, if it has one.
    """

    data: dict[str, object]
    private: dict[str, object]


class Print(NamedTuple):
    """How a notice left this machine: printer or `file`, copies, why again, and the hash of the whole paper."""

    printer: str
    copies: int
    reason: str
    sha256: bytes


def note_printed(writing: Writing, by: str, case: Dossier, notice: IssuedNotice, how: Print) -> None:
    """The event `printed`, in a transaction that may hold more."""
    data: dict[str, object] = {
        "kind": notice.kind,
        "number": notice.number,
        "copies": how.copies,
        "sha256": how.sha256,
        "again": notice.prints > 0,
    }
    private = {"printer": how.printer, **({"reason": how.reason} if how.reason else {})}
    writing.append([NewEvent("printed", case.id, case.epoch, by, data, private)])
    put_down(writing, case.id)


class ToSeal(NamedTuple):
    """A paper ready for its electronic seal: it says that it is sealed, where the seal goes, and what stands on it."""

    pdf: bytes
    place: SealPlace
    face: SealFace


_COUNTS_DAYS = (NoticeKind.SPECIAL_PROCEDURE, NoticeKind.JOINT)  # days that no clock of the case holds


class Papers:
    """The notices of this station."""

    def __init__(self, desk: Desk, codes: SignedCodes | None = None) -> None:
        """codes: where they are made; without them a paper bears its numbers only."""
        self._desk = desk
        self._codes = codes

    def issue(
        self, writing: Writing, kinds: Iterable[str], item: ServiceItem, today: date, case: Case | None = None
    ) -> Issue:
        """What the issuing event says of the papers of these kinds, as far as this version can make them.

        case: as it stands before; a further paper of a kind that bears the case's number is told apart by a count.
        """
        rows: list[dict[str, object]] = []
        templates = writing.notice_templates()
        for kind in templates.printable(kinds):
            template = str(templates.current_version(kind))
            given = sum(bool(row.get("temporary")) for row in rows)  # in this event, which is not written yet
            number: dict[str, object] = {"number": case.next_copy(kind) if case else ""}
            if kind.facts.needs_number:
                number = self._number(writing, kind, item, today, given)
            rows.append({"kind": kind.value, "template": template, **number})
        return _issue(writing, rows) if rows else Issue({}, {})

    def issue_again(self, writing: Writing, notice: IssuedNotice, item: ServiceItem, today: date) -> Issue:
        """What the event that spoils the notice says of the paper in its place: the same kind and template and the same
        words, the facts of the case as they are then, the next number."""
        kind = NoticeKind(notice.kind)
        row: dict[str, object] = {
            "kind": notice.kind,
            "template": notice.template,
            **self._number(writing, kind, item, today, 0),
            "origin": {"device": notice.words.device, "seq": notice.words.seq, "part": notice.part},
        }
        return _issue(writing, [row])

    def issue_by_agent(self, writing: Writing, kinds: Iterable[str], entrustment: CaseId) -> Issue:
        """The same for papers between villager, agent and window: they bear the entrustment's own number.

        From the second paper of a kind on, its count stands behind it.
        """
        before = writing.entrustment(entrustment)
        rows: list[dict[str, object]] = []
        templates = writing.notice_templates()
        for kind in templates.printable(kinds):
            issued = sum(notice.kind == kind for notice in before.notices) if before else 0
            number = str(entrustment) if not issued else f"{entrustment}/{issued + 1}"
            template = str(templates.current_version(kind))
            rows.append({"kind": kind.value, "template": template, "number": number})
        data: dict[str, object] = {"notices": rows} if rows else {}
        if rows and writing.feed_place():
            data["seen"] = writing.feed_place()
        window = writing.setting("window")
        return Issue(data, {"own_window": window} if window and rows else {})

    def refuse_unprintable(self, writing: Writing, case: Dossier, issuing: Event) -> None:
        """Inside the transaction, before anything is final: each paper just issued can be made.

        Raises CounterError `glyph_missing`, `agency_data_missing`, `agency_unknown`.
        """
        from forms.rendering.render import check_notice

        for notice in case.notices:
            if notice.event == issuing.id:
                data = self._data(writing, case, notice, issuing)
                kind, templates = NoticeKind(notice.kind), writing.notice_templates()
                fault = check_notice(kind, int(notice.template), data.to_mapping(), templates)
                if fault is not None:
                    raise fault

    def render_all(self, case: CaseId, notices: Iterable[IssuedNotice]) -> list[Paper]:
        """Render what an act issued. A fault here loses nothing: the notice stays to be printed, and is logged."""
        made = []
        for notice in notices:
            try:
                made.append(self.paper(case, notice))
            except CounterError as error:
                log.warning("notice %s of %s not rendered: %s", notice.kind, case, error)
        return made

    def paper(self, case: CaseId, notice: IssuedNotice) -> Paper:
        """The kept PDF of a notice, rendered now if that never happened. CounterError `case_erased`."""
        with self._desk.store.read() as reading:
            kept = reading.paper(case, notice.kind, notice.number)
            if kept is not None:
                return kept
            known = reading.case(case) or reading.entrustment(case)
            if known is not None and known.erased:
                raise CounterError("case_erased", case=str(case))
            data, templates = self._data_of_issue(reading, case, notice), reading.notice_templates()
        from forms.rendering.render import render_notice

        pdf = render_notice(NoticeKind(notice.kind), int(notice.template), data.to_mapping(), templates)
        sha256, path = self._desk.vault.put(pdf)
        made = Paper(case, notice.kind, notice.number, sha256, path, len(pdf))
        with self._desk.store.write() as writing:
            writing.save_paper(made)
        return made

    def kept_path(self, case: CaseId, notice: IssuedNotice) -> str | None:
        """The kept file of a notice, relative to the home; None if it was not rendered yet."""
        with self._desk.store.read() as reading:
            kept = reading.paper(case, notice.kind, notice.number)
        return None if kept is None else kept.path

    def find(self, words: str, kind: str) -> tuple[Dossier, IssuedNotice]:
        """The newest notice of that kind of the case, entrustment or job. NotFound `notice_not_issued`."""
        with self._desk.store.read() as reading:
            case, job = found_dossier(reading, words)
        notice = case.notice(kind.upper(), job) if isinstance(case, Entrustment) else case.notice(kind.upper())
        if notice is None:
            raise NotFound("notice_not_issued", kind=kind[:8], case=str(case.id))
        return case, notice

    def outgoing(self, case: CaseId, notice: IssuedNotice) -> Paper:
        """The paper that leaves this machine: under its electronic seal where it has one, else as it was made."""
        with self._desk.store.read() as reading:
            sealed = reading.sealed_paper(case, notice.kind, notice.number)
        return sealed or self.paper(case, notice)

    def is_signed(self, case: CaseId, notice: IssuedNotice) -> bool:
        """Whether the file under its electronic seal is here: each copy of it is an original."""
        with self._desk.store.read() as reading:
            return reading.sealed_paper(case, notice.kind, notice.number) is not None

    def pdf(self, case: CaseId, notice: IssuedNotice) -> bytes:
        """The kept PDF, under its electronic seal if it has one."""
        return self._desk.vault.get(self.outgoing(case, notice).sha256)

    def to_seal(self, case: CaseId, notice: IssuedNotice, words: str) -> ToSeal:
        """The paper made once more from its event, for a seal with these words. CounterError as `paper`."""
        from forms.rendering.render import render_for_seal
        from forms.rendering.seal_face import SealFace

        with self._desk.store.read() as reading:
            data, templates = self._data_of_issue(reading, case, notice), reading.notice_templates()
        kind, version = NoticeKind(notice.kind), int(notice.template)
        pdf, place = render_for_seal(kind, version, data.to_mapping(), templates)
        return ToSeal(pdf, place, SealFace(data.agency.name, words))

    def reprint(self, case: CaseId, notice: IssuedNotice) -> bytes:
        """The kept PDF under a 补打 mark with the time and the count of prints so far.

        An acceptance that the hall has signed since bears the hall's code in place of the device's, but under an
        electronic seal it stays as it was sealed.
        """
        from forms.rendering.render import render_notice, reprint_mark

        pdf = self.pdf(case, notice)
        with self._desk.store.read() as reading:
            sealed = reading.sealed_paper(case, notice.kind, notice.number) is not None
            known = reading.case(case) if notice.kind in ACCEPTANCES and not sealed else None
            if known is not None and not known.erased and reading.second_stage(notice.event) is not None:
                data = self._data_of_issue(reading, case, notice)
                templates = reading.notice_templates()
                pdf = render_notice(NoticeKind(notice.kind), int(notice.template), data.to_mapping(), templates)
        return reprint_mark(pdf, local_time(self._desk.now_ms()), max(1, notice.prints))

    def to_print(self, case: Dossier, notice: IssuedNotice, *, again: bool, onto: Placement | None = None) -> bytes:
        """The bytes that leave this machine; onto: for a preprinted sheet, what changes alone, in its places.

        Raises as `originals.check_original`; for sheets CounterError `overprint_no_room`, `overprint_too_long`.
        """
        if not again:
            with self._desk.store.read() as reading:
                now = reading.case(case.id)
                if now is not None:
                    check_original(reading, now, notice)
        if onto is not None:
            return self._onto_sheet(case, notice, onto, again=again)
        return self.reprint(case.id, notice) if again else self.pdf(case.id, notice)

    def as_on_paper(self, case: CaseId, notice: IssuedNotice, *, again: bool) -> bytes:
        """The paper as a printer or the window shows it. As `reprint`, where it is printed again.

        An electronic seal is the field of a signature, which drivers, two pages on a sheet and Qt leave out: it is
        drawn into the page, and the signed file stays what it is.
        """
        from forms.rendering.render import for_paper

        if again:
            return self.reprint(case, notice)
        pdf = self.pdf(case, notice)
        return for_paper(pdf) if self.is_signed(case, notice) else pdf

    def _onto_sheet(self, case: Dossier, notice: IssuedNotice, onto: Placement, *, again: bool) -> bytes:
        from forms.rendering.overprint import overprinted, sheet_of
        from forms.rendering.render import reprint_mark

        self.paper(case.id, notice)  # the whole paper is what is kept
        with self._desk.store.read() as reading:
            data, templates = self._data_of_issue(reading, case.id, notice), reading.notice_templates()
        sheet = sheet_of(NoticeKind(notice.kind), int(notice.template), data.is_licence, templates)
        pdf = overprinted(sheet, data.to_mapping(), templates, onto)
        return reprint_mark(pdf, local_time(self._desk.now_ms()), max(1, notice.prints)) if again else pdf

    def log_printed(
        self, person: Person, case: Dossier, notice: IssuedNotice, printer: str, copies: int, reason: str = ""
    ) -> None:
        """Write that the notice left this machine: by a printer, or as a file for printing elsewhere."""
        sha256 = self.outgoing(case.id, notice).sha256
        with self._desk.store.write() as writing:
            note_printed(writing, person.name, case, notice, Print(printer, copies, reason, sha256))

    def unprinted(self) -> list[tuple[Case, IssuedNotice]]:
        """Notices that were issued and never printed (未打印) and are this counter's to print, oldest first."""
        with self._desk.store.read() as reading:
            return [
                (case, notice)
                for case in reading.cases_with_open_paper()
                for notice in case.unprinted
                if may_be_printed_here(reading, case, notice)
            ]

    def sample(self, case: Case, kind: NoticeKind, data: NoticeData) -> bytes:
        """A page for looking at before anything is decided; it is not kept."""
        from forms.rendering.render import render_notice

        with self._desk.store.read() as reading:
            templates = reading.notice_templates()
        return render_notice(kind, templates.current_version(kind), data.to_mapping(), templates)

    def _number(
        self, writing: Writing, kind: NoticeKind, item: ServiceItem, today: date, given: int
    ) -> dict[str, object]:
        series = kind.facts.series
        assert series is not None, "a paper without a series bears the case's number"
        agency = writing.profile().agencies.get(item.agency)
        if agency is None:
            raise CounterError("agency_unknown", agency=item.agency)
        n = writing.take_number(item.agency, series.value, today.year)
        if n is None:
            count = writing.next_temporary_number(today.year) + given
            number = temporary_number(today.year, writing.device(), count)
            return {"number": number, "temporary": True, "year": today.year, "n": count}
        number = format_number(agency, kind, today.year, n, is_licence=item.is_licence)
        return {"number": number, "agency": item.agency, "series": series.value, "year": today.year, "n": n}

    def _data_of_issue(self, reading: Reading, case_id: CaseId, notice: IssuedNotice) -> NoticeData:
        events = reading.events_known_at(case_id, notice.event)
        case, _, _ = folded(events, reading.device())
        assert case is not None, "a notice has an issuing event"
        data = self._data(reading, case.counted_by(reading.calendar_known_at(notice.event)), notice, events[-1])
        return self._codes.onto(data, reading, notice, events[-1]) if self._codes else data

    def _data(self, reading: Reading, case: Dossier, notice: IssuedNotice, issuing: Event) -> NoticeData:
        if isinstance(case, Entrustment):
            return agent_paper_data(case, notice, issuing, reading.profile(), self._desk.item_of_job)
        before = None
        if notice.kind == NoticeKind.EXTENSION:
            before = fold_history(reading.events_known_at(case.id, notice.words)[:-1], reading.device()).made
            before = before and before.counted_by(reading.calendar_known_at(notice.words))
        words = issuing
        if notice.origin is not None:
            [words] = [event for event in reading.events_of(case.id) if event.id == notice.origin]
        calendar = reading.calendar_known_at(notice.words) if notice.kind in _COUNTS_DAYS else None
        issued, item = Issued(issuing, words), self._desk.item_of(case)
        return notice_data(case, notice, issued, item, reading.profile(), before, calendar)


def _issue(writing: Writing, rows: list[dict[str, object]]) -> Issue:
    data = {"notices": rows, "seen": writing.feed_place()}
    private = {"window": writing.setting("window")}
    return Issue(
        {name: value for name, value in data.items() if value},
        {name: value for name, value in private.items() if value},
    )
