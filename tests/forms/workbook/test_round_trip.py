"""What is written into a workbook or text files is read as the same, to the last sign."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from forms.catalogue import Catalogue
from forms.catalogue_changes import cell_changes, changes
from forms.item_document import document_of, simplest
from forms.item_file import item_of_document
from forms.item_texts import read_zip, zip_of
from forms.workbook.condition_text import NotACondition, condition_of, condition_text
from forms.workbook.layout import layout
from forms.workbook.reading import read_workbook
from forms.workbook.writing import workbook_of
from tests.support.county_items import county_documents

SHIPPED = [document_of(item) for item in Catalogue.load().items()]


def test_the_shipped_items_come_back_from_a_workbook_and_from_texts_as_they_were() -> None:
    for given_back in (read_workbook(workbook_of(SHIPPED)), read_zip(zip_of(SHIPPED))):
        assert given_back.faults == ()
        items = [item_of_document({**item.document, "version": "1"}) for item in given_back.items]
        assert items == list(Catalogue.load().items())


def test_codes_keep_their_zeros_formulas_stay_names_and_heads_stay_in_sight() -> None:
    documents = county_documents(3)
    documents[0]["name"] = "=1+1"
    documents[0]["initials"] = "007"
    documents[1]["source"] = "_x0041_ 和 第一行\n第二行"
    book = load_workbook(io.BytesIO(workbook_of(documents)))
    page = book["事项"]
    heads = [cell.value for cell in page[1]]
    name, initials, level = page.cell(2, heads.index("事项名称") + 1), page.cell(2, heads.index("拼音首字母") + 1), page
    assert (name.value, name.data_type, name.number_format) == ("=1+1", "s", "@")
    assert (initials.value, initials.number_format) == ("007", "@")
    assert level.freeze_panes == "C2"
    for sheet in layout().sheets:
        assert all(cell.comment is not None for cell in book[sheet.name][1])
    assert {rule.formula1 for rule in page.data_validations.dataValidation} >= {'"是,否"'}
    read, other, _ = read_workbook(workbook_of(documents)).items
    assert other.document["source"] == documents[1]["source"]
    assert (read.document["name"], read.document["initials"]) == ("=1+1", "007")


def test_a_change_is_told_in_the_words_of_the_workbook() -> None:
    [before] = [document for document in SHIPPED if document["code"] == "temporary_aid"]
    after: dict[str, Any] = {**before, "limits": {**before["limits"]}}
    after["limits"]["promise"] = {**before["limits"]["promise"], "length": 3}
    after["materials"] = [rule for rule in before["materials"] if rule["id"] != "proxy_letter"][::-1]
    found = changes({"temporary_aid": before}, {"temporary_aid": after})
    [change] = found.changed
    said = {(cell.sheet, cell.row, cell.column, cell.before, cell.after) for cell in change.cells}
    assert ("期限", "承诺", "多长", str(before["limits"]["promise"]["length"]), "3") in said
    assert {cell[:2] for cell in said if cell[4] is None} >= {("材料", "proxy_letter")}
    assert any(cell[0] == "材料" and cell[1] == "" for cell in said), "the order is another"
    assert list(cell_changes(before, before)) == []


_names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
_words = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(["是", "并且", "“”", "01"]))
_values = st.one_of(st.booleans(), st.integers(-9, 10**9), _words)
_leaves = st.one_of(
    st.builds(lambda field, value: {"field": field, "is": value}, _names, _values),
    st.builds(lambda field, values: {"field": field, "in": values}, _names, st.lists(_values, min_size=1, max_size=3)),
    st.builds(lambda value: {"proxy": value}, st.booleans()),
    st.builds(lambda value: {"situation": value}, st.text(min_size=1, max_size=6)),
    st.builds(lambda value: {"id_type": value}, st.sampled_from(["111", "414"])),
)
_conditions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(_conditions)
def test_any_condition_comes_back_from_its_words(condition: dict[str, Any]) -> None:
    assert condition_of(condition_text(condition)) == simplest(condition)


@pytest.mark.parametrize(
    "words",
    ["", "=", "a=", "a=是 并且", "（a=是", "a=是）", "a 属于", "不是 a=是", "代办=也许", "a=是 b=否", "（" * 90],
)
def test_what_is_no_condition_is_refused(words: str) -> None:
    with pytest.raises(NotACondition):
        condition_of(words)
