"""What to tell the support line of an error: a short number of `codes/error_numbers.toml`, for the telephone.

The table is read when the first error is shown: the sign-in does without.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


def error_number(code: str) -> str:
    """LNK-014; an error without a number, as of a newer hall, is told by its code."""
    return _number_of_code().get(code, code)


@cache
def error_numbers() -> Mapping[str, str]:
    """The code of each number that was ever given, by themes, also of errors that are gone."""
    table = (files("resources") / "codes" / "error_numbers.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(table))


@cache
def _number_of_code() -> Mapping[str, str]:
    return {code: number for number, code in error_numbers().items()}
