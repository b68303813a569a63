"""Kinds of notices and their numbers (domain reference 7.3 and 8.1)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from counter_app.domain.errors import InvalidInput
from counter_app.domain.notice import (
    ISSUED_AT_STATIONS,
    NOTICES,
    Agency,
    NoticeKind,
    NumberStyle,
    format_number,
    series_of,
    temporary_number,
)
from counter_app.domain.people import Actor
from counter_app.domain.states import TRANSITIONS, CaseState

FUZHENG = Agency(code="town", name="富源镇人民政府", org_word="富政")


def number(kind: NoticeKind, n: int, style: NumberStyle = NumberStyle.OFFICIAL, licence: bool = True) -> str:
    return format_number(replace(FUZHENG, number_style=style), kind, 2026, n, is_licence=licence)


def test_every_kind_has_its_row():
    assert set(NOTICES) == set(NoticeKind)


def test_the_official_style_has_full_year_and_no_leading_zeros():
    assert number(NoticeKind.ACCEPTANCE, 12) == "富政许受〔2026〕12号"


def test_the_form_style_has_the_word_zi_and_four_digits():
    assert number(NoticeKind.ACCEPTANCE, 12, NumberStyle.FORM) == "富政许受字〔2026〕第0012号"


def test_a_form_number_beyond_four_digits_is_not_cut():
    assert number(NoticeKind.ACCEPTANCE, 12345, NumberStyle.FORM) == "富政许受字〔2026〕第12345号"


def test_brackets_are_the_hexagonal_ones():
    assert {"\u3014", "\u3015"} < set(number(NoticeKind.REFUSAL, 1))


def test_an_item_that_is_no_licence_has_no_licence_word_in_its_number():
    for kind, facts in NOTICES.items():
        if facts.kind_word:
            assert "许" not in number(kind, 1, licence=False)


def test_a_temporary_number_names_the_device():
    assert temporary_number(2026, "QX03", 7) == "临〔2026〕QX03-7"


def test_a_receipt_needs_no_leased_number_and_an_acceptance_does():
    assert not NoticeKind.RECEIPT.facts.needs_number
    assert NoticeKind.ACCEPTANCE.facts.needs_number


@pytest.mark.parametrize("licence", [True, False])
def test_kinds_that_share_a_number_word_share_a_series_so_no_number_is_given_twice(licence):
    numbered = [(kind, facts) for kind, facts in NOTICES.items() if facts.needs_number]
    for (kind, facts), (other, other_facts) in combinations(numbered, 2):
        if number(kind, 5, licence=licence) == number(other, 5, licence=licence):
            assert facts.series == other_facts.series


def test_a_paper_without_a_number_of_its_own_is_refused_one():
    with pytest.raises(InvalidInput) as refused:
        number(NoticeKind.WITHDRAWAL, 1)
    assert refused.value.code == "notice_has_no_number"


@pytest.mark.parametrize(("year", "n"), [(26, 1), (2026, 0), (2026, -3)])
def test_a_number_out_of_range_is_refused(year, n):
    with pytest.raises(InvalidInput):
        format_number(FUZHENG, NoticeKind.ACCEPTANCE, year, n, is_licence=True)
    with pytest.raises(InvalidInput):
        temporary_number(year, "QX03", n)


def test_titles_differ_for_licences_where_the_law_has_its_own_name():
    assert NoticeKind.CORRECTION.facts.title_for(is_licence=True) == "行政许可申请材料补正告知书"
    assert NoticeKind.CORRECTION.facts.title_for(is_licence=False) == "一次性告知书"


def test_a_station_holds_numbers_for_every_paper_that_its_own_people_may_issue_alone():
    at_the_counter = frozenset(CaseState) - {CaseState.IN_REVIEW, CaseState.JOINT, CaseState.FORWARDED}
    own_people = {Actor.CLERK, Actor.CHIEF, Actor.AGENT}
    rows = [row for row in TRANSITIONS if row.actors <= own_people and row.sources & at_the_counter]
    kinds = [NoticeKind(paper) for row in rows for paper in row.papers if paper in set(NoticeKind)]
    kinds.append(NoticeKind.FEE_LIST)  # beside the table
    assert set(series_of(kinds)) == set(series_of(ISSUED_AT_STATIONS))
