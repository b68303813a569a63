"""A field: label above, source at the right, value, and one line below when something is wrong.

    phone = Field(tr("ui.intake.phone"), FieldKind.PHONE, check=check_phone, optional=True)
    phone.settled.connect(store)          # tidied value, when the field is left and has changed
    phone.set_value("13800000000", source=tr("ui.field.from_card"))
    age = Field(tr("ui.intake.age"), computed=True)      # read-only, sunken, source at the right
    kind = ChoiceField(tr("..."), (("card", tr("...")), ("cash", tr("..."))))
    words = secret_field(tr("..."))

check gets the tidied value and gives a sentence (what is wrong, what is expected) or "".
It runs on leaving, never while typing. Missing values are no fault of a field: pages ask `value()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.texts import tr
from counter_app.ui.widgets.choice import Choice
from counter_app.ui.widgets.field_kinds import KIND_RULES, FieldKind
from counter_app.ui.widgets.label import Icon, Label, restyle
from counter_app.ui.widgets.line_edit import LineEdit, TextEdit

Check = Callable[[str], str]
_MESSAGES = {"wrong": ("octagon-alert", "danger"), "warn": ("triangle-alert", "warn")}


class FieldFrame(QWidget):
    """Label, source and message around any editor."""

    def __init__(self, label: str, editor: QWidget, source: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.setFocusProxy(editor)
        editor.setAccessibleName(label)
        self._label, self._source = Label(label, "secondary"), Label(source, "caption", elided=True)
        self._source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._icon, self._message = Icon("octagon-alert", "danger", 14), Label(role="caption", wrap=True)
        self._below = QWidget()
        self._arrange()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._label)
        head.addWidget(self._source, 1)
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(5)
        below.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._message, 1)
        self._below.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(head)
        rows.addWidget(self.editor)
        rows.addWidget(self._below)
        rows.addStretch(1)  # in a grid, a neighbour with a message does not move this one

    def label(self) -> str:
        """The word above the value."""
        return self._label.text()

    def set_label(self, label: str) -> None:
        """Another word above the value: what is asked depends on another answer."""
        self._label.setText(label)
        self.editor.setAccessibleName(label)

    def set_source(self, source: str) -> None:
        """Say where the value comes from, at the right of the label."""
        self._source.setText(source)

    def set_wrong(self, sentence: str) -> None:
        """Mark the value as wrong with one line below; empty takes the mark away."""
        self._mark("wrong" if sentence else "", sentence)

    def set_warning(self, sentence: str) -> None:
        """Point at something that does not stop the case (an expired card); empty takes it away."""
        self._mark("warn" if sentence else "", sentence)

    def is_wrong(self) -> bool:
        """Whether the value is marked as wrong."""
        return bool(self.editor.property("state") == "wrong")

    def message(self) -> str:
        """The line below the value."""
        return "" if self._below.isHidden() else self._message.text()

    def _mark(self, state: str, sentence: str) -> None:
        if state:
            icon, tone = _MESSAGES[state]
            self._icon.show_icon(icon, tone)
            self._message.set_tone(tone)
        self._message.setText(sentence)
        self._below.setVisible(bool(sentence))
        self.editor.setAccessibleDescription(sentence)
        self.editor.setProperty("state", state or self._quiet_state())
        restyle(self.editor)

    def _quiet_state(self) -> str:
        return ""


class Field(FieldFrame):
    """A field that one types in.

    length: the exact number of code points, shown as a counter (17 / 18); most: the largest number.
    lines above 1 make it a multi-line field. computed: read-only, skipped by Enter.
    """

    edited = Signal(str)
    settled = Signal(str)

    def __init__(
        self,
        label: str,
        kind: FieldKind = FieldKind.TEXT,
        *,
        check: Check | None = None,
        optional: bool = False,
        computed: bool = False,
        source: str = "",
        length: int = 0,
        most: int = 0,
        lines: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        self._edit: LineEdit | TextEdit = LineEdit() if lines == 1 else TextEdit(lines)
        super().__init__(label, self._edit, source, parent)
        self._rule, self._check, self._length, self._most = KIND_RULES[kind], check, length, most
        self._stored, self._computed = "", computed
        self._edit.setInputMethodHints(self._rule.hints)
        self._edit.stops_enter = self._stops_enter
        self._edit.left.connect(self._leave)
        self._edit.textChanged.connect(self._typed)
        example = tr(self._rule.example) if self._rule.example else ""
        told = (tr("ui.field.optional") if optional else "", example)
        self._edit.setPlaceholderText(tr("ui.table.dot").join(filter(None, told)))
        self.set_computed(computed)

    def value(self) -> str:
        """The tidied value; empty if nothing was entered."""
        return self._rule.tidy(self._text())

    def set_value(self, value: str, *, source: str | None = None) -> None:
        """Show a value that did not come from the keyboard; `settled` does not fire."""
        self._stored = self._rule.tidy(value)
        self._put(self._rule.shown(self._stored))
        if source is not None:
            self.set_source(source)
        self.set_wrong(self.fault())

    def set_computed(self, computed: bool) -> None:
        """Make it read-only with the look of a computed value, or open it."""
        self._computed = computed
        self._edit.setReadOnly(computed)
        self._edit.setProperty("state", self._quiet_state())
        restyle(self._edit)

    def fault(self) -> str:
        """What is wrong with the present value in one sentence, empty if it is right or missing."""
        value = self.value()
        points = len(value)
        if not value:
            return ""
        if self._length and points != self._length:
            return tr("ui.field.wrong_length", n=points, length=self._length)
        if self._most and points > self._most:
            return tr("ui.field.too_long", n=points, most=self._most)
        return self._rule.fault(value) or (self._check(value) if self._check else "")

    def _text(self) -> str:
        return self._edit.text() if isinstance(self._edit, LineEdit) else self._edit.toPlainText()

    def _put(self, value: str) -> None:
        if self._text() == value:
            return
        self._edit.blockSignals(True)
        if isinstance(self._edit, LineEdit):
            self._edit.setText(value)
            self._edit.setCursorPosition(0)
        else:
            self._edit.setPlainText(value)
        self._edit.blockSignals(False)
        self._count()

    def _typed(self) -> None:
        self._count()
        self.edited.emit(self._text())

    def _count(self) -> None:
        limit = self._length or self._most
        if limit and isinstance(self._edit, LineEdit):
            points = len(self._text())
            shown = points > 0 and (bool(self._length) or points > limit)
            self._edit.show_counter(f"{points} / {limit}" if shown else "")

    def _leave(self) -> None:
        if self._computed:
            return
        value = self.value()
        self._put(self._rule.shown(value))
        self.set_wrong(self.fault())
        if value != self._stored:
            self._stored = value
            self.settled.emit(value)

    def _stops_enter(self, forward: bool) -> bool:
        if self._computed:
            return False
        already_right = bool(self.value()) and not self.fault()
        return not (forward and already_right)

    def _quiet_state(self) -> str:
        return "computed" if self._computed else ""


def secret_field(label: str, source: str = "") -> Field:
    """A field for a passphrase or PIN: never shown, nor learned by an IME."""
    field = Field(label, source=source)
    edit = field.editor
    assert isinstance(edit, LineEdit), "one line"
    edit.setEchoMode(LineEdit.EchoMode.Password)
    hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhHiddenText
    edit.setInputMethodHints(hints | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhLatinOnly)
    edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    return field


class ChoiceField(FieldFrame):
    """A field with a short list of answers: (value, word) pairs."""

    settled = Signal(str)

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        source: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.choice = Choice(options)
        super().__init__(label, self.choice, source, parent)
        self.choice.chosen.connect(self._chosen)

    def value(self) -> str:
        """The value chosen, empty if none was."""
        return self.choice.value()

    def set_value(self, value: str, *, source: str | None = None) -> None:
        """Choose without `settled` firing; an unknown value chooses nothing."""
        self.choice.set_value(value)
        if source is not None:
            self.set_source(source)

    def _chosen(self, value: str) -> None:
        self.set_wrong("")
        self.settled.emit(value)
