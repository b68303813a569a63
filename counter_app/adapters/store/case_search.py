"""Finding cases by words: names and initials that contain them, numbers that end with them, and more of the case's own
two numbers (`search_keys` has what is looked up).

Of a local or official number found are: its end; what lies in the part that many cases share (device, task), or
begins there and goes on; and the count of a local number. What lies inside the own part alone (the 9 and 8 of
QX03-01-1985-V) is not found: every second case would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select, union
from sqlalchemy.orm import aliased

from counter_app.adapters.store import schema, search_keys
from counter_app.domain.identifiers import MOST_CASES, CaseId

_AFTER_ALL = "\U0010ffff"
_KEYS = schema.search_keys.c
_CASES = schema.cases.c
_AGE = ("received_ms", "case_device", "case_n")


@dataclass(frozen=True)
class Wanted:
    """What is looked up for some words. A case may fit more than one of them."""

    devices: Sequence[str]  # all their cases fit
    heads: Sequence[str]  # keys of which a case has at most one: all their cases fit, and they may be many
    others: Sequence[ColumnElement[bool]]  # of rows of `search_keys`


def wanted(connection: Connection, words: str) -> Wanted:
    """What to look up for these words, which are not empty."""
    small, large = search_keys.fold(words), search_keys.fold(words.upper())
    needles = {"name": small, "initials": search_keys.fold(words.lower()), "phone": small}
    others = [_contains(column, tag, needles[column]) for column, tag in search_keys.PIECES.items()]
    others += [
        _begins(tag, search_keys.end(needles.get(column, large))) for column, tag in search_keys.ENDS.items()
    ]
    devices = list(_devices(connection))
    local = [search_keys.fold(search_keys.head_of_local(device)) for device in devices]
    official = [head.removeprefix(f"{search_keys.HEAD}:") for head in _heads(connection)]
    others += _crossing(search_keys.LOCAL, local, large) + _crossing(search_keys.OFFICIAL, official, large)
    if words.isascii() and words.isdecimal() and len(words) <= len(str(MOST_CASES)):
        others += [_begins(search_keys.LOCAL, start) for start in _counted(local, words)]
    return Wanted(
        [device for device, head in zip(devices, local, strict=True) if large in head],
        [f"{search_keys.HEAD}:{head}" for head in official if large in head],
        others,
    )


def newest(
    connection: Connection, words: str, filters: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> list[CaseId]:
    """The cases that fit the words and the filters (over `cases`), newest receipt first."""
    sought = wanted(connection, words)
    parts = [_of_keys(condition, filters) for condition in (*_equal(sought.heads), *sought.others)]
    parts += [_of_devices(sought.devices, filters)] if sought.devices else []
    first = [_by_age(part).limit(limit + offset).subquery().select() for part in parts]
    found = connection.execute(_by_age(union(*first)).limit(limit).offset(offset))
    return [CaseId(row.case_device, row.case_n) for row in found]


def count(connection: Connection, words: str, filters: Sequence[ColumnElement[bool]]) -> int:
    """How many cases fit. The many of a device or head are only counted; the few others are told apart."""
    sought = wanted(connection, words)
    elsewhere = _KEYS.case_device.not_in(sought.devices)
    headed = aliased(schema.search_keys)
    without = [elsewhere] + [~exists().where(headed.c.key == head, *_same(headed.c, _KEYS)) for head in sought.heads]
    parts = [_of_keys(and_(condition, elsewhere), filters) for condition in _equal(sought.heads)]
    parts += [_of_devices(sought.devices, filters)] if sought.devices else []
    others = union(*(_of_keys(and_(condition, *without), filters) for condition in sought.others))
    counts = [select(func.count()).select_from(part.subquery()) for part in (*parts, others)]
    return sum(int(connection.scalar(each) or 0) for each in counts)


def _contains(column: str, tag: str, needle: str) -> ColumnElement[bool]:
    """Rows of the needle's first two characters, if all its neighbours are there and, of more, the column agrees."""
    pairs = [needle[at : at + 2] for at in range(max(1, len(needle) - 1))]
    condition: ColumnElement[bool] = _KEYS.key == f"{tag}:{pairs[0]}"
    if len(pairs) == 1:
        return condition
    other, search = aliased(schema.search_keys), schema.search.c
    same_case = and_(search.case_device == _KEYS.case_device, search.case_n == _KEYS.case_n)
    agrees = func.instr(func.lower(search[column]), needle) > 0  # SQLite's lower knows A-Z, as our fold does
    rest = [exists().where(other.c.key == f"{tag}:{pair}", *_same(other.c, _KEYS)) for pair in pairs[1:]]
    return and_(condition, *rest, exists().where(same_case, agrees))


def _begins(tag: str, start: str) -> ColumnElement[bool]:
    return and_(f"{tag}:{start}" <= _KEYS.key, f"{tag}:{start}{_AFTER_ALL}" > _KEYS.key)


def _crossing(tag: str, heads: Sequence[str], words: str) -> list[ColumnElement[bool]]:
    """Numbers in which the words begin in the shared part and go on; where nothing is shared, at the beginning."""
    return [
        _begins(tag, search_keys.beginning(head, words[at:]))
        for head in heads
        for at in range(1 if head else 0, len(words) if head else 1)
        if head.endswith(words[:at])
    ]


def _counted(heads: Sequence[str], words: str) -> list[str]:
    """Local numbers of this count, as it is printed or without its zeros."""
    printed = f"{int(words):04d}"
    return [search_keys.beginning(head, f"{printed}-") for head in heads if words in printed]


def _devices(connection: Connection) -> Iterator[str]:
    """Whose cases are here: a look each, however many cases there are."""
    following = select(func.min(_CASES.case_device))
    device = connection.scalar(following)
    while device is not None:
        yield device
        device = connection.scalar(following.where(_CASES.case_device > device))


def _heads(connection: Connection) -> Iterator[str]:
    """The keys of all shared parts of official numbers: a look each."""
    following = select(func.min(_KEYS.key)).where(_begins(search_keys.HEAD, ""))
    head = connection.scalar(following)
    while head is not None:
        yield head
        head = connection.scalar(following.where(_KEYS.key > head))


def _equal(keys: Sequence[str]) -> list[ColumnElement[bool]]:
    return [_KEYS.key == key for key in keys]


def _same(one: Any, other: Any) -> list[ColumnElement[bool]]:
    return [one[name] == other[name] for name in _AGE]


def _of_keys(condition: ColumnElement[bool], filters: Sequence[ColumnElement[bool]]) -> Select[Any]:
    found = select(*(_KEYS[name] for name in _AGE)).where(condition)
    if not filters:
        return found
    its_case = and_(_CASES.case_device == _KEYS.case_device, _CASES.case_n == _KEYS.case_n)
    return found.where(exists().where(its_case, *filters))


def _of_devices(devices: Sequence[str], filters: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Through the index of ages: a device may have all the cases, and those are not to be sorted."""
    no_index = _CASES.case_device.op("||")("")
    return select(*(_CASES[name] for name in _AGE)).where(no_index.in_(devices), *filters)


def _by_age(found: Any) -> Any:
    columns = found.selected_columns
    return found.order_by(*(columns[name].desc() for name in _AGE))
