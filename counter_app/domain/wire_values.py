"""Case values to and from the plain values that an event's parts may hold.

One place for both directions, so that what a service writes is what the fold reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from counter_app.domain.case import Applicant, Gap, ItemRef, MaterialTaken, Proxy, StoredFile
from counter_app.domain.clocks import Clock
from counter_app.domain.errors import InvalidInput
from counter_app.domain.fees import FeeLine
from counter_app.domain.periods import Period, Unit
from counter_app.domain.states import ClockCode

Plain = Mapping[str, object]

_SHA256_BYTES = 32
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def text_of(data: Plain, key: str) -> str:
    """A text value, empty if the key is absent. InvalidInput `value_misshapen` if it is no text."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _misshapen(key)
    return value


def number_of(data: Plain, key: str) -> int:
    """A whole number that must be there, else InvalidInput `value_misshapen`."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _misshapen(key)
    return value


def rows_of(data: Plain, key: str) -> Sequence[Plain]:
    """A list of maps, empty if the key is absent. InvalidInput `value_misshapen` if it is something else."""
    rows = list_of(data, key)
    if not all(isinstance(row, Mapping) for row in rows):
        raise _misshapen(key)
    return cast(Sequence[Plain], rows)


def list_of(data: Plain, key: str) -> Sequence[object]:
    """A list, empty if the key is absent. InvalidInput `value_misshapen` if it is something else."""
    value = data.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _misshapen(key)
    return value


def map_of(data: Plain, key: str) -> Plain:
    """A map, empty if the key is absent. InvalidInput `value_misshapen` if it is something else."""
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _misshapen(key)
    return value


def date_of(data: Plain, key: str) -> date:
    """An ISO date that must be there, else InvalidInput `value_misshapen`."""
    return _date(data.get(key), key)


def _date(value: object, key: str) -> date:
    if not isinstance(value, str):
        raise _misshapen(key)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _misshapen(key) from None


def time_of(data: Plain, key: str) -> str:
    """A time of day that must be there, as 09:30, else InvalidInput `value_misshapen`."""
    value = text_of(data, key)
    if _TIME.fullmatch(value) is None:
        raise _misshapen(key)
    return value


def _misshapen(key: str) -> InvalidInput:
    return InvalidInput("value_misshapen", field=key)


def clock_to_plain(clock: Clock) -> dict[str, object]:
    """A started or recounted clock with its whole reason, as an event carries it."""
    plain: dict[str, object] = {
        "code": clock.code.value,
        "length": clock.period.length,
        "unit": clock.period.unit.value,
        "rule": clock.period.rule,
        "start": clock.start.isoformat(),
        "first": clock.first_day.isoformat(),
        "due": clock.due.isoformat(),
        "calendar": clock.calendar,
    }
    if clock.provisional:
        plain["provisional"] = True
    if clock.stopped:
        plain["stopped"] = [[begin.isoformat(), end.isoformat()] for begin, end in clock.stopped]
    if clock.extended is not None:
        plain["extended"] = [clock.extended.length, clock.extended.unit.value, clock.extended.rule]
    return plain


def clock_from_plain(plain: Plain) -> Clock:
    """The clock of `clock_to_plain`."""
    return Clock(
        code=ClockCode(text_of(plain, "code")),
        period=Period(number_of(plain, "length"), Unit(text_of(plain, "unit")), text_of(plain, "rule")),
        start=date_of(plain, "start"),
        first_day=date_of(plain, "first"),
        due=date_of(plain, "due"),
        calendar=text_of(plain, "calendar"),
        provisional=bool(plain.get("provisional")),
        stopped=tuple(_span(span) for span in list_of(plain, "stopped")),
        extended=_extension(list_of(plain, "extended")),
    )


def _span(value: object) -> tuple[date, date]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _misshapen("stopped")
    return _date(value[0], "stopped"), _date(value[1], "stopped")


def _extension(value: Sequence[object]) -> Period | None:
    if not value:
        return None
    length, unit, rule = value
    if not isinstance(length, int) or not isinstance(rule, str):
        raise _misshapen("extended")
    return Period(length, Unit(str(unit)), rule)


def material_to_plain(material: MaterialTaken) -> dict[str, object]:
    """A material row; its scans are named by hash, so that the hall may take them in."""
    plain: dict[str, object] = {
        "id": material.id,
        "form": material.form,
        "copies": material.copies,
        "pages": material.pages,
    }
    if material.files:
        plain["files"] = [
            {"sha256": file.sha256, "size": file.size, "type": file.media_type} for file in material.files
        ]
    return plain


def material_from_plain(plain: Plain) -> MaterialTaken:
    """The row of `material_to_plain`."""
    files = tuple(
        StoredFile(_sha256(file), number_of(file, "size"), text_of(file, "type")) for file in rows_of(plain, "files")
    )
    return MaterialTaken(
        text_of(plain, "id"), text_of(plain, "form"), number_of(plain, "copies"), number_of(plain, "pages"), files
    )


def _sha256(file: Plain) -> bytes:
    value = file.get("sha256")
    if not isinstance(value, bytes) or len(value) != _SHA256_BYTES:
        raise _misshapen("sha256")
    return value


def fee_line_to_plain(line: FeeLine) -> dict[str, object]:
    """A line of a fee list, all of it codes and numbers."""
    plain: dict[str, object] = {"name": line.name, "rate_fen": line.rate_fen, "quantity": line.quantity}
    return plain | ({"reduction_fen": line.reduction_fen} if line.reduction_fen else {})


def fee_line_from_plain(plain: Plain) -> FeeLine:
    """The line of `fee_line_to_plain`."""
    reduction = number_of(plain, "reduction_fen") if "reduction_fen" in plain else 0
    return FeeLine(text_of(plain, "name"), number_of(plain, "rate_fen"), number_of(plain, "quantity"), reduction)


def applicant_to_plain(applicant: Applicant | Proxy) -> dict[str, object]:
    """A person's fields, the empty ones left out."""
    names = ("name", "id_type", "id_number", "phone", "address", "relation")
    return {name: getattr(applicant, name) for name in names if getattr(applicant, name, "")}


