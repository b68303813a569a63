"""What an agent has on hand, read at once on the reading thread and sorted into the tiles of the home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.agent_job import JobState
from counter_app.domain.case import IssuedNotice
from counter_app.domain.entrustment import Entrustment
from counter_app.services.duties import Duty, Group, Today
from counter_app.services.jobs import Jobs, JobView
from counter_app.ui.pages.today.reading import Home, TodayServices, read_home

HAND_IN, RESULTS, UNFINISHED = "hand_in", "results", "unfinished"
LISTS = (HAND_IN, RESULTS, UNFINISHED)
_TO_FINISH = frozenset({JobState.BACK, JobState.ENTRUSTED})


@dataclass(frozen=True, slots=True)
class AgentServices:
    """What the home asks."""

    of_home: TodayServices
    jobs: Jobs


@dataclass(frozen=True, slots=True)
class AgentSight:
    """The content of the home and of its lists. jobs by list; unprinted: papers of entrustments that wait for a
    printer; rest: what else there is to do, in the order of the law; handing: cases whose result waits here."""

    home: Home
    jobs: Mapping[str, tuple[JobView, ...]]
    unprinted: tuple[tuple[Entrustment, IssuedNotice], ...]
    rest: Today
    handing: Today

    def count(self, name: str) -> int:
        """How many stand in a list."""
        n = len(self.jobs[name])
        if name == RESULTS:
            return n + len(self.handing.duties)
        if name == UNFINISHED:
            return n + len(self.unprinted) + len(self.rest.duties) + len(self.home.today.drafts)
        return n

    def due_today(self) -> int:
        """Papers that must go to the window today or should have gone already."""
        return sum(1 for view in self.jobs[HAND_IN] if is_due(view, self.home.today.day))


def read_sight(services: AgentServices) -> AgentSight:
    """Everything on the home as of now."""
    home, views = read_home(services.of_home), services.jobs.listed()
    collected = [view for view in views if view.job.state is JobState.COLLECTED]
    collected.sort(key=lambda view: view.job.running.due if view.job.running is not None else date.max)
    of_case = [duty for duty in home.today.duties if duty.job is None]
    handing = [duty for duty in of_case if duty.group is Group.RESULTS_TO_HAND_OVER]
    whole = {view.whole.id: view.whole for view in views}
    return AgentSight(
        home=home,
        jobs={
            HAND_IN: tuple(collected),
            RESULTS: tuple(view for view in views if view.job.state is JobState.RESULT),
            UNFINISHED: tuple(view for view in views if view.job.state in _TO_FINISH),
        },
        unprinted=tuple((each, notice) for each in whole.values() for notice in each.unprinted),
        rest=_only(home.today, [duty for duty in of_case if duty not in handing]),
        handing=_only(home.today, handing),
    )


def is_due(view: JobView, today: date) -> bool:
    """Whether its papers must go to the window today."""
    return view.job.running is not None and view.job.running.due <= today


def _only(today: Today, duties: list[Duty]) -> Today:
    return replace(today, duties=tuple(duties))
