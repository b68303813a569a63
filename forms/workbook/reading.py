"""The workbook read: every item as a document, everything wrong named by sheet, row and column, all of it in one run.

A cell that cannot be read is told and replaced by some value of its kind, so that what else is wrong with the item is
found as well; what follows from a cell that was told is not told again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from counter_app.domain.item_conditions import Condition
from forms.flaws import Flaw, JsonPath
from forms.given_items import Fault, GivenCatalogue, GivenItem, Place, is_known, place_of, pointed
from forms.item_file import document_flaws
from forms.workbook.cells import Wrong, read_cell, stand_in
from forms.workbook.layout import Column, Sheet, folded, layout
from forms.workbook.opening import OpenedBook

# What else stands in the row hangs on these cells.
_DECIDES_ROW = frozenset({"id", "type", "decimals", "computed", "field", "material"})
_NAMING = (("id",), ("code",))
_IDS = ("id", "code", "name")
_MAY_LACK = ("fees", "situations", "special_procedures")
_NAMES_OTHERS = frozenset({"field_not_above", "situation_unknown", "release_need_unknown", "answer_impossible"})
_OF_LOST_ROWS = frozenset({"too_few", "answer_impossible", "example_unfit", "key_missing"})


@dataclass
class _Row:
    """A row as read. values: by key, what the cells mean; wrong: keys whose cell was told already."""

    sheet: Sheet
    at: int
    letters: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)

    def place(self, key: str) -> Place:
        return Place(self.sheet.name, self.at, self.letters.get(key, "A"))

    def plain(self) -> dict[str, Any]:
        """The map of the row, without its empty cells and its item; keys with dots in maps of their own."""
        found: dict[str, Any] = {}
        for key, value in self.values.items():
            if value is None or key == "item":
                continue
            *way, last = key.split(".")
            inner = found
            for step in way:
                inner = inner.setdefault(step, {})
            inner[last] = value
        return found


@dataclass
class _Item:
    """An item being put together."""

    row: _Row
    document: dict[str, Any]
    places: dict[JsonPath, Place]
    wrong: set[JsonPath] = field(default_factory=set)
    has_lost_rows: bool = False


class _Reading:
    def __init__(self, book: OpenedBook) -> None:
        self._book = book
        self.faults: list[Fault] = []
        self.items: dict[str, _Item] = {}
        self._nameless = 0
        self._lost: set[str] = set()  # parts and keys of which a sheet or a column is not there at all
        self._strays: dict[tuple[str, str], list[_Row]] = defaultdict(list)

    def whole(self) -> GivenCatalogue:
        for sheet in layout().sheets:
            for row in self._rows_of(sheet):
                self._sort_in(row)
        self._tell_strays()
        given = [self._given(item) for item in self.items.values()]
        if not given and not self.faults:
            self.faults.append(Fault(Place(layout().items.name), "no_items"))
        return GivenCatalogue(tuple(one for one in given if one is not None), tuple(sorted(self.faults, key=_order)))

    # sheets and rows ----------------------------------------------------------------------

    def _rows_of(self, sheet: Sheet) -> Iterator[_Row]:
        name = next((name for name in self._book.sheets() if folded(name) == sheet.name), None)
        if name is None and sheet.optional:
            return
        if name is None:
            self.faults.append(Fault(Place(sheet.name), "sheet_missing", {"sheet": sheet.name}))
            self._lost.add(sheet.part)
            return
        cells = self._book.cells(name)
        for merged in cells.merged:
            letter = merged.rstrip("0123456789")
            self.faults.append(Fault(Place(sheet.name, int(merged[len(letter):]), letter), "cells_merged"))
        columns: dict[int, Column] | None = None
        for at, raw in cells.rows:
            if columns is None:
                columns = self._columns(sheet, at, raw)
                continue
            row = _Row(sheet, at, {column.key: _letter(n) for n, column in columns.items()})
            for n, column in columns.items():
                value = raw[n - 1] if n <= len(raw) else None
                self._read(row, column, value, lost=(at, n) in cells.formulas)
            if any(value is not None for value in row.values.values()) or row.wrong:
                self._need(row)
                yield row

    def _columns(self, sheet: Sheet, at: int, raw: tuple[object, ...]) -> dict[int, Column]:
        """The columns by their heads, in whatever order they stand."""
        known = {folded(column.head): column for column in layout().columns_of(sheet)}
        found: dict[int, Column] = {}
        for n, head in enumerate(raw, 1):
            words = folded(str(head)) if head is not None else ""
            column = known.get(words)
            if column in found.values():
                self.faults.append(Fault(Place(sheet.name, at, _letter(n)), "head_doubled", {"head": words[:40]}))
            elif column is not None:
                found[n] = column
            elif words:
                self.faults.append(Fault(Place(sheet.name, at, _letter(n)), "head_unknown", {"head": words[:40]}))
        for column in known.values():
            if column.needed and column not in found.values():
                self.faults.append(Fault(Place(sheet.name, at, "A"), "head_missing", {"head": column.head}))
                self._lost.add(sheet.part or column.key.rpartition(".")[2])
        return found

    def _read(self, row: _Row, column: Column, raw: object, *, lost: bool) -> None:
        try:
            if lost:
                raise Wrong("formula_without_value")
            row.values[column.key] = read_cell(column, raw)
        except Wrong as wrong:
            self._tell(row, column, wrong.code, wrong.params)

    def _need(self, row: _Row) -> None:
        for column in layout().columns_of(row.sheet):
            if column.needed and column.key in row.letters and row.values.get(column.key) is None:
                self._tell(row, column, "cell_empty", {})

    def _tell(self, row: _Row, column: Column, code: str, params: Mapping[str, object]) -> None:
        if column.key not in row.wrong:
            self.faults.append(Fault(row.place(column.key), code, params, column.write))
        row.wrong.add(column.key)
        row.values[column.key] = stand_in(column)

    # items --------------------------------------------------------------------------------

    def _sort_in(self, row: _Row) -> None:
        if row.sheet.shape == "item":
            self._begin(row)
            return
        code = row.values.get("item")
        if "item" in row.wrong or code is None:
            return
        item = self.items.get(code)
        if item is None:
            self._strays[row.sheet.name, code].append(row)
        elif row.sheet.shape == "under":
            self._under(item, row)
        else:
            _ADD[row.sheet.shape](self, item, row)

    def _begin(self, row: _Row) -> None:
        code = row.values.get("code")
        if code is None or "code" in row.wrong:
            self._nameless += 1
            code = f"?{row.at}"
        if code in self.items:
            column = row.sheet.column("code")
            self.faults.append(Fault(row.place("code"), "doubled_id", {"id": str(code)[:40]}, column.write))
            return
        item = _Item(row, row.plain(), {(): row.place("code")})
        item.document.setdefault("guide", {})
        for part in layout().sheets[1:]:
            if part.shape == "rows" and part.part not in _MAY_LACK:
                item.document[part.part] = []
        item.document["limits"] = {}
        for key in row.letters:
            item.places[tuple(key.split("."))] = row.place(key)
        item.wrong |= {tuple(key.split(".")) for key in row.wrong}
        if "is_licence" in row.wrong:
            item.wrong.add(("basis_lines",))
        self.items[code] = item

    def add_row(self, item: _Item, row: _Row) -> None:
        rows = item.document.setdefault(row.sheet.part, [])
        self._note(item, row, (row.sheet.part, len(rows)))
        rows.append(row.plain())

    def add_to_map(self, item: _Item, row: _Row) -> None:
        part = item.document.setdefault(row.sheet.part, {})
        [name] = row.sheet.keys
        key = row.values[name]
        if name in row.wrong:
            item.has_lost_rows = True
            return
        if key in part:
            self._twice(row, name)
            return
        plain = row.plain()
        self._note(item, row, (row.sheet.part, key))
        part[key] = plain[""] if "" in plain else {k: v for k, v in plain.items() if k != name}

    def add_text(self, item: _Item, row: _Row) -> None:
        [name] = row.sheet.keys
        if name in row.wrong:
            item.has_lost_rows = True
            return
        texts = item.document[row.sheet.part].setdefault(row.values[name], [])
        self._note(item, row, (row.sheet.part, row.values[name], len(texts)))
        texts.append(row.plain().get("", ""))

    def _under(self, item: _Item, row: _Row) -> None:
        owner = row.sheet.columns[0]
        rows = item.document[row.sheet.under]
        found = next((n for n, whole in enumerate(rows) if whole.get("id") == row.values[owner.key]), None)
        if found is None or owner.key in row.wrong:
            item.has_lost_rows = True
            known = row.sheet.under not in self._lost and owner.key not in row.wrong
            if known and not any(_is_id(item, row.sheet.under, n) for n in range(len(rows))):
                given = {"id": str(row.values[owner.key])[:40]}
                self.faults.append(Fault(row.place(owner.key), "names_nothing", given, owner.write))
            return
        below = rows[found].setdefault(row.sheet.part, [])
        self._note(item, row, (row.sheet.under, found, row.sheet.part, len(below)))
        below.append({key: value for key, value in row.plain().items() if key != owner.key})

    def _note(self, item: _Item, row: _Row, path: JsonPath) -> None:
        """Where the parts of the row stand, and which of them were told."""
        item.places[path] = row.place(row.sheet.columns[0].key)
        for key in row.letters:
            item.places[(*path, *(key.split(".") if key else ()))] = row.place(key)
        item.wrong |= {(*path, *(key.split(".") if key else ())) for key in row.wrong}
        if row.wrong & _DECIDES_ROW:
            item.wrong.add(path)

    def _twice(self, row: _Row, key: str) -> None:
        column = row.sheet.column(key)
        word = layout().words[column.words][row.values[key]]
        self.faults.append(Fault(row.place(key), "doubled_id", {"id": word}, column.write))

    def _tell_strays(self) -> None:
        """Rows of items that the first sheet does not have, one fault for all of them in a sheet."""
        if len({code for _, code in self._strays}) <= self._nameless or layout().items.part in self._lost:
            return  # they belong to the items whose own code is wrong, or nothing is known of items
        for (_, code), rows in self._strays.items():
            params = {"item": code[:40], "n": len(rows)}
            self.faults.append(Fault(rows[0].place("item"), "item_without_row", params, layout().item.write))

    # the document -------------------------------------------------------------------------

    def _given(self, item: _Item) -> GivenItem | None:
        version = str(item.document.pop("version", None) or "")
        document = _fitted(item.document)
        document["version"] = "1"
        wrong = set(item.wrong)
        found = [flaw for flaw in document_flaws(document) if not self._is_told(item, flaw)]
        ids_wrong = any(path[-1:] in _NAMING for path in wrong) or any(
            flaw.path[-1:] in _NAMING for flaw in found
        )
        for flaw in found:
            if not (ids_wrong and flaw.code in _NAMES_OTHERS):
                self.faults.append(_fault_of(item, flaw))
        if wrong or found or item.has_lost_rows:
            return None
        if version and not _is_version(version):
            column = item.row.sheet.column("version")
            self.faults.append(Fault(item.row.place("version"), "wrong_shape", {}, column.write))
            return None
        return GivenItem(document, version, item.places)

    def _is_told(self, item: _Item, flaw: Flaw) -> bool:
        path = pointed(flaw, item.places)
        if flaw.code == "key_missing":
            path = (*flaw.path, str(flaw.params["key"]))
        if self._lost & {step for step in path if isinstance(step, str)}:
            return True
        if self._lost and flaw.code in (_NAMES_OTHERS | _OF_LOST_ROWS) - {"key_missing"}:
            return True
        in_parts = any(one != () and path[: len(one)] == one for one in item.wrong)
        below = flaw.code != "key_missing" and is_known(path, item.wrong)
        return in_parts or below or (item.has_lost_rows and flaw.code in _OF_LOST_ROWS)


_ADD = {"rows": _Reading.add_row, "map": _Reading.add_to_map, "texts": _Reading.add_text}


def read_workbook(content: bytes) -> GivenCatalogue:
    """The items of a workbook with everything that is wrong. InvalidInput as `OpenedBook`."""
    return _Reading(OpenedBook(content)).whole()


def _fitted(document: dict[str, Any]) -> dict[str, Any]:
    """The document with defaults left out, and examples and conditions in the types of their fields."""
    for sheet in layout().sheets:
        for row in _plain_rows(document, sheet):
            for column in sheet.columns:
                if column.default is not None and row.get(column.key) == column.default:
                    del row[column.key]
    kinds = {row.get("id"): (row.get("type"), row.get("decimals")) for row in document["fields"]}
    for row in document["fields"]:
        if "examples" in row:
            row["examples"] = [_typed(value, *kinds[row.get("id")]) for value in row["examples"]]
    for row in (*document["fields"], *document["materials"], *document.get("special_procedures", ())):
        if row.get("when") is not None:
            row["when"] = _fitted_condition(row["when"], kinds)
    if not document.get("release_needs", True):
        del document["release_needs"]
    return document


def _plain_rows(document: Mapping[str, Any], sheet: Sheet) -> list[dict[str, Any]]:
    return document.get(sheet.part, []) if sheet.shape == "rows" else []


def _typed(value: object, kind: str | None, decimals: int | None) -> object:
    """An example as its field's values travel; what does not fit stays as it is, and is told."""
    yes = layout().words["yes"]
    if kind == "bool" and value in yes.values():
        return value == yes["true"]
    plain = folded(value) if isinstance(value, str) else ""
    if kind == "number" and not decimals and plain.lstrip("-").isascii() and plain.lstrip("-").isdigit():
        return int(plain)
    return value


