"""Finding cases by words: names and initials that contain them, numbers that end with them, and more of the case's own
two numbers (`search_keys` has what is looked up).

Found by an official number are its end and its beginning; by a local number its end, its count, and what lies in the
part that a device's cases share or begins there and goes on; by a paper's number what it counts, alone or with the
year and words before it. What lies inside the own part alone (the 98 of
QX03-01-1985-V) is not found: every second case would be.

Each question is a short statement of its own, written out: one large one takes longer to be put together than to be
answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_
from sqlalchemy.dialects import sqlite

from counter_app.adapters.store import search_keys
from counter_app.domain.identifiers import MOST_CASES, CaseId

_AFTER_ALL = "\U0010ffff"
_AGE = "received_ms, case_device, case_n"
_NEWEST = "ORDER BY received_ms DESC, case_device DESC, case_n DESC LIMIT :most"
_SAME_CASE = "case_device = k.case_device AND case_n = k.case_n"
_SAME_KEY_OF_CASE = f"received_ms = k.received_ms AND {_SAME_CASE}"
_BEGINS = "k.key >= :start AND k.key < :after"
_NEXT_DEVICE = "SELECT min(case_device) FROM cases WHERE case_device > :last"
_NEXT_HEAD = "SELECT min(key) FROM search_keys WHERE key > :last AND key < :after"


@dataclass(frozen=True)
class Condition:
    """Part of a statement, with its values."""

    sql: str
    given: Mapping[str, Any] = field(default_factory=dict)


class CaseSearch:
    """One search: the words, and filters over `cases` (none: all fit)."""

    def __init__(self, connection: Connection, words: str, filters: Sequence[ColumnElement[bool]]) -> None:
        self._connection = connection
        self._filter = _written(filters) if filters else None
        small, large = search_keys.fold(words), search_keys.fold(words.upper())
        needles = {"name": small, "initials": search_keys.fold(words.lower()), "phone": small}
        devices = list(self._following(_NEXT_DEVICE, last=""))
        heads = list(self._following(_NEXT_HEAD, last=search_keys.HEAD, after=f"{search_keys.HEAD}:{_AFTER_ALL}"))
        local = {device: search_keys.fold(search_keys.head_of_local(device)) for device in devices}
        official = {key: key.removeprefix(f"{search_keys.HEAD}:") for key in heads}
        # all cases of these fit, and they may be many: they are not told apart
        self._devices = _set("device", [device for device, head in local.items() if large in head])
        self._heads = _set("head", [key for key, head in official.items() if head.startswith(large)])
        self._many = Condition(
            f"(case_device IN ({self._devices.sql}) OR (:headed AND instr(lower(case_no), :large) = 1))",
            {**self._devices.given, "headed": bool(self._heads.given), "large": large},
        )
        self._few = [
            *(_contains(column, tag, needles[column]) for column, tag in search_keys.PIECES.items()),
            *(_begins(tag, search_keys.end(needles.get(column, large))) for column, tag in search_keys.ENDS.items()),
            *(_begins(search_keys.LOCAL, start) for start in _into_local(list(local.values()), large)),
            *(_begins(search_keys.OFFICIAL, start) for start in _into_official(list(official.values()), large)),
            *_of_papers(small),
        ]

    def newest(self, limit: int, offset: int) -> list[CaseId]:
        """The cases that fit, newest receipt first."""
        most = limit + offset
        parts = [self._rows(f"{sql} {_NEWEST}", {**given, "most": most}) for sql, given in self._looks()]
        each = (hit for hit, _ in groupby(merge(*parts, reverse=True)))
        return [CaseId(device, n) for _, device, n in islice(each, offset, most)]

    def count(self) -> int:
        """How many cases fit. The many are counted only; the few beside them are told apart."""
        beside = self._beside()
        few: set[Any] = set()
        for condition in self._few:
            sql, given = self._of_keys(condition)
            few.update(self._rows(f"{sql} AND {beside.sql}", {**given, **beside.given}))
        many = [self._rows(f"SELECT count(*) FROM ({sql})", given) for sql, given in self._looks_for_many(apart=True)]
        return len(few) + sum(int(rows[0][0]) for rows in many)

    def _looks(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield from self._looks_for_many()
        for condition in self._few:
            yield self._of_keys(condition)

    def _looks_for_many(self, apart: bool = False) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Under filters through `cases`, as a list without words. apart: no case twice."""
        if self._filter is not None:
            if self._devices.given or self._heads.given:
                many = f"SELECT {_AGE} FROM cases WHERE {self._many.sql} AND {self._filter.sql}"
                yield many, {**self._many.given, **self._filter.given}
            return
        if self._devices.given:
            by_age = f"SELECT {_AGE} FROM cases INDEXED BY cases_by_age WHERE case_device IN ({self._devices.sql})"
            yield by_age, self._devices.given
        for key in self._heads.given.values():
            other = f" AND case_device NOT IN ({self._devices.sql})" if apart else ""
            yield f"SELECT {_AGE} FROM search_keys WHERE key = :key{other}", {**self._devices.given, "key": key}

    def _of_keys(self, condition: Condition) -> tuple[str, Mapping[str, Any]]:
        sql = f"SELECT {_AGE} FROM search_keys AS k WHERE {condition.sql}"
        if self._filter is None:
            return sql, condition.given
        narrowed = f"{sql} AND EXISTS (SELECT 1 FROM cases WHERE {_SAME_CASE} AND {self._filter.sql})"
        return narrowed, {**condition.given, **self._filter.given}

    def _beside(self) -> Condition:
        """That a row of keys is none of the many."""
        if self._filter is not None:
            one_of_many = f"SELECT 1 FROM cases WHERE {_SAME_CASE} AND {self._many.sql}"
            return Condition(f"NOT EXISTS ({one_of_many})", self._many.given)
        headed = f"SELECT 1 FROM search_keys WHERE key IN ({self._heads.sql}) AND {_SAME_KEY_OF_CASE}"
        elsewhere = f"case_device NOT IN ({self._devices.sql}) AND NOT EXISTS ({headed})"
        return Condition(elsewhere, {**self._devices.given, **self._heads.given})

    def _rows(self, sql: str, given: Mapping[str, Any]) -> Sequence[Any]:
        return [tuple(row) for row in self._connection.exec_driver_sql(sql, dict(given))]

    def _following(self, sql: str, **given: str) -> Iterator[str]:
        """The different values of an index's first column: a look each, however often each is there."""
        while (found := self._rows(sql, given)[0][0]) is not None:
            yield found
            given["last"] = found


