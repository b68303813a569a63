"""One agent job: where it stands, what can be done now, and what cannot, with the reason.

    open_job(self.window, JobServices(jobs, person), background, "QX07-01-0021.1-4", refresh)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from counter_app.domain.act_data import BACK_PAPERS
from counter_app.domain.agent_job import STATION_ACTIONS, JobAction
from counter_app.domain.agent_moves import JobPossibility
from counter_app.domain.case import IssuedNotice
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person
from counter_app.domain.ratings import Level
from counter_app.domain.wire_values import material_to_plain
from counter_app.services.jobs import Jobs, JobsDone, JobView
from counter_app.services.sentences import sentences
from counter_app.ui.background import Background, Lane
from counter_app.ui.error_card import show_error
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import day, word

Editor = Field | ChoiceField | CheckBox
# What each act is asked for: lines, ticks, and choices by their values.
_LINES = {
    JobAction.HAND_TO_WINDOW: ("window", "receiver"),
    JobAction.RECEIVE_BACK: ("number", "reason"),
    JobAction.FETCH_RESULT: ("result", "licence_no"),
    JobAction.HAND_BACK: ("receiver",),
    JobAction.STOP: ("reason",),
}
_TICKS = {
    JobAction.HAND_TO_WINDOW: ("signed", "entrustment_signed"),
    JobAction.HAND_BACK: ("signed",),
    JobAction.PAY: ("own_household",),
}
_CHOICES = {
    JobAction.RECEIVE_BACK: ("paper", BACK_PAPERS),
    JobAction.HAND_BACK: ("satisfaction", ("1", "2", "3", "4", "5")),
}


@dataclass(frozen=True, slots=True)
class JobServices:
    """What the dialogs ask. ask_level asks the applicant on the second screen how it was; None: there is none.
    show_paper shows a paper that an act issued, to be printed and signed; None: the job is shown again instead."""

    jobs: Jobs
    person: Person
    ask_level: Callable[[Entrustment, Callable[[Level], None]], None] | None = None
    show_paper: Callable[[Entrustment, IssuedNotice], object] | None = None


def open_job(
    over: QWidget,
    services: JobServices,
    background: Background,
    number: str,
    done: Callable[[], None],
    first: JobAction | None = None,
) -> None:
    """Read the job and show what can be done to it; done is called after an act, and the job is shown again.

    first: an act that is asked for at once if it can be done.
    """

    def look() -> tuple[JobView, list[JobPossibility]]:
        view = services.jobs.view(number)[0]
        return view, services.jobs.possibilities(services.person, str(view.id))

    def again() -> None:
        done()
        open_job(over, services, background, number, done)

    def printed(whole: Entrustment, notice: IssuedNotice) -> None:
        done()
        if services.show_paper is not None:
            services.show_paper(whole, notice)

    def ask(action: JobAction, view: JobView) -> None:
        JobActDialog(over, services, background, view, action, again, printed).open()

    def show(found: tuple[JobView, list[JobPossibility]]) -> None:
        view, ways = found
        if first is not None and any(way.action is first and way.why_not is None for way in ways):
            ask(first, view)
            return
        dialog = JobDialog(over, view, ways)
        dialog.wanted.connect(lambda name: ask(JobAction(name), view))
        dialog.open()

    def fail(error: CounterError) -> None:
        show_error(over, error)

    background.run(Lane.READ, look, show, fail, over)


class JobDialog(Dialog):
    """Where the job stands and what can be done now; wanted carries the name of the act that was chosen."""

    wanted = Signal(str)

    def __init__(self, over: QWidget, view: JobView, ways: Sequence[JobPossibility]) -> None:
        super().__init__(over, tr("ui.jobs.title", number=str(view.id)), subtitle=_who(view), width="medium")
        self.facts = Label(_facts(view), "text", wrap=True)
        self.table = RowTable((ColumnSpec("", 300, stretch=True),), name=tr("ui.jobs.actions"))
        self._possible = {way.action.value for way in ways if way.why_not is None}
        rows = sorted(ways, key=lambda way: (way.why_not is not None, STATION_ACTIONS.index(way.action)))
        self.table.set_rows([_row(way) for way in rows])
        self.table.setFixedHeight(self.table.content_height() + 2)
        self.table.acted.connect(self._choose)
        self.rows.addWidget(self.facts)
        self.rows.addWidget(self.table)
        self.foot(Button(tr("ui.jobs.leave"), "link", key="Esc"))

    def open(self) -> None:
        """Show it, the first act as the present row."""
        super().open()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, name: str) -> None:
        if name in self._possible:
            self.close_dialog()
            self.wanted.emit(name)


class JobActDialog(Dialog):
    """What an act must be given; Enter in it goes on, the button does it."""

    topic = "act"

    def __init__(
        self,
        over: QWidget,
        services: JobServices,
        background: Background,
        view: JobView,
        action: JobAction,
        done: Callable[[], None],
        printed: Callable[[Entrustment, IssuedNotice], None],
    ) -> None:
        title = word("job_actions", action.value)
        super().__init__(over, title, subtitle=tr("ui.table.dot").join((_who(view), str(view.id))), width="small")
        self._services, self._background, self._view = services, background, view
        self._action, self._done, self._printed = action, done, printed
        self.editors = _editors(action)
        for editor in self.editors.values():
            self.rows.addWidget(editor)
        if not self.editors:
            self.rows.addWidget(Label(tr("ui.jobs.nothing_asked"), "text", wrap=True))
        self._fault = Banner("danger", "octagon-alert", "")
        self._fault.hide()
        self.rows.addWidget(self._fault)
        self.go = Button(title, "primary", key="Enter")
        self.go.acted.connect(self._do)
        satisfied = self.editors.get("satisfaction")
        if services.ask_level is not None and isinstance(satisfied, ChoiceField):
            services.ask_level(view.whole, self._take_level)
        self.foot(Button(tr("ui.jobs.leave"), "link", key="Esc"), self.go)

    def _take_level(self, level: Level) -> None:
        """What the applicant pressed; the agent sees it before it is written down."""
        satisfied = self.editors.get("satisfaction")
        if isValid(self) and isinstance(satisfied, ChoiceField):
            satisfied.set_value(str(list(Level).index(level) + 1))

    def _do(self) -> None:
        services, view, action, given = self._services, self._view, self._action, self._given()

        def act() -> JobsDone:
            return services.jobs.act(services.person, str(view.id), action.value, given)

        self._background.run(Lane.STORE, act, self._acted, self._refused, self)

    def _given(self) -> Mapping[str, object]:
        given: dict[str, object] = {}
        for key, editor in self.editors.items():
            value: object = editor.isChecked() if isinstance(editor, CheckBox) else editor.value()
            given[key] = int(str(value)) if key == "satisfaction" and value else value
        if self._action is JobAction.COLLECT:  # the papers of the list before, mended
            given["materials"] = [
                {name: value for name, value in material_to_plain(row).items() if name != "files"}
                for row in self._view.job.materials
            ]
        return {key: value for key, value in given.items() if value not in ("", False)}

    def _acted(self, done: JobsDone) -> None:
        self.close_dialog()
        if done.notices and self._services.show_paper is not None:
            self._printed(done.whole, done.notices[0])
        else:
            self._done()

    def _refused(self, error: CounterError) -> None:
        said = sentences(error)
        self._fault.show()
        self._fault.say("danger", "octagon-alert", said.message, said.remedy)
        self._cover()


def _who(view: JobView) -> str:
    return tr("ui.table.dot").join((view.whole.applicant.name, view.job.item.name))


def _facts(view: JobView) -> str:
    job = view.job
    waits = job.state.value == "RESULT" and job.fetched_at_ms is None
    parts = [word("job_states", "RESULT_WAITS" if waits else job.state.value)]
    if job.collected_at_ms is not None:
        taken = local_date(job.collected_at_ms)
        parts.append(tr("ui.jobs.collected", day=day(taken, taken)))
        if job.running is not None:
            parts.append(tr("ui.jobs.due", day=day(job.running.due, taken)))
        if job.received_at_ms is not None:
            parts.append(tr("ui.jobs.received", day=day(local_date(job.received_at_ms), taken)))
    if job.back_paper:
        parts.append(job.back_paper)
    return tr("ui.table.dot").join(parts)


def _row(way: JobPossibility) -> Row:
    title = word("job_actions", way.action.value)
    why = "" if way.why_not is None else sentences(way.why_not).message
    cell = Cell(title, why, icon="ban" if why else "chevron-right", tone="ink3" if why else "", strong=not why)
    return Row(way.action.value, (cell,), spoken=f"{title} {why}")


def _editors(action: JobAction) -> dict[str, Editor]:
    found: dict[str, Editor] = {}
    if action in _CHOICES:
        key, values = _CHOICES[action]
        named = [(value, tr(f"ui.jobs.{key}.{value}")) for value in values]
        found[key] = ChoiceField(tr(f"ui.jobs.field.{key}"), named)
    for key in _LINES.get(action, ()):
        found[key] = Field(tr(f"ui.jobs.field.{key}"), most=60)
    for key in _TICKS.get(action, ()):
        found[key] = CheckBox(tr(f"ui.jobs.field.{action.value}_{key}"))
    return found
