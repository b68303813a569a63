"""A service item (政务服务事项): everything the counter must know to take in an application for it.

The items themselves are data (`forms/items/*.yaml`). A case keeps the version
of the item that it began with. Codes are those of GB/T 39046-2020 annex A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.item_conditions import Circumstances, Condition, holds, shown
from counter_app.domain.periods import Period


class ItemKind(StrEnum):
    """办件类型: how a case of this item runs (domain reference 2.3)."""

    INSTANT = "INSTANT"  # 即办件: received and done at once
    PROMISE = "PROMISE"  # 承诺件: done within the promised period
    UPWARD = "UPWARD"  # 报批件: the higher authority takes part
    JOINT = "JOINT"  # 联办件: several agencies at once


class FieldType(StrEnum):
    """What a field holds, and as what JSON value it travels."""

    TEXT = "text"  # string
    NUMBER = "number"  # integer; with decimals > 0 a string such as "119.5", for it must stay exact
    MONEY = "money"  # string of yuan with at most two decimals, such as "1200.50"
    DATE = "date"  # string YYYY-MM-DD
    CHOICE = "choice"  # string, the code of one of the choices
    BOOL = "bool"  # true or false
    REGION = "region"  # string, six digits of GB/T 2260
    PHONE = "phone"  # string
    ID_NUMBER = "id_number"  # string, a resident identity number (GB 11643)
    CREDIT_CODE = "credit_code"  # string, a unified social credit code (GB 32100)


class MaterialForm(StrEnum):
    """In which form a material is handed in."""

    ORIGINAL = "original"  # 原件
    COPY = "copy"  # 复印件
    ORIGINAL_CHECKED = "original_checked"  # 复印件，原件核对后退回
    ELECTRONIC = "electronic"  # 电子件 or licence taken from the licence store


@dataclass(frozen=True, slots=True)
class Limits:
    """The item's periods: 受理审查, 承诺, 法定, 送达, and 补正 if the applicant has a limit at all."""

    check: Period
    promise: Period
    statutory: Period
    serve: Period
    fix: Period | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """A rule the item stands on: its name with document number, and the article."""

    law: str
    article: str


@dataclass(frozen=True, slots=True)
class Authority:
    """What one level does. level: annex A.2 (4 county, 5 township, 6 village)."""

    level: str
    does: str


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee: name, rate in fen for one unit, and the rule that allows it (XKF 58-59)."""

    name: str
    rate_fen: int
    unit: str
    basis: str


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """A special procedure that an application will need, and that the applicant is told of at acceptance (XKF 45).

    ground is one of the eight of `guards.SPECIAL_GROUNDS`, days the calendar days that it takes, rule where it comes
    from; when: in which circumstances, None in all.
    """

    ground: str
    days: int
    rule: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a choice field, or one situation of the item."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form. required counts while the field is shown.

    computed: how the value comes about instead of being entered (`age` or
    `birth` or `sex` from the applicant's id number); source says so in words.
    max_length counts code points. minimum and maximum bound whole numbers.
    """

    id: str
    name: str
    type: FieldType
    required: bool = False
    when: Condition | None = None
    examples: tuple[object, ...] = ()
    choices: tuple[Choice, ...] = ()
    max_length: int = 100
    minimum: int = 0
    maximum: int = 999_999_999
    decimals: int = 0
    unit: str = ""
    not_future: bool = False
    computed: str | None = None
    source: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A common gap of a material: missing, incomplete or wrong_form, and what to demand (N04)."""

    problem: str
    demand: str


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A material the item may ask for. forms: in which it may be handed in, the usual one first.

    valid_for: how long one that was taken in for this item, or under the same id for another, need not be
    handed in again (国令第716号 8); None: each application brings its own.
    """

    id: str
    name: str
    forms: tuple[MaterialForm, ...]
    required: bool = True
    when: Condition | None = None
    copies: int = 1
    minor: bool = False  # may follow later under 容缺受理
    source: str = ""
    problems: tuple[Problem, ...] = ()
    valid_for: Period | None = None

    @property
    def form(self) -> MaterialForm:
        """The form usually handed in."""
        return self.forms[0]


@dataclass(frozen=True, slots=True)
class Guide:
    """What the applicant is told (XKF 30): who may apply, the steps, what else to know."""

    who: str
    how: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """One version of one service item.

    agency: role code of the agency whose power and seal is used, such as
    `town_government`; the hall knows which agency of its county that is.
    task_code: credit code of the agency (18), level (1), catalogue code (12).
    basis_lines: for items that are no licences, the item's own text in place
    of the lines B-SL, B-BSL1, B-BSL2, B-BZ, B-ZY, B-BY of 7.2, by that code.
    release_needs: what must be there before the result is handed out: `fee`, or ids of materials such as
    the proof of a tax paid (specs domain 15). special_procedures: what of XKF 45 is foreseen.
    """

    code: str
    version: str
    name: str
    short_name: str
    initials: str
    kind: ItemKind
    item_type: str
    is_licence: bool
    task_code: str
    agency: str
    authority: tuple[Authority, ...]
    basis: tuple[Basis, ...]
    basis_lines: Mapping[str, str]
    limits: Limits
    fees: tuple[Fee, ...]
    situations: tuple[Choice, ...]
    fields: tuple[Field, ...]
    materials: tuple[MaterialRule, ...]
    guide: Guide
    delivery: tuple[str, ...]
    delegated_power: bool
    entrustable: bool
    source: str
    release_needs: tuple[str, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    @property
    def decided_at_window(self) -> bool:
        """即办件 for which the agency has delegated its decision to the window (T16)."""
        return self.kind is ItemKind.INSTANT and self.delegated_power

    def field(self, field_id: str) -> Field:
        """The field of that id; KeyError if there is none."""
        return {row.id: row for row in self.fields}[field_id]

    def material(self, material_id: str) -> MaterialRule:
        """The material of that id; KeyError if there is none."""
        return {rule.id: rule for rule in self.materials}[material_id]

    def shown_fields(self, given: Circumstances) -> tuple[Field, ...]:
        """The fields to fill in (or to see computed) in these circumstances."""
        return shown(self.fields, given)

    def missing_fields(self, given: Circumstances) -> tuple[Field, ...]:
        """The shown fields that must be filled in and are not."""
        return tuple(
            row
            for row in self.shown_fields(given)
            if row.required and row.computed is None and row.id not in given.fields
        )

    def shown_materials(self, given: Circumstances) -> tuple[MaterialRule, ...]:
        """The materials that may be asked for in these circumstances, required or not."""
        seen = self._as_shown(given)
        return tuple(rule for rule in self.materials if holds(rule.when, seen))

    def required_materials(self, given: Circumstances) -> tuple[MaterialRule, ...]:
        """The materials without which the application is not complete in these circumstances."""
        return tuple(rule for rule in self.shown_materials(given) if rule.required)

    def foreseen(self, given: Circumstances) -> tuple[SpecialProcedure, ...]:
        """The special procedures that these circumstances will need."""
        seen = self._as_shown(given)
        return tuple(row for row in self.special_procedures if holds(row.when, seen))

    def _as_shown(self, given: Circumstances) -> Circumstances:
        ids = {row.id for row in self.shown_fields(given)}
        fields = {name: value for name, value in given.fields.items() if name in ids}
        return Circumstances(fields, given.proxy, given.situation, given.id_type)
