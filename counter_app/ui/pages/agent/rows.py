"""The rows of the agent's lists: who and what at the left, why in plain words at the right, the one act beside it.

A key says what the row is: `job:`, `draft:`, `paper:` or `duty:` before what it is known by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from counter_app.domain.agent_job import JobState
from counter_app.domain.notice import NoticeKind
from counter_app.domain.wire_values import map_of, text_of
from counter_app.services.jobs import JobView
from counter_app.services.stored_facts import Draft
from counter_app.ui.pages.agent.reading import HAND_IN, RESULTS, UNFINISHED, AgentSight
from counter_app.ui.pages.today.duty_rows import duty_entries
from counter_app.ui.pages.today.reading import Home
from counter_app.ui.texts import tr
from counter_app.ui.widgets.table import Cell, ColumnSpec, Group, Row
from counter_app.ui.wording import day, moment, word

COLUMNS = (ColumnSpec("", 52), ColumnSpec("", 200, stretch=True), ColumnSpec("", 200, stretch=True))
ACTION = 200
JOB, DRAFT, PAPER, DUTY = "job", "draft", "paper", "duty"
Entries = list[Row | Group]


def entries(name: str, sight: AgentSight) -> Entries:
    """The rows of a list."""
    return _LISTS[name](sight)


def _hand_in(sight: AgentSight) -> Entries:
    return [_job(view, *_due(view, sight.home.today.day), "hand_in") for view in sight.jobs[HAND_IN]]


def _results(sight: AgentSight) -> Entries:
    rows: Entries = []
    for view in sight.jobs[RESULTS]:
        is_here = view.job.fetched_at_ms is not None
        key = "give" if is_here else "fetch"
        rows.append(_job(view, tr(f"ui.agent.why.{key}"), "ok" if is_here else "brand", key))
    return [*rows, *_duties(replace(sight.home, today=sight.handing))]


def _unfinished(sight: AgentSight) -> Entries:
    rows = _duties(replace(sight.home, today=sight.rest))
    for view in sight.jobs[UNFINISHED]:
        is_back = view.job.state is JobState.BACK
        why = tr("ui.agent.why.back" if is_back else "ui.agent.why.no_papers")
        rows.append(_job(view, why, "warn" if is_back else "", "look"))
    for whole, notice in sight.unprinted:
        title = NoticeKind(notice.kind).facts.title
        key = f"{PAPER}:{whole.id}/{sight.unprinted.index((whole, notice))}"
        rows.append(_row(key, "printer", whole.applicant.name, title, tr("ui.agent.why.unprinted"), "", "print"))
    return [*rows, *(_draft(draft, sight.home) for draft in sight.home.today.drafts)]


_LISTS: dict[str, Callable[[AgentSight], Entries]] = {
    HAND_IN: _hand_in, RESULTS: _results, UNFINISHED: _unfinished,
}


def _job(view: JobView, why: str, tone: str, action: str) -> Row:
    name, item = view.whole.applicant.name, view.job.item.name
    icon = {"hand_in": "package", "give": "handshake", "fetch": "file-check"}.get(action, "undo-2")
    return _row(f"{JOB}:{view.id}", icon, name, item, why, tone, action)


def _draft(draft: Draft, home: Home) -> Row:
    name = text_of(map_of(draft.line, "applicant"), "name") or tr("ui.today.no_name")
    item = home.items.get(draft.item)
    at, step = moment(draft.saved_at_ms, home.today.day), word("ui.intake.step", draft.step)
    why = tr("ui.agent.why.draft", at=at, step=step)
    return _row(f"{DRAFT}:{draft.id}", "pencil", name, item.name if item else "", why, "", "go_on")


def _row(key: str, icon: str, name: str, what: str, why: str, tone: str, action: str) -> Row:
    said = tr(f"ui.agent.action.{action}")
    spoken = tr("ui.agent.row_spoken", name=name, what=what, why=why, action=said)
    cells = (Cell(icon=icon, tone=tone or "brand"), Cell(name, what, strong=True), Cell(why, tone=tone or "ink2"))
    return Row(key, cells, action=said, spoken=spoken)


def _due(view: JobView, today: date) -> tuple[str, str]:
    clock = view.job.running
    if clock is None:
        return "", ""
    left = (clock.due - today).days
    if left < 0:
        return tr("ui.agent.why.over", n=-left), "danger"
    return (tr("ui.agent.why.today"), "warn") if not left else (tr("ui.agent.why.due", day=day(clock.due, today)), "")


def _duties(home: Home) -> Entries:
    """What stands on the full page's list, in its order and with its words, as large rows."""
    found: Entries = []
    for entry in duty_entries(home):
        if isinstance(entry, Row):
            icon, when, who, why = entry.cells
            cells = (icon, who, Cell(when.text, why.text, tone=when.tone, strong=True))
            found.append(replace(entry, key=f"{DUTY}:{entry.key}", cells=cells))
        elif entry.line:  # only the red one: what the law answers itself comes first and says so
            found.append(entry)
    return found
