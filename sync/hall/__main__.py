"""The `hall` command. Options of all commands stand before or after the command's name (cli design)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.domain.errors import CounterError
from sync.exit_codes import INTERRUPTED
from sync.hall import (
    bundle_command,
    calendar_command,
    catalogue_command,
    console,
    exceptions_command,
    notices_command,
    places_command,
    seal_roots_command,
)
from sync.hall.up_pro import command as export_command
from sync.streams import open_closed_streams
from sync.usage_words import require_characters

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(exceptions_command.app, name="exceptions")
app.add_typer(places_command.app)
app.add_typer(calendar_command.app, name="calendar")
app.add_typer(bundle_command.app, name="bundle")
app.add_typer(catalogue_command.app, name="catalogue")
app.add_typer(notices_command.app, name="notices")
app.add_typer(seal_roots_command.app, name="seal-roots")
app.add_typer(export_command.app, name="export")


def main(arguments: list[str] | None = None) -> None:
    """The program: exit 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    open_closed_streams()
    try:
        require_characters(given)
        ended = app(console.common_first(given), prog_name="hall", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as wrong:
        console.fail_usage(wrong, as_json=as_json)
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except CounterError as error:
        console.fail(error, as_json=as_json)
    except BrokenPipeError:
        console.give_up_stdout()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  the outermost handler: whatever it is, it is said with its number
        console.fail(console.of_the_machine(error), as_json=as_json)
    sys.exit(ended if isinstance(ended, int) else 0)


@app.callback()
def _root(
    context: typer.Context,
    home: Annotated[str | None, typer.Option(help="The hall's home folder; else HALL_HOME.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, or one a line.")] = False,
    user: Annotated[str | None, typer.Option(help="Who acts; the PIN is read from HALL_PIN or COUNTER_PIN.")] = None,
) -> None:
    """The reference hall. Options of all commands may stand before or after the command."""
    from resources.texts import text

    if home is not None and not home:  # a script's unset variable must not mean another hall
        raise typer.BadParameter(text("cli.usage.wrong_value", name="--home"))
    context.obj = console.Common(home, as_json, user)


@app.command()
def init(
    context: typer.Context,
    sample: Annotated[bool, typer.Option("--sample", help="Fill in an invented county.")] = False,
    db: Annotated[str | None, typer.Option(help="URL of the database, if not SQLite in the home.")] = None,
) -> None:
    """Make the hall's home: keys and store."""
    from sync.hall import home

    hall = home.init(home.home_folder(context.obj.home), sample=sample, db=db)
    hall.store.close()
    console.say(context.obj, {"hall": hall.id, "fingerprint": hall.fingerprint}, "init.done", hall=hall.id)


@app.command()
def serve(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one.")] = "127.0.0.1:8471",
    db: Annotated[str | None, typer.Option(help="URL of the database; remembered.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    plain: Annotated[bool, typer.Option("--plain", help="Without TLS on other than loopback addresses.")] = False,
    cert: Annotated[Path | None, typer.Option(help="TLS certificate chain, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="TLS private key, PEM.")] = None,
) -> None:
    """The hall's server; prints one line when ready."""
    from sync.hall import device_keys, home, profiles
    from sync.hall.serve import listen_on
    from sync.hall.serve import serve as run

    where = listen_on(listen, workers, plain, cert, key)
    folder = home.home_folder(context.obj.home)
    hall = home.open_hall(folder, db)
    device_keys.tell(hall)  # of devices that an earlier program enrolled
    profiles.tell(hall)
    hall.store.close()
    run(folder, where, lambda address: console.tell(f"hall ready on {address}"))


@app.command()
def cases(
    context: typer.Context,
    query: Annotated[str, typer.Option(help="Part of a name or number.")] = "",
    state: str = "",
    station: str = "",
) -> None:
    """Cases, newest first."""
    from sync.hall import cases as case_list
    from sync.hall import views

    with console.opened(context) as hall, hall.store.read() as conn:
        found = (views.case_row(case) for case in case_list.listed(conn, query, state, station))
        console.lines(context.obj, found, ("case", "case_no", "station", "state", "holder"))


@app.command()
def act(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="Local number or case number.")],
    action: Annotated[str, typer.Argument(help="grant, deny, suspend, resume, extend, recall, hand_over, ...")],
    data: Annotated[str, typer.Option(help="What the act needs, a JSON object.")] = "{}",
) -> None:
    """Do something to a case that the hall holds, or recall one."""
    from sync.hall import acts, views

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        done = acts.act(hall, case, action, console.json_object(data), person)
        with hall.store.read() as conn:
            plain = views.case_view(conn, done)
    console.say(context.obj, plain, "act.done", case=plain["case"], state=plain["state"])


@app.command("messages")
def messages_command(
    context: typer.Context,
    sent: Annotated[list[str] | None, typer.Option(metavar="ID", help="Mark as sent; may be repeated.")] = None,
    show_sent: Annotated[bool, typer.Option("--all-sent", help="Those that were sent.")] = False,
) -> None:
    """Text messages to applicants that are to be sent; --sent ID marks one."""
    from sync.hall import messages, users, views

    with console.opened(context) as hall:
        if sent:
            with hall.store.write() as conn:
                users.acting(conn, context.obj.user, console.secret("PIN"))
                for message_id in sent:
                    messages.mark_sent(conn, message_id, hall.now_ms)
            console.say(context.obj, {"sent": sent}, "messages.marked", n=len(sent))
            return
        with hall.store.read() as conn:
            users.acting(conn, context.obj.user, console.secret("PIN"))
            found = [views.message(each) for each in messages.listed(conn, sent=show_sent)]
    console.lines(context.obj, found, ("message", "case", "kind", "text"))


@app.command()
def numbers(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option(min=1, max=9999, help="One year only; slips, which have none, are always there.")
    ] = None,
) -> None:
    """What became of every number of notices: used, spoiled, returned, open, or explained by nothing; then exit 1."""
    from sync.hall import number_report, views

    with console.opened(context) as hall, hall.store.read() as conn:
        plain = number_report.report(conn, year)
    key = "numbers.explained" if plain["explained"] else "numbers.not_explained"
    console.say(context.obj, plain, key, series=len(plain["series"]), doubts=len(plain["unexplained"]))
    if not context.obj.json:
        console.table(views.number_rows(plain), ("agency", "kind", "year", "used", "spoiled", "returned", "open"))
        console.table(plain["unexplained"], ("agency", "kind", "year", "first", "last", "why"))
    if not plain["explained"]:
        raise typer.Exit(1)


@app.command()
def days(
    context: typer.Context,
    station: Annotated[str, typer.Option(help="Of one station.")] = "",
    differing: Annotated[bool, typer.Option("--differing", help="Only those that are not the same here.")] = False,
) -> None:
    """Days that stations closed, each counted again from the hall's journal; what differs is named case by case."""
    from sync.hall import days as closed_days
    from sync.hall import troubles, views

    with console.opened(context) as hall, hall.store.read() as conn:
        refused = troubles.refused_seqs(conn)
        rows = [views.counted_day(day) for day in closed_days.listed(conn, refused, station)]
    shown = [row for row in rows if row["left_out"] or not row["agrees"]] if differing else rows
    console.lines(context.obj, shown, ("station", "device", "day", "code", "hall_code", "same", "cases", "differing"))


@app.command()
def backup(context: typer.Context, file: Path) -> None:
    """A checked copy of the hall's SQLite store; the server may run. Where the keys lie in the keyring, set
    HALL_PASSPHRASE first, so that it brings the hall back on another machine too."""
    from sync.hall import backup as copies
    from sync.hall.home import PASSPHRASE_VARIABLE

    passphrase = os.environ.get(PASSPHRASE_VARIABLE, "")
    with console.opened(context) as hall:
        done = copies.backup(hall, file, passphrase)
        opens = "passphrase" if copies.opens_elsewhere(hall, passphrase) else "this_machine"
    warnings = [] if opens == "passphrase" else [console.record_of(CounterError("hall_backup_only_here"))]
    plain = {"events": done.events, "bytes": done.size, "opens_with": opens, "warnings": warnings}
    console.say(context.obj, plain, "backup.done", bytes=done.size)
    if not context.obj.json:
        console.table(warnings, ("message", "remedy"))


@app.command()
def restore(context: typer.Context, file: Path) -> None:
    """Make a copy the hall's store again, with the server stopped; then `recovered`. On another machine, with the
    copy's passphrase in HALL_PASSPHRASE, it makes the hall's home."""
    from sync.hall import backup as copies
    from sync.hall import home, users

    def allow(conn: Connection) -> None:
        users.acting(conn, context.obj.user, console.secret("PIN"))

    done = copies.restore(home.home_folder(context.obj.home), file, allow)
    console.say(context.obj, {"events": done.events, "bytes": done.size}, "restore.done", bytes=done.size)


@app.command()
def recovered(context: typer.Context) -> None:
    """After a restored backup, once the stations have called: what came back is put in, and leases may go on."""
    from sync.hall import apply, profiles, recovery

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        done = recovery.recovered(hall, person)
        apply.catch_up(hall)
        profiles.tell(hall)
    plain = {"generation": done.generation, "cases": done.cases, "silent": list(done.silent)}
    console.say(context.obj, plain, "recovered.done", generation=done.generation, n=len(done.silent))


@app.command()
def verify(context: typer.Context) -> None:
    """Every journal, projection, feed and file checked; exit 1 if one is not what it was."""
    from sync.hall import verify as verification
    from sync.hall import views

    with console.opened(context) as hall:
        plain = views.report(verification.verify(hall))
    key = "verify.ok" if plain["ok"] else "verify.not_ok"
    console.say(context.obj, plain, key, cases=plain["cases"], problems=len(plain["problems"]))
    if not context.obj.json:
        console.table(plain["devices"], ("device", "station", "seq", "head"))
        console.table(plain["problems"], ("problem", "device", "seq", "case", "station"))
    if not plain["ok"]:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
