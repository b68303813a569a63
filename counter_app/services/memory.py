"""一号: what this station knows of an applicant from earlier cases, offline, and what of it an application uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counter_app.domain import memory
from counter_app.domain.case import Case, StoredFile
from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.events import NewEvent
from counter_app.domain.id_numbers import RESIDENT_ID, normalised_number
from counter_app.domain.identifiers import CaseId
from counter_app.domain.memory import FIELD, MATERIAL, KeptMaterial
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.wire_values import list_of, map_of, rows_of, text_of
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading


@dataclass(frozen=True, slots=True)
class Remembered:
    """cases: of this person, newest first. materials: by id, those that still hold; doubled: the same item just now."""

    cases: tuple[Case, ...]
    materials: Mapping[str, KeptMaterial]
    doubled: Case | None


@dataclass(frozen=True, slots=True)
class Reused:
    """What a line takes from earlier cases: the scans of its materials by id, and of which case what was taken."""

    files: Mapping[str, tuple[StoredFile, ...]]
    sources: Mapping[CaseId, tuple[str, ...]]

    def events(self, case: CaseId, person: Person) -> list[NewEvent]:
        """Each reuse is an event of the new case; it names codes only."""
        return [
            NewEvent("reused", case, 0, person.name, {"from": str(source), "what": list(what)})
            for source, what in sorted(self.sources.items())
        ]


NOBODY = Remembered((), {}, None)


class Memory:
    """Looking people up by their number."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, id_number: str, item: ServiceItem | None, id_type: str = RESIDENT_ID) -> Remembered:
        """What earlier cases offer to an application of this person; item None: of no item yet."""
        with self._desk.store.read() as reading:
            cases = _cases(reading, id_type, id_number)
        if item is None:
            return Remembered(tuple(cases), {}, None)
        today = self._desk.today()
        kept = memory.kept_materials(cases, item, today, self._desk.calendar)
        return Remembered(tuple(cases), kept, memory.doubled(cases, item.code, today))


def doubled_by(desk: Desk, reading: Reading, line: Mapping[str, object], item: ServiceItem) -> Case | None:
    """The case of the same person and item within the last 30 days, None if there is none."""
    cases = _cases(reading, *_person_of(line))
    return memory.doubled(cases, item.code, desk.today())


def reused_in(desk: Desk, reading: Reading, line: Mapping[str, object], item: ServiceItem) -> Reused:
    """What the line says under `reuse`, checked against the earlier cases.

    NotFound `case_unknown`; InvalidInput `reuse_of_other_person`, `reuse_not_there`, `reuse_expired`,
    `reuse_differs`: then nothing is taken in.
    """
    files: dict[str, tuple[StoredFile, ...]] = {}
    sources: dict[CaseId, tuple[str, ...]] = {}
    for row in rows_of(line, "reuse"):
        case = _source(reading, text_of(row, "from"), line)
        whats = tuple(dict.fromkeys(str(what) for what in list_of(row, "what")))
        for what in whats:
            if what.startswith(MATERIAL):
                files[what.removeprefix(MATERIAL)] = _files_of(desk, case, what, line, item)
            else:
                _check_value(case, what, line)
        sources[case.id] = (*sources.get(case.id, ()), *whats)
    return Reused(files, sources)


def _source(reading: Reading, words: str, line: Mapping[str, object]) -> Case:
    case = reading.case(CaseId.parse(words))
    if case is None or case.erased:
        raise NotFound("case_unknown", case=words)
    if not memory.of_person([case], *_person_of(line)):
        raise InvalidInput("reuse_of_other_person", case=str(case.id))
    return case


def _files_of(
    desk: Desk, case: Case, what: str, line: Mapping[str, object], item: ServiceItem
) -> tuple[StoredFile, ...]:
    material = what.removeprefix(MATERIAL)
    row = next((row for row in rows_of(line, "materials") if text_of(row, "id") == material), None)
    if row is None or row.get("files") or not any(taken.id == material and taken.files for taken in case.materials):
        raise InvalidInput("reuse_not_there", what=what, case=str(case.id))
    kept = memory.kept_materials([case], item, desk.today(), desk.calendar).get(material)
    if kept is None:
        raise InvalidInput("reuse_expired", material=item.material(material).name, case=str(case.id))
    return kept.taken.files


def _check_value(case: Case, what: str, line: Mapping[str, object]) -> None:
    said = memory.value_of(case, what)
    if said is None:
        raise InvalidInput("reuse_not_there", what=what, case=str(case.id))
    field = what.startswith(FIELD)
    taken = map_of(line, "fields").get(what.removeprefix(FIELD)) if field else map_of(line, "applicant").get(what)
    if taken != said:
        raise InvalidInput("reuse_differs", what=what, case=str(case.id))


def _person_of(line: Mapping[str, object]) -> tuple[str, str]:
    applicant = map_of(line, "applicant")
    return text_of(applicant, "id_type") or RESIDENT_ID, normalised_number(text_of(applicant, "id_number"))


def _cases(reading: Reading, id_type: str, id_number: str) -> list[Case]:
    number = normalised_number(id_number)
    return memory.of_person(reading.cases_of_person(number), id_type, number)
