"""`hall seal-roots`: whose electronic seals every station believes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sync.hall import console

if TYPE_CHECKING:
    from counter_app.domain.seal_roots import ToldRoot

app = typer.Typer(no_args_is_help=True, help="The root certificates of electronic seals that all stations believe.")


@app.command("show")
def show(context: typer.Context) -> None:
    """All that were released, with their fingerprints; those that were revoked say since when."""
    from sync.hall import seal_roots

    with console.opened(context) as hall, hall.store.read() as conn:
        rows = [_row(root) for root in seal_roots.known(conn)]
    console.lines(context.obj, rows, ("fingerprint", "until", "revoked_since", "holder"))


@app.command("release")
def release(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Root certificates, PEM or DER.")]
) -> None:
    """Let all stations believe the certificates of a file; compare their fingerprints first."""
    from sync.hall import seal_roots

    content = console.content_of(file)
    with console.opened(context) as hall:
        person = console.acting(context, hall)
        done = seal_roots.release(hall, content, person)
    plain = {"release": done.n or None, "roots": [_row(root) for root in done.roots], "stations": done.stations}
    key = "seal_roots.released" if done.n else "seal_roots.same"
    console.say(context.obj, plain, key, n=len(done.roots), stations=done.stations)


@app.command("revoke")
def revoke(
    context: typer.Context,
    fingerprint: Annotated[str, typer.Argument(help="Its first 8 digits or more, as `show` says them.")],
    since: Annotated[str, typer.Option(help="Since when, as 2026-11-22T08:00, China's time; else now.")] = "",
) -> None:
    """Let no station believe a root any more, also where it was put by hand."""
    from sync.hall import device_keys, seal_roots

    with console.opened(context) as hall:
        person = console.acting(context, hall)
        done = seal_roots.revoke(hall, fingerprint, device_keys.since_ms(since, hall.now_ms), person)
    plain = {"release": done.n or None, "roots": [_row(root) for root in done.roots], "stations": done.stations}
    key = "seal_roots.revoked" if done.n else "seal_roots.revoked_before"
    console.say(context.obj, plain, key, stations=done.stations)


def _row(root: ToldRoot) -> dict[str, Any]:
    from sync.hall import seal_roots, views

    since = None if root.revoked_ms is None else views.moment(root.revoked_ms)
    return {
        "fingerprint": root.fingerprint, "holder": seal_roots.holder(root),
        "until": seal_roots.ends(root).date().isoformat(), "revoked_since": since,
    }  # fmt: skip
