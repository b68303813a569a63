"""`calendar`: the calendars known here, what they moved, and one from a file that the hall signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from counter_app.domain.errors import CounterError, InvalidInput
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.calendars import KnownCalendars

LIST, ADD = "list", "add"

app = group()


@command(app, "calendar")
def calendar(
    session: Session,
    what: Annotated[str, typer.Argument(metavar="[list|add]", help=text("cli.option.calendar_what"))] = LIST,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help=text("cli.option.calendar_file"))] = None,
) -> None:
    """The calendars and the clocks that they moved; with `add` and a file, after taking that in as an administrator.

    InvalidInput `calendar_file_missing`, and as `Calendars.add` (specs domain 6.4).
    """
    if what not in (LIST, ADD) or (file is None) != (what == LIST):
        raise typer.TyperException(text("cli.usage.calendar"))
    if file is not None:
        _add(session, file)
    else:
        known = session.station().calendars.known()
        session.answer(_facts(known), *_lines(known))


def _add(session: Session, file: Path) -> None:
    service, person = session.station().calendars, session.person()
    if not file.is_file():
        raise InvalidInput("calendar_file_missing")
    try:
        content = file.read_bytes()
    except OSError:
        raise CounterError("calendar_file_missing") from None
    added = service.add(person, content)
    known = service.known()
    key = "calendar.again" if added.again else "calendar.added"
    facts = {"version": added.release.version, "again": added.again, **_facts(known)}
    session.answer(facts, text(key, version=added.release.version), *_lines(known))


def _facts(known: KnownCalendars) -> plain.Plain:
    shipped = {
        "version": known.shipped.version, "n": 0, "source": None, "published": sorted(known.shipped.published),
        "by": ["program"],
    }
    arrived = [
        {
            "version": row.release.version,
            "n": row.release.n,
            "source": row.release.source,
            "published": list(row.release.published),
            "by": [*(["feed"] if row.by_feed else []), *(["file"] if row.by_file else [])],
        }
        for row in known.released
    ]
    return {
        "newest": known.newest.version,
        "calendars": [shipped, *arrived],
        "changed": [plain.moved_clock(row) for row in known.moved if row.day_changed],
        "confirmed": [plain.moved_clock(row) for row in known.moved if not row.day_changed],
    }


def _lines(known: KnownCalendars) -> list[str]:
    return [text("calendar.newest", version=known.newest.version), *(plain.moved_line(row) for row in known.moved)]
