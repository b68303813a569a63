"""Who applies and how to reach them: typed in where no card was read; the proxy below (XKF 29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.id_numbers import ID_TYPES, RESIDENT_ID
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import phone_fault, text_fault
from counter_app.ui.pages.intake.faults import ADDRESS_LENGTH, RELATION_LENGTH, name_fault, number_fault
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field, FieldFrame
from counter_app.ui.widgets.field_kinds import FieldKind

_EIGHTEEN = frozenset({RESIDENT_ID, "112", "154"})  # papers whose numbers always have 18 characters
MANUAL = ("id_type", "name", "id_number")


class NumberField(Field):
    """The number of an identity paper: the rule and the counter follow the kind of paper."""

    def __init__(self, label: str, today: date) -> None:
        self._id_type = RESIDENT_ID
        super().__init__(label, FieldKind.ID_NUMBER, check=lambda value: number_fault(self._id_type, value, today))
        self.of_type(RESIDENT_ID)

    def of_type(self, id_type: str) -> None:
        """Check by the rule of another paper."""
        self._id_type = id_type
        self._length = 18 if id_type in _EIGHTEEN else 0
        self._count()
        self.set_wrong(self.fault())


class PersonFields:
    """The fields of one person. who is `applicant` or `proxy`."""

    def __init__(self, who: str, today: date) -> None:
        def label(key: str) -> str:
            return tr(f"ui.intake.of_{who}.{key}")

        self.who = who
        types = [(code, tr(f"id_types.{code}")) for code in ID_TYPES]
        self.id_type = ChoiceField(label("id_type"), types)
        self.name = Field(label("name"), check=name_fault)
        self.id_number = NumberField(label("id_number"), today)
        self.phone = Field(label("phone"), FieldKind.PHONE, check=phone_fault, optional=True)
        if who == "applicant":
            key, most = "address", ADDRESS_LENGTH
        else:
            key, most = "relation", RELATION_LENGTH
        self.last = Field(label(key), check=lambda value: text_fault(value, most), optional=True)
        self.by_key: dict[str, Field | ChoiceField] = {
            "id_type": self.id_type,
            "name": self.name,
            "id_number": self.id_number,
            "phone": self.phone,
            key: self.last,
        }

    def show_person(self, person: dict[str, str], sources: dict[str, str]) -> None:
        """Show what is known, and where it came from."""
        self.id_type.set_value(person.get("id_type") or RESIDENT_ID)
        self.id_number.of_type(self.id_type.value())
        for key, field in self.by_key.items():
            if isinstance(field, Field):
                field.set_value(person.get(key, ""), source=sources.get(f"{self.who}.{key}", ""))


class ContactCard(Card):
    """settled and edited carry (who, key, value)."""

    settled = Signal(str, str, str)
    edited = Signal(str, str, str)
    proxy_switched = Signal(bool)

    def __init__(self, today: date) -> None:
        super().__init__()
        self.applicant, self.proxy = PersonFields("applicant", today), PersonFields("proxy", today)
        self.has_proxy = CheckBox(tr("ui.intake.has_proxy"))
        self.has_proxy.toggled.connect(self._switch)
        self._rule = rule()
        for field in self.applicant.by_key.values():
            self.rows.addWidget(field)
        self.rows.addWidget(self._rule)
        self.rows.addWidget(self.has_proxy)
        for field in self.proxy.by_key.values():
            self.rows.addWidget(field)
        for fields in (self.applicant, self.proxy):
            for key, field in fields.by_key.items():
                self._connect(fields, key, field)

    def _connect(self, fields: PersonFields, key: str, field: Field | ChoiceField) -> None:
        who = fields.who
        field.settled.connect(lambda value: self.settled.emit(who, key, value))
        if isinstance(field, Field):
            field.edited.connect(lambda _text, field=field: self.edited.emit(who, key, field.value()))
        else:
            field.settled.connect(fields.id_number.of_type)

    def show_application(self, application: Application, *, manual: bool, with_form: bool) -> None:
        """Show the people. manual: who applies is typed; with_form: an item was chosen, so the rest is asked too."""
        sources = application.aside().get("sources", {})
        self.applicant.show_person(application.person("applicant"), sources)
        self.proxy.show_person(application.person("proxy"), sources)
        with_proxy = "proxy" in application.line
        self.has_proxy.blockSignals(True)
        self.has_proxy.setChecked(with_proxy)
        self.has_proxy.blockSignals(False)
        for key, field in self.applicant.by_key.items():
            field.setVisible(manual if key in MANUAL else with_form)
        self._rule.setVisible(with_form)
        self.has_proxy.setVisible(with_form)
        for field in self.proxy.by_key.values():
            field.setVisible(with_form and with_proxy)
        self.setVisible(manual or with_form)

    def places(self) -> Iterator[tuple[str, QWidget]]:
        """Every place of this card with the widget that takes the focus there, from top to bottom."""
        for key, field in self.applicant.by_key.items():
            yield f"applicant.{key}", field.editor
        yield "has_proxy", self.has_proxy
        for key, field in self.proxy.by_key.items():
            yield f"proxy.{key}", field.editor

    def frame(self, place: str) -> FieldFrame | None:
        """The field of a place."""
        who, _, key = place.partition(".")
        fields = {"applicant": self.applicant, "proxy": self.proxy}.get(who)
        return fields.by_key.get(key) if fields else None

    def _switch(self, on: bool) -> None:
        self.proxy_switched.emit(on)