def _fitted_condition(condition: Condition, kinds: Mapping[Any, tuple[Any, Any]]) -> Condition:
    for kind in ("all", "any"):
        if kind in condition:
            return {kind: [_fitted_condition(part, kinds) for part in condition[kind]]}
    if "not" in condition:
        return {"not": _fitted_condition(condition["not"], kinds)}
    if "field" not in condition:
        return condition
    kind, decimals = kinds.get(condition["field"], (None, None))
    is_number = kind in ("number", None) and not decimals

    def fit(value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) and not is_number else value

    if "in" in condition:
        return {**condition, "in": [fit(value) for value in condition["in"]]}
    return {**condition, "is": fit(condition["is"])}


def _fault_of(item: _Item, flaw: Flaw) -> Fault:
    path = pointed(flaw, item.places)
    if flaw.code == "doubled_id":
        path = next((named for key in _IDS if (named := (*path, key)) in item.places), path)
    place, params, code = place_of(item.places, path), dict(flaw.params), flaw.code
    column = next((column for column in _columns_at(path) if column is not None), None)
    if code == "key_missing":
        params = {"key": _label(flaw.path, str(flaw.params["key"]))}
    elif code == "key_unknown":
        params = {"key": _label(flaw.path[:-1], str(flaw.params["key"]))}
        code = "cell_not_here"
    elif code == "not_one_of" and column is not None and column.words:
        params = {"allowed": layout().condition["between"].join(layout().words[column.words].values())}
    return Fault(place, code, params, column.write if column is not None else "")


