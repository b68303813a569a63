"""From template and data to the words of one paper, in order, and what is missing on it. No layout here.

Facts are demanded by use: a placeholder that would stand on the paper and is empty
is an error, and a row that may be absent says so by `when`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from counter_app.domain.errors import CounterError
from forms.notice_templates import (
    Listing,
    NoticeTemplates,
    Paragraph,
    Part,
    Row,
    Rows,
    Template,
    conditions,
    placeholders,
)
from forms.rendering.notice_data import (
    CoAgencyRow,
    EntrustedRow,
    FeeRow,
    FolderRow,
    GapRow,
    HandedRow,
    MaterialRow,
    NoticeData,
    OpinionRow,
)
from forms.rendering.notice_values import (
    AGENCY_FACTS,
    flag_values,
    placeholder_values,
)
from resources.texts import text


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Fields:
    """A table of labels and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A list with heads; widths are shares of a hundred."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Prose | Fields | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """All words of one notice in the order of the page, and nothing about where they go."""

    title: str
    number: str
    salutation: str
    content: tuple[Prose | Fields | Table, ...]
    contacts: tuple[str, ...]
    query: str
    query_note: str
    seal: str
    agency: str
    issued_on: str
    signature: str
    copies: str
    template: str
    page_phrase: str
    is_sealed: bool = False  # seal then says so, instead of asking for one

    def texts(self) -> Iterator[tuple[str, bool]]:
        """Every text that is set, each with whether it is set in the heading face."""
        yield self.title, True
        body = (self.number, self.salutation, *self.contacts, self.query_note, self.seal, self.agency, self.issued_on)
        for each in (*body, self.signature, self.copies, self.page_phrase):
            yield each, False
        for block in self.content:
            yield from _texts_of(block)


def _texts_of(block: Prose | Fields | Table) -> Iterator[tuple[str, bool]]:
    if isinstance(block, Prose):
        yield block.text, False
    elif isinstance(block, Fields):
        for label, value in block.rows:
            yield from ((label, True), (value, False))
    else:
        yield from ((head, True) for head in block.heads)
        yield from ((cell, False) for row in block.rows for cell in row)


def compose(template: Template, data: NoticeData, templates: NoticeTemplates) -> Paper:
    """The words of the notice.

    CounterError("agency_data_missing") or ("notice_data_missing") names the facts
    that the paper needs and the data does not have.
    """
    writer = _Writer(data, templates)
    title = template.title.licence if data.is_licence else template.title.other
    paper = Paper(
        title=title,
        number=writer.fill(template.number),
        salutation=writer.fill(template.salutation),
        content=tuple(writer.blocks(template)),
        contacts=tuple(filter(None, (writer.part(part) for part in template.contacts))),
        query=(data.signed_code or writer.fill(templates.phrases["query"])) if template.qr else "",
        query_note=data.code_note if template.qr else "",
        seal=template.seal,
        agency=writer.fill("{agency_name}") if template.agency else "",
        issued_on=writer.fill("{issued_on}") if template.agency else "",
        signature=writer.fill(template.signature),
        copies=writer.prose(template.copies),
        template=f"{template.kind.value}@{template.version}",
        page_phrase=templates.phrases["page"],
    )
    writer.refuse_if_anything_is_missing()
    return paper


def blocks_by_place(template: Template, data: NoticeData, templates: NoticeTemplates) -> tuple[Block | None, ...]:
    """What each block of the template says, None where nothing of it holds."""
    writer = _Writer(data, templates)
    return tuple(map(writer.block, template.content))


def lines_of(template: Template, data: NoticeData, templates: NoticeTemplates) -> list[str]:
    """The codes of the lines that stand on the paper, in order."""
    writer = _Writer(data, templates)
    paragraphs = (block.parts for block in template.content if isinstance(block, Paragraph))
    parts = (part for group in (*paragraphs, template.contacts, template.copies) for part in group)
    return [part.line for part in parts if part.line and writer.holds(part.when)]


# Lines of items that are no licences, and the B-line of 7.2 whose place the item's own text takes.
_OWN_LINES = {f"I-{name}": f"B-{name}" for name in ("SL", "BSL1", "BSL2", "BZ", "ZY", "BY")}
_ListRow = MaterialRow | GapRow | CoAgencyRow | FeeRow | OpinionRow | FolderRow | EntrustedRow | HandedRow
_BLANK = "________"


class _Writer:
    """Fills texts of one notice and remembers which facts they asked for in vain."""

    def __init__(self, data: NoticeData, templates: NoticeTemplates) -> None:
        self._data = data
        self._lines = templates.lines
        self._values = placeholder_values(data, templates.phrases)
        self._flags = flag_values(data)
        self._missing: dict[str, None] = {}

    def holds(self, when: str) -> bool:
        return all(self._truth(name) == demanded for name, demanded in conditions(when))

    def _truth(self, name: str) -> bool:
        return self._flags[name] if name in self._flags else bool(self._values[name])

    def fill(self, source: str) -> str:
        self._missing |= dict.fromkeys(name for name in sorted(placeholders(source)) if not self._values[name])
        return source.format(**self._values)

    def part(self, part: Part) -> str:
        if not self.holds(part.when):
            return ""
        own = self._data.own_lines.get(_OWN_LINES.get(part.line, "")) if part.line else None
        if own is not None:
            return self._own(own)
        return self.fill(self._lines[part.line] if part.line else part.text)

    def _own(self, line: str) -> str:
        """An item's own basis text (specs domain 7.2): its blank is where the competent agency goes."""
        if _BLANK not in line:
            return line
        return line.replace(_BLANK, self.fill("{competent_agency}"))

    def prose(self, parts: list[Part]) -> str:
        return "".join(self.part(part) for part in parts)

    def blocks(self, template: Template) -> Iterator[Block]:
        yield from filter(None, map(self.block, template.content))

    def block(self, block: Paragraph | Rows | Listing) -> Block | None:
        """None where nothing of it holds."""
        if isinstance(block, Paragraph):
            words = self.prose(block.parts)
            return Prose(words) if words else None
        if isinstance(block, Rows):
            return Fields(tuple(self._field(row) for row in block.rows if self.holds(row.when)))
        rows = self._rows_of(block)
        return self._table(block, rows) if rows else None

    def _field(self, row: Row) -> tuple[str, str]:
        return row.label, self.fill(row.value)

    def _rows_of(self, block: Listing) -> Sequence[_ListRow]:
        rows: Sequence[_ListRow] = getattr(self._data, block.of)
        return rows

    def _table(self, block: Listing, rows: Sequence[_ListRow]) -> Table:
        cells = [
            [column.cell.format(n=n, **asdict(row)) for column in block.columns] for n, row in enumerate(rows, start=1)
        ]
        filled = [at for at in range(len(block.columns)) if any(row[at] for row in cells)]  # no empty columns on paper
        return Table(
            heads=tuple(block.columns[at].head for at in filled),
            widths=tuple(block.columns[at].width for at in filled),
            rows=tuple(tuple(row[at] for at in filled) for row in cells),
        )

    def refuse_if_anything_is_missing(self) -> None:
        of_agency = [name for name in self._missing if name in AGENCY_FACTS]
        if of_agency:
            raise _missing("agency_data_missing", of_agency)
        if self._missing:
            raise _missing("notice_data_missing", list(self._missing))


def _missing(code: str, names: list[str]) -> CounterError:
    words = text("paper.separator").join(text(f"paper.facts.{name}") for name in names)
    return CounterError(code, fields=words, names=tuple(names))
