"""What is asked before whole numbers are exported, and what is written in a register that people fill.

    ask_why(page, ledger.title, then=lambda form, reason: ...)
    EntryDialog(page, "inquiries", then=lambda words, dialog: ...).open()        # or with the words of an earlier entry
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.registers.entered import BOOKS
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import error_line

_LONG = frozenset({"content", "matter", "seals"})
_FORMS = ("csv", "pdf", "xlsx")  # the doing one last


def ask_why(over: QWidget, title: str, then: Callable[[str, str], None]) -> Dialog:
    """Ask for the reason; then(form, reason) is called once there is one."""
    dialog = Dialog(over, tr("ui.ledger.full_title", title=title), icon="eye", width="small")
    dialog.rows.addWidget(Label(tr("ui.ledger.full_line"), "text", wrap=True))
    reason = Field(tr("ui.ledger.full_reason"), lines=2)
    dialog.rows.addWidget(reason)

    def export(form: str) -> None:
        if not reason.value():
            reason.set_wrong(tr("ui.case.must_be_given"))
            reason.setFocus()
            return
        dialog.close_dialog()
        then(form, reason.value())

    buttons = [
        Button(tr(f"ui.ledger.full_as.{form}"), "primary" if form == _FORMS[-1] else "plain") for form in _FORMS
    ]
    for form, button in zip(_FORMS, buttons, strict=True):
        button.acted.connect(lambda form=form: export(form))
    dialog.foot(Button(tr("ui.ledger.not_now"), "link", key="Esc"), *buttons)
    dialog.open()
    return dialog


class EntryDialog(Dialog):
    """The fields of a book. earlier: what the entry says already, where more is to be written."""

    topic = "entry"

    def __init__(
        self,
        over: QWidget,
        book: str,
        then: Callable[[dict[str, str], EntryDialog], None],
        earlier: Mapping[str, str] | None = None,
    ) -> None:
        title = "ui.ledger.entry_more" if earlier else "ui.ledger.entry_new"
        super().__init__(over, tr(title, title=tr(f"registers.{book}.title")), icon="pencil")
        self._earlier, self._then = dict(earlier or {}), then
        self.fields = {code: self._field(book, code) for code in BOOKS[book].fields}
        if book == "shifts":
            self.rows.addWidget(Label(tr("ui.ledger.shift_line"), "secondary", wrap=True))
        for field in self.fields.values():
            self.rows.addWidget(field)
        self._said = Label("", "secondary", wrap=True)
        self.rows.addWidget(self._said)
        self.doing = Button(tr("ui.ledger.entry_do"), "primary", key="Enter")
        self.doing.acted.connect(self._enter)
        self.foot(Button(tr("ui.ledger.not_now"), "link", key="Esc"), self.doing)

    def say(self, error: CounterError) -> None:
        """Why it was not entered; what was typed stays."""
        self._said.set_tone("danger")
        self._said.setText(error_line(error))

    def _field(self, book: str, code: str) -> Field:
        label = tr("ui.ledger.receiver") if code == "receiver" else tr(f"registers.{book}.column.{code}")
        needed = code in BOOKS[book].needed
        field = Field(label, optional=not needed, lines=3 if code in _LONG else 1)
        field.set_value(self._earlier.get(code, ""))
        return field

    def _enter(self) -> None:
        words = {code: field.value() for code, field in self.fields.items()}
        changed = {code: word for code, word in words.items() if word and word != self._earlier.get(code)}
        if changed:
            self._then(changed, self)
        else:
            self.close_dialog()
