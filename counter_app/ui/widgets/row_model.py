"""The rows of a list as frozen values, and the model that hands them to the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from counter_app.ui.states import Look

ENTRY = int(Qt.ItemDataRole.UserRole) + 1
CHOOSABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell: a line, a caption below it, an icon, or something drawn.

    tone is a name of `tokens.INKS`. marks are the places of characters to be shown bold (matches of
    a search). pill draws the text as a pill; part (0 to 1) draws a bar in place of the caption;
    facts draws the four facts small. An icon without text stands in the middle. whole: a name that takes the line of
    its caption too before any of it is cut off.
    """

    text: str = ""
    caption: str = ""
    icon: str = ""
    tone: str = ""
    strong: bool = False
    marks: tuple[int, ...] = ()
    pill: Look | None = None
    part: float | None = None
    facts: tuple[float, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row. key is given back by the signals; action is the word at the right; spoken is for readers."""

    key: str
    cells: tuple[Cell, ...]
    action: str = ""
    spoken: str = ""
    group_tone: str = ""  # rows of an urgent group carry its bar


@dataclass(frozen=True, slots=True)
class Group:
    """A line that heads the rows after it. With line it becomes a banner in its tone, with a bar."""

    title: str
    note: str = ""
    line: str = ""
    tone: str = ""
    icon: str = ""


class RowModel(QAbstractTableModel):
    """Rows and groups in the order given. Groups can be neither chosen nor reached by arrows."""

    def __init__(self, titles: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = list(titles)
        self._entries: list[Row | Group] = []
        self._sides: dict[int, Qt.AlignmentFlag] = {}
        self._more = False

    def replace(self, entries: Sequence[Row | Group], *, more: bool) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._entries, self._more = list(entries), more
        self.endResetModel()

    def append(self, entries: Sequence[Row | Group], *, more: bool) -> None:
        """Add rows at the end."""
        start = len(self._entries)
        self.beginInsertRows(QModelIndex(), start, start + len(entries) - 1)
        self._entries += entries
        self._more = more
        self.endInsertRows()

    def align(self, column: int, side: Qt.AlignmentFlag) -> None:
        """Set the side of a column, for its head and its cells."""
        self._sides[column] = side

    def side(self, column: int) -> Qt.AlignmentFlag:
        """The side of a column."""
        return self._sides[column]

    def has_more(self) -> bool:
        """Whether there are rows that were not loaded yet."""
        return self._more

    def entry(self, place: int) -> Row | Group:
        """What stands at a place."""
        return self._entries[place]

    def place_of(self, key: str) -> int | None:
        """Where the row of a key stands."""
        for place, entry in enumerate(self._entries):
            if isinstance(entry, Row) and entry.key == key:
                return place
        return None

    def next_row(self, place: int, by: int = 1) -> int | None:
        """The row at a place or, where that is a group or beyond, the nearest one."""
        rows = [here for here, entry in enumerate(self._entries) if isinstance(entry, Row)]
        ahead = [here for here in rows if (here >= place if by > 0 else here <= place)]
        if not rows:
            return None
        if by > 0:
            return ahead[0] if ahead else rows[-1]
        return ahead[-1] if ahead else rows[0]

    def rows_after(self, place: int) -> int:
        """How many rows stand below a place."""
        return sum(isinstance(entry, Row) for entry in self._entries[place + 1 :])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._entries[index.row()], Group):
            return Qt.ItemFlag.NoItemFlags
        return CHOOSABLE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if isinstance(entry, Row):
                return entry.spoken
            return " ".join(filter(None, (entry.title, entry.note, entry.line)))
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(entry, index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._sides.get(section)
        return None


def _shown(entry: Row | Group, column: int) -> str:
    if isinstance(entry, Group):
        return entry.title if column == 0 else ""
    if column < len(entry.cells):
        return entry.cells[column].text
    return entry.action
