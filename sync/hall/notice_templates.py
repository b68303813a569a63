"""The hall's own templates of papers: released once, in the feed of every station, and used by the hall's own acts.

A release is an event of the hall without a case; the facts name its place in the hall's journal, its only copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from forms.edited_templates import FIRST_OWN, EditedTemplate, Given, Source, shipped_source, with_sources
from forms.notice_templates import NoticeTemplates, bundled_templates
from forms.template_release import KIND, TemplateRelease, release_from_plain, release_to_plain
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.release_book import ReleaseBook, lock_all
from sync.hall.store import recovery_waits

BOOK = ReleaseBook("notices.", KIND)


@dataclass(frozen=True, slots=True)
class Released:
    """What a release changed; n 0: nothing was different, and nothing was done."""

    n: int
    sources: tuple[Source, ...]
    stations: int


@again_if_crossed
def release(hall: Hall, given: Given, person: Person) -> Released:
    """Release the templates of a folder that differ from those in use.

    MoveNotAllowed `templates_not_yours`; CounterError `template_faults`, `hall_not_recovered`; InvalidInput
    `templates_too_big`.
    """
    if not person.roles & {Role.OPERATOR, Role.ADMIN}:
        raise MoveNotAllowed("templates_not_yours")
    if given.faults:
        raise CounterError("template_faults", n=len(given.faults))
    with hall.store.write() as conn:
        codes = lock_all(conn)
        if recovery_waits(conn):
            raise CounterError("hall_not_recovered")
        changed = tuple(_changed(conn, given.templates))
        if not changed:
            return Released(0, (), 0)
        new = TemplateRelease(len(releases(conn)) + 1, changed)
        BOOK.write(conn, hall, new.n, person.name, release_to_plain(new))
    return Released(new.n, changed, len(codes))


def known(conn: Connection) -> NoticeTemplates:
    """The program's templates and all that were released."""
    return _together(tuple(releases(conn)))


def sources(conn: Connection) -> dict[NoticeKind, str]:
    """The template in use of each kind, as it was written."""
    found = {kind: shipped_source(kind) for kind in sorted({kind for kind, _ in bundled_templates().by_version})}
    return found | {kind: source for one in releases(conn) for kind, _, source in one.sources}


def releases(conn: Connection) -> list[TemplateRelease]:
    """All releases, in their order."""
    return [release_from_plain(event.data) for event in BOOK.events(conn)]


def restore(conn: Connection, batch: Batch, event: Event, written_again: Callable[[Event], Placed]) -> None:
    """A release that the hall lost is one again, if none is in its place; the feeds of all stations are locked."""
    lost = release_from_plain(event.data)
    if any(one.n == lost.n for one in releases(conn)):
        return
    BOOK.enter(conn, batch, lost.n, written_again(event))


def _changed(conn: Connection, given: Iterable[EditedTemplate]) -> Iterable[Source]:
    in_use, versions = sources(conn), known(conn)
    for edited in given:
        kind = edited.template.kind
        if edited.source != in_use.get(kind):
            yield kind, max(FIRST_OWN, versions.current_version(kind) + 1), edited.source


@lru_cache(maxsize=4)
def _together(found: tuple[TemplateRelease, ...]) -> NoticeTemplates:
    return with_sources(bundled_templates(), (source for one in found for source in one.sources))
