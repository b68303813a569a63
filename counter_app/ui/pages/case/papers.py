"""文书和材料: what was issued and may be printed again, what was taken in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from counter_app.domain.case import IssuedNotice
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import notice_title, word


class PapersCard(Card):
    """One row a notice; Enter prints it, again if it was printed before; Del spoils it where that may be done.

    seal_wanted: its electronic seal is to be put on; offered where this person may and a seal is set up here.
    """

    print_wanted = Signal(object)
    spoil_wanted = Signal(object)
    seal_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("ui.case.papers"))
        self._notices: dict[str, IssuedNotice] = {}
        self._spoilable: frozenset[IssuedNotice] = frozenset()
        self._sealable: frozenset[IssuedNotice] = frozenset()
        columns = (ColumnSpec("", 32), ColumnSpec("", 130, stretch=True))
        self.table = RowTable(columns, name=tr("ui.case.papers"), action_width=128)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.acted.connect(lambda key: self.print_wanted.emit(self._notices[key]))
        self.table.bind("Del", lambda _key, _character: self._spoil())
        self.table.row_changed.connect(lambda _key: self._offer_acts())
        self.spoil = Button(tr("ui.case.spoil"), "danger", icon="ban", key="Del")
        self.spoil.acted.connect(self._spoil)
        self.seal = Button(tr("ui.seals.put_on"), icon="stamp")
        self.seal.acted.connect(self._seal)
        self._none = Label(tr("ui.case.no_papers"), "secondary")
        self._materials = Label(role="secondary", wrap=True)
        self.rows.addWidget(self.table)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.seal)
        buttons.addWidget(self.spoil)
        self.rows.addLayout(buttons)
        self.rows.addWidget(self._none)
        self.rows.addWidget(rule())
        self.rows.addWidget(Label(tr("ui.case.materials"), "strong"))
        self.rows.addWidget(self._materials)

    def show_case(self, shown: Shown) -> None:
        """Show notices and materials."""
        notices = shown.case.notices
        self._notices = {f"{n.kind}/{n.number}/{n.event.seq}": n for n in notices}
        self._spoilable, self._sealable = shown.spoilable, shown.sealable
        self.set_note(tr("ui.word.copies", n=len(notices)) if notices else "")
        licence = shown.case.item.licence
        self.table.set_rows([_row(key, notice, licence) for key, notice in self._notices.items()])
        self.table.setVisible(bool(notices))
        self._none.setVisible(not notices)
        self.table.setFixedHeight(self.table.content_height() + 2)
        self._materials.setText(materials_words(shown))
        self._offer_acts()

    def first_to_print(self) -> IssuedNotice | None:
        """The notice that printing is about: one that was never printed, else the present row."""
        waiting = (notice for notice in self._notices.values() if not notice.prints and notice.holds)
        return next(waiting, None) or self._notices.get(self.table.current_key())

    def _offer_acts(self) -> None:
        """The buttons stand for the present row; their words say of which paper."""
        notice = self._notices.get(self.table.current_key())
        self.spoil.setVisible(notice in self._spoilable)
        self.seal.setVisible(notice in self._sealable)
        if notice is not None:
            number = notice.final_number or notice.number
            for button in (self.spoil, self.seal):
                button.setAccessibleDescription(f"{notice_title(notice.kind, licence=False)} {number}")

    def _seal(self) -> None:
        notice = self._notices.get(self.table.current_key())
        if notice in self._sealable:
            self.seal_wanted.emit(notice)

    def _spoil(self) -> None:
        notice = self._notices.get(self.table.current_key())
        if notice in self._spoilable:
            self.spoil_wanted.emit(notice)


def materials_words(shown: Shown) -> str:
    """What was taken in, a line a material, and what scans the hall lacks."""
    case = shown.case
    lines = [
        tr(
            "ui.case.material",
            name=shown.material_name(material.id),
            form=word("material_forms", material.form),
            copies=material.copies,
            pages=material.pages,
            scans=tr("ui.case.scans", n=len(material.files)) if material.files else "",
        )
        for material in case.materials
    ]
    if not lines:
        return tr("ui.case.no_materials")
    missing = shown.view.facts.scans_missing
    if missing:
        lines.append(tr("ui.case.scans_missing", n=missing))
    return "\n".join(lines)


def _row(key: str, notice: IssuedNotice, licence: bool) -> Row:
    title = notice_title(notice.kind, licence=licence)
    number = notice.shown_number
    if notice.spoiled:
        state, action = tr("ui.case.spoiled"), ""
    elif notice.late:
        state, action = tr("ui.case.late_paper"), tr("ui.case.reprint") if notice.prints else ""
    elif notice.prints:
        state, action = tr("ui.case.printed", n=notice.prints), tr("ui.case.reprint")
    else:
        state, action = tr("ui.case.unprinted"), tr("ui.case.print")
    seal = tr("ui.case.sealed") if notice.seal else ""
    caption = tr("ui.table.dot").join(part for part in (number, state, seal) if part)
    tone = "warn" if notice.late or (not notice.prints and not notice.spoiled) else ""
    spoken = f"{title} {caption} {action}"
    cells = (Cell(icon="file-text", tone=tone or "ink2"), Cell(title, caption, strong=True))
    return Row(key, cells, action=action, spoken=spoken)
