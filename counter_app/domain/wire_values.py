"""Case values to and from the plain values that an event's parts may hold.

One place for both directions, so that what a service writes is what the fold reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from counter_app.domain.case import Applicant, Gap, ItemRef, MaterialTaken, Proxy, StoredFile
from counter_app.domain.clocks import Clock
from counter_app.domain.periods import Period, Unit
from counter_app.domain.states import ClockCode

Plain = Mapping[str, object]


def text_of(data: Plain, key: str) -> str:
    """A text value, empty if the key is absent."""
    return str(data.get(key) or "")


def number_of(data: Plain, key: str) -> int:
    """A whole number that must be there. KeyError or ValueError if it is not."""
    return int(cast(int, data[key]))


def rows_of(data: Plain, key: str) -> Sequence[Plain]:
    """A list of maps, empty if the key is absent."""
    return cast(Sequence[Plain], data.get(key) or ())


def map_of(data: Plain, key: str) -> Plain:
    """A map, empty if the key is absent."""
    return cast(Plain, data.get(key) or {})


def date_of(data: Plain, key: str) -> date:
    """An ISO date that must be there."""
    return date.fromisoformat(text_of(data, key))


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
    extended = cast("Sequence[object] | None", plain.get("extended"))
    stopped = cast("Sequence[Sequence[str]]", plain.get("stopped") or ())
    return Clock(
        code=ClockCode(text_of(plain, "code")),
        period=Period(number_of(plain, "length"), Unit(text_of(plain, "unit")), text_of(plain, "rule")),
        start=date_of(plain, "start"),
        first_day=date_of(plain, "first"),
        due=date_of(plain, "due"),
        calendar=text_of(plain, "calendar"),
        provisional=bool(plain.get("provisional")),
        stopped=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in stopped),
        extended=Period(int(cast(int, extended[0])), Unit(str(extended[1])), str(extended[2])) if extended else None,
    )


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
        StoredFile(cast(bytes, file["sha256"]), number_of(file, "size"), text_of(file, "type"))
        for file in rows_of(plain, "files")
    )
    return MaterialTaken(
        text_of(plain, "id"), text_of(plain, "form"), number_of(plain, "copies"), number_of(plain, "pages"), files
    )


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


def gaps_from_plain(data: Plain, private: Plain) -> tuple[Gap, ...]:
    """Gaps: material and problem are public codes, the demand is free text and private."""
    demands = cast(Sequence[str], private.get("demands") or ())
    return tuple(
        Gap(text_of(row, "material"), text_of(row, "problem"), demands[index] if index < len(demands) else "")
        for index, row in enumerate(rows_of(data, "gaps"))
    )


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
