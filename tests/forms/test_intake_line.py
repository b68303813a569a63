"""Lines of intake: each shipped item takes its examples, and each planted error is told at its place."""

import copy
import json
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from counter_app.domain.errors import CounterError, InvalidInput, NotFound
from counter_app.domain.id_numbers import check_resident_number
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.person_name import check_name
from counter_app.domain.service_item import ServiceItem
from forms.catalogue import Catalogue
from forms.examples import example_line, example_name
from forms.field_schema import DATE, LINE_OF_TEXT, NAME
from forms.intake_line import check_line, circumstances, item_of, moment_of
from forms.intake_schema import CHECK_RULES, OUTCOMES, intake_schema
from resources.texts import LANGUAGES, catalogue
from tests.support.budgets import examples

TODAY = date(2026, 1, 5)
CATALOGUE = Catalogue.load()
ITEMS = CATALOGUE.items()
ELDER = CATALOGUE.get("elder_allowance")
DISABILITY = CATALOGUE.get("disability_card")
BIRTH = CATALOGUE.get("birth_registration")
WORKSHOP = CATALOGUE.get("food_workshop")
HOMESTEAD = CATALOGUE.get("homestead_approval")

Line = dict[str, Any]
by_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)


def refusal(item: ServiceItem, line: Line) -> tuple[str, dict[str, Any]]:
    with pytest.raises(InvalidInput) as caught:
        check_line(item, line, TODAY)
    error = caught.value
    for language in LANGUAGES:
        for part in ("message", "remedy"):
            catalogue(language)[f"errors.{error.code}.{part}"].format(**error.params)
    return error.code, error.params


def changed(line: Line, change: Callable[[Line], object]) -> Line:
    other = copy.deepcopy(line)
    change(other)
    return other


def put(line: Line, path: str, value: object) -> Line:
    """A copy with the value at the path, such as `materials.0.pages`; the value `...` takes it out."""
    other = place = copy.deepcopy(line)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        place = place[step]  # type: ignore[index]
    if value is ...:
        del place[last]  # type: ignore[arg-type]
    else:
        place[last] = value  # type: ignore[index]
    return other


@by_item
def test_the_schema_of_every_item_is_a_schema(item: ServiceItem) -> None:
    schema = intake_schema(item)
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["x-checks"] == list(CHECK_RULES)


@by_item
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_item_takes_its_examples_in_every_outcome(item: ServiceItem, outcome: str) -> None:
    for n in range(8 if outcome == "accept" else 3):
        line = example_line(item, outcome, n)
        assert json.loads(json.dumps(line)) == line
        check_line(item, line, TODAY)


@by_item
def test_examples_are_different_people_with_valid_numbers(item: ServiceItem) -> None:
    lines = [example_line(item, "accept", n) for n in range(60)]
    assert len({line["applicant"]["id_number"] for line in lines}) == 60
    assert len({line["key"] for line in lines}) == 60
    for line in lines:
        check_resident_number(line["applicant"]["id_number"], TODAY)
        check_name(line["applicant"]["name"])


def test_old_age_allowance_is_asked_for_by_the_old() -> None:
    least = {"from_80": 80, "from_90": 89, "from_100": 100}
    for n in range(300):
        line = example_line(ELDER, "accept", n)
        birth = check_resident_number(line["applicant"]["id_number"], TODAY).birth
        assert birth is not None
        assert TODAY.year - birth.year >= least[line["situation"]]


def test_examples_hold_rare_names_now_and_then() -> None:
    names = [example_name(n) for n in range(70)]
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any("·" in name for name in names)


@by_item
def test_the_examples_of_the_schema_fit_their_own_place(item: ServiceItem) -> None:
    schema = intake_schema(item)
    line = example_line(item, "accept", 0)
    line |= {"received_at": "2025-12-05T09:30", "late_entry": {"reason": "停电", "slip_no": "7"}}
    for name, part in schema["properties"]["applicant"]["properties"].items():
        for example in part.get("examples", ()):
            check_line(item, put(line, f"applicant.{name}", example), TODAY)
    for part in schema["properties"]["fields"]["properties"].values():
        assert part["examples"]
        for example in part["examples"]:
            Draft202012Validator(part).validate(example)
    for example in schema["properties"]["received_at"]["examples"]:
        check_line(item, put(line, "received_at", example), TODAY)


