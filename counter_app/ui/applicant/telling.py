"""What an applicant is told of a case on the second screen, with every word of a person masked (desktop design 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from counter_app.domain.beside import stages_to_rate
from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.masking import mask_name, mask_words
from counter_app.domain.notice import Agency
from counter_app.domain.ratings import Stage
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.ui.texts import has, tr
from counter_app.ui.wording import as_sure, day_and_weekday

_CLOCKS = (ClockCode.PROMISE, ClockCode.STATUTORY, ClockCode.CHECK, ClockCode.FIX, ClockCode.SERVE)


@dataclass(frozen=True, slots=True)
class Told:
    """name is masked; next says what happens and until when; ask where to ask. stage: what may be rated now, None
    nothing. No line holds a number of a person."""

    headline: str
    name: str
    item: str
    materials: tuple[str, ...]
    next: tuple[str, ...]
    ask: tuple[str, ...]
    stage: Stage | None = None


def tell(dossier: Dossier, item: ServiceItem, agencies: Mapping[str, Agency], today: date) -> Told:
    """What the applicant may read of it over anybody's shoulder; item is its last one, in the version it began with."""
    if isinstance(dossier, Entrustment):
        return _of_entrustment(dossier, item, agencies, today)
    state = f"ui.applicant.state.{dossier.state.value}"
    lines = [
        tr("ui.applicant.gap", name=item.material(gap.material).name, demand=gap.demand)
        for gap in dossier.gaps
        if not gap.supplied
    ]
    lines += [_clock(clock, today) for code in _CLOCKS for clock in dossier.clocks if clock.code is code and clock.runs]
    return Told(
        headline=tr(state) if has(state) else tr(f"states.{dossier.state.value}"),
        name=mask_name(dossier.applicant.name),
        item=dossier.item.name,
        materials=_public(tuple(item.material(taken.id).name for taken in dossier.materials), dossier),
        next=_public(tuple(lines), dossier),
        ask=_where(agencies.get(dossier.item.agency)),
        stage=_stage(dossier),
    )


def _of_entrustment(
    whole: Entrustment, item: ServiceItem, agencies: Mapping[str, Agency], today: date
) -> Told:
    job = whole.jobs[-1]
    lines = [_clock(job.running, today)] if job.running is not None else []
    return Told(
        headline=tr("ui.applicant.entrusted"),
        name=mask_name(whole.applicant.name),
        item=job.item.name,
        materials=_public(tuple(item.material(taken.id).name for taken in job.materials), whole),
        next=_public((*lines, tr("ui.applicant.no_acceptance")), whole),
        ask=_where(agencies.get(job.item.agency)),
    )


def _clock(clock: Clock, today: date) -> str:
    due = as_sure(day_and_weekday(clock.due, today), clock)
    return tr(f"ui.applicant.clock.{clock.code.value}", day=due)


def _where(agency: Agency | None) -> tuple[str, ...]:
    """The agency's own window, address and telephone: they are on every notice."""
    if agency is None:
        return ()
    phone = tr("ui.applicant.phone", phone=agency.phone) if agency.phone else ""
    return tuple(line for line in (agency.name, agency.window, agency.address, phone) if line)


def _public(lines: tuple[str, ...], dossier: Dossier) -> tuple[str, ...]:
    """Names of materials and demands are free text: numbers in it are masked, and the applicant's name."""
    name = dossier.applicant.name
    return tuple(mask_words(line.replace(name, mask_name(name)) if name else line) for line in lines)


def _stage(case: Case) -> Stage | None:
    """The later of the stages that may be rated and were not."""
    return next(iter(reversed(stages_to_rate(case))), None)
