"""Number rules against the vectors of specs id-cards 11.7 and domain 14.4."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.check_characters import resident_check
from counter_app.domain.errors import InvalidInput
from counter_app.domain.id_numbers import (
    ID_TYPES,
    check_foreigner_number,
    check_hmt_number,
    check_id_number,
    check_resident_number,
    upgraded_resident_number,
)
from counter_app.domain.organisation_codes import check_credit_code, check_organisation_code
from resources.texts import catalogue

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("110101199001019917", date(1990, 1, 1), "1"),
        ("110101198506159929", date(1985, 6, 15), "2"),
        ("11010119900101901X", date(1990, 1, 1), "1"),
        ("110101200002299979", date(2000, 2, 29), "1"),
        ("11010519491231002X", date(1949, 12, 31), "2"),
    ],
)
def test_a_good_resident_number_tells_birth_and_sex(number, birth, sex):
    checked = check_resident_number(number, TODAY)
    assert (checked.text, checked.birth, checked.sex, checked.warnings) == (number, birth, sex, ())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("110101199001019910", "resident_number_check"),
        ("110101199001019971", "resident_number_check"),
        ("110101199002299914", "resident_number_date"),
        ("110101190013019913", "resident_number_date"),
        ("110101209901019919", "resident_number_future"),
        ("110101900101991", "resident_number_old"),
        ("11010119900101991", "resident_number_length"),
        ("1101011990010199170", "resident_number_length"),
        ("", "resident_number_length"),
        ("11010119900101X917", "resident_number_alphabet"),
        ("11010119900101991\u0667", "resident_number_alphabet"),
        ("11010119900101991\u00d7", "resident_number_alphabet"),
    ],
)
def test_a_bad_resident_number_says_what_is_wrong(number, code):
    with pytest.raises(InvalidInput) as refused:
        check_resident_number(number, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "11010119900101901x",
        "１１０１０１１９９００１０１９０１Ｘ",
        "110101 19900101 901X",
        "110101-19900101-901x",
        "\u3000110101—19900101901ｘ ",
    ],
)
def test_the_ways_people_type_a_number_come_to_one_form(typed):
    assert check_resident_number(typed, TODAY).text == "11010119900101901X"


def test_an_unknown_region_is_only_a_warning():
    assert check_resident_number("00000019900101991X", TODAY).warnings == ("number_region_unknown",)


def test_a_permit_number_given_as_a_resident_number_is_pointed_out():
    assert check_resident_number("81000019920202998X", TODAY).warnings == ("number_is_of_hmt_permit",)


def test_a_birth_before_1900_is_only_a_warning():
    first_17 = "11010118991231991"
    checked = check_resident_number(first_17 + resident_check(first_17), TODAY)
    assert checked.warnings == ("number_born_before_1900",)


def test_a_number_of_somebody_born_today_is_good_and_of_tomorrow_is_not():
    first_17 = "11010120260701001"
    newborn = first_17 + resident_check(first_17)
    assert check_resident_number(newborn, TODAY).birth == TODAY
    with pytest.raises(InvalidInput, match="resident_number_future"):
        check_resident_number(newborn, date(2026, 6, 30))


def test_stated_birth_and_sex_are_compared_with_the_number():
    checked = check_resident_number("110101199001019917", TODAY)
    assert checked.differences(date(1990, 1, 1), "1") == ()
    assert checked.differences(None, "0") == ()
    assert checked.differences(date(1990, 1, 2), "2") == ("number_birth_differs", "number_sex_differs")


@pytest.mark.parametrize(
    ("old", "new"),
    [("110101900101991", "110101199001019917"), ("110101850615992", "110101198506159929")],
)
def test_an_old_number_is_upgraded(old, new):
    assert upgraded_resident_number(old, TODAY).text == new


@pytest.mark.parametrize(
    ("old", "code"),
    [
        ("CAN110090010191", "old_number_alphabet"),
        ("1101019001019", "old_number_length"),
        ("110101900230991", "resident_number_date"),
    ],
)
def test_what_is_no_old_number_is_not_upgraded(old, code):
    with pytest.raises(InvalidInput) as refused:
        upgraded_resident_number(old, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("number", ["81000019920202998X", "820000199202029973", "830000199202029967"])
def test_permits_of_hong_kong_macao_and_taiwan_pass(number):
    assert check_hmt_number(number, TODAY).birth == date(1992, 2, 2)


def test_a_resident_number_is_no_permit_number():
    with pytest.raises(InvalidInput, match="hmt_number_region"):
        check_hmt_number("110101199001019917", TODAY)


@pytest.mark.parametrize(
    ("number", "sex"),
    [("CAN110090010191", "1"), ("CAN110090010120", "2"), ("91112419900101001X", "1"), ("can110090010191", "1")],
)
def test_both_versions_of_the_foreigners_number_pass(number, sex):
    checked = check_foreigner_number(number, TODAY)
    assert (checked.text, checked.sex) == (number.upper(), sex)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("CAN110090010192", "foreigner_number_check"),
        ("110101900101991", "foreigner_number_alphabet"),
        ("110101199001019917", "foreigner_number_region"),
        ("CAN1100900101", "foreigner_number_length"),
        ("CAN110090023090", "foreigner_number_date"),
    ],
)
def test_a_bad_foreigners_number_says_what_is_wrong(number, code):
    with pytest.raises(InvalidInput) as refused:
        check_foreigner_number(number, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "code",
    ["91110101MA00000X7Q", "111101010000000197", "11440232MB2D06811W", "12441500196720244T", "91110000600037341L"],
)
def test_good_credit_codes_pass(code):
    assert check_credit_code(code.lower()) == code


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("91110101MA00000X7R", "credit_code_check"),
        ("91110101MA00000O7Q", "credit_code_alphabet"),
        ("91110101MA00000X7", "credit_code_length"),
    ],
)
def test_a_bad_credit_code_says_what_is_wrong(code, wrong):
    with pytest.raises(InvalidInput) as refused:
        check_credit_code(code)
    assert refused.value.code == wrong


@pytest.mark.parametrize("code", ["MA00000X-7", "12345678-8", "D2143569-X", "60003734-1"])
def test_good_organisation_codes_pass(code):
    assert check_organisation_code(code) == code.replace("-", "")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("12345678-9", "organisation_code_check"),
        ("1234567-8", "organisation_code_length"),
        ("12345678-Y", "organisation_code_alphabet"),
    ],
)
def test_a_bad_organisation_code_says_what_is_wrong(code, wrong):
    with pytest.raises(InvalidInput) as refused:
        check_organisation_code(code)
    assert refused.value.code == wrong


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        ("414", "E12345678"),
        ("414", "EA1234567"),
        ("516", "h12345678"),
        ("516", "M1234567890"),
        ("511", "12345678"),
        ("511", "0561682001D"),
        ("113", "110101123"),
        ("114", "南字第12345678号"),
    ],
)
def test_travel_and_other_papers_are_checked_for_their_shape(id_type, number):
    assert check_id_number(id_type, number, TODAY).birth is None


@pytest.mark.parametrize(
    ("id_type", "number"), [("414", "护照"), ("516", "A12345678"), ("511", "1234567"), ("113", "!!"), ("114", "")]
)
def test_a_number_of_another_shape_is_refused(id_type, number):
    with pytest.raises(InvalidInput) as refused:
        check_id_number(id_type, number, TODAY)
    assert refused.value.code == f"id_number_shape_{id_type}"


def test_an_unknown_kind_of_paper_is_refused():
    with pytest.raises(InvalidInput, match="id_type_unknown"):
        check_id_number("1110", "110101199001019917", TODAY)


@given(st.sampled_from(sorted(ID_TYPES)), st.text(max_size=20) | st.text("0123456789XCAN-", min_size=13, max_size=19))
def test_any_text_is_taken_or_refused_with_words_and_without_the_number(id_type, typed):
    try:
        check_id_number(id_type, typed, TODAY)
    except InvalidInput as refused:
        for language in ("zh_CN", "en"):
            catalogue(language)[f"errors.{refused.code}.message"].format(**refused.params)
            catalogue(language)[f"errors.{refused.code}.remedy"].format(**refused.params)
        assert set(refused.params) <= {"length"}  # noqa: PT017 - both outcomes are right, this one has a duty


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(place, offset):
    good = "110101199001019917"
    wrong = good[:place] + str((int(good[place]) + offset) % 10) + good[place + 1 :]
    with pytest.raises(InvalidInput, match="resident_number_check"):
        check_resident_number(wrong, TODAY)


def test_both_languages_name_every_kind_of_paper():
    for language in ("zh_CN", "en"):
        assert {key.removeprefix("id_types.") for key in catalogue(language) if key.startswith("id_types.")} == set(
            ID_TYPES
        )
