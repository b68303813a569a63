"""A county's catalogue as somebody hands it in, workbook or text files: its items, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from forms.flaws import Flaw, JsonPath
from forms.item_document import Document
from resources.texts import has_text, text


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: sheet, row and column of a workbook, or a file and its line."""

    sheet: str = ""
    row: int = 0
    column: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        if self.file:
            return f"{self.file}:{self.line}" if self.line else self.file
        return f"{self.sheet}!{self.column}{self.row}" if self.row else self.sheet


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, what (`item_file.<code>`), and what to write there."""

    place: Place
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    write: str = ""

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence."""
        return text(f"item_file.{self.code}", **self.params)

    @property
    def remedy(self) -> str:
        """What to write."""
        if self.write:
            return text("item_file.write", write=self.write)
        key = f"item_file_remedy.{self.code}"
        return text(key, **self.params) if has_text(key) else text("item_file_remedy.see_template")


@dataclass(frozen=True)
class GivenItem:
    """An item as handed in, without flaws; version: the one it says it was made from, "" if none.

    places: where the parts of the document stand, `()` the item itself.
    """

    document: Document
    version: str
    places: Mapping[JsonPath, Place]

    @property
    def code(self) -> str:
        """The item's code."""
        return str(self.document["code"])

    def place(self, path: JsonPath) -> Place:
        """Where that part stands, or the nearest whole of it."""
        return place_of(self.places, path)


@dataclass(frozen=True, slots=True)
class GivenCatalogue:
    """Everything handed in: the items without flaws, and all that is wrong with the others."""

    items: tuple[GivenItem, ...]
    faults: tuple[Fault, ...]


def place_of(places: Mapping[JsonPath, Place], path: JsonPath) -> Place:
    """The place of the path, or of the longest beginning of it that has one."""
    while path not in places and path:
        path = path[:-1]
    return places[path]


def pointed(flaw: Flaw, places: Mapping[JsonPath, Place]) -> JsonPath:
    """The path that a flaw is about: of a missing key the place where it belongs, if there is one."""
    if flaw.code == "key_missing":
        wanted = (*flaw.path, str(flaw.params["key"]))
        return wanted if wanted in places else flaw.path
    return flaw.path


def is_known(path: JsonPath, wrong: Collection[JsonPath]) -> bool:
    """Whether what is wrong there was told already, of it or of a part of it."""
    return any(path[: len(one)] == one or one[: len(path)] == path for one in wrong)
