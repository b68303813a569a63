"""The USB postbag (sync design section 6): what waits goes out in files, what the hall answers comes in by files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_time
from counter_app.services.desk import Desk
from counter_app.services.exchange import Exchange
from sync import bundle_in, bundle_out
from sync.bundle_files import part_file
from sync.bundle_in import TakenPart
from sync.bundle_writing import DEFAULT_PART, WrittenPart
from sync.envelope import PLAIN

STOPPED = "bundle_stopped"
"""The code of the CounterError by which a watch stops the work."""

Watch = Callable[[int, int], None]
"""Told how many bytes of how many are done; may raise CounterError to stop."""


class Files(Protocol):
    """Files that somebody named. CounterError `bundle_missing`, `bundle_folder_missing`, `bundle_medium_...`."""

    def part(self, file: Path) -> AbstractContextManager[IO[bytes]]:
        """To be written: whole under its name when the block ends well, else gone."""

    def brought(self, file: Path) -> AbstractContextManager[IO[bytes]]: ...
    def sha256(self, file: Path) -> str: ...
    def order(self, file: Path) -> tuple[int, int]:
        """What files are sorted by."""


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """A part as it stands on the medium: of how many cases it brings events, and its SHA-256 in hex."""

    file: Path
    written: WrittenPart
    cases: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A whole bundle. cases counts each case once, whatever parts it lies in.

    error: why the first file that is not in it could not be read here; everything else is in it.
    """

    device: str
    station: str
    made_ms: int
    parts: tuple[ExportedPart, ...]
    cases: int
    acknowledged: int
    error: CounterError | None = None

    @property
    def events(self) -> int:
        """How many events it brings."""
        return sum(part.written.content.events for part in self.parts)

    @property
    def scans(self) -> int:
        """How many scans it brings."""
        return sum(part.written.content.scans for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(part.written.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """One file that was brought: what its part was, or why it could not be taken in."""

    file: Path
    size: int = 0
    part: TakenPart | None = None
    error: CounterError | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """All files of one go; error is the first that happened, the others were taken in all the same."""

    files: tuple[TakenFile, ...]
    acknowledged: int
    error: CounterError | None = field(default=None)

    @property
    def parts(self) -> list[TakenPart]:
        """The parts that were taken in whole."""
        return [row.part for row in self.files if row.part is not None]

    @property
    def events(self) -> int:
        """Events that were not here before."""
        return sum(part.events for part in self.parts)

    @property
    def duplicates(self) -> int:
        """Events that were here already."""
        return sum(part.duplicates for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(row.size for row in self.files)


class Bundles:
    """The postbag of this station."""

    def __init__(self, desk: Desk, exchange: Exchange, files: Files) -> None:
        self._desk, self._exchange, self._files = desk, exchange, files

    def export(
        self,
        file: Path,
        *,
        part_bytes: int = DEFAULT_PART,
        events_only: bool = False,
        go_on: bool = False,
        bare: bool = False,
        watch: Watch = lambda _done, _of: None,
    ) -> Exported:
        """Write what the hall has not acknowledged to the file, and to FILE-2, FILE-3 ... beside it where it is long.

        go_on: the parts that are missing of the bundle that was begun, on another stick. bare: not packed, after
        the hall said `mismatch`.
        InvalidInput `bundle_part_small`; CounterError `busy`, `bundle_not_begun`, those of Files, and what watch
        raises: parts that stand whole stay good, and the same may be written again.
        """
        ledger = self._exchange.means.ledger
        self._exchange.refuse_if_apart()
        with self._exchange.means.lock():
            self._exchange.prepare_numbers()
            bundle = (
                bundle_out.continued(ledger, events_only=events_only)
                if go_on
                else bundle_out.prepared(ledger, self._desk.now_ms(), events_only=events_only)
            )
            if bare:
                bundle = replace(bundle, codec=PLAIN)
            with self._desk.store.read() as reading:
                station, total = reading.profile().name, sum(reading.unsent_bytes().values())
            total += sum(scan.size - scan.held for scan in bundle.scans)
            parts = bundle_out.write_bundle(
                ledger,
                bundle,
                lambda number: self._files.part(part_file(file, number)),
                part_bytes,
                lambda done: watch(min(done, total), total),
            )
            written = tuple(self._stands(part_file(file, part.number), part) for part in parts)
        cases = self._cases(bundle.after + 1, bundle.standing.head[0])
        acknowledged = bundle.standing.acknowledged
        error = next(iter(bundle.missing.values()), None)
        return Exported(bundle.identity.device, station, bundle.made_ms, written, cases, acknowledged, error)

    def is_begun(self) -> bool:
        """Whether a bundle was begun and not written to its end, so that export can go on."""
        with self._desk.store.read() as reading:
            given = reading.bundle()
        return given is not None and not given.ended

    def take_in(self, files: Sequence[Path], watch: Watch = lambda _done, _of: None) -> Imported:
        """Take in what the hall wrote for this device, in the order of the parts; one fault stops no other file.

        CounterError `busy`, and what watch raises: what was taken in stays.
        """
        taken: list[TakenFile] = []
        ordered = sorted(files, key=self._files.order)
        self._exchange.refuse_if_apart()
        with self._exchange.means.lock():
            try:
                for place, file in enumerate(ordered):
                    watch(place, len(ordered))
                    taken.append(self._taken(file, lambda _, at=place: watch(at, len(ordered))))  # type: ignore[misc]
            finally:
                self._exchange.means.ledger.take_up_feed()
            for row in taken:
                self._exchange.note_sharing(row.part.sharing if row.part else "")
            errors = [row.error for row in taken if row.error is not None]
            for error in errors:
                self._exchange.set_apart_by(error)
            if not errors:
                for due in self._exchange.due_after:
                    due()
        standing = self._exchange.means.ledger.standing()
        return Imported(tuple(taken), standing.acknowledged, errors[0] if errors else None)

    def write_manifest(self, exported: Exported, file: Path) -> None:
        """The list that travels with the sticks, as PDF. CounterError `glyph_missing` and those of Files."""
        pdf = _manifest(exported)
        with self._files.part(file) as out:
            out.write(pdf)

    def _taken(self, file: Path, step: Callable[[int], None]) -> TakenFile:
        size = 0
        try:
            with self._files.brought(file) as found:
                size = found.seek(0, 2)
                found.seek(0)
                return TakenFile(file, size, bundle_in.take_in(self._exchange.means.ledger, found, step))
        except CounterError as error:
            if error.code == STOPPED:
                raise
            return TakenFile(file, size, error=error)

    def _stands(self, file: Path, part: WrittenPart) -> ExportedPart:
        content = part.content
        return ExportedPart(file, part, self._cases(content.first, content.last), self._files.sha256(file))

    def _cases(self, first: int, last: int) -> int:
        with self._desk.store.read() as reading:
            return reading.count_cases_written(first, last)


def _manifest(exported: Exported) -> bytes:
    """Who, what, how much and how to check it; nothing of persons."""
    from forms.rendering.bundle_manifest import ManifestPart, render_manifest

    rows = [
        ManifestPart(
            row.written.number,
            row.file.name,
            row.cases,
            row.written.content.events,
            row.written.content.scans,
            row.written.size,
            row.sha256,
        )
        for row in exported.parts
    ]
    made = f"{local_time(exported.made_ms):%Y-%m-%d %H:%M}"
    return render_manifest(exported.station, exported.device, made, exported.cases, rows)
