"""How rows are drawn: the frame of the present row, two lines, groups, and the action at the right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.widgets.four_facts import paint_small_facts
from counter_app.ui.widgets.paint import LEFT, box, broken, key_hint, key_width, words
from counter_app.ui.widgets.pill import paint_pill, pill_width
from counter_app.ui.widgets.progress import HEIGHT, paint_bar
from counter_app.ui.widgets.row_model import ENTRY, Cell, Group, Row, RowModel

if TYPE_CHECKING:
    from counter_app.ui.widgets.table import RowTable

PADDING, CARD_INSET = 8, 4
ENTER_KEY = "Enter"
OUT_OF_SIGHT = 20  # more than the corner of a frame
ROW_FACES, CARD_FACES = ("text", "strong", "caption"), ("title_quiet", "title", "secondary")


class RowDelegate(QStyledItemDelegate):
    """Draws every cell of a `RowTable`. action_key: what stands on the action of the present row, "" for no actions."""

    def __init__(self, view: RowTable, two_lines: bool, action_key: str, as_cards: bool = False) -> None:
        super().__init__(view)
        self._view, self._two_lines, self._action_key, self._as_cards = view, two_lines, action_key, as_cards

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(ENTRY)
        rect = QRectF(option.rect)
        painter.save()
        if isinstance(entry, Group):
            _paint_group(painter, rect, entry)
        else:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_ground(painter, rect, entry, chosen)
            self._paint_content(painter, rect, index, entry, chosen)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRectF, row: Row, chosen: bool) -> None:
        painter.setClipRect(rect)
        parts = self._view.parts
        before = 0 if self._view is parts[0] else OUT_OF_SIGHT
        after = 0 if self._view is parts[-1] else OUT_OF_SIGHT
        whole = QRectF(-before, rect.y(), before + self._view.viewport().width() + after, rect.height())
        if self._as_cards:
            whole = whole.adjusted(1, CARD_INSET, -1, -CARD_INSET)
            if not chosen:
                box(painter, whole, tokens.RADIUS_CARD, fill=tokens.SURFACE, border=tokens.LINE2)
        elif not self._two_lines:
            painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), QColor(tokens.LINE))
        if chosen:
            frame = tokens.BRAND if self._has_focus() else None
            inset = whole.adjusted(4 if row.group_tone else 0, 0, 0, 0)
            fill = tokens.TONES["brand"].tint
            box(painter, inset, tokens.RADIUS_CONTROL, fill=fill, border=frame, width=2)
        if row.group_tone:
            painter.fillRect(QRectF(0, rect.y(), 4, rect.height()), QColor(tokens.TONES[row.group_tone].ink))

    def _has_focus(self) -> bool:
        return any(part.hasFocus() for part in self._view.parts)

    def _paint_content(
        self,
        painter: QPainter,
        rect: QRectF,
        index: QModelIndex | QPersistentModelIndex,
        row: Row,
        chosen: bool,
    ) -> None:
        column = index.column()
        inside = rect.adjusted(PADDING, 0, -PADDING, 0)
        if self._as_cards and column == index.model().columnCount() - 1:
            inside.adjust(0, 0, -PADDING, 0)  # from the border of the card, not from that of the list
        if column < len(row.cells):
            model = index.model()
            side = model.side(column) if isinstance(model, RowModel) else LEFT
            faces = CARD_FACES if self._as_cards else ROW_FACES
            paint_cell(painter, inside, row.cells[column], side, two_lines=self._two_lines, faces=faces)
        elif row.action and self._action_key:
            height = tokens.CONTROL_OUTCOME if self._as_cards else tokens.CONTROL_IN_ROW
            # one Enter at a time, and it belongs to the focus: elsewhere the action is a link
            key = self._action_key if chosen and (self._has_focus() or self._action_key != ENTER_KEY) else ""
            paint_action(painter, inside.adjusted(0, 0, -4, 0), row.action, key, height)


def paint_cell(
    painter: QPainter,
    rect: QRectF,
    cell: Cell,
    side: Qt.AlignmentFlag = LEFT,
    *,
    two_lines: bool = True,
    faces: tuple[str, str, str] = ROW_FACES,
) -> None:
    """Draw a cell into its rect. faces: the roles of plain and strong lines and of the caption."""
    ink = tokens.INKS[cell.tone] if cell.tone else None
    if cell.facts:
        paint_small_facts(painter, rect, cell.facts)
    elif cell.pill is not None:
        _paint_pill(painter, rect, cell, side)
    elif cell.icon and not cell.text:
        size = px(20 if faces is ROW_FACES else 28)
        spot = QRectF(rect.center().x() - size / 2, round(rect.center().y() - size / 2), size, size)
        icons.draw(painter, cell.icon, ink or tokens.INK2, spot)
    else:
        name = faces[1] if cell.strong else faces[0]
        first, rest = broken(cell.text, name, int(rect.width())) if cell.whole and not cell.marks else (cell.text, "")
        has_second = two_lines and (rest or cell.caption or cell.part is not None)
        upper = _half(rect, top=True, face=faces[1]) if has_second else rect
        line = cell if first == cell.text else replace(cell, text=first)
        _paint_line(painter, upper, line, ink, side, faces if two_lines else _ONE_LINE)
        if has_second:
            lower = _half(rect, top=False, face=faces[1])
            if rest:
                words(painter, lower, rest, name, ink or tokens.INK, side)
            else:
                _paint_second(painter, lower, cell, side, faces[2])


_ONE_LINE = ("secondary", "secondary_strong", "caption")


def _half(rect: QRectF, *, top: bool, face: str = "strong") -> QRectF:
    middle = rect.center().y()
    height = px(tokens.TYPE[face].size + 8)
    return QRectF(rect.x(), middle - height if top else middle + 1, rect.width(), height)


def _paint_line(
    painter: QPainter, rect: QRectF, cell: Cell, ink: str | None, side: Qt.AlignmentFlag, faces: tuple[str, str, str]
) -> None:
    role = faces[1] if cell.strong else faces[0]
    ink = ink or tokens.INK
    if cell.icon:
        size = px(16)
        spot = QRectF(rect.x(), round(rect.center().y() - size / 2), size, size)
        icons.draw(painter, cell.icon, ink, spot)
        rect = rect.adjusted(size + 6, 0, 0, 0)
    if not cell.marks:
        words(painter, rect, cell.text, role, ink, side)
        return
    x = rect.x()
    for place, character in enumerate(cell.text):
        face = faces[1] if place in cell.marks else faces[0]
        words(painter, QRectF(x, rect.y(), rect.right() - x, rect.height()), character, face, ink)
        x += width_of(character, face) - 1


def _paint_second(painter: QPainter, rect: QRectF, cell: Cell, side: Qt.AlignmentFlag, face: str) -> None:
    if cell.part is not None:
        bar = QRectF(rect.x(), rect.y() + 4, min(rect.width(), px(190)), HEIGHT)
        paint_bar(painter, bar, cell.part)
    else:
        ink = tokens.INKS[cell.tone] if cell.tone == "danger" else None
        words(painter, rect, cell.caption, face, ink, side)


def _paint_pill(painter: QPainter, rect: QRectF, cell: Cell, side: Qt.AlignmentFlag) -> None:
    look, height = cell.pill, px(tokens.PILL_HEIGHT)
    if look is None:
        return
    width = min(pill_width(cell.text, look.icon), int(rect.width()))
    right = bool(side & Qt.AlignmentFlag.AlignRight)
    x = rect.right() - width if right else rect.x()
    paint_pill(painter, QRectF(x, round(rect.center().y() - height / 2), width, height), cell.text, look)


def width_of_action(word: str, key: str) -> int:
    """How wide a column must be for an action as a primary, in logical pixels."""
    return _button_width(word, key) + 4 + 2 * PADDING


def _button_width(word: str, key: str) -> int:
    return width_of(word, "strong") + key_width(key) + 8 + 26


def paint_action(painter: QPainter, rect: QRectF, word: str, key: str, height: int) -> None:
    """A link with a chevron; on the present row, where a key is given, a primary of this height with the key."""
    middle = rect.center().y()
    if key:
        width = _button_width(word, key)
        high = px(height)
        button = QRectF(rect.right() - width, round(middle - high / 2), width, high)
        box(painter, button, tokens.RADIUS_CONTROL, fill=tokens.BRAND)
        words(painter, button.adjusted(13, 0, 0, 0), word, "strong", tokens.SURFACE)
        key_hint(painter, button.right() - 13, middle, key, on_dark=True)
        return
    size = px(16)
    chevron = QRectF(rect.right() - size, round(middle - size / 2), size, size)
    icons.draw(painter, "chevron-right", tokens.BRAND, chevron)
    left = rect.right() - size - 6 - width_of(word, "strong")
    words(painter, QRectF(left, rect.y(), rect.right() - left, rect.height()), word, "strong", tokens.BRAND)


def _paint_group(painter: QPainter, rect: QRectF, group: Group) -> None:
    if not group.line:
        painter.fillRect(QRectF(rect.x(), rect.y(), rect.width(), 1), QColor(tokens.LINE))
        title = rect.adjusted(16, 4, -16, 0)
        words(painter, title, group.title, "secondary_strong")
        used = width_of(group.title, "secondary_strong") + 6
        words(painter, title.adjusted(used, 0, 0, 0), group.note, "secondary")
        return
    tone = tokens.TONES[group.tone or "brand"]
    painter.fillRect(rect, QColor(tone.tint))
    painter.fillRect(QRectF(rect.x(), rect.y(), 4, rect.height()), QColor(tone.ink))
    size = px(20)
    icons.draw(painter, group.icon, tone.ink, QRectF(rect.x() + 20, round(rect.center().y() - size / 2), size, size))
    x = rect.x() + 20 + size + 13
    lines = QRectF(x, rect.y(), rect.right() - 16 - x, rect.height())
    words(painter, _half(lines, top=True), group.title, "title", tone.ink)
    words(painter, _half(lines, top=False), group.line, "secondary", tokens.INK)
