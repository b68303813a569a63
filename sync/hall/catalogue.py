"""The county's own items: handed in as a whole, compared with what holds, and released into the feed of every station.

A release is events of the hall without a case (`forms/item_release.py`); the table names their places in the hall's
journal, which is their only copy. What was released never changes: a changed item gets a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person, Role
from forms.catalogue_changes import CatalogueChanges, changes
from forms.county_catalogue import FIRST_OWN, ReleasedItems
from forms.given_items import Fault, GivenCatalogue
from forms.item_document import Document, content_of, digest, document_of, packed
from forms.item_file import item_of_document
from forms.item_release import KIND, Entry, Piece, piece_to_plain, pieces_of
from sync.hall import items
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.places import agency_codes
from sync.hall.release_book import lock_all
from sync.hall.store import number_fact, recovery_waits


class Standing(NamedTuple):
    """An item as it is offered: its document, and whether a release brought it or the program did."""

    document: Document
    released: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """What taking a catalogue in would do. after: the items as they would be offered, with their versions."""

    changes: CatalogueChanges
    after: Mapping[str, Document]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """A release; n 0: nothing was different, and nothing was done."""

    planned: Planned
    n: int
    valid_from: date
    stations: int


def standing(conn: Connection) -> dict[str, Standing]:
    """The items of the newest release, whenever it begins to hold; before the first one those of the program."""
    released = items.released(conn)
    if not released.releases:
        return {item.code: Standing(document_of(item), False) for item in items.shipped_items().items()}
    found = {}
    for code, entry in sorted(released.newest.items()):
        content = released.document(code, entry.version)
        assert content is not None, "a release brings what it lists"
        found[code] = Standing(msgspec.msgpack.decode(content), True)
    return found


def releases(conn: Connection) -> list[tuple[int, date, int]]:
    """Every release with the day from which it holds and the number of its items."""
    return [(release.n, release.valid_from, len(release.listed)) for release in items.released(conn).releases]


def planned(conn: Connection, given: GivenCatalogue, *, keep_others: bool = False) -> Planned:
    """What taking it in would do; with faults nothing can be done."""
    before = {code: found.document for code, found in standing(conn).items()}
    handed = {item.code: document_of(item_of_document(item.document)) for item in given.items}
    found = changes(before, handed, keep_others=keep_others)
    faults = (*given.faults, *_faults(conn, given, before, found))
    if faults:
        return Planned(found, {}, faults)
    after = {code: document for code, document in before.items() if keep_others or code in handed}
    released, asked = items.released(conn), {item.code: item.version for item in given.items}
    floor = number_fact(conn, "generation") * (FIRST_OWN - 1)
    for document in (*found.new, *(change.after for change in found.changed)):
        code = document["code"]
        after[code] = {**document, "version": _version(released, document, asked[code], floor)}
    numbered = replace(
        found,
        new=tuple(after[document["code"]] for document in found.new),
        changed=tuple(replace(change, after=after[change.after["code"]]) for change in found.changed),
    )
    return Planned(numbered, after, ())


@again_if_crossed
def release(
    hall: Hall, given: GivenCatalogue, person: Person, valid_from: date | None = None, *, keep_others: bool = False
) -> Released:
    """Take the catalogue in: what changed goes into the feed of every station, and holds from the day on.

    MoveNotAllowed `catalogue_not_yours`; CounterError `catalogue_faults`, `hall_not_recovered`; InvalidInput
    `item_too_big`, `valid_from_past`, `valid_from_before_last`.
    """
    if not person.roles & {Role.OPERATOR, Role.ADMIN}:
        raise MoveNotAllowed("catalogue_not_yours")
    today = local_date(hall.now_ms)
    day = valid_from or today
    if day < today:
        raise InvalidInput("valid_from_past", day=day.isoformat())
    with hall.store.write() as conn:
        codes = lock_all(conn)
        if recovery_waits(conn):
            raise CounterError("hall_not_recovered")
        plan = planned(conn, given, keep_others=keep_others)
        if plan.faults:
            raise CounterError("catalogue_faults", n=len(plan.faults))
        earlier = items.released(conn)
        if not plan.changes.any and earlier.releases:
            return Released(plan, 0, day, 0)
        if earlier.releases and day < earlier.releases[-1].valid_from:
            last = earlier.releases[-1].valid_from.isoformat()
            raise InvalidInput("valid_from_before_last", day=day.isoformat(), last=last)
        n = len(earlier.releases) + 1
        pieces = _pieces(n, day, earlier, plan.after)
        _write(hall, conn, pieces, person)
    return Released(plan, n, day, len(codes))


def _faults(
    conn: Connection, given: GivenCatalogue, before: Mapping[str, Document], found: CatalogueChanges
) -> Iterator[Fault]:
    """What only this hall can tell: agencies that it does not know, and items that somebody else changed meanwhile."""
    agencies = set(agency_codes(conn))
    moved = {change.after["code"] for change in found.changed}
    for item in given.items:
        if item.document["agency"] not in agencies:
            known = "、".join(sorted(agencies))
            yield Fault(item.place(("agency",)), "agency_unknown", {"agency": item.document["agency"], "known": known})
        current = before.get(item.code, {}).get("version")
        if item.code in moved and item.version not in ("", current):
            yield Fault(item.place(("version",)), "version_behind", {"given": item.version, "current": current})


def _version(released: ReleasedItems, document: Document, asked: str, floor: int) -> str:
    """The version of a new or changed item: the last, if it had this very content, else one that never was.

    floor: a hall that lost what it had released does not count on from where it stands (sync design section 7).
    """
    code = document["code"]
    known = released.versions(code)
    if known:
        last = released.document(code, known[-1])
        if last is not None and content_of(msgspec.msgpack.decode(last)) == content_of(document):
            return known[-1]
        return str(max(int(known[-1]), floor) + 1)
    return asked if asked and int(asked) > floor else str(floor + 1)


def _pieces(n: int, day: date, earlier: ReleasedItems, after: Mapping[str, Document]) -> list[Piece]:
    contents = {code: packed(document) for code, document in after.items()}
    listed = {code: Entry(code, after[code]["version"], digest(content)) for code, content in contents.items()}
    sent = earlier.documents()
    news = {digest(content): content for content in contents.values() if digest(content) not in sent}
    return pieces_of(n, day, earlier.newest, listed, news)


def _write(hall: Hall, conn: Connection, pieces: Iterable[Piece], person: Person) -> None:
    batch = Batch(hall.records.on(conn))
    for piece in pieces:
        _, place = batch.append(NewEvent(KIND, None, 0, person.name, piece_to_plain(piece)), hall.clock())
        items.enter(conn, batch, piece, place)
    batch.write()
