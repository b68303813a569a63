"""Who may sign in at this machine, and how (desktop design section 7; specs domain 13.2).

Each change is an event without a case, whose private part has the person's name; no PIN and no hash is in any.
"""

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
from counter_app.services.ports import Reading, Writing
from counter_app.services.stored_facts import StoredPerson

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
        pin_hash = _hashed(pin)
        with self._desk.store.write() as writing:
            known = writing.people()
            if not known:
                wanted |= {Role.ADMIN}
            elif by is None or Role.ADMIN not in _roles_now(writing, by):
                raise CounterError("not_administrator")
            if any(person.name == name for person in known):
                raise CounterError("person_exists")
            writing.save_person(StoredPerson(name, wanted, pin_hash))
            _note(writing, "user_added", by.name if by else name, name, roles=sorted(wanted))
        return Person(name, wanted)

    def sign_in(self, name: str, pin: str) -> Person:
        """The person, if the PIN is right and nobody else has set it.

        Raises NotFound `person_unknown`, CounterError `pin_wrong` (left: tries that
        remain), `person_locked` (until_ms) or `pin_to_change`. Five failures lock for 30 minutes.
        """
        person = self._tried(name, pin)
        if person.pin_given:
            raise CounterError("pin_to_change")
        return Person(person.name, person.roles)

    def change_pin(self, name: str, pin: str, new: str) -> Person:
        """The person gives themselves another PIN and is signed in by it.

        Raises InvalidInput `pin_not_six_digits`, `pin_is_old`, and what `sign_in` raises but for `pin_to_change`.
        """
        pin_hash = _hashed(new)
        self._tried(name, pin)
        if pin == new:
            raise InvalidInput("pin_is_old")
        with self._desk.store.write() as writing:
            person = _known(writing, name)
            writing.save_person(replace(person, pin_hash=pin_hash, pin_given=False))
            _note(writing, "user_pin_changed", name, name, given=False)
        return Person(person.name, person.roles)

    def set_pin(self, by: Person, name: str, pin: str) -> None:
        """A new PIN for somebody who forgot it; its owner must change it before it signs anything. Unlocks too.

        Raises InvalidInput `pin_not_six_digits`, and what `unlock` raises but for `person_not_locked`.
        """
        pin_hash = _hashed(pin)
        with self._desk.store.write() as writing:
            person = _helped(writing, by, name)
            given = replace(person, pin_hash=pin_hash, pin_given=True, failures=0, locked_until_ms=0)
            writing.save_person(given)
            _note(writing, "user_pin_changed", by.name, name, given=True)

    def unlock(self, by: Person, name: str) -> None:
        """Let somebody try again whom five wrong PINs have locked.

        Raises NotFound `person_unknown`, CounterError `not_your_person` (see `may_help`), `person_not_locked`.
        """
        with self._desk.store.write() as writing:
            person = _helped(writing, by, name)
            if person.locked_until_ms <= self._desk.now_ms():
                raise CounterError("person_not_locked")
            writing.save_person(replace(person, failures=0, locked_until_ms=0))
            _note(writing, "user_unlocked", by.name, name)

    def remove(self, by: Person, name: str) -> None:
        """Take somebody off the list who has left. What they did stays; what they had not finished must go over first.

        An administrator does it, and never to themselves: so one always stays. Raises NotFound `person_unknown`,
        CounterError `not_administrator`, `cannot_remove_yourself`, `person_has_drafts` (n).
        """
        with self._desk.store.write() as writing:
            _known(writing, name)
            if Role.ADMIN not in _roles_now(writing, by):
                raise CounterError("not_administrator")
            if name == by.name:
                raise CounterError("cannot_remove_yourself")
            if drafts := sum(draft.user == name for draft in writing.drafts()):
                raise CounterError("person_has_drafts", n=drafts)
            writing.delete_person(name)
            _note(writing, "user_removed", by.name, name)

    def _tried(self, name: str, pin: str) -> StoredPerson:
        """Whose PIN this is; a wrong one is counted."""
        now = self._desk.now_ms()
        with self._desk.store.write() as writing:
            person = _known(writing, name)
            if person.locked_until_ms > now:
                raise CounterError("person_locked", until_ms=person.locked_until_ms)
            after = _after_try(person, _pin_fits(person, pin), now)
            if after != person:
                writing.save_person(after)
        if after.failures:
            raise CounterError("pin_wrong", left=MOST_FAILURES - after.failures)
        if after.locked_until_ms > now:
            raise CounterError("person_locked", until_ms=after.locked_until_ms)
        return after


def may_help(by: frozenset[Role], person: StoredPerson, people: Iterable[StoredPerson]) -> bool:
    """Whether these roles may give that person a new PIN, and unlock them.

    Administrators may, and a chief: to an administrator only where no other one is there who could, so that a chief
    does not become administrator by way of a PIN, and a forgotten one is no dead end.
    """
    others = any(Role.ADMIN in each.roles and each.name != person.name for each in people)
    return Role.ADMIN in by or (Role.CHIEF in by and not (Role.ADMIN in person.roles and others))


def _known(reading: Reading, name: str) -> StoredPerson:
    person = reading.person(name)
    if person is None:
        raise NotFound("person_unknown")
    return person


def _roles_now(reading: Reading, by: Person) -> frozenset[Role]:
    """As they are in this transaction: somebody else may have taken them off the list since they signed in."""
    person = reading.person(by.name)
    return person.roles if person is not None else frozenset()


def _helped(reading: Reading, by: Person, name: str) -> StoredPerson:
    person = _known(reading, name)
    if not may_help(_roles_now(reading, by), person, reading.people()):
        raise CounterError("not_your_person")
    return person


def _note(writing: Writing, kind: str, by: str, name: str, **data: object) -> None:
    writing.append([NewEvent(kind, None, 0, by, data, {"name": name})])


def _hashed(pin: str) -> str:
    if not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
        raise InvalidInput("pin_not_six_digits")
    return _hasher.hash(pin)


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
