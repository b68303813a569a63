"""Taking in an application: from an intake line (cli design) to a case with its papers, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from counter_app.domain.acceptance import why_not_here
from counter_app.domain.case import Case, IssuedNotice, ItemRef, MaterialTaken, StoredFile
from counter_app.domain.clocks import start_clock
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.fold import apply
from counter_app.domain.identifiers import CaseId, EventId, JobId
from counter_app.domain.moments import local_date
from counter_app.domain.moves import plan
from counter_app.domain.number_register import Slip
from counter_app.domain.people import Actor, Person
from counter_app.domain.scene import Scene
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, CaseState, ClockCode, transition
from counter_app.domain.wire_values import (
    applicant_to_plain,
    clock_to_plain,
    item_to_plain,
    map_of,
    material_to_plain,
    rows_of,
    text_of,
)
from counter_app.services.desk import Desk
from counter_app.services.entrusting import Entrusting
from counter_app.services.line_values import (
    Line,
    applicant_of,
    digest_of,
    materials_of,
    new_query_code,
    proxy_of,
    received_ms,
)
from counter_app.services.memory import doubled_by, reused_in
from counter_app.services.number_years import return_left
from counter_app.services.papers import Issue, Papers
from counter_app.services.ports import Reading, Writing
from counter_app.services.slips import check_slip
from counter_app.services.stored_facts import Draft

ScanSource = Callable[[str, int], tuple[bytes, str]]  # a path as given and its row to its bytes and media type

_OTHER_CHANNEL = "9"  # GB/T 39046-2020 A.5 has no code for papers that an agent brings

# What is done at once after the papers were received, by the outcome of the line.
_NEXT_ACTION = {
    "receive": None,
    "accept": Action.ACCEPT,
    "correct": Action.CORRECT,
    "refuse": Action.REFUSE,
    "not_required": Action.NOT_REQUIRED,
}


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A line that was taken in; case is None where it became a draft or an agent job, again tells that it had been
    before. entrustment and job: what an agent took on (specs domain 5.4), with the papers of this line.

    doubles: a case of the same person and item within the 30 days before: taken in, and worth a look.
    """

    case: Case | None
    notices: tuple[IssuedNotice, ...]
    again: bool = False
    draft: int | None = None
    doubles: CaseId | None = None
    entrustment: Entrustment | None = None
    job: AgentJob | None = None


