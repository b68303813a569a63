"""`hall bundle import`, `hall bundle export`: stations without a line, by USB stick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counter_app.domain.errors import CounterError, NotFound
from sync.hall import console

if TYPE_CHECKING:
    from counter_app.domain.people import Person
    from sync.hall.bundle_in import Taken
    from sync.hall.home import Hall

MEGABYTE = 1024 * 1024
PART_MB = 1000

app = typer.Typer(no_args_is_help=True, help="Stations without a line: their bundles in, answers out.")


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Parts, in any order.")],
) -> None:
    """Take in what stations brought; a revoked device's only by a supervisor."""
    from sync.bundle_files import BundleFiles

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        rows = [(file, _taken(hall, file, person)) for file in sorted(files, key=BundleFiles().order)]
    errors = [row.error for _, row in rows if row.error is not None]
    plain = {
        "events": sum(row.events for _, row in rows),
        "duplicates": sum(row.duplicates for _, row in rows),
        "attachments": sum(row.attachments for _, row in rows),
        "acknowledged": max((row.acknowledged for _, row in rows), default=0),
        "bytes": sum(file.stat().st_size for file, _ in rows if file.is_file()),
        "error": console.record_of(errors[0]) if errors else None,
        "files": [_plain(file, row) for file, row in rows],
    }
    console.say(context.obj, plain, "bundle.imported", events=plain["events"], duplicates=plain["duplicates"])
    if not context.obj.json:
        for file, row in rows:
            if row.error is not None:
                typer.echo("\n".join((file.name, *list(console.record_of(row.error).values())[1:])), err=True)
    if errors:
        raise typer.Exit(1)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes; longer ones go on as FILE-2 ...")],
    station: Annotated[str, typer.Option(help="The station; a bundle for each of its devices.")],
    device: Annotated[str, typer.Option(help="Only this device of it.")] = "",
    part_size: Annotated[int, typer.Option("--part-size", min=1, metavar="MB", help="Of a file at most.")] = PART_MB,
) -> None:
    """The answer to a station: what was received, and what happened elsewhere."""
    from sync.hall import bundle_out, users

    with console.opened(context) as hall:
        with hall.store.read() as conn:
            users.acting(conn, context.obj.user, console.secret("PIN"))
            devices = bundle_out.open_devices(conn, station)
        if device and device not in devices:
            raise NotFound("bundle_device_unknown", device=device[:64])
        chosen = [device] if device else devices
        if not chosen:
            raise NotFound("bundle_no_device", station=station)
        given = [
            _given(hall, each, file if len(chosen) == 1 else file.with_name(f"{file.stem}-{each}{file.suffix}"),
                   part_size * MEGABYTE)
            for each in chosen
        ]
    plain = {
        "events": sum(row["events"] for row in given),
        "duplicates": 0,
        "acknowledged": max(row["acknowledged"] for row in given),
        "bytes": sum(row["bytes"] for row in given),
        "bundles": given,
    }
    console.say(context.obj, plain, "bundle.exported", events=plain["events"], n=len(given))


def _given(hall: Hall, device: str, file: Path, part_bytes: int) -> dict[str, Any]:
    from sync.bundle_files import BundleFiles, part_file
    from sync.hall import bundle_out

    answered = bundle_out.answer(hall, device, lambda part: BundleFiles().part(part_file(file, part)), part_bytes)
    return {
        "device": device,
        "events": answered.events,
        "acknowledged": answered.acknowledged,
        "bytes": answered.size,
        "files": [str(part_file(file, part.number).absolute()) for part in answered.parts],
    }


def _taken(hall: Hall, file: Path, person: Person) -> Taken:
    from sync.bundle_files import BundleFiles
    from sync.hall import bundle_in

    try:
        with BundleFiles().brought(file) as brought:
            return bundle_in.take_in(hall, brought, person)
    except CounterError as error:
        return bundle_in.Taken(error=error)


def _plain(file: Path, row: Taken) -> dict[str, Any]:
    return {
        "file": str(file.absolute()),
        "device": row.device or None,
        "part": row.part or None,
        "last": row.last if row.part else None,
        "events": row.events,
        "duplicates": row.duplicates,
        "attachments": row.attachments,
        "acknowledged": row.acknowledged,
        "error": None if row.error is None else console.record_of(row.error),
    }
