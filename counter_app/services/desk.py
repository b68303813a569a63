"""What every act at this machine stands on: store, catalogue, calendar, time, and who is acting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import NotFound
from counter_app.domain.identifiers import CaseId, JobId, desk_of
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person
from counter_app.domain.scene import Scene
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.ports import FileVault, Reading, Store, SystemClock
from forms.catalogue import Catalogue

_CASE_NO = re.compile(r"[0-9A-Z]{43}")  # task code, day, serial (specs domain 8.2)


@dataclass(frozen=True, slots=True)
class Desk:
    """The station's means. One of them is made at the start and shared by all services."""

    store: Store
    vault: FileVault
    catalogue: Catalogue
    clock: SystemClock

    @property
    def calendar(self) -> WorkingCalendar:
        """The newest calendar known at this moment."""
        with self.store.read() as reading:
            return reading.calendar()

    def now_ms(self) -> int:
        """The wall clock of this machine, ms UTC: served papers carry its date (sync design section 9)."""
        return self.clock.read().wall_ms

    def today(self) -> date:
        """The day in China by this machine's clock."""
        return local_date(self.now_ms())

    def scene(self, reading: Reading, person: Person, item: ServiceItem) -> Scene:
        """Who would act here now on a case of this item."""
        profile = reading.profile()
        return Scene(
            person=person,
            device=reading.device(),
            entrusted=profile.may_accept_for(item.agency),
            now_ms=self.now_ms(),
            calendar=reading.calendar(),
            item=item,
            desk=desk_of(profile.code),
            shares=profile.shares,
            at_village=profile.is_village,
        )

    def item_of(self, case: Case) -> ServiceItem:
        """The version of the item that the case began with."""
        return self.catalogue.get(case.item.code, case.item.version)

    def item_of_job(self, job: AgentJob) -> ServiceItem:
        """The version of the item that the job was taken on with."""
        return self.catalogue.get(job.item.code, job.item.version)


def found_dossier(reading: Reading, words: str) -> tuple[Dossier, AgentJob | None]:
    """The case, or the entrustment with the job that the number names (None for the whole of it).

    Raises as `found_case`; NotFound `job_unknown`.
    """
    words = words.strip().upper()
    if "." in words:
        job_id = JobId.parse(words)
        entrustment = reading.entrustment(job_id.entrustment)
        if entrustment is None:
            raise NotFound("job_unknown", job=words)
        return entrustment, entrustment.job(job_id.n)
    if _CASE_NO.fullmatch(words) is None:
        whole = reading.entrustment(CaseId.parse(words))
        if whole is not None:
            return whole, None
    return found_case(reading, words), None


def found_jobs(reading: Reading, words: str) -> tuple[Entrustment, AgentJob | None]:
    """As `found_dossier`, of jobs only. NotFound `job_unknown`."""
    found, job = found_dossier(reading, words)
    if not isinstance(found, Entrustment):
        raise NotFound("job_unknown", job=words.strip().upper())
    return found, job


def found_case(reading: Reading, words: str) -> Case:
    """The case of a local number (本地编号) or an official one (办件编号).

    NotFound `case_unknown`; InvalidInput of CaseId.parse if it is neither.
    """
    words = words.strip().upper()
    official = _CASE_NO.fullmatch(words) is not None
    case = reading.case_by_number(words) if official else reading.case(CaseId.parse(words))
    if case is None:
        raise NotFound("case_unknown", case=words)
    return case
