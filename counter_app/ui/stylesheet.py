"""The one stylesheet of the application, made from the tokens.

Widgets choose a rule by the property `role` (labels: a name of `tokens.TYPE`; frames:
card, sunken, page, strip...) or `state` (fields: wrong, warn, computed).
"""

from __future__ import annotations

from counter_app.ui import tokens as t
from counter_app.ui.fonts import FAMILY
from counter_app.ui.scale import px


def stylesheet() -> str:
    """QSS at the text size that is set."""
    return "\n".join((_ground(), _labels(), _frames(), _inputs(), _views(), _scroll_bars()))


def _ground() -> str:
    return f"""
* {{ font-family: "{FAMILY}"; }}
QWidget {{ color: {t.INK}; font-size: {px(14)}px; }}
QWidget[role="ground"] {{ background: {t.BG}; }}
QToolTip {{ background: {t.INK}; color: {t.SURFACE}; border: none; padding: 4px 8px; font-size: {px(12)}px; }}
"""


def _labels() -> str:
    rules = ["QLabel { background: transparent; }"]
    rules += [
        f'QLabel[role="{name}"] {{ font-size: {px(kind.size)}px; font-weight: {kind.weight}; color: {kind.ink}; }}'
        for name, kind in t.TYPE.items()
    ]
    rules += [f'QLabel[tone="{name}"] {{ color: {ink}; }}' for name, ink in t.INKS.items()]
    return "\n".join(rules)


def _frames() -> str:
    return f"""
QFrame[role="card"] {{ background: {t.SURFACE}; border: 1px solid {t.LINE}; border-radius: {t.RADIUS_CARD}px; }}
QFrame[role="sunken"] {{ background: {t.SUNKEN}; border: 1px solid {t.LINE};
    border-radius: {t.RADIUS_CONTROL}px; }}
QFrame[role="dialog"] {{ background: {t.SURFACE}; border-radius: {t.RADIUS_DIALOG}px; }}
QFrame[role="drop_down"] {{ background: {t.SURFACE}; border: 1px solid {t.FIELD}; border-radius: {t.RADIUS_CARD}px; }}
QFrame[role="dialog_foot"] {{ background: {t.SUNKEN}; border-top: 1px solid {t.LINE};
    border-bottom-left-radius: {t.RADIUS_DIALOG}px; border-bottom-right-radius: {t.RADIUS_DIALOG}px; }}
QFrame[role="rule"] {{ background: {t.LINE}; border: none; }}
QFrame[role="top_bar"] {{ background: {t.SURFACE}; border-bottom: 1px solid {t.LINE}; }}
QFrame[role="outcome_bar"], QFrame[role="strip"] {{ background: {t.SURFACE}; border-top: 1px solid {t.LINE}; }}
QFrame[role="strip_rule"] {{ background: {t.LINE}; border: none; }}
QWidget[role="rail"], QWidget[role="rail_ground"] {{ background: {t.RAIL}; }}
QFrame[role="drawer"] {{ background: {t.BG}; border-left: 1px solid {t.LINE2}; }}
QFrame[role="search"] {{ background: {t.SURFACE}; border: 1px solid {t.FIELD};
    border-radius: {t.RADIUS_CONTROL}px; }}
QFrame[role="search"][state="focus"] {{ border: 2px solid {t.BRAND}; }}
"""


def _inputs() -> str:
    box = "QLineEdit, QPlainTextEdit, QComboBox, QDateEdit"
    return f"""
{box} {{ background: {t.SURFACE}; border: 1px solid {t.FIELD}; border-radius: {t.RADIUS_CONTROL}px;
    padding: 0 10px; selection-background-color: {t.BRAND}; selection-color: {t.SURFACE};
    placeholder-text-color: {t.INK3}; }}
QPlainTextEdit {{ padding: 6px 6px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QComboBox:on {{ border: 2px solid {t.BRAND}; padding: 0 9px; }}
QPlainTextEdit:focus {{ padding: 5px 5px; }}
*[state="computed"] {{ background: {t.SUNKEN}; border: 1px solid {t.LINE}; }}
QLineEdit[state="wrong"], QPlainTextEdit[state="wrong"], QComboBox[state="wrong"] {{
    border: 2px solid {t.DANGER}; padding: 0 9px; }}
QLineEdit[role="bare"], QLineEdit[role="bare"]:focus {{ border: none; background: transparent; padding: 0; }}
QComboBox::drop-down {{ border: none; width: {px(32)}px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {t.SURFACE}; border: 1px solid {t.FIELD}; outline: none; padding: 2px; }}
QComboBox QAbstractItemView::item {{ min-height: {px(32)}px; padding: 0 8px; color: {t.INK}; }}
QComboBox QAbstractItemView::item:selected {{ background: {t.TONES["brand"].tint}; color: {t.INK}; }}
"""


def _views() -> str:
    return f"""
QAbstractItemView {{ background: {t.SURFACE}; border: none; outline: none; }}
QTableView[role="cards"] {{ background: transparent; }}
QTableView {{ gridline-color: transparent; selection-background-color: transparent; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {t.INK2}; border: none;
    border-bottom: 1px solid {t.LINE}; padding: 0 8px; font-size: {px(12)}px; font-weight: 600; }}
QScrollArea, QScrollArea > QWidget > QWidget[role="column"] {{ background: transparent; border: none; }}
"""


def _scroll_bars() -> str:
    return f"""
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: {t.BAR}px; }}
QScrollBar:horizontal {{ height: {t.BAR}px; }}
QScrollBar::handle {{ background: {t.FIELD}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
"""
