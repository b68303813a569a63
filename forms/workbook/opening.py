"""A file that somebody calls a workbook: opened with bounded memory, or refused with what it is instead."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zlib import error as ZlibError

from counter_app.domain.errors import InvalidInput

LONGEST = 20 << 20  # bytes of the file
LONGEST_UNPACKED = 64 << 20  # of all its parts; 1,000 items take 8 MiB
MOST_PARTS = 500
MOST_ROWS = 100_000  # of a sheet, blank ones too
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb"<f[ >/]")
_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]{1,3}[0-9]{1,7}):')
# What a library raises on parts that are no workbook's; the file was not written by us.
_BROKEN = (
    zipfile.BadZipFile, ElementTree.ParseError, ZlibError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    OSError, EOFError, NotImplementedError, OverflowError,
)


class SheetCells(NamedTuple):
    """The cells of a sheet. merged: the first cell of each merged range; formulas: cells with one but no value."""

    rows: Iterator[tuple[int, tuple[object, ...]]]
    merged: tuple[str, ...]
    formulas: frozenset[tuple[int, int]]


class OpenedBook:
    """The sheets of a workbook by their names."""

    def __init__(self, content: bytes) -> None:
        """InvalidInput `workbook_too_big`, `workbook_xls`, `workbook_locked`, `workbook_unreadable`."""
        self._archive = _archive(content)
        self._parts = self._parts_of_sheets()
        self._values = _book(content, data_only=True)
        self._content = content

    def sheets(self) -> tuple[str, ...]:
        """The names in their order."""
        return tuple(self._values.sheetnames)

    def cells(self, sheet: str) -> SheetCells:
        """The sheet's cells. InvalidInput `workbook_too_many_rows`, when they are read."""
        xml = self._archive.read(self._parts[sheet]) if sheet in self._parts else b""
        merged = tuple(match.decode() for match in _MERGED.findall(xml))
        formulas = self._formulas(sheet) if _FORMULA.search(xml) else frozenset()
        return SheetCells(_rows(self._values[sheet], sheet), merged, formulas)

    def _formulas(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Cells with a formula of which no program has kept the value."""
        values = dict(_rows(self._values[sheet], sheet))
        found = set()
        for at, formulas in _rows(_book(self._content, data_only=False)[sheet], sheet):
            kept = values.get(at, ())
            for n, formula in enumerate(formulas):
                if formula is not None and (n >= len(kept) or kept[n] is None):
                    found.add((at, n + 1))
        return frozenset(found)

    def _parts_of_sheets(self) -> Mapping[str, str]:
        try:
            book = ElementTree.fromstring(self._archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(self._archive.read("xl/_rels/workbook.xml.rels"))
        except _BROKEN:
            raise InvalidInput("workbook_unreadable") from None
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        names = set(self._archive.namelist())
        found = {}
        for sheet in book.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"):
            target = targets.get(sheet.get(_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                found[sheet.get("name", "")] = part
        return found


def _archive(content: bytes) -> zipfile.ZipFile:
    if len(content) > LONGEST:
        raise InvalidInput("workbook_too_big", limit_mib=LONGEST >> 20)
    if content.startswith(_OLE):
        raise InvalidInput("workbook_locked" if _ENCRYPTED in content else "workbook_xls")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InvalidInput("workbook_unreadable") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LONGEST_UNPACKED:
        raise InvalidInput("workbook_too_big", limit_mib=LONGEST >> 20)
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidInput("workbook_locked")
    try:
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as file:
                    if b"<!DOCTYPE" in file.read(4096):
                        raise InvalidInput("workbook_unreadable")
    except (zipfile.BadZipFile, ZlibError, OSError, EOFError, NotImplementedError):
        raise InvalidInput("workbook_unreadable") from None
    return archive


def _book(content: bytes, *, data_only: bool) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that we do not need
            return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    except (InvalidFileException, *_BROKEN):
        raise InvalidInput("workbook_unreadable") from None


def _rows(page: Any, sheet: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Row by row, blank ones left out."""
    if not hasattr(page, "reset_dimensions"):  # a chart
        return
    page.reset_dimensions()
    rows = page.iter_rows(values_only=True, max_col=60)
    at = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except _BROKEN:
            raise InvalidInput("workbook_unreadable") from None
        at += 1
        if at > MOST_ROWS:
            raise InvalidInput("workbook_too_many_rows", sheet=sheet, limit=MOST_ROWS)
        if any(cell is not None for cell in row):
            yield at, row