PLANTED: list[tuple[str, object, str, str]] = [
    ("item", "food_workshop", "line_not_one_of", "item"),
    ("item", ..., "line_key_missing", "$"),
    ("outcome", ..., "line_key_missing", "$"),
    ("outcome", "approve", "line_not_one_of", "outcome"),
    ("outcome", 1, "line_not_one_of", "outcome"),
    ("extra", 1, "line_key_unknown", "extra"),
    ("applicant", ..., "line_key_missing", "$"),
    ("applicant", [], "line_wrong_type", "applicant"),
    ("applicant.nickname", "x", "line_key_unknown", "applicant.nickname"),
    ("applicant.name", ..., "line_key_missing", "applicant"),
    ("applicant.name", 7, "line_wrong_type", "applicant.name"),
    ("applicant.name", "", "name_empty", "applicant.name"),
    ("applicant.name", " \u3000 ", "name_empty", "applicant.name"),
    ("applicant.name", "李" * 31, "name_length", "applicant.name"),
    ("applicant.name", "李\u202e四", "name_character", "applicant.name"),
    ("applicant.name", "\ufeff李四", "name_character", "applicant.name"),
    ("applicant.name", "李\ud86d", "name_character", "applicant.name"),
    ("applicant.name", "李\n四", "name_character", "applicant.name"),
    ("applicant.id_number", ..., "line_key_missing", "applicant"),
    ("applicant.id_number", "379901194203110021", "resident_number_check", "applicant.id_number"),
    ("applicant.id_number", "379901420311002", "resident_number_old", "applicant.id_number"),
    ("applicant.id_number", "37990119420231002X", "resident_number_date", "applicant.id_number"),
    ("applicant.id_number", "", "line_wrong_shape", "applicant.id_number"),
    ("applicant.id_number", "1" * 41, "line_too_long", "applicant.id_number"),
    ("applicant.id_number", 379901194203110020, "line_wrong_type", "applicant.id_number"),
    ("applicant.id_type", "999", "line_not_one_of", "applicant.id_type"),
    ("applicant.phone", "没有", "line_wrong_shape", "applicant.phone"),
    ("applicant.address", "村" * 201, "line_too_long", "applicant.address"),
    ("situation", ..., "line_key_missing", "$"),
    ("situation", "from_120", "line_not_one_of", "situation"),
    ("fields.living", ..., "line_key_missing", "fields"),
    ("fields.living", "moon", "line_not_one_of", "fields.living"),
    ("fields.age", 84, "line_key_unknown", "fields.age"),
    ("fields.village", "村" * 41, "line_too_long", "fields.village"),
    ("fields.village", "a\x00b", "line_wrong_shape", "fields.village"),
    ("fields.village", None, "line_wrong_type", "fields.village"),
    ("fields", ..., "line_key_missing", "$"),
    ("materials", ..., "line_key_missing", "$"),
    ("materials", {}, "line_wrong_type", "materials"),
    ("materials.0.id", "passport", "line_not_one_of", "materials[0].id"),
    ("materials.0.pages", 0, "line_too_small", "materials[0].pages"),
    ("materials.0.pages", 1000, "line_too_large", "materials[0].pages"),
    ("materials.0.pages", "1", "line_wrong_type", "materials[0].pages"),
    ("materials.0.pages", True, "line_wrong_type", "materials[0].pages"),
    ("materials.0.pages", 1.5, "line_wrong_type", "materials[0].pages"),
    ("materials.0.form", "copy", "line_not_one_of", "materials[0].form"),
    ("materials.0.form", ..., "line_key_missing", "materials[0]"),
    ("materials.0.files", ["a\x00"], "line_wrong_shape", "materials[0].files[0]"),
    ("materials.0.color", "red", "line_key_unknown", "materials[0].color"),
    ("channel", "0", "line_not_one_of", "channel"),
    ("channel", 1, "line_not_one_of", "channel"),
    ("key", "", "line_wrong_shape", "key"),
    ("key", "k" * 101, "line_too_long", "key"),
    ("proxy", {"name": "王二"}, "line_key_missing", "proxy"),
    ("received_at", "2026-01-04T09:00", "line_key_missing", "$"),
    ("late_entry", {"reason": "停电", "slip_no": "1"}, "line_key_missing", "$"),
]


@pytest.mark.parametrize(("path", "value", "code", "place"), PLANTED)
def test_a_planted_error_is_told_at_its_place(path: str, value: object, code: str, place: str) -> None:
    line = put(example_line(ELDER, "accept", 0), path, value)
    found, params = refusal(ELDER, line)
    assert (found, params["path"]) == (code, place)