def _columns_at(path: JsonPath) -> Iterator[Column | None]:
    """The column that a path of a document lies in, if it lies in one."""
    names = [step for step in path if isinstance(step, str)]
    for sheet in reversed(layout().sheets):
        part = [sheet.under, sheet.part] if sheet.shape == "under" else [sheet.part] if sheet.part else []
        if names[: len(part)] == part:
            rest = names[len(part):]
            rest = rest[1:] if sheet.shape in ("map", "texts") else rest
            yield next((column for column in sheet.columns if column.key == ".".join(rest)), None)


def _label(path: JsonPath, key: str) -> str:
    """What a key is called in the workbook."""
    if path in (("limits",), ("basis_lines",), ("guide",)):
        sheet = layout().sheet(str(path[0]))
        words = layout().words[sheet.column(sheet.keys[0]).words]
        if key in words:
            return f"{sheet.name}：{words[key]}"
    column = next((column for column in _columns_at((*path, key)) if column is not None), None)
    if column is not None:
        return column.head
    return next((sheet.name for sheet in layout().sheets if sheet.part == key), key)


def _is_id(item: _Item, part: str, n: int) -> bool:
    """Whether the id of that row was told to be wrong."""
    return (part, n, "id") in item.wrong


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def _letter(n: int) -> str:
    """The letters of the n-th column, A for the first."""
    letters = ""
    while n:
        n, rest = divmod(n - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _order(fault: Fault) -> tuple[int, int, int, str]:
    names = [sheet.name for sheet in layout().sheets]
    sheet = names.index(fault.place.sheet) if fault.place.sheet in names else len(names)
    return sheet, fault.place.row, len(fault.place.column), fault.place.column
