"""What a row must be so that the hub's tables take it: found here, before anything is sent, and named by its column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from resources.codes import Codes
from resources.texts import text
from sync.hall.up_pro.tables import Column, ColumnType, Table, Value

_LAST_OF_THREE_BYTES = "\uffff"  # the three-byte utf8 of MySQL ends with the basic plane
_NUL = "\0"


class Outcome(StrEnum):
    """What becomes of a row in which something was found."""

    REJECTED = "rejected"  # not written
    HELD = "held"  # not written: it would reach the hub without the row it rests on
    UNFINISHED = "unfinished"  # not written yet: it comes with the next export
    LEFT_EMPTY = "left_empty"  # written, but for this column


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found: the column ("" for the whole row), a code, and numbers or code points, never a person's words.

    outcome says what becomes of the row.
    """

    column: str
    code: str
    outcome: Outcome
    detail: str = ""

    @property
    def reason(self) -> str:
        """What is wrong, in words."""
        return text(f"hall.up_pro.fault.{self.code}.reason", detail=self.detail)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return text(f"hall.up_pro.fault.{self.code}.remedy")


def faults_of(table: Table, row: Mapping[str, Value], codes: Codes, *, three_bytes: bool) -> Iterator[Fault]:
    """All that keeps the row out of the table. three_bytes: the hub's utf8 has no characters above U+FFFF."""
    for column in table.columns:
        for code, detail in _found(column, row.get(column.name), codes, three_bytes):
            yield Fault(column.name, code, Outcome.REJECTED, detail)


def _found(column: Column, value: Value, codes: Codes, three_bytes: bool) -> Iterator[tuple[str, str]]:
    if value is None or value == "":
        if column.needed:
            yield "missing", ""
        return
    if column.type is ColumnType.NUMBER:
        if not isinstance(value, int):
            yield "no_number", ""
        return
    if column.type is ColumnType.TEXT:
        assert isinstance(value, str), column.name
        yield from _of_text(column, value, codes, three_bytes)


def _of_text(column: Column, value: str, codes: Codes, three_bytes: bool) -> Iterator[tuple[str, str]]:
    if len(value) > column.length:
        yield "too_long", f"{len(value)}/{column.length}"
    if column.codes and value not in codes.sets[column.codes]:
        yield "no_such_code", value[:20]
    if _NUL in value:
        yield "character_nul", ""
    beyond = sorted({character for character in value if character > _LAST_OF_THREE_BYTES})
    if three_bytes and beyond:
        yield "four_bytes", " ".join(f"U+{ord(character):04X}" for character in beyond)
