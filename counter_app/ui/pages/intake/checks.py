"""Values of a form between the field on the screen and the intake line: how they are written, and what is wrong.

A value that cannot be read stays in the line as it was typed, so that nothing is lost; the check names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from counter_app.domain.errors import CounterError
from counter_app.domain.free_text import check_free_text
from counter_app.domain.id_numbers import RESIDENT_ID, check_id_number
from counter_app.domain.organisation_codes import check_credit_code
from counter_app.domain.service_item import Field, FieldType
from counter_app.ui.error_card import message_of
from counter_app.ui.texts import tr
from counter_app.ui.widgets.field_kinds import FieldKind, date_fault, date_of
from forms.field_schema import MONEY, PHONE

YES, NO = "yes", "no"

KINDS: Mapping[FieldType, FieldKind] = {
    FieldType.TEXT: FieldKind.TEXT,
    FieldType.NUMBER: FieldKind.DIGITS,
    FieldType.MONEY: FieldKind.DIGITS,
    FieldType.DATE: FieldKind.DATE,
    FieldType.REGION: FieldKind.DIGITS,
    FieldType.PHONE: FieldKind.PHONE,
    FieldType.ID_NUMBER: FieldKind.ID_NUMBER,
    FieldType.CREDIT_CODE: FieldKind.CODE,
}


def to_line(row: Field, shown: str) -> object:
    """What the field on the screen says, as the line holds it; None for an empty one."""
    if not shown:
        return None
    if row.type is FieldType.BOOL:
        return shown == YES
    if row.type is FieldType.NUMBER and not row.decimals and re.fullmatch(r"[0-9]{1,9}", shown):
        return int(shown)
    return shown


def to_screen(row: Field, value: object) -> str:
    """The value of the line as the field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


def fault_of_value(row: Field, value: object, today: date) -> str:
    """What is wrong with a value of the line, and what is expected; empty if it can be taken."""
    if row.type is FieldType.BOOL:
        return "" if isinstance(value, bool) else tr("ui.intake.check.choose")
    if row.type is FieldType.CHOICE:
        return "" if value in {choice.code for choice in row.choices} else tr("ui.intake.check.choose")
    if row.type is FieldType.NUMBER and not row.decimals:
        within = isinstance(value, int) and row.minimum <= value <= row.maximum
        return "" if within else tr("ui.intake.check.number", least=row.minimum, most=row.maximum)
    return _CHECKS[row.type](row, str(value), today)


def phone_fault(value: str) -> str:
    """A phone number: digits and the signs used with them, 5 to 20 of them."""
    return "" if not value or re.search(PHONE, value) else tr("ui.intake.check.phone")


def text_fault(value: str, most: int) -> str:
    """Free text: not too long, no characters that hide or turn it."""
    if len(value) > most:
        return tr("ui.field.too_long", n=len(value), most=most)
    return _said(lambda: check_free_text(value)) if value else ""


def _decimal(row: Field, value: str, today: date) -> str:
    shape = rf"(?:0|[1-9][0-9]{{0,8}})(?:\.[0-9]{{1,{row.decimals}}})?"
    return "" if re.fullmatch(shape, value) else tr("ui.intake.check.decimal", n=row.decimals)


def _money(row: Field, value: str, today: date) -> str:
    return "" if re.search(MONEY, value) else tr("ui.intake.check.money")


def _date(row: Field, value: str, today: date) -> str:
    day = date_of(value)
    return tr("ui.intake.check.future") if row.not_future and day and day > today else date_fault(value)


def _region(row: Field, value: str, today: date) -> str:
    return "" if re.fullmatch(r"[1-9][0-9]{5}", value) else tr("ui.intake.check.region")


def _said(check: Callable[[], object]) -> str:
    try:
        check()
    except CounterError as error:
        return message_of(error)
    return ""


_CHECKS: Mapping[FieldType, Callable[[Field, str, date], str]] = {
    FieldType.TEXT: lambda row, value, today: text_fault(value, row.max_length),
    FieldType.NUMBER: _decimal,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.REGION: _region,
    FieldType.PHONE: lambda row, value, today: phone_fault(value),
    FieldType.ID_NUMBER: lambda row, value, today: _said(lambda: check_id_number(RESIDENT_ID, value, today)),
    FieldType.CREDIT_CODE: lambda row, value, today: _said(lambda: check_credit_code(value)),
}
