"""Statements are compiled once in a process, not once for each of the some thousand stores that its tests open.

SQLAlchemy keeps what it compiled for each engine; a program has one, the tests open a new one for each home and hall.
Dialects of one class, driver and server version write the same SQL, so the first of them stands for all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache

_KEPT = 4000
_first_of: dict[tuple[object, ...], tuple[Dialect, LRUCache[Any, Any]]] = {}
_compile = ClauseElement._compile_w_cache


def compile_once() -> None:
    """From now on, in this process."""
    ClauseElement._compile_w_cache = _compile_by_the_first  # type: ignore[method-assign]


def _compile_by_the_first(self: ClauseElement, dialect: Dialect, *, compiled_cache: Any, **options: Any) -> Any:
    if compiled_cache is not None and dialect.server_version_info:
        alike = (type(dialect), dialect.driver, dialect.server_version_info, dialect.paramstyle)
        dialect, compiled_cache = _first_of.setdefault(alike, (dialect, LRUCache(_KEPT)))
    return _compile(self, dialect, compiled_cache=compiled_cache, **options)
