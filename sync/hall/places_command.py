"""`hall station`, `stations`, `agencies`, `user`, `device`: where people work, who acts here, with which machines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sync.hall import console

app = typer.Typer()
station_app = typer.Typer(no_args_is_help=True, help="Stations: their enrolment codes.")
user_app = typer.Typer(no_args_is_help=True, help="People who act at the hall.")
device_app = typer.Typer(no_args_is_help=True, help="Devices of stations.")
app.add_typer(station_app, name="station")
app.add_typer(user_app, name="user")
app.add_typer(device_app, name="device")


@station_app.command("add")
def station_add(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Such as QX03.")],
    name: Annotated[str, typer.Argument(help="As printed.")],
    level: Annotated[str | None, typer.Option(help="village, town or county.")] = None,
    entrusted: Annotated[str | None, typer.Option(help="Agencies with commas between, or all.")] = None,
    sharing: Annotated[str | None, typer.Option(help="own: cases stay with their device; desk: they share.")] = None,
) -> None:
    """A one-time enrolment code for a new device; what changed of the station reaches those that are enrolled."""
    from sync.hall import enrolment, places, profiles, users, views
    from sync.keys import grouped

    with console.opened(context) as hall:
        with hall.store.write() as conn:
            users.acting(conn, context.obj.user, console.secret("PIN"))
            station = places.add_station(conn, code, name, level, sharing, entrusted)
            enrolment_code, expires_ms = enrolment.new_code(conn, hall, station.code)
        profiles.tell(hall)
    expires = views.moment(expires_ms)
    plain = {"station": station.code, "code": grouped(enrolment_code), "expires": expires}
    console.say(context.obj, plain, "station.added", **plain)


@app.command()
def agencies(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TOML with [[agency]] tables: code, name, org_word, phone ...")],
) -> None:
    """Enter or change agencies; machines that are enrolled learn them with their next exchange, and get numbers."""
    from sync.hall import agency_file, places, profiles, users

    with console.opened(context) as hall:
        with hall.store.write() as conn:
            users.acting(conn, context.obj.user, console.secret("PIN"))
            entered = agency_file.read(file)
            for agency in entered:
                places.save_agency(conn, agency)
        profiles.tell(hall)
    codes = [agency.code for agency in entered]
    console.say(context.obj, {"agencies": codes}, "agencies.entered", n=len(codes))


@app.command()
def stations(context: typer.Context) -> None:
    """Stations and devices, with their last contact."""
    from sync.hall import views

    with console.opened(context) as hall, hall.store.read() as conn:
        console.lines(context.obj, views.stations(conn), ("station", "name", "last_contact"))


@user_app.command("add")
def user_add(
    context: typer.Context,
    name: str,
    role: Annotated[str, typer.Option(help="operator, supervisor, chief, clerk, admin; with commas between.")],
) -> None:
    """A person who acts at the hall; the PIN is read from HALL_NEW_PIN or COUNTER_NEW_PIN."""
    from sync.hall import users

    with console.opened(context) as hall, hall.store.write() as conn:
        users.acting(conn, context.obj.user, console.secret("PIN"))
        person = users.add(conn, name, role, console.secret("NEW_PIN"))
    plain = {"user": person.name, "roles": sorted(role.value for role in person.roles)}
    console.say(context.obj, plain, "user.added", user=person.name)


@device_app.command("revoke")
def device_revoke(
    context: typer.Context,
    device: str,
    since: Annotated[str, typer.Option(help="When it was lost, as 2026-11-22T08:00, China's time; else now.")] = "",
) -> None:
    """Close a device for good; all stations learn since when its signatures count no more."""
    from sync.hall import device_keys, places, users

    with console.opened(context) as hall:
        with hall.store.write() as conn:
            users.acting(conn, context.obj.user, console.secret("PIN"))
            places.revoke(conn, device, device_keys.since_ms(since, hall.now_ms))
        device_keys.tell(hall)
    console.say(context.obj, {"device": device}, "device.revoked", device=device)