class Intake:
    """The intake of this station."""

    def __init__(self, desk: Desk, papers: Papers, scans: ScanSource) -> None:
        self._desk = desk
        self._papers = papers
        self._scans = scans
        self.entrusting = Entrusting(desk, papers)

    def take_in(self, person: Person, line: Line, draft_id: int | None = None) -> TakenIn:
        """Take one line in; draft_id names the draft that it was typed as, which ends with it.

        Papers that an agent takes where the agency entrusted nobody with acceptance make an agent job.

        Durable before it returns. Raises InvalidInput, NotFound, MoveNotAllowed
        (also `station_not_entrusted`), CounterError `key_conflict` and those of the
        papers; nothing is changed then, a draft stays.
        """
        from forms.intake_line import check_line, item_of

        before = self._taken_in_before(line)
        if before is not None:
            return before
        item = item_of(line, self._desk.catalogue)
        if not self._desk.catalogue.is_offered(item):
            raise CounterError("item_withdrawn", item=item.code)
        check_line(item, dict(line), self._desk.today())
        if text_of(line, "outcome") == "draft":
            return self._keep_draft(person, line)
        return self._receive(person, item, line, draft_id)

    def check_scan(self, path: str) -> None:
        """Whether the file could be taken in as a scan; InvalidInput `scan_...` if not. Nothing is kept."""
        self._scans(path, 1)

    def would_be(self, person: Person, item: ServiceItem, line: Line) -> Case:
        """The case that a line would make, for asking what could be done with it; nothing is stored."""
        with self._desk.store.read() as reading:
            scene = self._desk.scene(reading, person, item)
            station, device = reading.profile().code, reading.device()
        new = self._received(CaseId(device, 1), person, scene, station, line, materials_of(line, {}, {}), Issue({}, {}))
        clock = ClockReading(scene.now_ms, "-", 0, None)
        event = Event(EventId(device, 1), new.kind, new.v, new.case, 0, clock, person.name, new.data, new.private)
        return apply(None, event)

    def _taken_in_before(self, line: Line) -> TakenIn | None:
        """What this very line became, whatever the hall has made of its item since."""
        key = line.get("key")
        if not isinstance(key, str) or not key:
            return None
        with self._desk.store.read() as reading:
            known = reading.intake_key(key)
        same = known is not None and known[0] == digest_of(line)
        return self._again(known, known[0], key) if known is not None and same else None

    def _keep_draft(self, person: Person, line: Line) -> TakenIn:
        draft = Draft(None, person.name, text_of(line, "item"), dict(line), saved_at_ms=self._desk.now_ms())
        draft = replace(draft, version=self._desk.catalogue.get(draft.item).version)
        with self._desk.store.write() as writing:
            return TakenIn(None, (), draft=writing.save_draft(draft))

    def _receive(self, person: Person, item: ServiceItem, line: Line, draft_id: int | None) -> TakenIn:
        key, digest = text_of(line, "key"), digest_of(line)
        with self._desk.store.read() as reading:
            if item.agency not in reading.profile().agencies:
                raise CounterError("item_not_offered", item=item.code)
            before = reading.intake_key(key) if key else None
            _check_version(reading, draft_id, item)
            scene = self._desk.scene(reading, person, item)
        for_agent = takes_as_agent(scene)
        if before is not None:
            return self._again(before, digest, key)
        if for_agent:
            may_entrust(scene, text_of(line, "outcome"))
        files = self._stored_files(line)
        with self._desk.store.write() as writing:
            before = writing.intake_key(key) if key else None
            if before is None and for_agent:
                whole, job = self.entrusting.write(writing, person, item, line, files)
                self._settle_line(writing, key, digest, whole.id, draft_id)
            elif before is None:
                doubles = doubled_by(self._desk, writing, line, item)
                case = self._write(writing, person, item, line, files)
                self._settle_line(writing, key, digest, case.id, draft_id)
        if before is not None:  # another process took the same key in meanwhile
            return self._again(before, digest, key)
        if for_agent:
            issued = self.entrusting.issued(whole, job)
            self._papers.render_all(whole.id, issued)
            return TakenIn(None, issued, entrustment=whole, job=job)
        self._papers.render_all(case.id, case.notices)
        return TakenIn(case, case.notices, doubles=None if doubles is None else doubles.id)

    def _settle_line(
        self, writing: Writing, key: str, digest: bytes, made: CaseId, draft_id: int | None
    ) -> None:
        if key:
            writing.save_intake_key(key, digest, made)
        if draft_id is not None:
            writing.delete_draft(draft_id)

    def _again(self, before: tuple[bytes, CaseId], digest: bytes, key: str) -> TakenIn:
        known_digest, case_id = before
        if known_digest != digest:
            raise CounterError("key_conflict", case=str(case_id))
        with self._desk.store.read() as reading:
            case, whole = reading.case(case_id), reading.entrustment(case_id)
        if whole is not None:
            job = next(job for job in whole.jobs if job.key == key)
            return TakenIn(None, self.entrusting.issued(whole, job), again=True, entrustment=whole, job=job)
        assert case is not None, "a key is stored with its case"
        return TakenIn(case, case.notices, again=True)

    def _write(
        self, writing: Writing, person: Person, item: ServiceItem, line: Line, files: Mapping[str, StoredFile]
    ) -> Case:
        return_left(writing, self._desk.today().year)
        scene = self._desk.scene(writing, person, item)
        may_receive(scene)
        _check_continued(writing, line)
        reused = reused_in(self._desk, writing, line, item)
        papers = transition(CaseState.DRAFT, Action.RECEIVE)
        assert papers is not None, "T02 stands in the table"
        check_slip(writing, text_of(map_of(line, "late_entry"), "slip_no"))
        issue = self._papers.issue(writing, papers.papers, item, scene.today)
        case_id = writing.next_case()
        taken = materials_of(line, files, reused.files)
        received = self._received(case_id, person, scene, writing.profile().code, line, taken, issue)
        self._append(writing, received)
        writing.append(reused.events(case_id, person))
        action = _NEXT_ACTION[text_of(line, "outcome") or "receive"]
        if action is not None:
            case = _written(writing, case_id)
            planned = plan(case, action, line, scene)
            issue = self._papers.issue(writing, planned.papers, item, scene.today, case)
            data, private = {**planned.data, **issue.data}, {**planned.private, **issue.private}
            self._append(
                writing, NewEvent(planned.row.event_kind, case_id, case.epoch, person.name, data, private)
            )
        return _written(writing, case_id)

    def _append(self, writing: Writing, new: NewEvent) -> None:
        [event] = writing.append([new])
        assert new.case is not None
        self._papers.refuse_unprintable(writing, _written(writing, new.case), event)

    def _received(
        self,
        case_id: CaseId,
        person: Person,
        scene: Scene,
        station: str,
        line: Line,
        materials: tuple[MaterialTaken, ...],
        issue: Issue,
    ) -> NewEvent:
        item = scene.item
        received_at = received_ms(line, scene.now_ms)
        clock = start_clock(ClockCode.CHECK, item.limits.check, local_date(received_at), scene.calendar)
        ref = ItemRef(item.code, item.version, item.name, item.kind.value, item.is_licence, item.agency)
        late = map_of(line, "late_entry")
        data: dict[str, object] = {
            "station": station,
            "item": item_to_plain(ref),
            "received_at": received_at,
            "channel": text_of(line, "channel") or (_OTHER_CHANNEL if line.get("job") else "1"),
            "materials": [material_to_plain(material) for material in materials],
            "clocks": [clock_to_plain(clock)],
        }
        if line.get("continues"):
            data["continues"] = str(CaseId.parse(text_of(line, "continues")))
        if line.get("job"):
            data["job"] = str(JobId.parse(text_of(line, "job")))
        if line.get("situation"):
            data["situation"] = line["situation"]
        private: dict[str, object] = {
            "applicant": applicant_to_plain(applicant_of(line)),
            "query_code": new_query_code(),
            "fields": dict(map_of(line, "fields")),
        }
        proxy = map_of(line, "proxy")
        if proxy:
            private["proxy"] = applicant_to_plain(proxy_of(proxy))
        if late:
            private |= {"late_reason": text_of(late, "reason"), "slip_no": text_of(late, "slip_no")}
        slip = Slip.parse(text_of(late, "slip_no"))
        if slip is not None:
            data["slip"] = slip._asdict()
        return NewEvent("received", case_id, 0, person.name, data | issue.data, private | issue.private)

    def _stored_files(self, line: Line) -> dict[str, StoredFile]:
        """The line's scans, sealed and synced before any event names them (sync design section 1)."""
        stored = {}
        for row, material in enumerate(rows_of(line, "materials"), 1):
            for path in cast("list[str]", material.get("files") or []):
                content, media_type = self._scans(path, row)
                sha256, _ = self._desk.vault.put(content)
                stored[path] = StoredFile(sha256, len(content), media_type)
        return stored


