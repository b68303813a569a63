"""收下别处办件的材料: papers for a case that this station has nothing of but the number on the applicant's slip.

    PapersElsewhere(self, number, items, take).open()     # take(given, dialog)
    dialog.fail(error)                                    # refused: it stays open and says why
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.service_item import MaterialRule, ServiceItem
from counter_app.services.sentences import sentences
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label

MOST_PAGES = 999
TALL_PX = 300
PAGES_WIDTH = 120
Take = Callable[[Mapping[str, object], "PapersElsewhere"], None]


class PapersElsewhere(Dialog):
    """The item as it stands on the slip, then what was handed in."""

    topic = "elsewhere"

    def __init__(self, over: QWidget, number: str, items: Sequence[ServiceItem], take: Take) -> None:
        super().__init__(over, tr("ui.cases.elsewhere.take"), subtitle=number, icon="paperclip")
        self._items = {item.code: item for item in items}
        self._take, self._working = take, False
        self.item = ChoiceField(tr("ui.cases.elsewhere.item"), [(item.code, item.name) for item in items])
        self.item.set_value("")
        self.item.settled.connect(self._choose)
        self._list = Column()
        self._list.setMinimumHeight(TALL_PX)
        self.rows_of: list[_PaperRow] = []
        self._fault = Banner("danger", "octagon-alert", "-")
        self._fault.hide()
        for widget in (Label(tr("ui.cases.elsewhere.effect"), "text", wrap=True), self.item, self._list, self._fault):
            self.rows.addWidget(widget)
        self.doing = Button(tr("ui.cases.elsewhere.do"), "primary", key="Enter")
        self.doing.acted.connect(self._try)
        self.foot(Button(tr("ui.cases.elsewhere.keep"), "link", key="Esc"), self.doing)

    def fail(self, error: CounterError) -> None:
        """Nothing was taken: say why, here; what was ticked stays."""
        self._working = False
        said = sentences(error)
        self._say(said.message, said.remedy)

    def _choose(self, code: str) -> None:
        for row in self.rows_of:
            row.setParent(None)
            row.deleteLater()
        self.rows_of = [_PaperRow(rule) for rule in self._items[code].materials]
        for row in self.rows_of:
            self._list.add(row)
        self._fault.hide()

    def _try(self) -> None:
        if self._working:
            return
        if not self.item.value():
            self.item.set_wrong(tr("ui.cases.elsewhere.no_item"))
            self.item.setFocus()
            announce(self.item, tr("ui.cases.elsewhere.no_item"))
            return
        ticked = [row for row in self.rows_of if row.box.isChecked()]
        if not ticked:
            self._say(tr("ui.cases.elsewhere.no_paper"), tr("ui.cases.elsewhere.no_paper_line"))
            return
        self._fault.hide()
        if any(row.fault() for row in ticked):
            return
        self._working = True
        self._take({"item": self.item.value(), "materials": [row.given() for row in ticked]}, self)

    def _say(self, message: str, remedy: str) -> None:
        self._fault.show()
        self._fault.say("danger", "octagon-alert", message, remedy)
        self._cover()


class _PaperRow(QWidget):
    """One material of the item: tick it, and count its pages."""

    def __init__(self, rule: MaterialRule) -> None:
        super().__init__()
        self._rule = rule
        self.box = CheckBox(rule.name)
        self.pages = Field(tr("ui.case.field.pages"), FieldKind.DIGITS, check=_pages_fault)
        self.pages.set_value("1")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.box, 0, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.pages, 0, 1)
        grid.setColumnStretch(0, 1)
        self.pages.setFixedWidth(px(PAGES_WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.pages.setVisible(False)
        self.box.toggled.connect(self.pages.setVisible)

    def fault(self) -> bool:
        """Whether the pages are no number; they are then marked."""
        wrong = _pages_fault(self.pages.value())
        self.pages.set_wrong(wrong)
        if wrong:
            self.pages.setFocus()
        return bool(wrong)

    def given(self) -> dict[str, object]:
        """The row as the service takes it."""
        pages = int(self.pages.value())
        return {"id": self._rule.id, "form": self._rule.form.value, "copies": self._rule.copies, "pages": pages}


def _pages_fault(value: str) -> str:
    fits = value.isdigit() and 1 <= int(value) <= MOST_PAGES
    return "" if fits else tr("ui.case.count_wrong", most=MOST_PAGES)
