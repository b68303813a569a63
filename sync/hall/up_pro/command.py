"""`hall export up-pro`: the exchange tables of a period for the provincial hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from sync.hall import console

if TYPE_CHECKING:
    from counter_app.domain.people import Person
    from resources.codes import Codes
    from sync.hall.home import Hall
    from sync.hall.up_pro.export import Export

app = typer.Typer(no_args_is_help=True, help="Data for systems above the hall.")


@app.callback()
def _group() -> None:
    """Data for systems above the hall."""


@app.command("up-pro")
def up_pro(
    context: typer.Context,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of receipt.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of receipt.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A folder that is empty or not there yet.")],
    database: Annotated[str, typer.Option(help="mysql or postgresql: whose SQL is written.")] = "mysql",
    utf8mb4: Annotated[bool, typer.Option("--utf8mb4", help="The hub takes characters beyond U+FFFF.")] = False,
    codes: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the hub has other codes; TOML.")] = None,
    data_source: Annotated[str, typer.Option(help="Our code at the hub.")] = "",
) -> None:
    """The five tables UP_PRO_* as CSV and SQL, with what cannot go, and counted against the ledger."""
    from sync.hall import users
    from sync.hall.store import recovery_waits
    from sync.hall.up_pro.export import Hub, export, made_at
    from sync.hall.up_pro.files import DIALECTS
    from sync.hall.up_pro.folder import check_folder, reconciliation, write_folder

    if database not in DIALECTS:
        raise InvalidInput("export_database", given=database[:20], known=", ".join(DIALECTS))
    check_folder(out)
    hub = Hub(_codes(codes), three_bytes=not utf8mb4, data_source=data_source)
    with console.opened(context) as hall:
        with hall.store.read() as conn:
            person = users.acting(conn, context.obj.user, console.secret("PIN"))
            _check_role(person)
            if recovery_waits(conn):
                raise MoveNotAllowed("hall_not_recovered")
            done = export(conn, first.date(), last.date(), hub, made_at(hall.now_ms))
        _log(hall, person, first, last, done)
        write_folder(out, done, hub, database)
    counted = reconciliation(done)
    said = {"rows": sum(map(len, done.rows.values())), "found": len(done.found)}
    key = "up_pro.done" if done.adds_up else "up_pro.differs"
    console.say(context.obj, {"folder": str(out.absolute()), **said, **counted}, key, **said, folder=str(out))
    if not context.obj.json:
        _print(done)
    if not done.adds_up:
        raise typer.Exit(1)


def _check_role(person: Person) -> None:
    """MoveNotAllowed `not_your_role`: it takes everybody's whole numbers out of the hall."""
    from counter_app.domain.people import Role

    if not person.roles & {Role.OPERATOR, Role.SUPERVISOR}:
        raise MoveNotAllowed("not_your_role", action="export", actors=Role.SUPERVISOR.value)


def _log(hall: Hall, person: Person, first: datetime, last: datetime, done: Export) -> None:
    """Who took whole numbers out of the hall, and of which days: in the hall's journal before the files are there."""
    from counter_app.domain.events import NewEvent
    from counter_app.domain.identifiers import HALL
    from sync import journal

    days = {"first": first.date().isoformat(), "last": last.date().isoformat()}
    data = {"what": "up_pro", **days, "rows": sum(map(len, done.rows.values()))}
    with hall.store.write() as conn:
        journal.append(conn, HALL, [NewEvent("revealed", None, 0, person.name, data)], hall.clock())


def _codes(file: Path | None) -> Codes:
    """The shipped codes, with those of the file in their place. InvalidInput `export_codes` names the fault."""
    from resources.codes import CodesNotReadable, standard_codes

    if file is None:
        return standard_codes()
    try:
        return standard_codes().changed(console.content_of(file).decode("utf-8-sig"))
    except (CodesNotReadable, UnicodeDecodeError) as fault:
        raise InvalidInput("export_codes", fault=str(fault)[:200]) from None


def _print(done: Export) -> None:
    from sync.hall.up_pro.checks import Outcome
    from sync.hall.up_pro.export import row_counts

    outcomes = [outcome.value for outcome in Outcome]
    _table(("table", "made", "written", *outcomes), list(row_counts(done)))
    rows = [{"figure": row.code, "by_ledger": row.by_ledger, "by_rows": row.by_rows} for row in done.checks]
    _table(("figure", "by_ledger", "by_rows"), rows)


def _table(head: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
    """With its head, for the figures would not explain themselves."""
    console.table([dict(zip(head, head, strict=True)), *rows], head)