def applicant_from_plain(plain: Plain) -> Applicant:
    """The applicant of `applicant_to_plain`."""
    return Applicant(*(text_of(plain, key) for key in ("name", "id_type", "id_number", "phone", "address")))


def proxy_from_plain(plain: Plain) -> Proxy | None:
    """The proxy of `applicant_to_plain`, None for an empty map."""
    if not plain:
        return None
    return Proxy(*(text_of(plain, key) for key in ("name", "id_type", "id_number", "phone", "relation")))


def gaps_to_plain(gaps: Sequence[Gap], item_materials: frozenset[str]) -> tuple[dict[str, object], dict[str, object]]:
    """Gaps as the two parts of an event: ids of the item and problems are public, what people wrote is private.

    A material that the item does not list is a free text: it stands in the
    private names by its place, and is empty in the public row.
    """
    known = [gap.material if gap.material in item_materials else "" for gap in gaps]
    data = {"gaps": [{"material": code, "problem": gap.problem} for code, gap in zip(known, gaps, strict=True)]}
    private: dict[str, object] = {"demands": [gap.demand for gap in gaps]}
    if "" in known:
        private["names"] = ["" if code else gap.material for code, gap in zip(known, gaps, strict=True)]
    return cast(dict[str, object], data), private


def gaps_from_plain(data: Plain, private: Plain) -> tuple[Gap, ...]:
    """The gaps of `gaps_to_plain`."""
    demands, names = _texts_of(private, "demands"), _texts_of(private, "names")
    return tuple(
        Gap(text_of(row, "material") or _at(names, n), text_of(row, "problem"), _at(demands, n))
        for n, row in enumerate(rows_of(data, "gaps"))
    )


def _texts_of(data: Plain, key: str) -> Sequence[str]:
    values = list_of(data, key)
    if not all(isinstance(value, str) for value in values):
        raise _misshapen(key)
    return cast(Sequence[str], values)


def _at(texts: Sequence[str], n: int) -> str:
    return texts[n] if n < len(texts) else ""


def item_to_plain(item: ItemRef) -> dict[str, object]:
    """The item as the `received` event names it."""
    return {
        "code": item.code,
        "version": item.version,
        "name": item.name,
        "kind": item.kind,
        "licence": item.licence,
        "agency": item.agency,
    }


def item_from_plain(plain: Plain) -> ItemRef:
    """The item of `item_to_plain`."""
    return ItemRef(
        code=text_of(plain, "code"),
        version=text_of(plain, "version"),
        name=text_of(plain, "name"),
        kind=text_of(plain, "kind"),
        licence=bool(plain.get("licence")),
        agency=text_of(plain, "agency"),
    )
