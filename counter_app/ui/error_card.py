"""An error in three parts (picture 08): what happened, what is safe, what to do now; last a number for support.

    show_error(self, error)                                   # a dialog over the window
    show_error(self, error, subtitle="...", do=Button(tr("ui.print.again"), "primary", key="Enter"), later=tr("..."))
    self.say.emit(message_of(error), "danger")                # where one line is enough

The sentences of an error code stand in the catalogue: `errors.<code>.message` and `.remedy` (a line a step);
`.title` and `.safe` where it has its own. The number stands in the table of `resources.error_numbers`.
"""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from counter_app.ui.texts import has, tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Icon, Label
from resources.error_numbers import error_number


def message_of(error: CounterError) -> str:
    """What happened, in one or two sentences."""
    return sentences(error).message


def remedy_of(error: CounterError) -> str:
    """What to do now; several steps stand on lines of their own."""
    return sentences(error).remedy


def safe_of(error: CounterError) -> str:
    """What is safe all the same."""
    return _own(error, "safe") or tr("ui.error.safe_always")


def number_of(error: CounterError) -> str:
    """What to tell the support line."""
    return error_number(error.code)


def _own(error: CounterError, part: str) -> str:
    key = f"errors.{error.code}.{part}"
    return tr(key, **error.params) if has(key) else ""


def show_error(
    over: QWidget,
    error: CounterError,
    *,
    subtitle: str = "",
    safe: str = "",
    do: Button | None = None,
    later: str = "",
) -> Dialog:
    """Show an error over the window. safe: what is safe here, "" for what is safe whenever this happens; do is what
    helps at once, the primary; later is the word of the way out."""
    title = _own(error, "title") or tr("ui.error.title")
    dialog = Dialog(over, title, subtitle=subtitle, icon="octagon-alert", tone="danger")
    dialog.rows.setSpacing(16)
    dialog.rows.addWidget(_part("circle-alert", "danger", tr("ui.error.happened"), message_of(error)))
    dialog.rows.addWidget(_part("shield-check", "ok", tr("ui.error.safe"), safe or safe_of(error)))
    dialog.rows.addWidget(_part("list-checks", "brand", tr("ui.error.now"), _numbered(remedy_of(error))))
    dialog.rows.addWidget(_support(number_of(error)))
    if do is None:
        close = Button(tr("ui.error.close"), "primary", key="Enter")
        close.acted.connect(dialog.close_dialog)
        dialog.foot(Label(tr("ui.error.esc"), "caption"), close)
    else:
        do.acted.connect(dialog.close_dialog)
        dialog.foot(Button(later or tr("ui.error.later"), "link", key="Esc"), do)
    dialog.open()
    return dialog


def _numbered(remedy: str) -> str:
    steps = [step for step in remedy.splitlines() if step.strip()]
    if len(steps) == 1:
        return steps[0]
    return "\n".join(f"{place}  {step}" for place, step in enumerate(steps, start=1))


def _part(icon: str, tone: str, title: str, sentence: str) -> QWidget:
    part = QWidget()
    line = QHBoxLayout(part)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(14)
    left = QVBoxLayout()
    left.addWidget(Icon(icon, tone, 20))
    left.addStretch(1)
    line.addLayout(left)
    text = QVBoxLayout()
    text.setSpacing(4)
    text.addWidget(Label(title, "strong", tone))
    text.addWidget(Label(sentence, "text", wrap=True))
    line.addLayout(text, 1)
    part.setAccessibleName(f"{title} {sentence}")
    return part


def _support(number: str) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(34, 0, 0, 0)
    line.addWidget(Label(tr("ui.error.number", code=number), "caption", elided=True), 1)
    copy = Button(tr("ui.error.copy"), "link", icon="copy", height=32)
    copy.acted.connect(lambda: QGuiApplication.clipboard().setText(number))
    line.addWidget(copy)
    return row
