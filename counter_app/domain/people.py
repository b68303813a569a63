"""Who acts: roles that a person has, and the actors that the state table speaks of.

Source: specs domain 5.3 (actor letters) and 5.3.1 (who counts as what at an entrusted station).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role as given on the command line; one person may have several."""

    CLERK = "clerk"
    AGENT = "agent"
    CHIEF = "chief"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OPERATOR = "operator"  # of the hall: back office, lead agency and head in one


class Actor(StrEnum):
    """An actor letter of the state table (specs domain 5.3)."""

    APPLICANT = "A"
    CLERK = "C"
    CHIEF = "R"
    BACK_OFFICE = "B"
    LEAD_AGENCY = "L"
    AGENCY_HEAD = "H"
    GOVERNMENT_HEAD = "G"
    AGENT = "V"
    HALL_ADMIN = "M"
    SYSTEM = "S"


_ACTORS: dict[Role, frozenset[Actor]] = {
    Role.CLERK: frozenset({Actor.CLERK}),
    Role.AGENT: frozenset({Actor.AGENT}),
    Role.CHIEF: frozenset({Actor.CHIEF, Actor.CLERK}),
    Role.SUPERVISOR: frozenset(),
    Role.ADMIN: frozenset({Actor.HALL_ADMIN}),
    Role.OPERATOR: frozenset(Actor) - {Actor.APPLICANT, Actor.SYSTEM},
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at this machine or at the hall."""

    name: str
    roles: frozenset[Role]

    def actors(self, *, entrusted: bool) -> frozenset[Actor]:
        """The actor letters of this person.

        At a station that the item's agency has entrusted with acceptance, a
        village agent counts as a clerk (specs domain 5.3.1).
        """
        letters = frozenset[Actor]().union(*(_ACTORS[role] for role in self.roles))
        if entrusted and Actor.AGENT in letters:
            letters |= {Actor.CLERK}
        return letters
