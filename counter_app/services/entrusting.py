"""A villager entrusts the agent: the jobs of one person, with deed (N14) and receipt (N15), in one transaction a line.

At a station that the agency has not entrusted with acceptance nothing is received in the sense of the
law: the agent takes papers for the applicant (XKF 29), and the agency's clocks start at the window.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.domain.agent_job import AGENT_DAYS, JOB_ROWS, MOST_AGENT_DAYS, JobAction, JobState, agent_clock
from counter_app.domain.case import Applicant, IssuedNotice, ItemRef, StoredFile
from counter_app.domain.entrustment import USUAL_POWERS, AgentJob, Entrustment
from counter_app.domain.entrustment_fold import MOST_JOBS
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.wire_values import (
    applicant_to_plain,
    clock_to_plain,
    item_to_plain,
    list_of,
    map_of,
    material_to_plain,
    text_of,
)
from counter_app.services.desk import Desk
from counter_app.services.line_values import (
    Line,
    applicant_of,
    materials_of,
    new_query_code,
    proxy_of,
    received_ms,
)
from counter_app.services.memory import reused_in
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading, Writing

AGENT_DAYS_SETTING = "agent_days"
_TAKING_ON = (JobAction.ENTRUST, JobAction.COLLECT)
_WITH_AGENT = frozenset({JobState.ENTRUSTED, JobState.COLLECTED})
_PAPERS = tuple(paper for row in JOB_ROWS if row.action in _TAKING_ON for paper in row.papers)


class Entrusting:
    """Taking jobs on."""

    def __init__(self, desk: Desk, papers: Papers) -> None:
        self._desk = desk
        self._papers = papers

    def write(
        self, writing: Writing, person: Person, item: ServiceItem, line: Line, files: Mapping[str, StoredFile]
    ) -> tuple[Entrustment, AgentJob]:
        """The line as a job of a new entrustment, or of the one that its `entrustment` names.

        InvalidInput `entrustment_handed_in`, `entrustment_full`, and what `reused_in` and `received_ms` raise.
        """
        applicant = applicant_of(line)
        joined = self._joined(writing, person, applicant, text_of(line, "entrustment"))
        reused = reused_in(self._desk, writing, line, item)
        whole = writing.next_case() if joined is None else joined.id
        n = 1 if joined is None else len(joined.jobs) + 1
        collected_ms = received_ms(line, self._desk.now_ms())
        begun = self._taken_on(writing, person, item, line, whole, joined)
        writing.append([begun])
        clock = agent_clock(local_date(collected_ms), agent_days(writing), self._desk.calendar)
        issue = self._papers.issue_by_agent(writing, _PAPERS, whole)
        data: dict[str, object] = {
            "jobs": [n],
            "collected_at": collected_ms,
            "clock": clock_to_plain(clock),
            "materials": [{**material_to_plain(row), "job": n} for row in materials_of(line, files, reused.files)],
        }
        collected = NewEvent("job_collected", whole, 0, person.name, data | issue.data, issue.private)
        [written] = writing.append([collected])
        writing.append(reused.events(whole, person))
        made = writing.entrustment(whole)
        assert made is not None, "the entrustment was projected in this transaction"
        self._papers.refuse_unprintable(writing, made, written)
        return made, made.job(n)

    def issued(self, whole: Entrustment, job: AgentJob) -> tuple[IssuedNotice, ...]:
        """The deed that holds and the receipt of the job."""
        found = (whole.notice(kind, job) for kind in _PAPERS)
        return tuple(notice for notice in found if notice is not None)

    def _joined(self, writing: Reading, person: Person, applicant: Applicant, key: str) -> Entrustment | None:
        """The entrustment that the sender means: of the same person, by the same agent, all still here."""
        if not key:
            return None
        same = [
            found
            for found in writing.entrustments_of_person(applicant.id_number)
            if (found.key, found.applicant.id_type, found.agent) == (key, applicant.id_type, person.name)
            and found.id.device in {writing.device(), *writing.former_devices()}
        ]
        if not same:
            return None
        newest = max(same, key=lambda found: found.id)
        if not {job.state for job in newest.jobs} <= _WITH_AGENT:
            raise InvalidInput("entrustment_handed_in", entrustment=str(newest.id))
        if len(newest.jobs) >= MOST_JOBS:
            raise InvalidInput("entrustment_full", most=MOST_JOBS)
        return newest

    def _taken_on(
        self,
        writing: Writing,
        person: Person,
        item: ServiceItem,
        line: Line,
        whole: CaseId,
        joined: Entrustment | None,
    ) -> NewEvent:
        """Who entrusts whom with what; an item that joins brings no person of its own."""
        ref = ItemRef(item.code, item.version, item.name, item.kind.value, item.is_licence, item.agency)
        row = item_to_plain(ref)
        if line.get("situation"):
            row["situation"] = line["situation"]
        own: dict[str, object] = {"fields": dict(map_of(line, "fields"))}
        if line.get("key"):
            own["key"] = line["key"]
        if joined is not None:
            return NewEvent("item_entrusted", whole, 0, person.name, {"items": [row]}, {"items": [own]})
        data: dict[str, object] = {
            "station": writing.profile().code,
            "powers": [str(power) for power in list_of(line, "powers")] or list(USUAL_POWERS),
            "items": [row],
        }
        late = map_of(line, "late_entry")
        private: dict[str, object] = {
            "applicant": applicant_to_plain(applicant_of(line)),
            "query_code": new_query_code(),
            "items": [own],
            "entrustment": text_of(line, "entrustment"),
            "late_reason": text_of(late, "reason"),
            "slip_no": text_of(late, "slip_no"),
        }
        proxy = map_of(line, "proxy")
        if proxy:
            private["proxy"] = applicant_to_plain(proxy_of(proxy))
        return NewEvent("entrusted", whole, 0, person.name, data, {k: v for k, v in private.items() if v})


def agent_days(reading: Reading) -> int:
    """K_AGENT of this station in working days: a setting, 3 unless it says otherwise, never more than a week's."""
    said = reading.setting(AGENT_DAYS_SETTING)
    days = int(said) if said.isdecimal() else AGENT_DAYS
    return min(max(days, 1), MOST_AGENT_DAYS)
