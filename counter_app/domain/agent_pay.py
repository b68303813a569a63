"""Which agent jobs count for the agent's pay (specs domain 11.5): public money for work that is proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from counter_app.domain.agent_job import JobState
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.identifiers import JobId
from counter_app.domain.moments import local_date
from counter_app.domain.states import CaseState

# Closed, or refused by law; a case that was given back, withdrawn or voided is none to be paid for.
_LAWFUL_ENDS = frozenset(
    {
        CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING, CaseState.DELIVERED, CaseState.CLOSED,
        CaseState.NOT_REQUIRED, CaseState.REFUSED,
    }
)


@dataclass(frozen=True, slots=True)
class PayFacts:
    """What the rule looks at. person is who entrusted (type and number of the paper), day when the agent took it.

    own_household: None where nobody knows; at_hall: everything of it was uploaded and confirmed.
    """

    job: JobId
    person: tuple[str, str]
    item: str
    day: date | None
    entrustment_signed: bool
    lawful_end: bool
    handed_back_signed: bool
    at_hall: bool
    own_household: bool | None = None


def pay_facts(entrustment: Entrustment, job: AgentJob, *, at_hall: bool, own_household: bool | None) -> PayFacts:
    """The facts of a job. Who entrusted it under the agent's own name is the agent."""
    applicant = entrustment.applicant
    same_name = bool(applicant.name) and applicant.name == entrustment.agent
    return PayFacts(
        job=entrustment.number(job),
        person=(applicant.id_type, applicant.id_number),
        item=job.item.code,
        day=None if job.collected_at_ms is None else local_date(job.collected_at_ms),
        entrustment_signed=job.entrustment_signed,
        lawful_end=job.case_state in _LAWFUL_ENDS,
        handed_back_signed=job.handed_at_ms is not None,
        at_hall=at_hall,
        own_household=True if same_name else own_household,
    )


def not_counted(facts: PayFacts, counted: Iterable[PayFacts]) -> str | None:
    """Why the job does not count, a key of `jobs.not_counted`; None if it does. counted are jobs that do already."""
    reasons = {
        "entrustment_not_signed": not facts.entrustment_signed,
        "not_ended": not facts.lawful_end,
        "not_handed_back": not facts.handed_back_signed,
        "not_at_hall": not facts.at_hall,
        "own_household": facts.own_household is True,
        "doubled": any(_same(facts, other) for other in counted),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _same(one: PayFacts, other: PayFacts) -> bool:
    """Same person, same item, same day: once."""
    known = bool(one.person[1]) and one.day is not None
    return known and one.job != other.job and (one.person, one.item, one.day) == (other.person, other.item, other.day)


def is_paid(job: AgentJob) -> bool:
    """Whether the job was counted."""
    return job.state is JobState.PAID
