"""A person to be added: name, roles, PIN twice. Used at the first start and in the settings.

form = PersonForm(); given = form.given()       # None: something is missing, said where it is missing
services.people.add(by, given.name, given.roles, given.pin)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Role
from counter_app.domain.person_name import check_name
from counter_app.services.sentences import sentences
from counter_app.ui.pin_form import AGAIN, NEW, PinForm
from counter_app.ui.texts import tr
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label

ROLES = (Role.CLERK, Role.AGENT, Role.CHIEF, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What was typed; the PIN is never shown or logged."""

    name: str
    roles: frozenset[Role]
    pin: str = field(repr=False)


class PersonForm(QWidget):
    """admin_too: the first person of a machine becomes administrator anyway, so that role is not asked."""

    def __init__(self, *, admin_too: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = Field(tr("ui.person.name"), check=_name_fault, most=40)
        asked = [role for role in ROLES if not (admin_too and role is Role.ADMIN)]
        self._roles = {role: CheckBox(tr(f"roles.{role.value}")) for role in asked}
        self._pins = PinForm({NEW: tr("ui.person.pin"), AGAIN: tr("ui.person.again")})
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self._name)
        rows.addWidget(Label(tr("ui.person.roles"), "secondary"))
        line = QHBoxLayout()
        line.setSpacing(16)
        for box in self._roles.values():
            line.addWidget(box)
        line.addStretch(1)
        rows.addLayout(line)
        rows.addWidget(self._pins)
        self.setFocusProxy(self._name)

    def given(self) -> NewPerson | None:
        """What was typed, None if something is missing or wrong: the first such thing has the focus then."""
        name = self._name.value()
        roles = frozenset(role for role, box in self._roles.items() if box.isChecked())
        faults: tuple[tuple[bool, QWidget, str], ...] = (
            (not name or bool(self._name.fault()), self._name, self._name.fault() or tr("ui.person.no_name")),
            (not roles, next(iter(self._roles.values())), tr("ui.person.no_role")),
        )
        fault = next(((widget, said) for wrong, widget, said in faults if wrong), None)
        if fault is None:
            pins = self._pins.given()
            return None if pins is None else NewPerson(name, roles, pins[NEW])
        self.say(fault[1])
        fault[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return None

    def say(self, sentence: str) -> None:
        """Say below what was wrong."""
        self._pins.say(sentence)

    def clear(self) -> None:
        """Empty everything."""
        self._name.set_value("")
        for box in self._roles.values():
            box.setChecked(False)
        self._pins.clear()


def _name_fault(name: str) -> str:
    try:
        check_name(name)
    except CounterError as error:
        return sentences(error).message
    return ""
