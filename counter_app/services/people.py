"""Who may sign in at this machine, and how (desktop design section 7; specs domain 13.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from counter_app.domain.errors import CounterError, InvalidInput, NotFound
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Person, Role
from counter_app.domain.person_name import check_name
from counter_app.services.desk import Desk
from counter_app.services.ports import StoredPerson

PIN_DIGITS = 6
MOST_FAILURES = 5
LOCK_MS = 30 * 60 * 1000
STATION_ROLES = frozenset(Role) - {Role.OPERATOR}

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP minimum: machines are old


class People:
    """The people of this machine."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def all(self) -> list[StoredPerson]:
        """Everybody who may sign in here, by name."""
        with self._desk.store.read() as reading:
            return reading.people()

    def add(self, by: Person | None, name: str, roles: Iterable[Role], pin: str) -> Person:
        """Add a person. The first one needs nobody's leave and becomes administrator too.

        Raises InvalidInput (`pin_not_six_digits`, `roles_empty`, the codes of check_name),
        CounterError `person_exists`, `not_administrator`.
        """
        name = check_name(name)
        wanted = frozenset(roles)
        if not wanted:
            raise InvalidInput("roles_empty")
        if not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
            raise InvalidInput("pin_not_six_digits")
        pin_hash = _hasher.hash(pin)
        with self._desk.store.write() as writing:
            known = writing.people()
            if not known:
                wanted |= {Role.ADMIN}
            elif by is None or Role.ADMIN not in by.roles:
                raise CounterError("not_administrator")
            if any(person.name == name for person in known):
                raise CounterError("person_exists")
            writing.save_person(StoredPerson(name, wanted, pin_hash))
            added = NewEvent("user_added", None, 0, by.name if by else name, {"roles": sorted(wanted)}, {"name": name})
            writing.append([added])
        return Person(name, wanted)

    def sign_in(self, name: str, pin: str) -> Person:
        """The person, if the PIN is right.

        Raises NotFound `person_unknown`, CounterError `pin_wrong` (left: tries that
        remain) or `person_locked` (until_ms). Five failures lock for 30 minutes.
        """
        now = self._desk.now_ms()
        with self._desk.store.write() as writing:
            person = writing.person(name)
            if person is None:
                raise NotFound("person_unknown")
            if person.locked_until_ms > now:
                raise CounterError("person_locked", until_ms=person.locked_until_ms)
            after = _after_try(person, _pin_fits(person, pin), now)
            if after != person:
                writing.save_person(after)
        if after.failures:
            raise CounterError("pin_wrong", left=MOST_FAILURES - after.failures)
        if after.locked_until_ms > now:
            raise CounterError("person_locked", until_ms=after.locked_until_ms)
        return Person(person.name, person.roles)


def _pin_fits(person: StoredPerson, pin: str) -> bool:
    try:
        return _hasher.verify(person.pin_hash, pin)
    except VerifyMismatchError:
        return False


def _after_try(person: StoredPerson, fits: bool, now_ms: int) -> StoredPerson:
    if fits:
        return replace(person, failures=0, locked_until_ms=0)
    failures = person.failures + 1
    if failures < MOST_FAILURES:
        return replace(person, failures=failures)
    return replace(person, failures=0, locked_until_ms=now_ms + LOCK_MS)
