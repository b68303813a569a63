"""The invented names and sentences of `example_words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def example_words() -> dict[str, Any]:
    """The table, read once."""
    return tomllib.loads((files("forms") / "example_words.toml").read_text(encoding="utf-8"))
