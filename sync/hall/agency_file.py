"""Agencies as somebody writes them down: a TOML file of `[[agency]]` tables, one an agency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from counter_app.domain.errors import InvalidInput
from counter_app.domain.notice import Agency
from resources.typed import from_plain
from sync.hall.console import content_of

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def read(file: Path) -> list[Agency]:
    """The agencies of a file.

    CounterError `hall_file_missing`; InvalidInput `agency_file_wrong` says which table (0: the file) and why.
    """
    try:
        table: dict[str, Any] = tomllib.loads(content_of(file).decode())
    except ValueError as fault:
        raise _wrong(file, 0, str(fault)) from fault
    records = table.get("agency")
    if not isinstance(records, list) or not records:
        raise _wrong(file, 0, "[[agency]]")
    return [_agency(file, n, record) for n, record in enumerate(records, start=1)]


def _agency(file: Path, n: int, record: object) -> Agency:
    unknown = sorted(set(record) - set(Agency.__dataclass_fields__)) if isinstance(record, dict) else []
    if unknown:
        raise _wrong(file, n, ", ".join(unknown))
    try:
        agency = from_plain(record, Agency)
    except msgspec.ValidationError as fault:
        raise _wrong(file, n, str(fault)) from fault
    if not _CODE.fullmatch(agency.code):
        raise _wrong(file, n, f"code {agency.code[:20]!r}")
    if not agency.name or not agency.org_word:
        raise _wrong(file, n, "name, org_word")
    return agency


def _wrong(file: Path, n: int, why: str) -> InvalidInput:
    return InvalidInput("agency_file_wrong", file=file.name, n=n, why=why[:200])
