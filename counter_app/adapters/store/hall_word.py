"""What the hall says in the feed without a case: releases, numbers, keys, the station's profile, settled exceptions."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from counter_app.adapters.store import (
    calendars,
    days,
    items,
    key_book,
    notice_templates,
    number_book,
    seal_roots,
    told_profile,
)
from counter_app.adapters.store.feed_troubles import WAITS, put_trouble, settle_trouble
from counter_app.domain import device_keys, station
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from counter_app.domain.number_register import block_of
from counter_app.domain.seal_roots import KIND as ROOTS_RELEASED
from counter_app.domain.skipped import EXCEPTION_SETTLED
from counter_app.domain.wire_values import text_of


def take_word(connection: Connection, device: str, n: int, event: Event) -> None:
    """Feed events of the hall about the station itself; kinds that this program does not know wait for an upgrade."""
    note = _OF_THE_HALL.get(event.kind) if event.id.device == HALL else None
    if note is None:
        return
    try:
        why = note(connection, device, n, event)
    except InvalidInput:
        why = WAITS
    if why:
        put_trouble(connection, event, why)


def _take_calendar(connection: Connection, _device: str, n: int, event: Event) -> str:
    calendars.note(connection, event, n)
    return ""


def _take_items(connection: Connection, _device: str, n: int, event: Event) -> str:
    return items.note(connection, event, n)


def _take_templates(connection: Connection, _device: str, _n: int, event: Event) -> str:
    notice_templates.note(connection, event)
    return ""


def _take_keys(connection: Connection, _device: str, _n: int, event: Event) -> str:
    key_book.note(connection, event)
    return ""


def _take_roots(connection: Connection, _device: str, _n: int, event: Event) -> str:
    seal_roots.note(connection, event)
    return ""


def _take_profile(connection: Connection, _device: str, _n: int, event: Event) -> str:
    told_profile.note(connection, event)
    return ""


def _take_block(connection: Connection, device: str, _n: int, event: Event) -> str:
    block = block_of(event) if text_of(event.data, "to") == device else None
    if block is not None:
        number_book.lease(connection, block)
    return ""


def _take_settlement(connection: Connection, _device: str, _n: int, event: Event) -> str:
    settle_trouble(connection, event)
    return ""


def _take_days_code(connection: Connection, _device: str, _n: int, event: Event) -> str:
    days.note_answer(connection, event)
    return ""


_OF_THE_HALL: dict[str, Callable[[Connection, str, int, Event], str]] = {
    calendars.BY_FEED: _take_calendar,
    items.KIND: _take_items,
    notice_templates.KIND: _take_templates,
    device_keys.KIND: _take_keys,
    ROOTS_RELEASED: _take_roots,
    station.TOLD: _take_profile,
    "block_leased": _take_block,
    EXCEPTION_SETTLED: _take_settlement,
    days.CHECKED: _take_days_code,
}
"""What is made of each; gives why it cannot be used here, "" if it can. InvalidInput: it waits."""
