"""`hall calendar`: working-day calendars for all stations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sync.hall import console

app = typer.Typer(no_args_is_help=True, help="Working-day calendars for all stations.")


@app.command("add")
def calendar_add(context: typer.Context, file: Annotated[Path, typer.Argument(help="JSON like cn.json.")]) -> None:
    """Release a calendar: it goes into the feed of every station, and everything is counted by it."""
    from sync.hall import calendars, views

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        released = calendars.add(hall, console.content_of(file), person)
    plain = {**views.calendar(released.release), "again": released.again, "stations": released.stations}
    key = "calendar.again" if released.again else "calendar.added"
    console.say(context.obj, plain, key, version=plain["version"], stations=plain["stations"])


@app.command("list")
def calendar_list(context: typer.Context) -> None:
    """The shipped calendar and all that were released, in their order."""
    from sync.hall import calendars, views

    with console.opened(context) as hall, hall.store.read() as conn:
        rows = [views.calendar(release) for release in calendars.known(conn)]
    console.say(context.obj, {"calendars": rows, "newest": rows[-1]["version"]}, "calendar.list", n=len(rows))
    if not context.obj.json:
        console.table(rows, ("n", "version", "published", "source"))


@app.command("export")
def calendar_export(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A released version.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """A released calendar as a file signed by this hall, for stations without a line."""
    from sync.hall import calendars

    with console.opened(context) as hall:
        console.acting(context, hall)
        content = calendars.export(hall, version)
    console.write_out(out, content)
    plain = {"version": version, "file": str(out.absolute()), "bytes": len(content)}
    console.say(context.obj, plain, "calendar.exported", **plain)
