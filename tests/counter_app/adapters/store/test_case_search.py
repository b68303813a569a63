"""Cases are found by keys as they would be by looking at each of them, and keys stay with their cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import compress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from counter_app.adapters.store import dossier_rows, schema
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain.case import Applicant, Case
from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT

ITEM = Catalogue.load().get("temporary_aid")
DEVICES = ("QX03-01", "QX03-01-1", "QX04")
NAMES = "李秀英单仇建𬭎𠮷·İé aBx%_\\"
TASK = "11379901MB2800000X4370000000001"
EVERYTHING = 1000


@dataclass(frozen=True)
class Saved:
    """What a case is found by, as one save has it."""

    id: CaseId
    applicant: Applicant
    case_no: str
    received_ms: int
    granted: bool
    query_code: str = ""
    paper: str = ""  # the number of its one paper


numbers = st.text("0129X", max_size=5)
official = st.just("") | st.builds(
    lambda head, day, count: f"{TASK[head:]}2026{day:04d}{count:04d}",
    st.sampled_from([0, 20]), st.sampled_from([101, 102, 1231]), st.integers(0, 12),
) | st.text("0129X", min_size=1, max_size=14)
saves = st.builds(
    Saved,
    st.builds(CaseId, st.sampled_from(DEVICES), st.sampled_from([1, 2, 12, 21, 120, 12_012])),
    st.builds(lambda name, number, phone: Applicant(name, "111", number, phone),
              st.text(NAMES, max_size=5), numbers, numbers),
    official,
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from(["", "482913", "000012"]),
    st.sampled_from([
        "", "富政许受〔2026〕12号", "富政受字〔2026〕第0012号", "临〔2026〕QX03-01-3", "富政许受〔2025〕112号",
    ]),
)


@st.composite
def stores_and_words(draw: st.DrawFn) -> tuple[list[Saved], str]:
    """Saves, some of the same case, and words that often stand somewhere in them."""
    saved = draw(st.lists(saves, min_size=1, max_size=6))
    one = draw(st.sampled_from(saved))
    person = one.applicant
    row = [person.name, person.id_number, person.phone, str(one.id), one.case_no, "lxy", one.query_code, one.paper]
    whole = draw(st.sampled_from(row) | st.text(NAMES + "01", max_size=3))
    first = draw(st.integers(0, max(0, len(whole) - 1)))
    words = whole[first : draw(st.integers(first + 1, max(first + 1, len(whole))))]
    return saved, draw(st.sampled_from([words, words.lower(), words.upper()]))


class Undone(Exception):
    """Ends a transaction."""


@contextmanager
def undone(station: Station) -> Iterator[WriteTransaction]:
    """A transaction that is not kept."""
    with suppress(Undone), station.store.write() as writing:
        yield writing
        raise Undone


@pytest.fixture
def pattern(station: Station) -> Case:
    """A real case, which the store of a test does not have any more."""
    case = station.intake.take_in(AGENT, example_line(ITEM, "accept", 1)).case
    assert case is not None
    with station.store.write() as writing:
        for table in schema.PROJECTIONS:
            writing.connection.execute(table.delete())
    return case


def save(writing: WriteTransaction, pattern: Case, saved: Sequence[Saved]) -> dict[CaseId, Case]:
    kept = {}
    for one in saved:
        case = replace(
            pattern, id=one.id, applicant=one.applicant, case_no=one.case_no, received_at_ms=one.received_ms,
            state=CaseState.GRANTED if one.granted else pattern.state, query_code=one.query_code,
            notices=tuple(replace(paper, number=one.paper) for paper in pattern.notices[:1]),
        )
        dossier_rows.save_dossiers(writing.connection, [case])
        kept[one.id] = case
    return kept


def looked_at(writing: WriteTransaction, words: str) -> tuple[list[CaseId], list[CaseId]]:
    """The slow way, newest first: what is to be found, and all that has the words anywhere."""
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    table, cases = schema.search.c, schema.cases.c
    of_people = (
        table.name.like(f"%{pattern}%", escape="\\") | table.initials.like(f"%{pattern.lower()}%", escape="\\")
        | table.id_number.like(f"%{pattern.upper()}", escape="\\") | table.phone.like(f"%{pattern}", escape="\\")
    )
    anywhere = (
        of_people | table.local_no.like(f"%{pattern.upper()}%", escape="\\")
        | table.case_no.like(f"%{pattern.upper()}%", escape="\\")
        | (table.papers != "") | (table.query_code == words.lower())
    )
    wanted = select(
        table.local_no, table.case_no, table.case_device, table.case_n, table.papers, table.query_code,
        of_people.label("fits"),
    ).where(
        table.case_device == cases.case_device, table.case_n == cases.case_n, anywhere
    ).order_by(cases.received_ms.desc(), cases.case_device.desc(), cases.case_n.desc())
    rows = writing.connection.execute(wanted).all()
    anywhere_ids = [CaseId(row.case_device, row.case_n) for row in rows]
    fits = [bool(row.fits) or in_numbers(words.upper(), row) for row in rows]
    return list(compress(anywhere_ids, fits)), anywhere_ids


def in_numbers(words: str, row: object) -> bool:
    """A local number has the words from its shared part on, as its end or its count, an official one at either end."""
    local, number = row.local_no, row.case_no  # type: ignore[attr-defined]
    shared = len(row.case_device) + 1  # type: ignore[attr-defined]
    count = f"{row.case_n:04d}"  # type: ignore[attr-defined]
    counted = words in count and words.isdecimal() and int(words) == int(count)
    reaches = any(local.startswith(words, at) for at in range(shared)) or local.endswith(words)
    coded = row.query_code == words  # type: ignore[attr-defined]
    papered = on_paper(words, row.papers)  # type: ignore[attr-defined]
    return coded or papered or counted or reaches or number.startswith(words) or number.endswith(words)


def on_paper(words: str, paper: str) -> bool:
    """Whether the words are the number of the paper, or its count with some of what stands just before it."""
    parts = re.fullmatch("(.*?)字?〔(.*)〕第?0*(.+?)号?", paper)
    if parts is None:
        return False
    word, year, n = parts.groups()
    words_before = "|".join(word[at:] for at in range(len(word) + 1))
    return re.fullmatch(f"({words_before})字?(〔?{year}〕)?第?0*{n}号?", words) is not None


quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@quick
@given(given_store=stores_and_words(), limit=st.integers(1, 4), offset=st.integers(0, 2))
def test_keys_find_what_a_look_at_every_case_finds(
    station: Station, pattern: Case, given_store: tuple[list[Saved], str], limit: int, offset: int
) -> None:
    saved, words = given_store
    words = words.strip()
    with undone(station) as writing:
        kept = save(writing, pattern, saved)
        if not words:
            return
        fitting, anywhere = looked_at(writing, words)
        found = [case.id for case in writing.cases(CaseQuery(text=words, limit=EVERYTHING))]
        assert found == fitting
        assert set(found) <= set(anywhere)
        assert writing.count_cases(CaseQuery(text=words)) == len(fitting)
        some = writing.cases(CaseQuery(text=words, limit=limit, offset=offset))
        assert [case.id for case in some] == fitting[offset : offset + limit]
        granted = CaseQuery(text=words, states=frozenset({CaseState.GRANTED}), limit=EVERYTHING)
        of_state = [case for case in fitting if kept[case].state is CaseState.GRANTED]
        assert [case.id for case in writing.cases(granted)] == of_state
        assert writing.count_cases(granted) == len(of_state)


@quick
@given(saved=st.lists(saves, max_size=6))
def test_there_are_the_keys_of_each_case_as_it_is_and_no_others(
    station: Station, pattern: Case, saved: list[Saved]
) -> None:
    with undone(station) as writing:
        kept = save(writing, pattern, saved)
        rows = [dict(row) for row in writing.connection.execute(select(schema.search_keys)).mappings()]
        expected = [row for case in kept.values() for row in dossier_rows.search_key_rows(case)]
        assert sorted(rows, key=str) == sorted(expected, key=str)


def test_a_save_that_changes_no_words_writes_no_keys(station: Station, pattern: Case) -> None:
    said: list[str] = []
    with undone(station) as writing:
        save(writing, pattern, [Saved(pattern.id, pattern.applicant, "", 1, False)])
        event.listen(station.store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
        save(writing, pattern, [Saved(pattern.id, pattern.applicant, "", 1, True)])
    assert any("INTO cases" in words for words in said)
    assert not any(words.startswith(("INSERT INTO search", "DELETE FROM search")) for words in said)


def test_a_case_without_a_name_any_more_has_no_piece_of_it(station: Station, pattern: Case) -> None:
    named = Saved(pattern.id, Applicant("李𬭎", "111", "379901", "139"), "", 1, False)
    with undone(station) as writing:
        save(writing, pattern, [named])
        save(writing, pattern, [replace(named, applicant=Applicant("", "", ""))])
        keys = writing.connection.scalars(select(schema.search_keys.c.key)).all()
        assert {key.split(":")[0] for key in keys} == {"l", "bl"}
