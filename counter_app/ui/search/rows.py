"""What was found as rows of a list: cases first, then people, then items, each with what Enter does."""

from __future__ import annotations

from collections.abc import Iterator

from counter_app.domain.masking import mask_phone
from counter_app.services.search import FoundCase, FoundPerson
from counter_app.services.sentences import shown_name
from counter_app.ui.pages.intake.item_search import Found as FoundItem
from counter_app.ui.pages.notice.words import masked
from counter_app.ui.search.reading import Looked
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.row_model import Cell, Group, Row
from counter_app.ui.wording import number, state_look, word

ALL, CASE, PERSON, ITEM = "all", "case", "person", "item"
"""What a row is; its key is this, a colon, and which."""


def rows_of(looked: Looked) -> list[Row | Group]:
    """The rows in groups; a group that has none is absent. One line that says so where nothing was found."""
    return list(_cases(looked)) + list(_people(looked)) + list(_items(looked)) or [_nothing()]


def _nothing() -> Group:
    return Group(tr("ui.search.nothing"), tr("ui.search.nothing_note"))


def named(person: FoundPerson) -> str:
    """A person in a few characters: the name, and the end of a number that tells namesakes apart."""
    end = masked(person.id_number) or mask_phone(person.phone)
    return f"{person.name} {end}".strip()


def _cases(looked: Looked) -> Iterator[Row | Group]:
    found = looked.found
    if not found.total:
        return
    yield Group(tr("ui.search.cases"))
    if found.total > 1:
        n = tr("ui.search.at_least" if found.may_be_more else "ui.word.cases", n=number(found.total))
        title = tr("ui.search.all", n=n)
        yield Row(f"{ALL}:", (Cell(title, strong=True), Cell(), Cell()), tr("ui.search.list"), spoken=title)
    yield from map(_case, found.cases)


def _case(found: FoundCase) -> Row:
    case = found.case
    done = (1.0, found.at_hall, float(case.accepted_at_ms is not None), float(case.decided_at_ms is not None))
    who, state = shown_name(case), word("ui.state", case.state.value)
    caption = tr("ui.table.dot").join((case.item.name, str(case.id)))
    cells = (Cell(who, caption, strong=True), Cell(state, pill=state_look(case.state.value)), Cell(facts=done))
    spoken = tr("ui.search.spoken_case", who=who, what=case.item.name, state=state)
    return Row(f"{CASE}:{case.id}", cells, tr("ui.search.open"), spoken=spoken)


def _people(looked: Looked) -> Iterator[Row | Group]:
    if looked.found.people:
        yield Group(tr("ui.search.people"))
    for place, person in enumerate(looked.found.people):
        n = tr("ui.search.times", n=number(person.cases))
        cells = (Cell(person.name, named(person).removeprefix(person.name).strip(), strong=True), Cell(n), Cell())
        yield Row(f"{PERSON}:{place}", cells, tr("ui.search.list"), spoken=f"{named(person)} {n}")


def _items(looked: Looked) -> Iterator[Row | Group]:
    if looked.items:
        yield Group(tr("ui.search.items"))
    yield from map(_item, looked.items)


def _item(found: FoundItem) -> Row:
    item, kind = found.item, tr(f"item_kinds.{found.item.kind.value}")
    cells = (Cell(item.name, item.initials.upper(), marks=found.marks), Cell(kind, pill=Look("mute", "")), Cell())
    return Row(f"{ITEM}:{item.code}", cells, tr("ui.search.begin"), spoken=f"{item.name} {kind}")