def test_no_error_holds_a_value_of_the_line() -> None:
    line = put(example_line(ELDER, "accept", 0), "applicant.id_number", "379901194203110021")
    with pytest.raises(InvalidInput) as caught:
        check_line(ELDER, line, TODAY)
    assert "37990119420311" not in str(caught.value)
    stranger = example_line(ELDER, "accept", 0) | {"13912345678": 1}
    assert "13912345678" not in str(refusal(ELDER, stranger))


def test_acceptance_without_required_materials_names_them_all() -> None:
    line = example_line(ELDER, "accept", 0)
    line["materials"] = [row for row in line["materials"] if row["id"] not in ("id_card", "household_book")]
    code, params = refusal(ELDER, line)
    assert code == "materials_missing"
    assert params["materials"] == "老人居民身份证、居民户口簿（首页和老人页）"
    check_line(ELDER, line | {"outcome": "receive"}, TODAY)


def test_a_material_that_stands_twice_is_named() -> None:
    line = example_line(ELDER, "accept", 0)
    code, params = refusal(ELDER, line | {"materials": [*line["materials"], line["materials"][1]]})
    assert (code, params["id"]) == ("material_doubled", line["materials"][1]["id"])


def test_somebody_else_handing_in_needs_a_letter() -> None:
    line = put(example_line(ELDER, "accept", 0), "proxy", {"name": "王小禾", "id_number": "379901196805201016"})
    code, params = refusal(ELDER, line)
    assert (code, params["materials"]) == ("materials_missing", "授权委托书、代办人居民身份证")


def test_a_number_of_the_proxy_is_checked_too() -> None:
    line = put(example_line(ELDER, "accept", 3), "proxy.id_number", "379901196805201017")
    assert refusal(ELDER, line)[1]["path"] == "proxy.id_number"


def test_small_x_and_full_width_digits_are_taken() -> None:
    line = example_line(ELDER, "accept", 0)
    check_line(ELDER, put(line, "applicant.id_number", "37990119420311002x"), TODAY)
    check_line(ELDER, put(line, "applicant.id_number", "３７９９０１１９４２０３１１００２Ｘ"), TODAY)


@pytest.mark.parametrize("name", ["王", "李𬭎", "阿" * 30, " 王秀兰 ", "\ue000文", "阿依古丽·买买提", "O'Neil"])
def test_unusual_names_are_taken(name: str) -> None:
    check_line(ELDER, put(example_line(ELDER, "accept", 0), "applicant.name", name), TODAY)


def test_a_correction_needs_gaps_a_refusal_an_agency_and_a_reason() -> None:
    correct = example_line(ELDER, "correct", 0)
    assert refusal(ELDER, put(correct, "gaps", ...))[0] == "line_key_missing"
    assert refusal(ELDER, put(correct, "gaps", []))[0] == "line_too_few"
    assert refusal(ELDER, put(correct, "gaps.0.problem", "lost"))[1]["path"] == "gaps[0].problem"
    assert refusal(ELDER, put(correct, "gaps.0.demand", " "))[1]["path"] == "gaps[0].demand"
    check_line(ELDER, put(correct, "gaps.0.material", "村委会盖章的说明"), TODAY)
    refuse = example_line(ELDER, "refuse", 0)
    assert refusal(ELDER, put(refuse, "competent_agency", ...))[1]["key"] == "competent_agency"
    assert refusal(ELDER, put(refuse, "reason", ...))[1]["key"] == "reason"
    assert refusal(ELDER, put(example_line(ELDER, "not_required", 0), "reason", ...))[1]["key"] == "reason"


def test_keys_that_the_outcome_does_not_use_are_ignored() -> None:
    line = example_line(ELDER, "accept", 0)
    check_line(ELDER, line | {"reason": None, "competent_agency": "", "gaps": []}, TODAY)


def test_a_draft_may_be_nearly_empty_but_not_wrong() -> None:
    check_line(ELDER, {"item": "elder_allowance", "outcome": "draft"}, TODAY)
    check_line(ELDER, {"item": "elder_allowance", "outcome": "draft", "applicant": {"phone": "13900000001"}}, TODAY)
    wrong = {"item": "elder_allowance", "outcome": "draft", "applicant": {"id_number": "1"}}
    assert refusal(ELDER, wrong)[0] == "resident_number_length"


LATE = {"late_entry": {"reason": "停电", "slip_no": "收7"}}


