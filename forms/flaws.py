"""One thing wrong with data that was written by others, as a code for our own sentences.

No flaw holds a value: values may be personal, and flaws are printed and logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JsonPath = tuple[str | int, ...]

_SAFE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_LONG_NUMBER = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Its code, where it is, and what its sentence needs. schema: the part of a schema that was not met."""

    code: str
    path: JsonPath
    params: Mapping[str, object]
    schema: Mapping[str, Any] | None = None


def path_text(path: JsonPath) -> str:
    """The path as people write it: `materials[1].pages`; `$` is the whole."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{speakable_key(step)}" for step in path]
    return "".join(steps).removeprefix(".") or "$"


def speakable_key(key: str) -> str:
    """The key if it can hold nothing personal, else a sign that there is one."""
    return key if _SAFE_KEY.fullmatch(key) and not _LONG_NUMBER.search(key) else "?"
