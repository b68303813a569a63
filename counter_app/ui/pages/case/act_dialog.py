"""The dialog of an act: what it means and brings, what it must be given, and verbs on both buttons.

    ActDialog(self, "deliver", shown, self._do).open()      # _do(act, given, dialog)
    dialog.fail(error)                                      # the answer was no: it stays open and says why
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.second_person import agreed_data
from counter_app.domain.states import Action
from counter_app.services.sentences import sentences
from counter_app.ui.pages.case.act_table import ACT_FORMS, Ask
from counter_app.ui.pages.case.asked import editor_of
from counter_app.ui.pages.case.deadlines import period_words
from counter_app.ui.pages.case.editors import ChoiceEditor
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.pages.case.second import PIN_FAULTS, SecondPerson
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Sunken, pair_row
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.column import DialogColumn
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.focus_ring import MARGIN
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import as_sure, day, day_and_weekday, notice_title, word

Do = Callable[[str, Mapping[str, object], "ActDialog"], None]
_LONG = frozenset({"gaps", "form", "fees"})


class ActDialog(Dialog):
    """Enter does the act once everything is given; Esc leaves the case as it is."""

    topic = "act"
    _indent = 0  # of the rows beside a column, which begins before them

    def __init__(self, over: QWidget, act: str, shown: Shown, do: Do, notice: IssuedNotice | None = None) -> None:
        """notice: the paper that the act is about, where it is about one."""
        form, case = ACT_FORMS[act], shown.case
        subtitle = tr("ui.table.dot").join((case.applicant.name, case.item.name, str(case.id)))
        asks_much = any(ask.kind in _LONG for ask in form.asks)
        width = "medium" if asks_much else "small"
        super().__init__(over, word("actions", act), subtitle=subtitle, width=width, icon=form.icon)
        self._act, self._do_it, self._working = act, do, False
        agreed = act in set(Action) and agreed_data(case, Action(act)) is not None
        asks = [ask for ask in form.asks if not agreed and _concerns(ask, case)]
        self._editors = {ask.key: editor_of(ask, shown) for ask in asks}
        column = DialogColumn() if asks_much else None
        if column is not None:
            self._make_room_for_rings(column)
        self._add(Label(_consequence(act, shown, notice), "text", wrap=True))
        effect = _effect_box(act, shown)
        if effect is not None:
            self._add(effect)
        for editor in self._editors.values():
            if column is not None:
                column.add(editor.widget)
            else:
                self._add(editor.widget)
        if column is not None:
            self.rows.addWidget(column, 1)
        self._second = SecondPerson(shown.seconds) if shown.needs_second(act) else None
        if self._second is not None:
            self._add(self._second)
            self._second.grown.connect(self._cover)
            self._second.entered.connect(self._try)
        self._fault = Banner("danger", "octagon-alert", "")
        self._fault.hide()
        self._add(self._fault)
        self._asks = {ask.key: ask for ask in asks}
        for editor in self._editors.values():
            if isinstance(editor, ChoiceEditor):
                editor.field.settled.connect(self._show_asked)
        self._show_asked()
        keep = Button(tr("ui.case.keep"), "link", key="Esc")
        self.doing = Button(tr(f"ui.case.act.{act}.do"), "danger" if form.danger else "primary", key="Enter")
        self.doing.acted.connect(self._try)
        self.foot(keep, self.doing)

    def _make_room_for_rings(self, column: DialogColumn) -> None:
        """The column begins a ring's width before the other rows, so that its first box's ring is not at its edge."""
        column.rows.setContentsMargins(MARGIN, MARGIN, 0, MARGIN)
        around = self.rows.contentsMargins()
        self.rows.setContentsMargins(around.left() - MARGIN, around.top(), around.right(), around.bottom())
        self._indent = MARGIN

    def _add(self, widget: QWidget) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(self._indent, 0, 0, 0)
        line.addWidget(widget)
        self.rows.addLayout(line)

    def open(self) -> None:
        """What is to be ticked comes before the button, as a field does; where nothing must be given the button has
        the keys at once."""
        super().open()
        first = self._tabs()[0]
        if isinstance(first, CheckBox):
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._second is None and not any(ask.required for key, ask in self._asks.items() if self._is_asked(key)):
            self.doing.setFocus(Qt.FocusReason.OtherFocusReason)

    def second(self) -> tuple[str, str] | None:
        """Name and PIN of a second person who is here; None if there is none, or none is needed."""
        return self._second.given() if self._second is not None else None

    def fail(self, error: CounterError) -> None:
        """The act was refused: nothing has changed; say why, here. What was given stays."""
        self._working = False
        if self._second is not None and error.code in PIN_FAULTS:
            self._second.reject(error)
            self._cover()
            return
        said = sentences(error)
        self._fault.show()
        self._fault.say("danger", "octagon-alert", said.message, said.remedy)
        self._cover()

    def _show_asked(self, _value: str = "") -> None:
        """What else must be given depends on what was chosen."""
        for key, editor in self._editors.items():
            editor.widget.setVisible(self._is_asked(key))

    def _is_asked(self, key: str) -> bool:
        other, values = self._asks[key].when
        if not other:
            return True
        return self._is_asked(other) and self._editors[other].given() in values

    def _try(self) -> None:
        asked = {key: editor for key, editor in self._editors.items() if self._is_asked(key)}
        if self._working:
            return
        missing = any(editor.fault() for editor in asked.values())
        if missing or (self._second is not None and self._second.fault()):
            self._cover()
            return
        self._fault.hide()
        self._working = True
        given = {key: value for key, editor in asked.items() if (value := editor.given()) is not None}
        self._do_it(self._act, _shaped(self._act, given), self)


def _concerns(ask: Ask, case: Case) -> bool:
    """Whether there is anything to ask about in this case."""
    has_licence = case.item.licence or bool(case.licence_no)
    is_result = has_licence and case.outcome != "denied"
    return (bool(case.corrections) or not ask.only_again) and (is_result or not ask.only_licence)


def _shaped(act: str, given: Mapping[str, object]) -> Mapping[str, object]:
    """What the service wants: corrections of the applicant come as one map, beside those of the form."""
    if act == "deliver" and "relation" in given:
        return {**{key: value for key, value in given.items() if key != "relation"},
                "proxy": {"relation": given["relation"]}}
    if act != "fix_on_spot":
        return given
    applicant = {key: value for key, value in given.items() if key != "form"}
    form = given.get("form")
    return {"applicant": applicant, **(form if isinstance(form, Mapping) else {})}


def _consequence(act: str, shown: Shown, notice: IssuedNotice | None) -> str:
    case = shown.case
    received = day(local_date(case.received_at_ms), shown.today)
    asked = word("actions", case.asked.action) if case.asked else ""
    by = case.asked.by if case.asked else ""
    title = notice_title(notice.kind, licence=case.item.licence) if notice else ""
    number = (notice.final_number or notice.number) if notice else ""
    if case.asked is not None and case.asked.agreed and case.asked.action == act:
        return tr("ui.case.question.agreed_do", by=case.asked.answered_by, asked=asked)
    facts = {"who": case.applicant.name, "received": received, "asked": asked, "by": by}
    return tr(f"ui.case.act.{act}.consequence", title=title, number=number, **facts)


def _effect_box(act: str, shown: Shown) -> QWidget | None:
    effect = shown.effects.get(Action(act)) if act in set(Action) else None
    if effect is None or not (effect.papers or effect.clocks):
        return None
    box = Sunken()
    for kind in effect.papers:
        title = notice_title(kind.value, licence=shown.case.item.licence)
        copies = tr("ui.word.copies", n=kind.facts.copies)
        value = tr("ui.case.issues", title=title, copies=copies)
        box.rows.addWidget(pair_row(tr("ui.case.paper"), value, strong=True))
    for clock in effect.clocks:
        value = tr(
            "ui.case.begins",
            due=as_sure(day_and_weekday(clock.due, shown.today), clock),
            period=period_words(clock.period),
            first=day(clock.first_day, shown.today),
        )
        box.rows.addWidget(pair_row(word("clocks", clock.code.value), value))
    return box
