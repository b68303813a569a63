from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.masking import mask_address, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("11010519491231002X", "尾号002X"),
        ("440232199001010024", "尾号0024"),
        ("E12345678", "尾号5678"),
        ("E1234", "尾号34"),
        ("", ""),
    ],
)
def test_of_an_id_number_the_end_is_shown(number: str, shown: str) -> None:
    assert mask_id_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800000000", "138****0000"),
        ("0763-6812345", "****2345"),
        ("+8613800001234", "****1234"),
        ("110", "****10"),
        ("", ""),
    ],
)
def test_of_a_phone_the_middle_is_hidden(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张明", "张*"),
        ("张晓明", "张*明"),
        ("欧阳震华", "欧*华"),
        ("𬭎䶮𪻐", "𬭎*𪻐"),
        ("阿依古丽·买买提", "阿*提"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_public_list_shows_the_ends_of_a_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("广东省清远市清新区太和镇五星村委会三队12号", "广东省清远市清新区太和镇五星村委会"),
        ("广东省乳源县大桥镇中冲村民委员会塘头村9号", "广东省乳源县大桥镇中冲村民委员会"),
        ("河北省某县新村镇大河村三组", "河北省某县新村镇大河村"),
        ("杭州市西湖区北山街道曙光社区2幢", "杭州市西湖区北山街道曙光社区"),
        ("内蒙古自治区某旗某苏木某嘎查8号", "内蒙古自治区某旗某苏木某嘎查"),
        ("北京市东城区景山前街4号", "北京市东城区"),
        ("广西壮族自治区南宁市青秀区民族大道1号", "广西壮族自治区南宁市青秀区"),
        ("东莞市莞太路88号幸福花园", "东莞市"),
        ("3号楼", "****"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_village(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@given(st.text(alphabet="0123456789X", min_size=8, max_size=18))
def test_never_more_than_four_characters_of_a_number_can_be_read(number: str) -> None:
    assert mask_id_number(number) == f"尾号{number[-4:]}"
