"""An application whose item the hall has changed since: said above the page, moved over when the person says so.

Until then nothing can be decided about it: the terms that it was typed for are not those that hold. What has no place
in the new version is shown until it is dismissed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.draft_moves import DraftMove
from counter_app.services.stored_facts import Draft
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.moving_banner import MovingBanner, name_of
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable

CHANGED, WITHDRAWN = "changed", "withdrawn"
MOST_ROWS = 8


class Moving(QObject):
    """Looks whether the application's item is still the one that is offered. moved(Draft): it was moved over."""

    moved = Signal(object)

    def __init__(
        self,
        page: QWidget,
        services: IntakeServices,
        background: Background,
        banner: MovingBanner,
        current: Current,
        store: Callable[[], None],
        say_error: Callable[[CounterError], None],
    ) -> None:
        super().__init__(page)
        self._page, self._services, self._background = page, services, background
        self._banner, self._current, self._store, self._say_error = banner, current, store, say_error
        self._move: DraftMove | None = None
        banner.look_wanted.connect(self.open)
        banner.dismiss_wanted.connect(self._dismiss)
        current.taken_up.connect(self._forget)
        current.shown_anew.connect(self.look)

    def look(self) -> None:
        """Ask again: a release may have come meanwhile, or another application is on the page."""
        application, drafts = self._current.application, self._services.drafts
        if application.item is None:
            self._show(None)
            return
        draft = Draft(
            None, self._services.person.name, application.item.code, application.draft_line(),
            version=application.item.version,
        )

        def answered(move: DraftMove | None) -> None:
            if application is self._current.application:
                self._show(move)

        self._background.run(Lane.READ, lambda: drafts.move(draft), answered, self._say_error, self)

    def open(self) -> None:
        """Show what changes for this application; Enter moves it over."""
        move = self._move
        if move is None or move.after is None:
            return
        title = tr("ui.intake.move.title", now=move.after.version)
        dialog = Dialog(self._page, title, subtitle=move.after.name, icon="file-plus")
        dialog.rows.addWidget(_table(move))
        do = Button(tr("ui.intake.move.do"), "primary", key="Enter")

        def decided() -> None:
            dialog.close_dialog()
            self._move_over(move)

        do.acted.connect(decided)
        dialog.foot(Button(tr("ui.intake.move.later"), "link", key="Esc"), do)
        dialog.open()
        do.setFocus()

    def _move_over(self, move: DraftMove) -> None:
        self._store()
        keeping, drafts, person = self._current.keeping, self._services.drafts, self._services.person
        keeping.end()

        def work() -> Draft | None:
            draft_id = keeping.draft_id()  # known here: what was stored before is through on this thread
            return None if draft_id is None else drafts.move_over(person, draft_id)

        def done(draft: Draft | None) -> None:
            if draft is not None:
                self.moved.emit(draft)
                return
            keeping.resume()  # nothing was typed yet: the form opens anew
            self._current.application.item = move.after
            self.moved.emit(None)

        def failed(error: CounterError) -> None:
            keeping.resume()
            self._say_error(error)

        self._background.run(Lane.STORE, work, done, failed, self)

    def _dismiss(self) -> None:
        self._current.application.dismiss_left_over()
        self._show(self._move)
        self._current.stored()

    def _forget(self) -> None:
        self._move = None

    def _show(self, move: DraftMove | None) -> None:
        application, self._move = self._current.application, move
        self._banner.show_move(move, application.left_over())
        outdated = "" if move is None else WITHDRAWN if move.after is None else CHANGED
        if application.outdated != outdated:
            application.outdated = outdated
            self._current.changed.emit()


def _table(move: DraftMove) -> RowTable:
    """Everything that is otherwise for this application, a row each."""
    columns = (ColumnSpec("", 150), ColumnSpec("", 300, stretch=True))
    table = RowTable(columns, name=tr("ui.intake.move.changes"))
    table.set_rows([
        Row(str(n), (Cell(tr(f"ui.intake.move.{kind}"), tone=tone), Cell(name, caption, strong=True)),
            spoken=f"{tr(f'ui.intake.move.{kind}')} {name} {caption}")
        for n, (kind, tone, name, caption) in enumerate(_rows(move))
    ])
    table.setFixedHeight(min(table.content_height(), table.rowHeight(0) * MOST_ROWS) + 2)
    return table


def _rows(move: DraftMove) -> Iterator[tuple[str, str, str, str]]:
    assert move.after is not None, "shown only where there is a version to move to"
    for left in move.gone:
        yield "gone", "warn", name_of(left), left.shown
    for row in move.wanted:
        yield "wanted", "danger", row.name, row.hint
    for rule in move.wanted_materials:
        yield "wanted_material", "danger", rule.name, rule.source
    for code in move.limits:
        yield "limit", "ink2", tr(f"ui.intake.move.limits.{code}"), _lengths(move, code)
    if move.fees_changed:
        yield "fees", "ink2", tr("ui.intake.move.fees_line"), ""
    if not (move.gone or move.wanted or move.wanted_materials or move.limits or move.fees_changed):
        yield "same", "ink2", tr("ui.intake.move.same_line"), ""


def _lengths(move: DraftMove, code: str) -> str:
    """A period before and after."""
    said = []
    for item in (move.before, move.after):
        period = None if item is None else getattr(item.limits, code)
        word = tr("ui.intake.move.no_limit") if period is None else tr(f"periods.{period.unit}", n=period.length)
        said.append(word)
    return " → ".join(said)
