"""The application as it is being typed: an intake line with gaps, and what the screen remembers beside it.

No widgets here. The line is what becomes a draft; `line_for` makes of it what a service takes in. What the
screen must remember for a draft that is opened again (what the card said, where a value came from) stands
under ASIDE in the draft and never leaves this machine.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from counter_app.domain.computed_fields import computed_values
from counter_app.domain.errors import InvalidInput
from counter_app.domain.id_numbers import RESIDENT_ID, check_id_number
from counter_app.domain.identifiers import CaseId
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.service_item import Field, MaterialRule, ServiceItem
from counter_app.services.draft_moves import LeftOver, dismissed, left_over

ASIDE = "aside"
PERSON_KEYS = ("name", "id_type", "id_number", "phone", "address")
Gap = Mapping[str, str]


@dataclass(slots=True)
class Application:
    """One application. item is None until one was chosen; values that are empty are absent in line.

    outdated: `changed` or `withdrawn` where the hall has another version of the item, or none, by now.
    """

    item: ServiceItem | None = None
    line: dict[str, Any] = field(default_factory=dict)
    outdated: str = ""

    def __post_init__(self) -> None:
        # made once, kept in the draft: taking the same application in twice makes one case
        self.line.setdefault("key", f"window-{secrets.token_hex(8)}")

    def next_of_person(self) -> Application:
        """A fresh application of the same person, for the same entrustment; what the card said stays."""
        names = ("applicant", "proxy", "entrustment")
        kept: dict[str, Any] = {name: self.line[name] for name in names if name in self.line}
        fresh = Application(line=deepcopy(kept))
        if "card" in self.aside():
            fresh.aside()["card"] = deepcopy(self.aside()["card"])
        return fresh

    # people -------------------------------------------------------------------------------

    def person(self, who: str) -> dict[str, str]:
        """What is known of the applicant or the proxy."""
        return dict(self.line.get(who) or {})

    def set_person(self, who: str, key: str, value: str) -> None:
        """Store one value of a person; empty forgets it."""
        person = self.line.setdefault(who, {})
        _put(person, key, value)
        if who == "applicant" and not person:
            del self.line[who]

    def set_proxy(self, on: bool) -> None:
        """Whether somebody else hands in; what was typed of them is kept aside while it is off."""
        if on:
            self.line["proxy"] = self.aside().pop("proxy", {})
        elif "proxy" in self.line:
            self.aside()["proxy"] = self.line.pop("proxy")

    # form ---------------------------------------------------------------------------------

    def value(self, field_id: str) -> object:
        """The value of a field, None if there is none."""
        return self.line.get("fields", {}).get(field_id)

    def set_value(self, field_id: str, value: object) -> None:
        """Store a field; None or an empty text forgets it."""
        _put(self.line.setdefault("fields", {}), field_id, value)

    def circumstances(self) -> Circumstances:
        """What the item's conditions look at."""
        id_type = str(self.person("applicant").get("id_type") or RESIDENT_ID)
        return Circumstances(self.line.get("fields", {}), "proxy" in self.line, self.line.get("situation"), id_type)

    def shown_fields(self) -> tuple[Field, ...]:
        """The fields of the form as things stand."""
        return () if self.item is None else self.item.shown_fields(self.circumstances())

    def computed(self, today: date) -> dict[str, int | str]:
        """The values that follow from the applicant's number, none while it is wrong or missing."""
        applicant = self.person("applicant")
        if self.item is None or not applicant.get("id_number"):
            return {}
        try:
            number = check_id_number(applicant.get("id_type") or RESIDENT_ID, applicant["id_number"], today)
        except InvalidInput:
            return {}
        return computed_values(self.item, number, today)

    # materials ----------------------------------------------------------------------------

    def wanted(self) -> tuple[MaterialRule, ...]:
        """The materials that the situation asks for, required or not."""
        return () if self.item is None else self.item.shown_materials(self.circumstances())

    def missing(self) -> tuple[MaterialRule, ...]:
        """The required ones that were not received."""
        return tuple(rule for rule in self.wanted() if rule.required and self.taken(rule.id) is None)

    def taken(self, material: str) -> dict[str, Any] | None:
        """The row of a material that was received."""
        return next((row for row in self._rows() if row["id"] == material), None)

    def take(self, rule: MaterialRule, **changes: object) -> None:
        """Mark a material as received, or change what is written of it."""
        row = self.taken(rule.id)
        if row is None:
            row = {"id": rule.id, "form": rule.form.value, "pages": 1, "copies": rule.copies}
            self._rows().append(row)
        row.update(changes)

    def note_scan(self, file: str, before: int, after: int) -> None:
        """Remember what a scanned page weighs, before and after its diet."""
        self.aside().setdefault("scans", {})[file] = [before, after]

    def scan_bytes(self, file: str) -> tuple[int, int] | None:
        """Bytes before and after the diet; None for a file that was only chosen."""
        known = self.aside().get("scans", {}).get(file)
        return None if known is None else (int(known[0]), int(known[1]))

    def give_back(self, material: str) -> None:
        """The material was not received after all; its scans go too."""
        self.line["materials"] = [row for row in self._rows() if row["id"] != material]
        self.is_own_now(f"material.{material}")

    def _rows(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.line.setdefault("materials", []))

    # the whole ----------------------------------------------------------------------------

    def aside(self) -> dict[str, Any]:
        """What the screen remembers beside the line."""
        return cast("dict[str, Any]", self.line.setdefault(ASIDE, {}))

    def left_over(self) -> tuple[LeftOver, ...]:
        """What an earlier version of the item had asked for, and nobody has dismissed."""
        return left_over(self.line)

    def dismiss_left_over(self) -> None:
        """Forget it."""
        self.line = dismissed(self.line)

    def take_over(self, place: str, source: str, case: CaseId) -> None:
        """Remember that the value at this place is from an earlier case; source says so in words."""
        self.aside().setdefault("sources", {})[place] = source
        self.aside().setdefault("reuse", {})[place] = str(case)

    def source_of(self, place: str) -> str:
        """Where the value at this place is from, in words; empty if it was given here."""
        return str(self.aside().get("sources", {}).get(place, ""))

    def is_own_now(self, place: str) -> None:
        """The value at this place was typed or given back: no earlier case answers for it any more."""
        for kept in ("sources", "reuse"):
            self.aside().get(kept, {}).pop(place, None)

    def is_empty(self) -> bool:
        """Whether nothing was entered that would be missed."""
        return not any(self.line.get(key) for key in ("applicant", "proxy", "situation", "fields", "materials"))

    def draft_line(self) -> dict[str, object]:
        """A copy to be kept as a draft."""
        line = deepcopy(self.line)
        if self.item is not None:
            line["item"] = self.item.code
        return line

    def line_for(
        self, outcome: str, *, gaps: Sequence[Gap] = (), reason: str = "", competent_agency: str = ""
    ) -> dict[str, Any]:
        """The line that a service takes in: only what is shown, nothing empty."""
        assert self.item is not None, "an item was chosen"
        line = {name: value for name, value in deepcopy(self.line).items() if name != ASIDE and value}
        shown = {row.id for row in self.shown_fields() if row.computed is None}
        wanted = {rule.id for rule in self.wanted()}
        line["fields"] = {name: value for name, value in line.get("fields", {}).items() if name in shown}
        line["materials"] = [_tidy(row) for row in line.get("materials", []) if row["id"] in wanted]
        line["item"], line["outcome"] = self.item.code, outcome
        if "proxy" in self.line:
            line["proxy"] = dict(self.line["proxy"])
        reuse = _reused(self.aside().get("reuse", {}), line)
        if reuse:
            line["reuse"] = reuse
        if gaps:
            line["gaps"] = [dict(gap) for gap in gaps]
        if reason:
            line["reason"] = reason
        if competent_agency:
            line["competent_agency"] = competent_agency
        return line


def _reused(places: Mapping[str, str], line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What of the line is from earlier cases, by case; what is not in the line any more is not reused."""
    found: dict[str, list[str]] = {}
    for place, case in places.items():
        area, _, key = place.partition(".")
        rows = line["materials"] if area == "material" else []
        there = key in line.get({"applicant": "applicant", "field": "fields"}.get(area, ""), {})
        if there or any(row["id"] == key and not row.get("files") for row in rows):
            found.setdefault(case, []).append(key if area == "applicant" else place)
    return [{"from": case, "what": what} for case, what in found.items()]


def _put(values: dict[str, Any], key: str, value: object) -> None:
    if value is None or value == "":
        values.pop(key, None)
    else:
        values[key] = value


def _tidy(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value or name in ("id", "form")}
