"""`bundle export`, `bundle import`: the USB way to the hall and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, facts_of_error
from counter_app.domain.moments import local_time
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.bundles import Exported, Imported, TakenFile

MEGABYTE = 1024 * 1024
PART_MB = 1000

app = group()
bundle_app = group()
app.add_typer(bundle_app, name="bundle", help=text("cli.help.bundle"))


@command(bundle_app, "export", help_key="bundle_export")
def export(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.option.bundle_out"))],
    part_size: Annotated[
        int, typer.Option("--part-size", min=1, metavar="MB", help=text("cli.option.part_size"))
    ] = PART_MB,
    events_only: Annotated[bool, typer.Option("--events-only", help=text("cli.option.bundle_events_only"))] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help=text("cli.option.bundle_go_on"))] = False,
    bare: Annotated[bool, typer.Option("--bare", help=text("cli.option.bundle_bare"))] = False,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="FILE.pdf", help=text("cli.option.manifest"))
    ] = None,
) -> None:
    """Write what the hall has not confirmed as files for a stick, in parts of that many MB.

    Exit 1 with `error` where it ended early: the parts that stand are good, and --go-on writes the rest. Raises as
    `Bundles.export`.
    """
    service = session.station().bundles
    exported = service.export(
        file, part_bytes=part_size * MEGABYTE, events_only=events_only, go_on=go_on, bare=bare
    )
    if manifest is not None:
        service.write_manifest(exported, manifest)
    session.answer(_exported(exported, manifest), *_exported_lines(exported))
    session.exit_code = 0 if exported.error is None else 1


@command(bundle_app, "import", help_key="bundle_import")
def import_(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=text("cli.option.bundle_in"))],
) -> None:
    """Take in the hall's files, and tell of each what it brought.

    Exit 1 where one could not be taken; the others are. Raises as `Bundles.take_in`.
    """
    imported = session.station().bundles.take_in(files)
    session.answer(_imported(imported), *_imported_lines(imported))
    session.exit_code = 0 if imported.error is None else 1


def _exported(exported: Exported, manifest: Path | None) -> plain.Plain:
    return {
        "events": exported.events,
        "attachments": exported.scans,
        "cases": exported.cases,
        "bytes": exported.size,
        "acknowledged": exported.acknowledged,
        "made": plain.moment(exported.made_ms),
        "error": None if exported.error is None else facts_of_error(exported.error),
        "manifest": None if manifest is None else str(manifest.absolute()),
        "parts": [
            {
                "part": row.written.number,
                "file": str(row.file.absolute()),
                "bytes": row.written.size,
                "cases": row.cases,
                "events": row.written.content.events,
                "attachments": row.written.content.scans,
                "sha256": row.sha256,
            }
            for row in exported.parts
        ],
    }


def _exported_lines(exported: Exported) -> list[str]:
    total = text("bundle.exported", cases=exported.cases, events=exported.events, scans=exported.scans)
    lines = [total, *(text("bundle.part", part=row.written.number, file=row.file.name) for row in exported.parts)]
    if exported.error is not None:
        said = facts_of_error(exported.error)
        lines += [said["message"], said["remedy"]]
    return lines


def _imported(imported: Imported) -> plain.Plain:
    return {
        "events": imported.events,
        "duplicates": imported.duplicates,
        "bytes": imported.size,
        "acknowledged": imported.acknowledged,
        "error": None if imported.error is None else facts_of_error(imported.error),
        "files": [_file(row) for row in imported.files],
    }


def _file(row: TakenFile) -> plain.Plain:
    part = row.part
    return {
        "file": str(row.file.absolute()),
        "bytes": row.size,
        "part": None if part is None else part.part,
        "last": None if part is None else part.last,
        "made": None if part is None else plain.moment(part.made_ms),
        "events": 0 if part is None else part.events,
        "duplicates": 0 if part is None else part.duplicates,
        "error": None if row.error is None else facts_of_error(row.error),
    }


def _imported_lines(imported: Imported) -> list[str]:
    lines = [text("bundle.imported", events=imported.events, acknowledged=imported.acknowledged)]
    for row in imported.files:
        if row.error is not None:
            said = facts_of_error(row.error)
            lines += [row.file.name, said["message"], said["remedy"]]
        elif row.part is not None:
            made = f"{local_time(row.part.made_ms):%Y-%m-%d %H:%M}"
            lines.append(text("bundle.taken", file=row.file.name, part=row.part.part, made=made))
    return lines
