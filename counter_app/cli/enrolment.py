"""`enrol`, `user ...`: the home and its people."""

from __future__ import annotations

from typing import Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.session import NEW_PIN, PIN, Session, secret
from counter_app.domain.errors import InvalidInput
from counter_app.domain.people import Role
from counter_app.domain.station import StationProfile
from resources.texts import text
from sync.hall_address import HallAddress, hall_address

app = group()
user_app = group()
app.add_typer(user_app, name="user", help=text("cli.help.user"))


Plain = Annotated[bool, typer.Option("--plain", help=text("cli.option.plain"))]
KnownUser = Annotated[str, typer.Argument(metavar="NAME", help=text("cli.option.new_user"))]
Pin = Annotated[str | None, typer.Option("--pin", metavar="SHA256", help=text("cli.option.pin"))]


@command(app, "enrol")
def enrol(
    session: Session,
    hall: Annotated[str, typer.Option(metavar="URL", help=text("cli.option.hall"))],
    code: Annotated[str, typer.Option(metavar="CODE", help=text("cli.option.code"))],
    plain: Plain = False,
    pin: Pin = None,
) -> None:
    """Make the home of this machine with a one-time code of the hall; a repeated call goes on where it stopped.

    plain: without TLS; pin: SHA-256 of the certificate that is believed alone. Raises as `bootstrap.enrol_home`,
    `hall_address`.
    """
    where = session.enrol(hall_address(hall, plain=plain, pin=pin), code).whereabouts
    facts = {
        "device": where.device,
        "station": where.profile.code,
        "profile": _profile(where.profile),
        "hall": where.hall,
        **_address(where.address),
    }
    session.answer(facts, text("cli.enrolled", device=where.device, station=where.profile.name))


@command(app, "hall-address", help_key="hall_address")
def change_address(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="URL", help=text("cli.option.hall"))],
    plain: Plain = False,
    pin: Pin = None,
) -> None:
    """Let all later exchanges go to this address, once the hall of this machine has answered there.

    Raises as `Session.person`, `hall_address`, `HallMove.to`.
    """
    address = hall_address(url, plain=plain, pin=pin)
    session.station().hall_move.to(session.person(), address)
    facts = {"hall": session.station().whereabouts.hall, **_address(address)}
    session.answer(facts, text("cli.hall_address_kept", url=address.url))


@command(user_app, "add", help_key="user_add")
def add_user(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help=text("cli.option.new_user"))],
    role: Annotated[list[str], typer.Option(metavar="ROLE,...", help=text("cli.option.role"))],
) -> None:
    """Enter somebody with the PIN in COUNTER_NEW_PIN; the first one needs nobody's leave.

    InvalidInput `role_unknown`, and as `Session.person`, `People.add`.
    """
    roles = [_role(word) for given in role for word in given.split(",")]
    pin = secret(NEW_PIN)
    people = session.station().people
    by = session.person() if people.all() else None
    added = people.add(by, name, roles, pin)
    names = sorted(found.value for found in added.roles)
    session.answer({"user": added.name, "roles": names}, text("cli.user_added", user=added.name))


@command(user_app, "pin", help_key="user_pin")
def set_pin(
    session: Session, name: Annotated[str, typer.Argument(metavar="[NAME]", help=text("cli.option.pin_of"))] = ""
) -> None:
    """One's own PIN, or that of somebody who forgot theirs; the new one stands in COUNTER_NEW_PIN.

    Raises as `People.change_pin`, `People.set_pin`.
    """
    people = session.station().people
    if name in ("", session.user):
        changed = people.change_pin(session.own_name(), secret(PIN), secret(NEW_PIN))
        session.answer({"user": changed.name, "given": False}, text("cli.pin_changed", user=changed.name))
        return
    people.set_pin(session.person(), name, secret(NEW_PIN))
    session.answer({"user": name, "given": True}, text("cli.pin_given", user=name))


@command(user_app, "unlock", help_key="user_unlock")
def unlock_user(session: Session, name: KnownUser) -> None:
    """Let somebody try again after five wrong PINs. Raises as `Session.person`, `People.unlock`."""
    session.station().people.unlock(session.person(), name)
    session.answer({"user": name}, text("cli.user_unlocked", user=name))


@command(user_app, "remove", help_key="user_remove")
def remove_user(session: Session, name: KnownUser) -> None:
    """Take somebody off the list who has left; what they did stays. Raises as `Session.person`, `People.remove`."""
    session.station().people.remove(session.person(), name)
    session.answer({"user": name}, text("cli.user_removed", user=name))


def _role(word: str) -> Role:
    name = word.strip().lower()
    if name not in set(Role) - {Role.OPERATOR}:
        known = ", ".join(role.value for role in Role if role is not Role.OPERATOR)
        raise InvalidInput("role_unknown", role=word[:20], known=known)
    return Role(name)


def _address(address: HallAddress) -> dict[str, object]:
    return {"url": address.url, "plain": address.plain, "pin": address.pin or None}


def _profile(profile: StationProfile) -> dict[str, object]:
    return {
        "code": profile.code,
        "name": profile.name,
        "county": profile.county,
        "level": profile.level,
        "sharing": profile.sharing,
        "entrusted": "all" if profile.entrusted is None else sorted(profile.entrusted),
        "agencies": [{"code": code, "name": agency.name} for code, agency in sorted(profile.agencies.items())],
    }
