"""`hall exceptions`: what a person must settle."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.hall import console

app = typer.Typer(help="What a person must settle.")


@app.callback(invoke_without_command=True)
def exceptions(
    context: typer.Context,
    settled: Annotated[bool, typer.Option("--settled", help="Those that a person has settled, newest first.")] = False,
) -> None:
    """Quarantined and late events, forks, doubtful numbers: what a person must settle."""
    from sync.hall import views

    if context.invoked_subcommand is not None:
        return
    with console.opened(context) as hall, hall.store.read() as conn:
        rows = views.settlements(conn) if settled else views.exceptions(conn)
        console.lines(context.obj, rows, ("device", "seq", "kind", "code", "case", "since", "behind"))


@app.command("settle")
def exceptions_settle(
    context: typer.Context,
    device: str,
    seq: int,
    how: Annotated[str, typer.Option(help="skip or retry what waits; noted for everything else.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the event.")],
    kind: Annotated[str, typer.Option(help="Where one event has several exceptions.")] = "",
) -> None:
    """Settle one exception, by an event of the hall that says who, when and why."""
    from counter_app.domain.identifiers import EventId
    from sync.hall import settling, views

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        done = settling.settle(hall, EventId(device, seq), kind, how, reason, person)
        with hall.store.read() as conn:
            plain = views.settlement(conn, done)
    console.say(context.obj, plain, "exceptions.settled", device=device, seq=seq)
