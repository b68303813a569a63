"""The agent's home: four large tiles with counts, each opening its list.

    home = AgentHome(AgentServices(...), background, station_name)
    MainWindow([home, home.list, ...])
    home.new_wanted.connect(begin); home.job_wanted.connect(open_job); home.case_wanted.connect(open_case)
    home.draft_wanted.connect(open_draft); home.print_wanted.connect(open_notice); home.key_wanted.connect(window.press)
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from counter_app.domain.agent_job import JobAction
from counter_app.domain.errors import CounterError
from counter_app.services.duties import Duty
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.empty import Empty
from counter_app.ui.keys import hint
from counter_app.ui.must_answer import must_answer_words
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.agent.reading import (
    HAND_IN,
    LISTS,
    RESULTS,
    UNFINISHED,
    AgentServices,
    AgentSight,
    read_sight,
)
from counter_app.ui.pages.agent.rows import ACTION, COLUMNS, DRAFT, JOB, PAPER, entries
from counter_app.ui.pages.agent.step_bar import StepBar
from counter_app.ui.pages.agent.tile import Tile
from counter_app.ui.pages.today.duty_rows import key_of
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.table import RowTable
from counter_app.ui.wording import day_and_weekday, error_line

LIST = "agent_list"
NEW = "new"
_ICONS = {NEW: "file-plus", HAND_IN: "package", RESULTS: "handshake", UNFINISHED: "pencil"}
_LINKS = (
    ("exchange", "refresh-cw"), ("page_3", "folder"), ("page_4", "send"), ("page_6", "settings"), ("lock", "lock"),
)
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -2, Qt.Key.Key_Down: 2}


class AgentHome(Page):
    """print_wanted carries a dossier and its notice; key_wanted the name of a key of `keys.py`."""

    name = "today"
    plain = True
    topic = "agent_today"

    new_wanted = Signal()
    case_wanted = Signal(str)
    job_wanted = Signal(str)
    job_act_wanted = Signal(str, str)
    print_wanted = Signal(object, object)
    trouble_wanted = Signal()
    draft_wanted = Signal(int)
    exchange_wanted = Signal()
    postbag_wanted = Signal()
    stamps_wanted = Signal()
    key_wanted = Signal(str)
    list_wanted = Signal()

    def __init__(self, services: AgentServices, background: Background, station: str) -> None:
        super().__init__()
        self._services, self._background, self._station = services, background, station
        self.sight: AgentSight | None = None
        self._duties: dict[str, Duty] = {}
        self.list = AgentList(self)
        look = Button(tr("ui.agent.home.answer"), height=tokens.CONTROL_AGENT)
        look.acted.connect(lambda: self._open(UNFINISHED))
        self.alarm = Banner("danger", "octagon-alert", "-", tr("ui.agent.home.alarm_line"), action=look)
        self.alarm.hide()
        self.tiles = {
            name: Tile(tr(f"ui.agent.home.{name}"), icon, filled=name == NEW) for name, icon in _ICONS.items()
        }
        self.links = {name: Button(tr(f"ui.agent.home.key.{name}"), "link", key=hint(name), icon=icon)
                      for name, icon in _LINKS}
        self._arrange()
        self.tiles[NEW].clicked.connect(self.new_wanted)
        for name in LISTS:
            self.tiles[name].clicked.connect(lambda _on=False, name=name: self._open(name))
        for name, link in self.links.items():
            link.acted.connect(lambda name=name: self.key_wanted.emit(name))

    def _arrange(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 16, tokens.PAGE_MARGIN, 8)
        lines.setSpacing(tokens.CARD_GAP)
        lines.addWidget(self.alarm)
        grid = QGridLayout()
        grid.setSpacing(16)
        for place, tile in enumerate(self.tiles.values()):
            grid.addWidget(tile, place // 2, place % 2)
            tile.installEventFilter(self)
        lines.addLayout(grid, 1)
        across = QHBoxLayout()
        for link in self.links.values():
            across.addWidget(link)
        across.addStretch(1)
        lines.addLayout(across)

    def title(self) -> str:
        return self._station

    def context_line(self) -> str:
        if self.sight is None:
            return ""
        today = self.sight.home.today
        kind = tr("ui.word.working_day" if today.working_day else "ui.word.rest_day")
        return tr("ui.table.dot").join((day_and_weekday(today.day, today.day), kind))

    def handlers(self) -> Handlers:
        return {
            "exchange": self.exchange_wanted.emit,
            "postbag": self.postbag_wanted.emit,
            "new_intake": self.new_wanted.emit,
            "print": lambda: self._open(UNFINISHED),
        }

    def first_focus(self) -> None:
        self.tiles[NEW].setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        self._background.run(Lane.READ, lambda: read_sight(self._services), self.show_sight, self._say_error, self)

    def show_sight(self, sight: AgentSight) -> None:
        """Show what was read, on the tiles and in the list."""
        self.sight = sight
        today, before = sight.home.today, f"{sight.home.closes_at:%H:%M}"
        self._duties = {key_of(duty): duty for duty in today.duties}
        said = must_answer_words(today.must_answer - today.over, today.over, before)
        self.alarm.setVisible(bool(said))
        if said:
            self.alarm.say("danger", "octagon-alert", said, tr("ui.agent.home.alarm_line"))
        self.tiles[NEW].show_count(None, tr("ui.agent.home.begin"))
        due = sight.due_today()
        lines = {
            HAND_IN: (tr("ui.agent.home.due", n=due), "warn") if due else (tr("ui.agent.home.none_due"), ""),
            RESULTS: (tr("ui.agent.home.results_line"), ""),
            UNFINISHED: (tr("ui.agent.home.unfinished_line"), ""),
        }
        for name in LISTS:
            n = sight.count(name)
            line, tone = lines[name]
            self.tiles[name].show_count(n, line if n else tr("ui.agent.home.nothing"), tone if n else "")
        self.list.show_sight(sight)
        self.head_changed.emit()

    def act(self, key: str) -> None:
        """Do what a row of a list is there for."""
        kind, _, known = key.partition(":")
        if kind == JOB:
            self._act_on_job(known)
        elif kind == DRAFT:
            self.draft_wanted.emit(int(known))
        elif kind == PAPER and self.sight is not None:
            self.print_wanted.emit(*self.sight.unprinted[int(known.rpartition("/")[2])])
        else:
            self._act_on_duty(self._duties.get(known))

    def _act_on_job(self, number: str) -> None:
        """The act that its list is there for, asked for at once."""
        lists = self.sight.jobs if self.sight is not None else {}
        name, view = next((name, view) for name, views in lists.items() for view in views if str(view.id) == number)
        back = JobAction.FETCH_RESULT if view.job.fetched_at_ms is None else JobAction.HAND_BACK
        act = {HAND_IN: JobAction.HAND_TO_WINDOW, RESULTS: back}.get(name)
        if act is None:
            self.job_wanted.emit(number)
        else:
            self.job_act_wanted.emit(number, act.value)

    def _act_on_duty(self, duty: Duty | None) -> None:
        if duty is None:
            return
        if duty.case is None:
            self.trouble_wanted.emit()
        elif duty.action == "print":
            self.print_wanted.emit(duty.case, duty.case.unprinted[0])
        else:
            self.case_wanted.emit(str(duty.case.id))

    def _open(self, name: str) -> None:
        self.list.of = name
        if self.sight is not None:
            self.list.show_sight(self.sight)
        self.list_wanted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step, tiles = _ARROWS.get(Qt.Key(event.key())), list(self.tiles.values())
            if step is not None and watched in tiles:
                place = tiles.index(watched) + step
                if 0 <= place < len(tiles):
                    tiles[place].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")


class AgentList(Page):
    """One of the lists behind the tiles; Enter or a press on a row does what it is there for. of: which list."""

    name = LIST
    rail = "today"
    plain = True
    topic = "agent_list"

    def __init__(self, home: AgentHome) -> None:
        super().__init__()
        self._home, self.of = home, HAND_IN
        self.table = RowTable(COLUMNS, name=tr("ui.agent.home.hand_in"), action_width=ACTION, as_cards=True)
        self.table.acted.connect(home.act)
        self._nothing = Empty("circle-check", "ok", tr("ui.agent.home.nothing"), tr("ui.agent.home.nothing_line"))
        self._bar = StepBar()
        self._bar.previous.say(tr("ui.agent.home.back"))
        self._bar.previous.acted.connect(lambda: home.key_wanted.emit("back"))
        for button in (self._bar.next, self._bar.skip):
            button.hide()
        column = Column()
        column.add(self.table)
        column.add(self._nothing)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 14, tokens.PAGE_MARGIN - tokens.BAR, 8)
        lines.addWidget(column)

    def title(self) -> str:
        return tr(f"ui.agent.home.{self.of}")

    def context_line(self) -> str:
        sight = self._home.sight
        return tr("ui.agent.home.items", n=sight.count(self.of)) if sight is not None else ""

    def outcome_bar(self) -> StepBar:
        return self._bar

    def handlers(self) -> Handlers:
        return {**self._home.handlers(), "print": self.table.act}

    def first_focus(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        self._home.refresh()

    def show_sight(self, sight: AgentSight) -> None:
        """Show the rows as of now."""
        rows = entries(self.of, sight)
        self.table.setAccessibleName(self.title())
        self.table.set_rows(rows)
        self.table.setFixedHeight(self.table.content_height() + 2)
        self.table.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self.head_changed.emit()
