"""A disk with a store on it: what is committed, what of it is synced, who has locked what.

A transaction sees the committed state and its own changes (READ COMMITTED, row locks), as on the
largest store that the hall runs on. A commit is synced unless the disk was told otherwise; what was
not synced may be gone after a power loss, the newest first.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from counter_app.domain.errors import CounterError

_GONE, _UNCHANGED = object(), object()


class StoreDefect(Exception):
    """What a real store would refuse as a broken constraint: a defect of whoever wrote it."""


class Duplicate(StoreDefect):
    """A row is there already."""


class Locked(Exception):
    """Another transaction has the row; the real store waits, and gives up in the end."""


@contextmanager
def giving_up(code: str) -> Iterator[None]:
    """What was locked ends the whole transaction, as it does on the real store. CounterError of that code."""
    try:
        yield
    except Locked:
        raise CounterError(code) from None


class Disk:
    """The tables of one store."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Any, Any]] = defaultdict(dict)
        self.locks: dict[object, Transaction] = {}
        self.boots = 0
        self._unsynced: list[list[tuple[str, Any, Any]]] = []

    def begin(self) -> Transaction:
        return Transaction(self)

    def apply(self, changes: dict[str, dict[Any, Any]], *, synced: bool) -> None:
        """Commit; once one commit is synced, all before it are."""
        undo = []
        for table, rows in changes.items():
            now = self.tables[table]
            for key, value in rows.items():
                if not synced:
                    undo.append((table, key, now.get(key, _GONE)))
                if value is _GONE:
                    now.pop(key, None)
                else:
                    now[key] = value
        if synced:
            self._unsynced.clear()
        else:
            self._unsynced.append(undo)

    def sync(self) -> None:
        """What is committed stays."""
        self._unsynced.clear()

    def durable(self, table: str, key: Any) -> Any:
        """The value as it would be after a power loss that takes all it can."""
        for undo in self._unsynced:
            for its, its_key, old in undo:
                if (its, its_key) == (table, key):
                    return old
        return self.tables[table].get(key)

    def copy(self) -> dict[str, dict[Any, Any]]:
        """What a backup has."""
        return {table: dict(rows) for table, rows in self.tables.items()}

    def restore(self, backup: dict[str, dict[Any, Any]]) -> None:
        """The store as it was then."""
        self.boots += 1
        self.locks.clear()
        self._unsynced.clear()
        self.tables = defaultdict(dict, {table: dict(rows) for table, rows in backup.items()})

    def lose_power(self, rng: random.Random) -> None:
        """Everybody's transactions end, and so many of the commits that were not synced are gone."""
        self.boots += 1
        self.locks.clear()
        for _ in range(rng.randint(0, len(self._unsynced))):
            for table, key, old in reversed(self._unsynced.pop()):
                if old is _GONE:
                    self.tables[table].pop(key, None)
                else:
                    self.tables[table][key] = old
        self._unsynced.clear()


class Transaction:
    """Changes that nobody else sees before they are committed."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._boot = disk.boots
        self._changes: dict[str, dict[Any, Any]] = {}
        self._locked: list[object] = []

    def get(self, table: str, key: Any) -> Any:
        """The value, None if there is none."""
        if self._changes and table in self._changes:
            value = self._changes[table].get(key, _UNCHANGED)
            if value is not _UNCHANGED:
                return None if value is _GONE else value
        return self._disk.tables[table].get(key)

    def put(self, table: str, key: Any, value: Any) -> None:
        self._changes.setdefault(table, {})[key] = value

    def insert(self, table: str, key: Any, value: Any) -> None:
        """Duplicate if there is one already."""
        if self.get(table, key) is not None:
            raise Duplicate(f"{table} {key} is there already")
        self.put(table, key, value)

    def delete(self, table: str, key: Any) -> None:
        self.put(table, key, _GONE)

    def items(self, table: str) -> Iterator[tuple[Any, Any]]:
        """Everything in a table, sorted."""
        committed, changed = self._disk.tables[table], self._changes.get(table)
        if not committed and not changed:
            return iter(())
        merged = {**committed, **(changed or {})}
        return iter(sorted((key, value) for key, value in merged.items() if value is not _GONE))

    def clear(self, table: str) -> None:
        """Nothing is left of it."""
        for key, _ in list(self.items(table)):
            self.delete(table, key)

    def run(self, table: str, owner: Any, after: int, last: int | None = None) -> Iterator[tuple[int, Any]]:
        """The rows (owner, after + 1), (owner, after + 2) ... as far as they go, holes left out up to last."""
        n = after + 1
        while last is None or n <= last:
            value = self.get(table, (owner, n))
            if value is not None:
                yield n, value
            elif last is None:
                return
            n += 1

    def lock(self, name: object) -> None:
        """Keep everybody else from the row; Locked if somebody else has it."""
        holder = self._disk.locks.get(name)
        if holder is self:
            return
        if holder is not None:
            raise Locked
        self._disk.locks[name] = self
        self._locked.append(name)

    def savepoint(self) -> dict[str, dict[Any, Any]]:
        return {table: dict(rows) for table, rows in self._changes.items()}

    def back_to(self, savepoint: dict[str, dict[Any, Any]]) -> None:
        self._changes = savepoint

    def commit(self, *, synced: bool = True) -> None:
        if self._disk.boots != self._boot:
            raise StoreDefect("a transaction cannot outlive its machine")
        self._disk.apply(self._changes, synced=synced)
        self.end()

    def end(self) -> None:
        """Nothing more; what was not committed is gone."""
        for name in self._locked:
            if self._disk.locks.get(name) is self:
                del self._disk.locks[name]
        self._locked.clear()
        self._changes = {}