@pytest.mark.parametrize("moment", ["2026-01-05T23:59", "2026-01-04T23:30:00Z", "2025-12-31T09:00:00+08:00"])
def test_papers_taken_without_the_machine_keep_their_true_moment(moment: str) -> None:
    check_line(ELDER, example_line(ELDER, "accept", 0) | LATE | {"received_at": moment}, TODAY)


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2026-01-06T00:00", "line_future"),
        ("2026-01-05T16:00:00Z", "line_future"),
        ("2026-02-30T10:00", "line_wrong_shape"),
        ("2026-01-04", "line_wrong_shape"),
        ("2026-01-04T25:00", "line_wrong_shape"),
        ("2026-01-04 10:00", "line_wrong_shape"),
        ("2026-01-04T10:00\n", "line_wrong_shape"),
    ],
)
def test_a_moment_in_the_future_or_none_at_all_is_refused(moment: str, code: str) -> None:
    line = example_line(ELDER, "accept", 0) | LATE | {"received_at": moment}
    assert refusal(ELDER, line)[0] == code


def test_with_the_present_moment_given_later_today_is_the_future_too() -> None:
    line = example_line(ELDER, "accept", 0) | LATE | {"received_at": "2026-01-05T10:00"}
    now = datetime(2026, 1, 5, 1, 59, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="line_future"):
        check_line(ELDER, line, TODAY, now)
    check_line(ELDER, line, TODAY, now + timedelta(minutes=1))


def test_a_local_moment_is_chinese_time() -> None:
    assert moment_of("2026-01-05T08:00") == datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def test_dates_codes_and_numbers_in_fields_are_checked() -> None:
    born = example_line(BIRTH, "accept", 1)
    assert refusal(BIRTH, put(born, "fields.born_on", "2026-01-06")) == ("line_future", {"path": "fields.born_on"})
    assert refusal(BIRTH, put(born, "fields.born_on", "2025-02-29"))[0] == "line_wrong_shape"
    check_line(BIRTH, put(born, "fields.expected_on", "2027-03-01"), TODAY)
    married = put(example_line(BIRTH, "accept", 0), "fields.spouse_id_number", "379901199307042045")
    assert refusal(BIRTH, married)[1]["path"] == "fields.spouse_id_number"
    shop = put(example_line(WORKSHOP, "accept", 0), "fields.credit_code", "92379901MA3W00079X")
    assert refusal(WORKSHOP, shop) == ("credit_code_check", {"path": "fields.credit_code"})
    home = example_line(HOMESTEAD, "accept", 0)
    assert refusal(HOMESTEAD, put(home, "fields.area", 166))[0] == "line_wrong_type"
    assert refusal(HOMESTEAD, put(home, "fields.area", "166.005"))[0] == "line_wrong_shape"
    assert refusal(HOMESTEAD, put(home, "fields.storeys", 7))[0] == "line_too_large"


def test_fields_and_papers_of_a_guardian_follow_the_kind_of_disability() -> None:
    line = put(example_line(DISABILITY, "accept", 0), "fields.disability", "mental")
    line["fields"] |= {"minor_applicant": False}
    line["fields"].pop("guardian_name", None)
    code, params = refusal(DISABILITY, line)
    assert (code, params["path"], params["key"]) == ("line_key_missing", "fields", "guardian_name")


def test_an_unknown_item_of_a_line_is_told_before_anything_else() -> None:
    assert item_of({"item": "elder_allowance"}, CATALOGUE) is ELDER
    with pytest.raises(NotFound, match="item_unknown"):
        item_of({"item": "moon_landing"}, CATALOGUE)
    for line in ({}, {"item": 7}, {"item": None}):
        with pytest.raises(InvalidInput):
            item_of(line, CATALOGUE)


