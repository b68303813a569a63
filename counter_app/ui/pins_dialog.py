"""A dialog that does one thing by PINs: changes one, gives one, or lets who may do it sign for it.

    PinsDialog(self, title, {OLD: tr("..."), **new_pin()}, Doing(work, then, tr("...")), background).open()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background, Lane
from counter_app.ui.pin_form import AGAIN, NEW, OLD, OWN, PinForm
from counter_app.ui.sign_in import pin_sentence
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import error_line

T = TypeVar("T")

_OF_SIGNER = frozenset({"pin_wrong", "person_locked", "pin_to_change"})
_OF_NEW = frozenset({"pin_is_old"})


@dataclass(frozen=True, slots=True)
class Doing(Generic[T]):
    """What is done with the PINs (on the writing thread), what then, the word on the button; danger: never by Enter."""

    work: Callable[[Mapping[str, str]], T]
    then: Callable[[T], None]
    word: str
    danger: bool = False


class PinsDialog(Dialog):
    """asks: as of `PinForm`; line says what comes of it."""

    def __init__(
        self,
        over: QWidget,
        title: str,
        asks: Mapping[str, str],
        doing: Doing[T],
        background: Background,
        *,
        subtitle: str = "",
        line: str = "",
    ) -> None:
        super().__init__(over, title, subtitle=subtitle, width="small", icon="key-round")
        self._asks, self._background, self._busy = asks, background, False
        if line:
            self.rows.addWidget(Label(line, "text", wrap=True))
        self.form = PinForm(asks)
        self.rows.addWidget(self.form)
        self.doing = Button(doing.word, "danger" if doing.danger else "primary", key="" if doing.danger else "Enter")
        self.doing.acted.connect(lambda: self._do(doing))
        self.foot(Button(tr("ui.pins.not_now"), "link", key="Esc"), self.doing)

    def _do(self, doing: Doing[T]) -> None:
        given = self.form.given()
        if given is None or self._busy:
            return

        def done(answer: T) -> None:
            self.close_dialog()
            doing.then(answer)

        self._busy = True
        self._background.run(Lane.STORE, lambda: doing.work(given), done, self._fail, self)

    def _fail(self, error: CounterError) -> None:
        self._busy = False
        signer = next((name for name in (OWN, OLD) if name in self._asks), "")
        if error.code in _OF_SIGNER and signer:
            self.form.wrong(signer, pin_sentence(error))
        elif error.code in _OF_NEW:
            self.form.wrong(NEW, error_line(error))
        else:
            self.form.say(error_line(error))


def new_pin() -> dict[str, str]:
    """The asking for a new PIN, twice."""
    return {NEW: tr("ui.pins.new"), AGAIN: tr("ui.pins.again")}
