"""Every key of the program in one table (desktop design section 6).

A page serves a key by its name: `def handlers(self): return {"accept": self._accept}`.
F1 to F9 are doubled by Ctrl+1 to Ctrl+9 for keyboards whose function row is media keys.
What a key does stands in the catalogue as `ui.key.<name>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

FORBIDDEN = ("F10", "F11", "F12", "Ctrl+Space", "Ctrl+.", "Shift")
"""Keys of the system and of the IME: never bound."""


_ON_KEYBOARDS = {"PgDown": "PgDn", "Up": "↑", "Down": "↓"}
"""Keys that Qt reads by another name only."""


class Key(NamedTuple):
    """name is what pages serve; sequences are Qt key sequences, the first one is shown."""

    name: str
    sequences: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The first one as it stands on keyboards and in the guide."""
        *with_it, last = self.sequences[0].split("+")
        return "+".join((*with_it, _ON_KEYBOARDS.get(last, last)))


def _function(name: str, number: int) -> Key:
    return Key(name, (f"F{number}", f"Ctrl+{number}"))


KEYS: tuple[Key, ...] = (
    _function("guide", 1),
    _function("read_card", 2),
    _function("search", 3),
    _function("take_over", 4),
    _function("exchange", 5),
    _function("scan", 6),
    _function("receive", 7),
    _function("correct", 8),
    _function("accept", 9),
    Key("back", ("Esc",)),
    Key("new_intake", ("Ctrl+N",)),
    Key("drafts", ("Ctrl+O",)),
    Key("choose_item", ("Ctrl+I",)),
    Key("other_outcomes", ("Ctrl+B",)),
    Key("print", ("Ctrl+P",)),
    Key("text_only", ("Ctrl+T",)),
    Key("postbag", ("Ctrl+J",)),
    Key("page_1", ("Alt+1",)),
    Key("page_2", ("Alt+2",)),
    Key("page_3", ("Alt+3",)),
    Key("page_4", ("Alt+4",)),
    Key("page_5", ("Alt+5",)),
    Key("page_6", ("Alt+6",)),
    Key("drawer", ("Alt+0",)),
    Key("section_before", ("Ctrl+PgUp",)),
    Key("section_after", ("Ctrl+PgDown",)),
    Key("case_before", ("Ctrl+Up",)),
    Key("case_after", ("Ctrl+Down",)),
    Key("export", ("Ctrl+S",)),
    Key("copy_number", ("Ctrl+C",)),
    Key("read_aloud", ("Ctrl+Shift+R",)),
    Key("lock", ("Ctrl+L",)),
)

HANDS: tuple[Key, ...] = (
    Key("next", ("Enter",)),
    Key("previous", ("Shift+Enter",)),
    Key("leave_text", ("Ctrl+Enter",)),
    Key("rows", ("↑ ↓",)),
    Key("tick", ("Space",)),
    Key("copies", ("1-9",)),
    Key("pages", ("+ −",)),
    Key("form", ("X",)),
    Key("drop_scan", ("Del",)),
    Key("paper", ("Z PgDn",)),
)
"""What hands do in fields, lists and on a paper: served by who has the focus, named for the sheet of keys only."""

_BY_NAME = {key.name: key for key in KEYS}


def hint(name: str) -> str:
    """The key as it is drawn on a button: F9, Ctrl+N. KeyError names a key that is not in the table."""
    return _BY_NAME[name].shown


def sequences(name: str) -> tuple[str, ...]:
    """All that a key is pressed by. KeyError names a key that is not in the table."""
    return _BY_NAME[name].sequences


def bindings() -> Iterator[tuple[str, str]]:
    """(sequence, name) of every key."""
    for key in KEYS:
        for sequence in key.sequences:
            yield sequence, key.name
