"""A release of a hall's own templates: what changed of them, as one event that every station gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import zstandard

from counter_app.domain.errors import InvalidInput
from counter_app.domain.notice import NoticeKind
from counter_app.domain.wire_values import Plain, number_of
from forms.edited_templates import Source
from resources.typed import unpacker

KIND = "notices_released"
MOST_PACKED = 40 * 1024  # bytes, of an event that must stay below canonical.MAX_EVENT_BYTES
_MOST_UNPACKED = 4 << 20


@dataclass(frozen=True, slots=True)
class TemplateRelease:
    """The n-th release, counted from 1: the changed templates as they were written, each in its new version."""

    n: int
    sources: tuple[Source, ...]


def release_to_plain(release: TemplateRelease) -> dict[str, object]:
    """The release as an event's data. InvalidInput `templates_too_big`."""
    rows = [[kind.value, version, source] for kind, version, source in release.sources]
    packed = zstandard.ZstdCompressor(level=19).compress(msgspec.msgpack.encode(rows))
    if len(packed) > MOST_PACKED:
        raise InvalidInput("templates_too_big", n=len(rows))
    return {"n": release.n, "templates": packed}


def release_from_plain(plain: Plain) -> TemplateRelease:
    """The release of an event; kinds not known here are left out.

    InvalidInput `templates_damaged`, `value_misshapen`.
    """
    packed = plain.get("templates")
    if not isinstance(packed, bytes):
        raise InvalidInput("templates_damaged")
    try:
        content = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST_UNPACKED)
        rows = unpacker(list[tuple[str, int, str]]).decode(content)
    except (zstandard.ZstdError, msgspec.DecodeError):
        raise InvalidInput("templates_damaged") from None
    return TemplateRelease(number_of(plain, "n"), tuple(_known(rows)))


def _known(rows: Iterable[tuple[str, int, str]]) -> Iterable[Source]:
    kinds = set(NoticeKind)
    return ((NoticeKind(kind), version, source) for kind, version, source in rows if kind in kinds)
