"""Bundles between the stations and the hall of a small county, by the real parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from counter_app.domain.people import Person, Role
from counter_app.services.bundles import Exported, Imported
from sync.bundle_files import BundleFiles, part_file
from sync.bundle_writing import LEAST_PART
from sync.hall import bundle_in, bundle_out
from sync.hall.bundle_in import Taken
from tests.support.county import OPERATOR, Machine, SmallCounty

SUPERVISOR = Person("孙值班", frozenset({Role.SUPERVISOR}))


def packed(machine: Machine, file: Path, part_bytes: int = LEAST_PART, *, events_only: bool = False) -> Exported:
    """What the hall lacks of this machine, as files."""
    return machine.station.bundles.export(file, part_bytes=part_bytes, events_only=events_only)


def brought(county: SmallCounty, file: Path, person: Person = OPERATOR) -> Taken:
    """A file taken in at the hall."""
    with file.open("rb") as found:
        return bundle_in.take_in(county.hall, found, person)


def answered(county: SmallCounty, device: str, file: Path, part_bytes: int = LEAST_PART) -> list[Path]:
    """The hall's files for a device."""
    given = bundle_out.answer(county.hall, device, lambda part: BundleFiles().part(part_file(file, part)), part_bytes)
    return [part_file(file, part.number) for part in given.parts]


def unpacked(machine: Machine, files: Sequence[Path]) -> Imported:
    """The hall's files taken in."""
    return machine.station.bundles.take_in(files)


def round_trip(county: SmallCounty, machine: Machine, folder: Path) -> Imported:
    """There and back again, without a line."""
    for part in packed(machine, folder / "to-hall.ctb").parts:
        taken = brought(county, part.file)
        assert taken.error is None, taken.error
    return unpacked(machine, answered(county, machine.device, folder / "to-station.ctb"))