def _contains(column: str, tag: str, needle: str) -> Condition:
    """Rows of the needle's first two characters, if the last two are there as well and, of more, the column agrees."""
    first, last = f"{tag}:{needle[:2]}", f"{tag}:{needle[-2:]}"
    if first == f"{tag}:{needle}":
        return Condition("k.key = :first", {"first": first})
    there = f"EXISTS (SELECT 1 FROM search_keys WHERE key = :last AND {_SAME_KEY_OF_CASE})"
    agrees = f"EXISTS (SELECT 1 FROM search WHERE {_SAME_CASE} AND instr(lower({column}), :needle) > 0)"
    given = {"first": first, "last": last, "needle": needle}
    return Condition(f"k.key = :first AND {there} AND {agrees}", given)


def _begins(tag: str, start: str) -> Condition:
    return Condition(_BEGINS, {"start": f"{tag}:{start}", "after": f"{tag}:{start}{_AFTER_ALL}"})


def _into_local(heads: Sequence[str], words: str) -> Iterator[str]:
    """Local numbers in which the words begin in the shared part and go on; and those with this count."""
    for head in heads:
        for at in range(1, len(words)):
            if head.endswith(words[:at]):
                yield search_keys.beginning(head, words[at:])
        if words.isascii() and words.isdecimal() and len(words) <= len(str(MOST_CASES)):
            printed = f"{int(words):04d}"
            if words in printed:
                yield search_keys.beginning(head, f"{printed}-")


def _into_official(heads: Sequence[str], words: str) -> Iterator[str]:
    """Official numbers that begin with the words, which are longer than the shared part."""
    for head in heads:
        if words.startswith(head) and words != head:
            yield search_keys.beginning(head, words.removeprefix(head))


def _of_papers(words: str) -> Iterator[Condition]:
    """Cases with a paper of this number, and the case of this query code."""
    if number := search_keys.number_of_paper(words):
        n, before = number
        begins = _begins(search_keys.PAPER, n)
        yield Condition(f"{begins.sql} AND instr(k.key, :before) > 0", {**begins.given, "before": before})
    yield Condition("k.key = :first", {"first": f"{search_keys.QUERY_CODE}:{words}"})


def _set(name: str, values: Sequence[str]) -> Condition:
    """The values as they stand in an IN (...)."""
    given = {f"{name}{at}": value for at, value in enumerate(values)}
    return Condition(", ".join(f":{each}" for each in given), given)


def _written(filters: Sequence[ColumnElement[bool]]) -> Condition:
    written = and_(*filters).compile(
        dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
    )
    return Condition(str(written), written.params)
