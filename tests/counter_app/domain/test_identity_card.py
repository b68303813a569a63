"""The text on the chip against the vectors V1-V8 of specs id-cards 11.3."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.card_layouts import ETHNICITIES
from counter_app.domain.errors import CounterError
from counter_app.domain.identity_card import parse_card
from resources.texts import catalogue

TODAY = date(2026, 7, 1)
VECTORS = tomllib.loads((Path(__file__).parent / "card_vectors.toml").read_text("utf-8"))
BLOCKS = {name: bytes.fromhex(vector["text"]) for name, vector in VECTORS.items()}

BEIJING = {
    "issuer": "北京市公安局东城分局",
    "warnings": [],
}
EXPECTED = {
    "V1": {
        **BEIJING,
        "type": "resident",
        "name": "测试甲",
        "name_raw": "测试甲",
        "sex": "1",
        "ethnicity": "01",
        "birth": "1990-01-01",
        "address": "北京市东城区测试街道虚构胡同1号",
        "number": "110101199001019917",
        "valid_from": "2020-01-01",
        "valid_to": "2040-01-01",
    },
    "V2": {
        **BEIJING,
        "type": "resident",
        "name": "测试古丽·虚构买买提",
        "name_raw": "测试古丽·虚构买买提",
        "sex": "2",
        "ethnicity": "05",
        "birth": "1985-06-15",
        "address": "北京市东城区测试街道虚构里2号楼3单元404室",
        "number": "110101198506159929",
        "valid_from": "2015-06-15",
        "valid_to": "长期",
    },
    "V3": {
        **BEIJING,
        "type": "resident",
        "name": "测试䶮",
        "name_raw": "测试\ue863",
        "sex": "1",
        "ethnicity": "97",
        "birth": "2000-12-31",
        "address": "北京市东城区\ue188家测试村5号",
        "number": "110101200012319937",
        "valid_from": "2023-08-01",
        "valid_to": "2033-08-01",
        "warnings": ["name_converted", "address_private_use"],
    },
    "V4": {
        **BEIJING,
        "type": "resident",
        "name": "测\ue188乙",
        "name_raw": "测\ue188乙",
        "sex": "1",
        "ethnicity": "01",
        "birth": "1970-01-01",
        "address": "北京市东城区测试街道虚构胡同7号",
        "number": "110101197001019950",
        "valid_from": "2016-01-01",
        "valid_to": "长期",
        "warnings": ["name_private_use"],
    },
    "V5": {
        **BEIJING,
        "type": "resident",
        "name": "测\U0002298f",
        "name_raw": "测\U0002298f",
        "sex": "1",
        "ethnicity": "01",
        "birth": "2000-02-29",
        "address": "北京市东城区测试街道虚构胡同9号",
        "number": "110101200002299979",
        "valid_from": "2024-02-29",
        "valid_to": "2044-02-29",
    },
    "V6": {
        **BEIJING,
        "type": "hmt",
        "name": "测试丙",
        "name_raw": "测试丙",
        "sex": "2",
        "birth": "1992-02-02",
        "address": "北京市东城区测试街道虚构路6号",
        "number": "81000019920202998X",
        "valid_from": "2024-01-01",
        "valid_to": "2029-01-01",
        "pass_number": "H00000000",
        "issue_count": "01",
    },
    "V7": {
        "type": "foreigner",
        "name": "测试人阿尔法",
        "name_raw": "测试人阿尔法",
        "english_name": "TESTPERSON, ALPHA",
        "sex": "1",
        "birth": "1990-01-01",
        "number": "CAN110090010191",
        "issuer": "1100",
        "valid_from": "2019-01-01",
        "valid_to": "2029-01-01",
        "nationality": "CAN",
        "warnings": [],
    },
    "V8": {
        "type": "foreigner",
        "name": "测试人阿尔法",
        "name_raw": "测试人阿尔法",
        "english_name": "TESTPERSON, ALPHA BRAVO CHARLIE DELTA ECHO",
        "sex": "1",
        "birth": "1990-01-01",
        "number": "91112419900101001X",
        "valid_from": "2024-01-01",
        "valid_to": "2034-01-01",
        "nationality": "CAN",
        "issue_count": "00",
        "warnings": [],
    },
}


def changed(block: bytes, offset: int, text: str) -> bytes:
    units = text.encode("utf-16-le", errors="surrogatepass")
    return block[:offset] + units + block[offset + len(units) :]


@pytest.mark.parametrize("vector", sorted(EXPECTED))
def test_every_layout_is_read_whole(vector):
    assert parse_card(BLOCKS[vector], TODAY).facts() == EXPECTED[vector]


@pytest.mark.parametrize(("vector", "id_type"), [("V1", "111"), ("V6", "154"), ("V7", "553"), ("V8", "553")])
def test_the_card_knows_the_code_of_its_paper(vector, id_type):
    assert parse_card(BLOCKS[vector], TODAY).id_type == id_type


@pytest.mark.parametrize(
    ("offset", "text", "warning"),
    [
        (204, "20260630", "card_expired"),
        (188, "20260702", "card_not_yet_valid"),
        (204, "20401301", "card_validity_unreadable"),
        (204, " " * 8, "card_validity_unreadable"),
        (36, "19901301", "card_birth_unreadable"),
        (36, "19900102", "number_birth_differs"),
        (30, "2", "number_sex_differs"),
        (32, "59", "ethnicity_unknown"),
        (122, "110101199001019918", "card_number_unusual"),
        (122, " " * 18, "card_number_unusual"),
        (0, "测" * 15, "name_may_be_cut"),
        (0, "测\ud84a乙", "name_damaged"),
        (0, "测\u202e乙", "name_unusual"),
        (0, " " * 15, "name_unusual"),
    ],
)
def test_what_looks_wrong_on_a_card_warns_and_never_refuses(offset, text, warning):
    assert warning in parse_card(changed(BLOCKS["V1"], offset, text), TODAY).warnings


@pytest.mark.parametrize("last_day", ["20260701", "长期      "])
def test_a_card_is_good_until_the_end_of_its_last_day(last_day):
    assert parse_card(changed(BLOCKS["V1"], 204, last_day), TODAY).warnings == ()


def test_blank_sex_and_ethnicity_do_no_harm():
    card = parse_card(changed(BLOCKS["V6"], 30, " "), TODAY)
    assert (card.sex, card.ethnicity, card.warnings) == ("", "", ())


def test_a_foreigner_without_a_chinese_name_has_the_english_one():
    card = parse_card(changed(BLOCKS["V7"], 158, " " * 15), TODAY)
    assert (card.name, card.warnings) == ("TESTPERSON, ALPHA", ())


def test_the_newest_address_stands_beside_the_printed_one():
    newest = "北京市东城区测试街道新虚构路8号".ljust(35).encode("utf-16-le")
    card = parse_card(BLOCKS["V1"], TODAY, newest_address=newest)
    assert card.newest_address == "北京市东城区测试街道新虚构路8号"
    assert card.address == "北京市东城区测试街道虚构胡同1号"


def test_an_unknown_private_use_character_in_the_newest_address_is_pointed_out():
    card = parse_card(BLOCKS["V1"], TODAY, newest_address="\ue188路8号".encode("utf-16-le"))
    assert card.warnings == ("address_private_use",)


@pytest.mark.parametrize("size", [0, 255, 257])
def test_a_text_that_is_not_whole_is_refused(size):
    with pytest.raises(CounterError, match="garbled"):
        parse_card((BLOCKS["V1"] * 2)[:size], TODAY)


def test_a_layout_that_nobody_described_is_refused():
    with pytest.raises(CounterError) as refused:
        parse_card(changed(BLOCKS["V1"], 248, "Q"), TODAY)
    assert (refused.value.code, refused.value.params) == ("card_kind_unknown", {"letter": "U+0051"})


def test_a_card_in_a_log_shows_nothing_personal():
    assert repr(parse_card(BLOCKS["V1"], TODAY)) == "IdentityCard(resident)"


def test_all_56_peoples_have_their_code():
    assert [ETHNICITIES[code] for code in ("01", "05", "11", "29", "56")] == ["汉", "维吾尔", "满", "柯尔克孜", "基诺"]
    assert len(ETHNICITIES) == 58


@given(st.binary(min_size=256, max_size=256), st.sampled_from(" IJYQ"))
def test_any_256_bytes_are_read_or_refused_and_every_warning_has_words(noise, letter):
    try:
        card = parse_card(changed(noise, 248, letter), TODAY)
    except CounterError as refused:
        assert refused.code == "card_kind_unknown"  # noqa: PT017 - both outcomes are right
        return
    for language in ("zh_CN", "en"):
        assert all(f"warnings.{code}" in catalogue(language) for code in card.warnings)
    for content in card.facts().values():
        str(content).encode()
