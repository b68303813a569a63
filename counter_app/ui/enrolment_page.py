"""The first start: enrol the machine at the hall, then add the first person; or say why the home cannot be opened."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.person_form import NewPerson, PersonForm
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label
from sync.hall_address import fingerprint_of

WIDTH = 500
HEIGHT_OF_DOING = 44


class EntryPage(QWidget):
    """A form beside the dark panel, with one button and a place for what went wrong."""

    def __init__(self, panel: QWidget, title: str, how: str, do: str) -> None:
        super().__init__()
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.form = Column(WIDTH)
        self.form.rows.setContentsMargins(4, 24, 4, 24)
        self.form.rows.setSpacing(tokens.CARD_GAP)
        self.form.rows.insertStretch(0, 1)
        self.fault = Banner("danger", "octagon-alert", "")
        self.fault.hide()
        self.doing = Button(do, "primary", key="Enter", height=HEIGHT_OF_DOING) if do else None
        self.form.add(Label(title, "figure"))
        self.form.add(Label(how, "text", "ink2", wrap=True))
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(panel)
        across.addStretch(1)
        across.addWidget(self.form)
        across.addStretch(1)

    def finish(self) -> None:
        """Put the place for faults and the button below what was added."""
        self.form.add(self.fault)
        if self.doing is not None:
            self.form.add(self.doing)

    def say(self, error: CounterError) -> None:
        """Say what went wrong; what was typed stays."""
        said = sentences(error)
        self.fault.show()
        self.fault.say("danger", "octagon-alert", said.message, said.remedy)


class EnrolmentPage(EntryPage):
    """Address, one-time code, and the certificate's fingerprint where the hall has one of its own making.

    enrol is called on the network thread; `enrolled` carries its answer.
    """

    topic = "enrolment"
    enrolled = Signal(object)

    def __init__(self, panel: QWidget, enrol: Callable[[str, str, bool, str], object], background: Background) -> None:
        super().__init__(panel, tr("ui.enrol.title"), tr("ui.enrol.how"), tr("ui.enrol.go"))
        self._enrol, self._background, self._asking = enrol, background, False
        self._url = Field(tr("ui.enrol.url"), FieldKind.TEXT, source=tr("ui.enrol.url_from"))
        self._code = Field(tr("ui.enrol.code"), FieldKind.CODE, source=tr("ui.enrol.code_from"))
        self._pin = Field(
            tr("ui.enrol.pin"), source=tr("ui.enrol.pin_from"), optional=True, check=fingerprint_fault
        )
        for field in (self._url, self._code, self._pin):
            field.editor.setInputMethodHints(Qt.InputMethodHint.ImhPreferLatin | Qt.InputMethodHint.ImhNoAutoUppercase)
            self.form.add(field)
        self.form.add(Label(tr("ui.enrol.note"), "caption", wrap=True))
        self.finish()
        assert self.doing is not None, "this page does something"
        self.doing.acted.connect(self._go)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._url.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        if self._asking:
            return
        for field in (self._url, self._code):
            if not field.value():
                field.set_wrong(tr("ui.enrol.needed"))
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        if self._pin.fault():
            self._pin.set_wrong(self._pin.fault())
            self._pin.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        url, code, pin = self._url.value(), self._code.value(), self._pin.value()
        self._asking = True
        self.fault.show()
        self.fault.say("brand", "hourglass", tr("ui.enrol.asking"), tr("ui.enrol.asking_more"))
        plain = is_loopback(url)
        self._background.run(
            Lane.NETWORK, lambda: self._enrol(url, code, plain, pin), self._answered, self._refused, self
        )

    def _answered(self, station: object) -> None:
        self._asking = False
        self.enrolled.emit(station)

    def _refused(self, error: CounterError) -> None:
        self._asking = False
        self.say(error)


class FirstPersonPage(EntryPage):
    """Who works here first: that person becomes administrator too."""

    topic = "first_person"
    wanted = Signal(object)

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel, tr("ui.enrol.first_title"), tr("ui.enrol.first_how"), tr("ui.enrol.first_go"))
        self._person = PersonForm(admin_too=True)
        self.form.add(self._person)
        self.finish()
        assert self.doing is not None, "this page does something"
        self.doing.acted.connect(self._go)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._person.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        given: NewPerson | None = self._person.given()
        if given is not None:
            self.wanted.emit(given)


class CannotOpenPage(EntryPage):
    """The home cannot be opened: why, what is safe, and what to do. Enter tries again."""

    again = Signal()

    def __init__(self, panel: QWidget, error: CounterError) -> None:
        super().__init__(panel, tr("ui.enrol.cannot_open"), tr("ui.error.safe_always"), tr("ui.enrol.again"))
        self.finish()
        self.say(error)
        assert self.doing is not None, "this page does something"
        self.doing.acted.connect(self.again)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.doing is not None:
            self.doing.setFocus(Qt.FocusReason.OtherFocusReason)


def fingerprint_fault(value: str) -> str:
    """Whether it is a SHA-256 as certificates show it: 64 hex digits, with colons or spaces between."""
    try:
        fingerprint_of(value)
    except InvalidInput as fault:
        return sentences(fault).message
    return ""


def is_loopback(url: str) -> bool:
    """Whether the address is this machine itself, the only place where plain HTTP is allowed."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
