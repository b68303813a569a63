"""Editors of an act's dialog that ask for one thing: a line, a choice, a tick, a count."""

from __future__ import annotations

import re
from typing import Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.act_data import MOST_DAYS
from counter_app.domain.errors import CounterError
from counter_app.domain.fees import yuan
from counter_app.domain.person_name import check_name
from counter_app.domain.serving import service_of
from counter_app.services.sentences import sentences
from counter_app.ui.pages.case.act_table import Ask
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import word

_WORDS = {
    "way": "delivery",
    "service": "paper.services",
    "receiver_as": "paper.receivers",
    "rating": "paper.rating",
    "stage": "ratings.stages",
    "level": "ratings.levels",
}
_KINDS = {"phone": FieldKind.PHONE, "waybill": FieldKind.CODE, "pledge_days": FieldKind.DIGITS,
          "originals": FieldKind.DIGITS, "duplicates": FieldKind.DIGITS}
MOST_PAGES = 999


class Editor(Protocol):
    """One thing that is asked."""

    @property
    def widget(self) -> QWidget:
        """What is put into the dialog."""

    def fault(self) -> bool:
        """Whether something is missing or wrong; it is then marked and has the focus."""

    def given(self) -> object:
        """What was given, None for nothing."""


def before(ask: Ask, shown: Shown) -> str:
    """What a field starts with: a fact of the case."""
    applicant = shown.case.applicant
    listed = shown.case.fees_due
    facts = {
        "applicant": applicant.name,
        "phone": applicant.phone,
        "address": applicant.address,
        "mail_address": shown.case.mail_address or applicant.address,
        "waybill": shown.case.waybill,
        "today": shown.today.isoformat(),
        "fees": yuan(listed.total_fen) if listed else "",
        "fix_rule": shown.item.limits.fix.rule if shown.item and shown.item.limits.fix else "",
        "one": "1",
    }
    return facts.get(ask.starts_with, "")


class LineEditor:
    """One line, or several for a text."""

    def __init__(self, ask: Ask, shown: Shown) -> None:
        self._ask = ask
        self.widget = self._field = Field(
            tr(f"ui.case.field.{ask.key}"),
            _KINDS.get(ask.key, FieldKind.DATE if ask.kind == "day" else FieldKind.TEXT),
            check=_CHECKS.get(ask.key),
            optional=not ask.required,
            lines=3 if ask.kind == "text" else 1,
            most=200 if ask.kind == "text" else 60,
        )
        self._field.set_value(before(ask, shown))

    def fault(self) -> bool:
        wrong = self._field.fault()
        if not wrong and self._ask.required and not self._field.value():
            wrong = tr("ui.case.must_be_given")
        self._field.set_wrong(wrong)
        if wrong:
            self._field.setFocus()
            announce(self._field, wrong)
        return bool(wrong)

    def given(self) -> object:
        return self._field.value() or None


class ChoiceEditor:
    """One of a few words."""

    def __init__(self, ask: Ask, shown: Shown) -> None:
        offered = ask.options
        if ask.key == "way" and shown.item is not None:
            offered = tuple(way for way in shown.item.delivery if way in ask.options) or ask.options
        area = _WORDS[ask.key]
        options = [(code, word(area, code)) for code in offered]
        self.widget = self.field = self._field = ChoiceField(tr(f"ui.case.field.{ask.key}"), options)
        self._field.set_value(_usual(ask, shown))

    def fault(self) -> bool:
        return not self._field.value()

    def given(self) -> object:
        return self._field.value()


def _usual(ask: Ask, shown: Shown) -> str:
    """What is mostly chosen; nothing where only the applicant knows."""
    usual = {
        "way": shown.case.way or (shown.item.delivery[0] if shown.item else ""),
        "service": service_of({}, shown.case),
        "receiver_as": "applicant",
        "rating": "offered",
        "stage": "closing" if shown.case.outcome or not shown.case.is_open else "acceptance",
    }
    return usual.get(ask.key, "")


class YuanEditor(LineEditor):
    """An amount in yuan, given in fen."""

    def fault(self) -> bool:
        wrong = super().fault()
        if not wrong and fen(self._field.value()) is None:
            self._field.set_wrong(tr("ui.case.yuan_wrong"))
            self._field.setFocus()
            return True
        return wrong

    def given(self) -> object:
        return fen(self._field.value())


class NamesEditor(LineEditor):
    """Names of people, with a sign between them."""

    def given(self) -> object:
        return [name for name in re.split(r"[、，,;；\s]+", self._field.value()) if name]


class AgreeEditor:
    """Yes or no to what somebody else asked for; nothing is chosen beforehand."""

    def __init__(self, _ask: Ask, _shown: Shown) -> None:
        options = [(code, tr(f"ui.case.agree.{code}")) for code in ("yes", "no")]
        self.widget = self._field = ChoiceField(tr("ui.case.field.yes"), options)
        self._field.set_value("")

    def fault(self) -> bool:
        wrong = "" if self._field.value() else tr("ui.case.must_be_given")
        self._field.set_wrong(wrong)
        if wrong:
            self._field.setFocus()
            announce(self._field, wrong)
        return bool(wrong)

    def given(self) -> object:
        return self._field.value() == "yes"


class DaysEditor(LineEditor):
    """So many working days."""

    def given(self) -> object:
        return int(self._field.value())


class CountEditor(LineEditor):
    """So many of something, nothing for none."""

    def given(self) -> object:
        return int(self._field.value()) if self._field.value() else None


class TickEditor:
    """Something that the person vouches for; it must be ticked."""

    def __init__(self, ask: Ask, _shown: Shown) -> None:
        self._box = CheckBox(tr(f"ui.case.field.{ask.key}"))
        self._wrong = Label(tr("ui.case.must_be_ticked"), "caption", "danger")
        self._wrong.hide()
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._box)
        rows.addWidget(self._wrong)
        self._box.toggled.connect(self._wrong.hide)

    def fault(self) -> bool:
        missing = not self._box.isChecked()
        self._wrong.setVisible(missing)
        if missing:
            self._box.setFocus()
            announce(self._box, self._wrong.text())
        return missing

    def given(self) -> object:
        return self._box.isChecked()


def _name_fault(name: str) -> str:
    try:
        check_name(name)
    except CounterError as error:
        return sentences(error).message
    return ""


def fen(value: str) -> int | None:
    """Yuan with at most two decimals in fen, None for anything else."""
    found = re.fullmatch(r"(\d{1,10})(?:\.(\d{1,2}))?", value.strip())
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan_fault(value: str) -> str:
    """What is wrong with an amount in yuan, "" for nothing."""
    return "" if fen(value) is not None else tr("ui.case.yuan_wrong")


def _days_fault(value: str) -> str:
    fits = value.isdigit() and 1 <= int(value) <= MOST_DAYS
    return "" if fits else tr("ui.case.count_wrong", most=MOST_DAYS)


def count_fault(value: str) -> str:
    """What is wrong with a number of sheets, "" for nothing."""
    fits = value.isdigit() and 1 <= int(value) <= MOST_PAGES
    return "" if fits else tr("ui.case.count_wrong", most=MOST_PAGES)


_CHECKS = {"receiver": _name_fault, "name": _name_fault, "pledge_days": _days_fault, "originals": count_fault,
           "duplicates": count_fault}
