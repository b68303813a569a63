"""JSON lines as strangers send them: every line becomes one object or one error, in bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from counter_app.domain.errors import CounterError, InvalidInput
from forms.flaws import speakable_key

LONGEST_LINE = 1 << 20  # bytes; scans are named in a line, not carried
DEEPEST = 16  # a right line has five levels
_MOST_DIGITS = 18
_PIECE = 1 << 16
_BOM = b"\xef\xbb\xbf"
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | CounterError]]:
    """Each line's number (from 1) with its object, or with what is wrong with it; blank lines are passed over.

    A byte order mark at the beginning and CR before LF are taken. Numbers
    become int where they are whole, so no float is left that JSON calls an
    integer. Errors: `line_oversized`, `line_has_nul`, `line_not_utf8`,
    `line_too_deep`, `line_not_json`, `line_number`, `line_key_doubled`,
    `line_surrogate`, `line_not_object`.
    """
    for line_no, line in enumerate(_raw_lines(stream), start=1):
        if line is None:
            yield line_no, InvalidInput("line_oversized", limit_kib=LONGEST_LINE >> 10)
            continue
        content = line.removeprefix(_BOM) if line_no == 1 else line
        if content.strip(b" \t\r\n"):
            yield line_no, _object_or_error(content)


def read_object(given: str) -> dict[str, Any]:
    """The one object of a text, on as many lines as it likes, read as strictly as a line; empty text is an empty one.

    InvalidInput as `read_lines`.
    """
    return _object(given.encode()) if given.strip() else {}


def _raw_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines; None stands for one that is too long, which is read past in pieces."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_PIECE)
        yield None


def _object_or_error(line: bytes) -> dict[str, Any] | CounterError:
    try:
        return _object(line)
    except InvalidInput as error:
        return error


def _object(line: bytes) -> dict[str, Any]:
    if b"\0" in line:
        raise InvalidInput("line_has_nul")
    try:
        content = line.decode("utf-8").rstrip("\r\n")  # so that what is cut off is cut off at its end
    except UnicodeDecodeError:
        raise InvalidInput("line_not_utf8") from None
    if _depth(line) > DEEPEST:
        raise InvalidInput("line_too_deep", limit=DEEPEST)
    try:
        value = _DECODER.decode(content)
    except json.JSONDecodeError as error:
        raise InvalidInput("line_not_json", column=error.colno) from None
    if not isinstance(value, dict):
        raise InvalidInput("line_not_object")
    return value


def _depth(line: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", line)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidInput("line_key_doubled", key=speakable_key(key))
        _require_whole_characters(key)
        _require_whole_characters(value)
        found[key] = value
    return found


def _require_whole_characters(value: object) -> None:
    """JSON may spell half of a surrogate pair; UTF-8 cannot hold it, so nothing could be stored."""
    if isinstance(value, str) and _SURROGATE.search(value):
        raise InvalidInput("line_surrogate")
    if isinstance(value, list):
        for one in value:
            _require_whole_characters(one)


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise InvalidInput("line_number")
    return int(digits)


def _number(digits: str) -> int | float:
    value = float(digits)
    if not -(10.0**_MOST_DIGITS) < value < 10.0**_MOST_DIGITS:
        raise InvalidInput("line_number")
    return int(value) if value.is_integer() else value


def _no_number(name: str) -> None:
    raise InvalidInput("line_number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_whole, parse_float=_number, parse_constant=_no_number)