def _check_version(reading: Reading, draft_id: int | None, item: ServiceItem) -> None:
    """CounterError `draft_of_other_version`: what was typed for another version is moved over by a person first."""
    draft = None if draft_id is None else reading.draft(draft_id)
    if draft is not None and draft.version and draft.version != item.version:
        raise CounterError("draft_of_other_version", was=draft.version, now=item.version)


def takes_as_agent(scene: Scene) -> bool:
    """Whether papers that this person takes here make an agent job (specs domain 5.3.1)."""
    return Actor.AGENT in scene.actors and why_not_here(scene) is not None


def may_entrust(scene: Scene, outcome: str) -> None:
    """Raises what `why_not_here` gives: an agent takes papers on, and decides nothing about them."""
    why_not = why_not_here(scene) if (outcome or "receive") != "receive" else None
    if why_not is not None:
        raise why_not


def may_receive(scene: Scene) -> None:
    """Raises MoveNotAllowed if the person may not receive papers here (T02)."""
    why_not = why_not_here(scene)
    if why_not is not None:
        raise why_not
    if Actor.CLERK not in scene.actors:
        raise MoveNotAllowed("not_your_role", action=Action.RECEIVE.value, actors=Actor.CLERK.value)


def _check_continued(writing: Writing, line: Line) -> None:
    """A case that this station has is moved by itself, not by a second one that goes on with it."""
    words = text_of(line, "continues")
    known = writing.case(CaseId.parse(words)) if words else None
    if known is not None:
        raise MoveNotAllowed("continues_known", case=str(known.id), holder=known.holder)


def _written(writing: Writing, case_id: CaseId) -> Case:
    case = writing.case(case_id)
    assert case is not None, "the case was projected in this transaction"
    return case
