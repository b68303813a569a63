"""接着办没办完的: unfinished intakes, the last touched first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QWidget

from counter_app.domain.service_item import ServiceItem
from counter_app.domain.wire_values import map_of, text_of
from counter_app.services.drafts import Drafts
from counter_app.services.stored_facts import Draft
from counter_app.ui.pages.notice.words import masked
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog, ask
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import moment, word

MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class KnownDraft:
    """A draft with its item, None before one was chosen. behind: the item is another by now, or is not offered."""

    draft: Draft
    item: ServiceItem | None
    behind: bool


def read_drafts(drafts: Drafts) -> list[KnownDraft]:
    """All of them, the last touched first; not on the thread of the window."""
    return [KnownDraft(draft, drafts.item(draft), drafts.is_behind(draft)) for draft in drafts.all()]


def open_drafts(
    over: QWidget,
    drafts: Sequence[KnownDraft],
    today: date,
    chosen: Callable[[int], None],
    dropped: Callable[[int], None],
) -> Dialog:
    """Let the person choose one; Del drops one after asking."""
    dialog = Dialog(over, tr("ui.intake.go_on"), subtitle=tr("ui.intake.drafts.line", n=len(drafts)))
    close = Button(tr("ui.intake.drafts.close"), "link", key="Esc")
    if not drafts:
        dialog.rows.addWidget(Label(tr("ui.intake.drafts.none"), "text", wrap=True))
        dialog.foot(close)
        dialog.open()
        return dialog
    table = RowTable(
        (ColumnSpec("", 250, stretch=True), ColumnSpec("", 170)),
        name=tr("ui.intake.go_on"),
        action_width=130,
    )
    table.set_rows([_row(known, today) for known in drafts])
    table.setFixedHeight(min(table.content_height(), table.rowHeight(0) * MOST_ROWS) + 2)
    dialog.rows.addWidget(table)

    def go_on(key: str) -> None:
        dialog.close_dialog()
        chosen(int(key))

    def drop(key: str, _char: str) -> None:
        dialog.close_dialog()
        ask(
            over,
            tr("ui.intake.drafts.drop_title"),
            tr("ui.intake.drafts.drop_line"),
            tr("ui.intake.drafts.drop"),
            tr("ui.intake.drafts.keep"),
            lambda: dropped(int(key)),
            danger=True,
        )

    table.acted.connect(go_on)
    table.bind("Del", drop)
    dialog.foot(close)
    dialog.open()
    table.setFocus()
    return dialog


def _row(known: KnownDraft, today: date) -> Row:
    draft, item = known.draft, known.item
    applicant = map_of(draft.line, "applicant")
    name = text_of(applicant, "name") or tr("ui.intake.drafts.nameless")
    what = item.name if item is not None else tr("ui.intake.drafts.itemless")
    number = masked(text_of(applicant, "id_number"))
    behind = tr("ui.intake.drafts.behind") if known.behind else ""
    caption = tr("ui.table.dot").join(part for part in (what, number, behind) if part)
    step = word("ui.intake.step", draft.step)
    at = moment(draft.saved_at_ms, today)
    who = Cell(name, caption, strong=True, tone="warn" if known.behind else "")
    return Row(
        str(draft.id),
        (who, Cell(at, tr("ui.intake.drafts.stopped", step=step), tone="ink2")),
        action=tr("ui.intake.drafts.open"),
        spoken=tr("ui.intake.drafts.spoken", name=name, what=caption, at=at, step=step),
    )
