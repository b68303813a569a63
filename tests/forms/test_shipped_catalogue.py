"""The shipped catalogue as a whole: forty items, each of which a county could begin with, and none that pretends.

The facts of an item are the business of whoever edits it; what is tested is that a reader is told where each comes
from, that the codes and agencies fit together, and that every item gives its papers and takes its lines.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from pypinyin import Style, pinyin

from counter_app.domain.notice import Agency, NoticeKind
from counter_app.domain.organisation_codes import check_credit_code
from counter_app.domain.periods import Period
from counter_app.domain.service_item import ItemKind, ServiceItem
from counter_app.domain.states import CaseState
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.intake_schema import intake_schema
from forms.notice_templates import bundled_templates
from forms.rendering.composition import compose
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import sample_data
from tests.support.homes import CHIEF, lease_for_all

ITEMS = Catalogue.load().items()
by_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)

# One thing has one name, but four initials may be those of two things: who searches by them sees both.
SAME_INITIALS = {
    "cxjmjbylbxcbdj": {"城乡居民基本养老保险参保登记", "城乡居民基本医疗保险参保登记"},
    "sydj": {"生育登记", "失业登记"},
}
SAMPLE = tomllib.loads((files("sync.hall") / "yunling.toml").read_text(encoding="utf-8"))
COUNTY = {record["code"]: msgspec.convert(record, Agency) for record in SAMPLE["agency"]}
OUTCOMES = {
    "accept": (CaseState.ACCEPTED, "N02"),
    "correct": (CaseState.CORRECTING, "N04"),
    "not_required": (CaseState.NOT_REQUIRED, "N03-A"),
    "refuse": (CaseState.REFUSED, "N03-B"),
}


@pytest.fixture
def station_level() -> str:
    return "town"  # where every item is taken in


def levels(item: ServiceItem) -> set[str]:
    return {row.level for row in item.authority}


def test_twenty_items_are_taken_at_the_township_and_twenty_more_begin_in_the_village() -> None:
    at_the_village = {item.code for item in ITEMS if "6" in levels(item)}
    assert len(at_the_village) == 20
    assert len(ITEMS) - len(at_the_village) == 20
    assert all("5" in levels(item) for item in ITEMS)
    assert at_the_village == {item.code for item in ITEMS if item.entrustable}
    assert at_the_village >= {item.code for item in ITEMS if "station" in item.delivery}


def test_all_kinds_are_there_and_only_instant_items_are_decided_at_the_window() -> None:
    assert {item.kind for item in ITEMS} == set(ItemKind)
    assert {item.code for item in ITEMS if item.delegated_power} == {
        item.code for item in ITEMS if item.kind is ItemKind.INSTANT
    }
    assert {item.item_type for item in ITEMS if item.is_licence} == {"01"}
    assert all(item.is_licence is (item.item_type == "01") for item in ITEMS)


def test_no_two_items_share_a_code_a_name_or_a_place_in_the_catalogue() -> None:
    for key in ("code", "name", "short_name", "task_code"):
        assert len({getattr(item, key) for item in ITEMS}) == len(ITEMS), key
    assert len({item.task_code[19:] for item in ITEMS}) == len(ITEMS)


def test_initials_are_those_of_the_name_and_the_same_ones_only_where_it_is_known() -> None:
    for item in ITEMS:
        characters = re.sub(r"[^\u4e00-\u9fff]", "", item.name)
        readings = pinyin(characters, style=Style.FIRST_LETTER, heteronym=True)
        assert len(readings) == len(item.initials), item.code
        assert all(letter in {reading[0] for reading in of} for letter, of in zip(item.initials, readings, strict=True))
    names = {initials: {item.name for item in ITEMS if item.initials == initials} for initials in initials_doubled()}
    assert names == SAME_INITIALS


def initials_doubled() -> Iterator[str]:
    return (initials for initials, count in Counter(item.initials for item in ITEMS).items() if count > 1)


def test_every_task_code_is_made_of_its_agency_its_level_and_its_kind_of_item() -> None:
    for item in ITEMS:
        level = "5" if item.agency == "town_government" else "4"
        made = f"{COUNTY[item.agency].credit_code}{level}9900{item.item_type.strip('0')}"
        assert item.task_code.startswith(made), item.code


def test_the_sample_county_has_each_agency_with_all_that_its_papers_say() -> None:
    assert set(COUNTY) == {item.agency for item in ITEMS}
    for agency in COUNTY.values():
        check_credit_code(agency.credit_code)
        said = (agency.phone, agency.supervision_phone, agency.review_body, agency.court, agency.address, agency.window)
        assert all(said), agency.code
    for key in ("name", "org_word", "credit_code", "phone"):
        assert len({getattr(agency, key) for agency in COUNTY.values()}) == len(COUNTY), key


@by_item
def test_every_detail_says_where_it_comes_from(item: ServiceItem) -> None:
    assert all(rule.source for rule in item.materials)
    assert all("《" in row.law and row.article for row in item.basis)
    assert "本地" in item.source  # codes, forms and promises are never the nation's
    limits = item.limits
    for period in (limits.check, limits.promise, limits.statutory, limits.serve):
        assert names_its_rule(period), period.rule
    assert "本地" in limits.promise.rule
    assert all(names_its_rule(rule.valid_for) for rule in item.materials if rule.valid_for)
    assert all("第" in fee.basis or "〔" in fee.basis for fee in item.fees)


def names_its_rule(period: Period) -> bool:
    """A law with its article, a document with its number or name; or the plain word that this is local."""
    return bool(re.search(r"第.+条|〔\d{4}〕\d+号|令第\d+号|《.+》|本地|GB/T", period.rule))


@by_item
def test_limits_do_not_contradict_each_other(item: ServiceItem) -> None:
    promise, statutory = item.limits.promise, item.limits.statutory
    assert promise.unit == statutory.unit
    assert promise.length <= statutory.length
    assert item.kind is not ItemKind.INSTANT or promise.length == 1


@by_item
def test_a_demand_names_one_thing_to_do_and_the_guide_speaks_of_money(item: ServiceItem) -> None:
    problems = [problem for rule in item.materials for problem in rule.problems]
    assert problems
    assert not [problem.demand for problem in problems if problem.demand.endswith(("等", "等。", "。"))]
    assert any("不收" in note or "工本费" in note for note in item.guide.notes)
    assert bool(item.fees) is any("工本费" in note for note in item.guide.notes)


ELSEWHERE = "云岭县水务局"
LINES = {
    NoticeKind.ACCEPTANCE: "B-SL",
    NoticeKind.NOT_REQUIRED: "B-BSL1",
    NoticeKind.REFUSAL: "B-BSL2",
    NoticeKind.CORRECTION: "B-BZ",
}


@by_item
def test_every_item_has_its_line_on_the_papers_of_an_intake(item: ServiceItem) -> None:
    templates = bundled_templates()
    agency = COUNTY[item.agency]
    for kind, line in LINES.items():
        data = replace(
            NoticeData.from_mapping(sample_data()),
            item_name=item.name,
            is_licence=item.is_licence,
            own_lines=item.basis_lines,
            agency=agency,
            competent_agency=ELSEWHERE,
        )
        paper = compose(templates.get(kind, templates.current_version(kind)), data, templates)
        words = "\n".join(text for text, _ in paper.texts())
        of_the_law = item.basis_lines.get(line) or templates.lines[line]
        assert of_the_law.replace("________", ELSEWHERE).format(competent_agency=ELSEWHERE) in words
        assert item.name in words
        assert agency.name in words
        assert item.is_licence is ("行政许可法" in words)
        if kind in (NoticeKind.NOT_REQUIRED, NoticeKind.REFUSAL):
            assert agency.review_body in words
            assert agency.court in words


@by_item
def test_a_line_of_every_situation_is_taken_by_what_item_schema_prints(item: ServiceItem) -> None:
    validator = Draft202012Validator(json.loads(json.dumps(intake_schema(item))))
    lines = [example_line(item, "accept", n) for n in range(4 * max(1, len(item.situations)))]
    assert {line.get("situation") for line in lines} == ({row.code for row in item.situations} or {None})
    assert any("proxy" in line for line in lines)
    for line in lines:
        validator.validate(line)


def test_a_station_takes_every_item_and_gives_its_papers(station: Station) -> None:
    """Each item once, the outcomes in turn; all situations are taken above."""
    lease_for_all(station, ("N03-A", "N12"), first=51, last=60)
    for n, item in enumerate(ITEMS):
        outcome, (state, kind) = list(OUTCOMES.items())[n % len(OUTCOMES)]
        assert station.offer.schema(item.code) == intake_schema(item)
        taken = station.intake.take_in(CHIEF, example_line(item, outcome, n))
        assert taken.case is not None
        assert taken.case.state is state
        assert kind in [notice.kind for notice in taken.notices]


def test_the_document_lists_every_item_as_it_is() -> None:
    document = (Path(__file__).parents[2] / "docs" / "items.md").read_text(encoding="utf-8")
    for item in ITEMS:
        assert f"| `{item.code}` | {item.name} | {item.kind.value} | `{item.agency}` |" in document
