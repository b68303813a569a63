"""Releases of the hall's own templates as the feed brings them: kept, and put over those of the program."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from sqlalchemy import Connection, select

from counter_app.adapters.store import rows, schema
from counter_app.domain.events import Event
from forms.edited_templates import with_sources
from forms.notice_templates import NoticeTemplates, bundled_templates
from forms.template_release import KIND, release_from_plain, release_to_plain

__all__ = ["KIND", "known", "note"]


def note(connection: Connection, event: Event) -> None:
    """Keep the release that the event brings. InvalidInput as `release_from_plain`."""
    release = release_from_plain(event.data)
    row = {"n": release.n, "body": msgspec.msgpack.encode(release_to_plain(release))}
    rows.put(connection, schema.notice_templates, [row])


def known(connection: Connection) -> NoticeTemplates:
    """The program's templates and all that were released, as far as this program can read them."""
    table = schema.notice_templates.c
    return _together(tuple(connection.scalars(select(table.body).order_by(table.n))))


@lru_cache(maxsize=2)
def _together(bodies: tuple[bytes, ...]) -> NoticeTemplates:
    if not bodies:
        return bundled_templates()
    releases = [release_from_plain(msgspec.msgpack.decode(body)) for body in bodies]
    return with_sources(bundled_templates(), (source for release in releases for source in release.sources))
