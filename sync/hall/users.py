"""Who acts at the hall. Without users the hall's operator does; with users every act needs one and the PIN."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.people import Person, Role
from counter_app.domain.person_name import check_name
from sync.hall.tables import users

OPERATOR = Person("operator", frozenset({Role.OPERATOR}))
PIN_DIGITS = 6


def add(conn: Connection, name: str, roles: str, pin: str) -> Person:
    """Enter a person. InvalidInput `hall_role_unknown`, `pin_not_six_digits`, as `check_name`; `person_exists`."""
    from argon2 import PasswordHasher

    person = Person(check_name(name), frozenset(_role(word) for word in roles.split(",")))
    if not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
        raise InvalidInput("pin_not_six_digits")
    if conn.scalar(select(users.c.name).where(users.c.name == person.name)) is not None:
        raise CounterError("person_exists")
    words = ",".join(sorted(role.value for role in person.roles))
    conn.execute(insert(users).values(name=person.name, roles=words, pin_hash=PasswordHasher().hash(pin)))
    return person


def acting(conn: Connection, name: str | None, pin: str) -> Person:
    """The person who acts. CounterError `hall_user_needed`, `hall_user_or_pin_wrong`."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    if name is None:
        if conn.scalar(select(func.count()).select_from(users)):
            raise CounterError("hall_user_needed")
        return OPERATOR
    row = conn.execute(select(users.c.roles, users.c.pin_hash).where(users.c.name == name)).first()
    if row is None:
        raise CounterError("hall_user_or_pin_wrong")
    try:
        PasswordHasher().verify(row.pin_hash, pin)
    except VerifyMismatchError:
        raise CounterError("hall_user_or_pin_wrong") from None
    return Person(name, frozenset(Role(word) for word in row.roles.split(",")))


def _role(word: str) -> Role:
    try:
        return Role(word.strip())
    except ValueError:
        raise InvalidInput("hall_role_unknown", given=word.strip()[:20], known=_known()) from None


def _known() -> str:
    return ", ".join(role.value for role in Role)