@by_item
@settings(max_examples=examples(8), deadline=None)
@given(st.data())
def test_the_schema_requires_what_the_evaluator_requires(item: ServiceItem, data: st.DataObject) -> None:
    """Any answers, any situation: one material or field left out is refused exactly if it is required."""
    line = example_line(item, "accept", 4)
    if item.situations:
        line["situation"] = data.draw(st.sampled_from([row.code for row in item.situations]))
    if data.draw(st.booleans()):
        line["proxy"] = {"name": "王二", "id_number": "379901196805201016"}
    entered = [row for row in item.fields if row.computed is None]
    answers = {row.id: data.draw(st.sampled_from(row.examples)) for row in entered}
    line["fields"] = answers
    line["materials"] = [{"id": rule.id, "form": rule.form.value, "pages": 1} for rule in item.materials]
    check_line(item, line, TODAY)
    without = data.draw(st.sampled_from(entered)).id
    fields = {name: value for name, value in answers.items() if name != without}
    given_now = Circumstances(fields, "proxy" in line, line.get("situation"))
    assert circumstances(line | {"fields": fields}) == given_now
    assert taken(item, line | {"fields": fields}) is not bool(item.missing_fields(given_now))
    if item.missing_fields(given_now):
        return
    dropped = data.draw(st.sampled_from(item.materials))
    rest = [row for row in line["materials"] if row["id"] != dropped.id]
    required = dropped in item.required_materials(given_now)
    assert taken(item, line | {"fields": fields, "materials": rest}) is not required


def taken(item: ServiceItem, line: Line) -> bool:
    try:
        check_line(item, line, TODAY)
    except CounterError:
        return False
    return True


@by_item
@settings(max_examples=examples(6), deadline=None)
@given(st.data())
def test_lines_are_taken_exactly_if_a_plain_validator_takes_them(item: ServiceItem, data: st.DataObject) -> None:
    """What stands in the schema is what counts: nothing of ours is stricter or milder (no x-check fails here)."""
    line = example_line(item, data.draw(st.sampled_from(OUTCOMES)), data.draw(st.integers(0, 40)))
    ids = st.sampled_from([*(rule.id for rule in item.materials), "other"])
    forms = st.sampled_from(["original", "copy", "original_checked", "electronic", "fax"])
    row = st.fixed_dictionaries({"id": ids, "form": forms, "pages": st.integers(0, 3)})
    line["materials"] += data.draw(st.lists(row, max_size=2))
    for key in data.draw(st.lists(st.sampled_from(sorted(line)), max_size=2, unique=True)):
        del line[key]
    if "item" in line and data.draw(st.booleans()):
        line["fields"] = line.get("fields", {}) | {item.fields[-1].id: data.draw(JSON)}
    validator = Draft202012Validator(intake_schema(item))
    assert taken(item, line) is validator.is_valid(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(line=st.dictionaries(st.sampled_from(list(intake_schema(ELDER)["properties"])) | st.text(), JSON, max_size=8))
@settings(deadline=None)
def test_any_json_is_taken_or_refused_with_words(line: Line) -> None:
    if not taken(ELDER, line):
        refusal(ELDER, line)


@given(st.data())
@settings(deadline=None)
def test_any_value_put_anywhere_is_taken_or_refused_with_words(data: st.DataObject) -> None:
    line = example_line(ELDER, data.draw(st.sampled_from(OUTCOMES)), data.draw(st.integers(0, 50)))
    paths = [*line, "applicant.name", "applicant.id_number", "fields.living", "materials.0.pages", "materials.0.id"]
    other = put(line, data.draw(st.sampled_from(paths)), data.draw(JSON))
    if not taken(ELDER, other):
        refusal(ELDER, other)


def test_the_name_pattern_and_the_name_rule_refuse_the_same_characters() -> None:
    pattern = re.compile(NAME)
    for number in range(sys.maxunicode + 1):
        name = f"李{chr(number)}四"
        try:
            check_name(name)
            allowed = True
        except InvalidInput:
            allowed = False
        if bool(pattern.search(name)) is not allowed:
            assert unicodedata.category(chr(number)) == "Cn", hex(number)
            assert allowed, hex(number)


@given(st.text(alphabet="李 \u3000\t\n\u00a0四a", max_size=40))
def test_the_name_pattern_and_the_name_rule_agree_on_blanks_and_length(name: str) -> None:
    try:
        check_name(name)
        allowed = True
    except InvalidInput:
        allowed = False
    assert bool(re.search(NAME, name)) is allowed


@given(st.integers(1800, 2199), st.integers(0, 13), st.integers(0, 32))
def test_the_date_pattern_knows_every_calendar_day(year: int, month: int, day: int) -> None:
    text = f"{year:04d}-{month:02d}-{day:02d}"
    try:
        date.fromisoformat(text)
        real = True
    except ValueError:
        real = False
    assert bool(re.fullmatch(DATE, text)) is real


@pytest.mark.parametrize("text", ["\u202ea", "a\u200b", "a\nb", "a\x07", "  ", "", "\ud800"])
def test_text_that_hides_something_is_no_line_of_text(text: str) -> None:
    assert re.search(LINE_OF_TEXT, text) is None
