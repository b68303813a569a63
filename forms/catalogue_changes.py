"""What a handed-in catalogue changes: items that are new, changed or dropped, cell by cell in the workbook's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms.item_document import Document, content_of
from forms.workbook.cells import written_cell
from forms.workbook.layout import Sheet, layout
from forms.workbook.rows import ItemRow, rows_of


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value that is another now. row: the name of the row; column "" the whole row; before, after: None, none."""

    sheet: str
    row: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item that is not as it was."""

    before: Document
    after: Document
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class CatalogueChanges:
    """The difference of two catalogues."""

    new: tuple[Document, ...]
    changed: tuple[ItemChange, ...]
    dropped: tuple[Document, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything is different."""
        return bool(self.new or self.changed or self.dropped)


def changes(
    before: Mapping[str, Document], after: Mapping[str, Document], *, keep_others: bool = False
) -> CatalogueChanges:
    """What is different; keep_others: items that are not handed in stay."""
    common = [code for code in sorted(after) if code in before]
    moved = [code for code in common if content_of(before[code]) != content_of(after[code])]
    return CatalogueChanges(
        new=tuple(after[code] for code in sorted(after) if code not in before),
        changed=tuple(
            ItemChange(before[code], after[code], tuple(cell_changes(before[code], after[code]))) for code in moved
        ),
        dropped=() if keep_others else tuple(before[code] for code in sorted(before) if code not in after),
        unchanged=tuple(code for code in common if code not in moved),
    )


def cell_changes(before: Document, after: Document) -> Iterator[CellChange]:
    """The cells that differ, sheet by sheet; a row that moved among its likes is told as moved."""
    for sheet in layout().sheets:
        yield from _of_sheet(sheet, list(rows_of(sheet, before)), list(rows_of(sheet, after)))


def _of_sheet(sheet: Sheet, before: list[ItemRow], after: list[ItemRow]) -> Iterator[CellChange]:
    old, new = _by_name(before), _by_name(after)
    for name in [*old, *(name for name in new if name not in old)]:
        label = _label(sheet, name)
        if name not in new:
            yield CellChange(sheet.name, label, "", _whole(old[name]), None)
        elif name not in old:
            yield CellChange(sheet.name, label, "", None, _whole(new[name]))
        else:
            for column, one, other in zip(layout().columns_of(sheet), old[name].cells, new[name].cells, strict=True):
                if one != other and column.key != "version":
                    yield CellChange(sheet.name, label, column.head, _said(one), _said(other))
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield CellChange(sheet.name, "", "", _listed(sheet, old), _listed(sheet, new))


def _by_name(rows: Iterable[ItemRow]) -> dict[tuple[str, ...], ItemRow]:
    return {row.name: row for row in rows}


def _whole(row: ItemRow) -> str:
    return " | ".join(str(cell) for cell in row.cells[1:] if cell is not None)


def _said(cell: str | int | float | None) -> str | None:
    return None if cell is None else str(cell)


def _listed(sheet: Sheet, names: Iterable[tuple[str, ...]]) -> str:
    return layout().condition["between"].join(_label(sheet, name) for name in names)


def _label(sheet: Sheet, name: tuple[str, ...]) -> str:
    """The name of a row as the sheet writes it: words for codes."""
    if sheet.shape in ("map",) and name:
        return str(written_cell(sheet.column(sheet.keys[0]), name[0]))
    return " / ".join(name)
