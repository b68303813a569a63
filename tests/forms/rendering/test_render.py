"""A notice is a function of its event: same data, same bytes; what is missing is told before it is issued."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime

import pytest

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import Agency, NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.notice_data import Limit
from forms.rendering.render import check_notice, preview_sample, render_notice, sample_data
from tests.forms.rendering.conftest import KINDS
from tests.support.budgets import part

K = NoticeKind
NEEDED = {
    K.RECEIPT: {"phone", "supervision_phone"},
    K.ACCEPTANCE: {"phone", "supervision_phone"},
    K.NOT_REQUIRED: {"phone", "supervision_phone", "review_body", "court"},
    K.REFUSAL: {"phone", "supervision_phone", "review_body", "court"},
    K.CORRECTION: {"phone", "supervision_phone"},
    K.RECEIPT_SUPPLEMENT: {"phone", "supervision_phone"},
    K.CORRECTION_AGAIN: {"phone", "supervision_phone"},
    K.TOLERANT_ACCEPTANCE: {"phone", "supervision_phone"},
    K.SPECIAL_PROCEDURE: {"phone", "supervision_phone"},
    K.EXTENSION: {"phone", "supervision_phone"},
    K.JOINT: {"phone", "supervision_phone"},
    K.RETURN: {"phone", "supervision_phone"},
    K.GRANT: {"phone", "supervision_phone"},
    K.DENIAL: {"phone", "supervision_phone", "review_body", "court"},
    K.SERVICE_RECEIPT: {"phone", "supervision_phone"},
    K.WITHDRAWAL: {"phone", "supervision_phone"},
    K.ENTRUSTMENT: {"supervision_phone"},
    K.HANDOVER_LIST: {"supervision_phone"},
    K.FEE_LIST: {"phone", "supervision_phone"},
    K.HEARING_RIGHTS: {"phone", "supervision_phone"},
    K.PICK_UP: {"phone", "supervision_phone"},
    K.ADDRESS_SHEET: {"phone"},
    K.FLOW: set(),
    K.MINUTES: set(),
    K.PACKAGE: {"phone"},
    K.FOLDER: set(),
}
INNER = {K.FLOW, K.MINUTES, K.PACKAGE, K.FOLDER}
# The co-agencies; tables and a deed that nobody is addressed by; what stays inside.
ADDRESSED_TO_OTHERS = {
    K.JOINT, K.SERVICE_RECEIPT, K.PICK_UP, K.ADDRESS_SHEET, K.ENTRUSTMENT, K.HANDOVER_LIST, *INNER,
}
SURROUNDINGS = {
    "in China": {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai"},
    "in New York": {"PYTHONHASHSEED": "2", "TZ": "America/New_York"},
}
_HASHES_IN_A_NEW_PROCESS = """
import hashlib, sys
from counter_app.domain.notice import NoticeKind
from forms.rendering.render import preview_sample
for kind in sys.argv[1:]:
    print(kind, hashlib.sha256(preview_sample(NoticeKind(kind))).hexdigest())
"""


@pytest.fixture(scope="module", params=SURROUNDINGS)
def hashes_elsewhere(request) -> dict[str, str]:
    """The hash of every kind's sample, by a process of its own; in one of them the kinds come in reverse order."""
    kinds = [kind.value for kind in (KINDS if request.param == "in China" else KINDS[::-1])]
    command = [sys.executable, "-c", _HASHES_IN_A_NEW_PROCESS, *kinds]
    surroundings = os.environ | SURROUNDINGS[request.param]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings, timeout=300)
    return dict(line.split() for line in out.stdout.splitlines())


def test_another_process_with_another_clock_zone_writes_the_same_bytes(kind, hashes_elsewhere):
    assert hashes_elsewhere[kind.value] == hashlib.sha256(preview_sample(kind)).hexdigest()


def test_two_threads_that_render_at_once_write_the_same_bytes(kind):
    alone = preview_sample(kind)
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(preview_sample(kind))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 4


@pytest.mark.parametrize("kind", part(KINDS), ids=str)
def test_the_code_on_the_paper_gives_local_number_and_query_code(kind, render, poppler):
    if kind is K.ADDRESS_SHEET:  # everybody sees a parcel
        assert "604182" not in poppler.text(render(kind))
        return
    assert poppler.qr_codes(render(kind)) == ["本地编号 QX03-0318-6 查询码 604182"]


@pytest.mark.parametrize("field", ["phone", "supervision_phone", "review_body", "court"])
def test_a_notice_that_needs_an_agency_fact_is_refused_without_it_and_others_are_not(kind, field, data):
    agency = {"code": "town", "name": "青溪镇人民政府", "org_word": "青政"}
    facts = {"phone": "1", "supervision_phone": "2", "review_body": "县政府", "court": "县人民法院"}
    error = check_notice(kind, 1, data(agency=Agency(**agency, **(facts | {field: ""}))))
    if field in NEEDED[kind]:
        assert error is not None
        assert error.code == "agency_data_missing"
        assert error.params["names"] == ({"phone": "agency_phone"}.get(field, field),)
    else:
        assert error is None


def test_all_missing_agency_facts_are_named_at_once_in_words(data):
    error = check_notice(K.REFUSAL, 1, data(agency=Agency("town", "青溪镇人民政府", "青政", supervision_phone="2")))
    assert error is not None
    assert set(error.params["names"]) == {"agency_phone", "review_body", "court"}
    assert "管辖法院" in str(error.params["fields"])


@pytest.mark.parametrize(
    ("kind_of_paper", "changes", "name"),
    [
        (K.REFUSAL, {"competent_agency": ""}, "competent_agency"),
        (K.REFUSAL, {"reason": ""}, "reason"),
        (K.NOT_REQUIRED, {"reason": ""}, "reason"),
        (K.ACCEPTANCE, {"accepted_on": None}, "accepted_on"),
        (K.ACCEPTANCE, {"basis": ""}, "basis"),
        (K.ACCEPTANCE, {"number": ""}, "number"),
        (K.RECEIPT, {"query_code": ""}, "query_code"),
        (K.CORRECTION_AGAIN, {"reason": ""}, "reason"),
        (K.TOLERANT_ACCEPTANCE, {"completion": None}, "completion"),
        (K.SPECIAL_PROCEDURE, {"ground": ""}, "ground"),
        (K.SPECIAL_PROCEDURE, {"needed": ""}, "needed"),
        (K.EXTENSION, {"due_before": None}, "due_before"),
        (K.EXTENSION, {"reason": ""}, "reason"),
        (K.JOINT, {"addressee": ""}, "addressee"),
        (K.DENIAL, {"reason": ""}, "reason"),
        (K.SERVICE_RECEIPT, {"served": ""}, "served"),
        (K.FEE_LIST, {"total_capitals": ""}, "total_capitals"),
        (K.ADDRESS_SHEET, {"mail_address": ""}, "mail_address"),
        (K.PACKAGE, {"opinion": ""}, "opinion"),
    ],
)
def test_a_fact_that_the_text_needs_is_named_when_it_is_missing(kind_of_paper, changes, name, data):
    error = check_notice(kind_of_paper, 1, data(**changes))
    assert error is not None
    assert (error.code, error.params["names"]) == ("notice_data_missing", (name,))


def test_a_licence_needs_no_basis_of_its_own(data):
    assert check_notice(K.ACCEPTANCE, 1, data(basis="", is_licence=True)) is None


def test_what_stops_the_paper_before_the_event_is_what_stops_it_after(data):
    broken = data(reason="")
    foretold = check_notice(K.REFUSAL, 1, broken)
    with pytest.raises(CounterError) as raised:
        render_notice(K.REFUSAL, 1, broken)
    assert str(raised.value) == str(foretold)


def test_an_organisation_is_not_addressed_as_a_person(kind, render, poppler):
    if kind in ADDRESSED_TO_OTHERS:
        assert "您" not in poppler.text(render(kind))
        return
    assert "你单位于" in poppler.text(render(kind, is_person=False))
    assert "您于" in poppler.text(render(kind))


def test_a_deadline_in_a_year_without_a_calendar_says_that_it_is_provisional(render, poppler):
    promise = Limit(length="20个工作日", due_on=date(2027, 1, 5), provisional=True)
    assert "2027年1月5日（20个工作日；日期暂定" in poppler.text(render(K.ACCEPTANCE, promise=promise))


def test_times_on_paper_are_those_of_china_whatever_zone_they_were_given_in(render, poppler):
    late_in_the_evening = datetime(2026, 2, 4, 16, 5, tzinfo=UTC)
    assert "2026年2月5日0时05分" in poppler.text(render(K.RECEIPT, received_at=late_in_the_evening))
    assert "您于2026年2月5日提出" in poppler.text(render(K.ACCEPTANCE, received_at=late_in_the_evening))


def test_both_numbers_stand_on_a_receipt_once_the_official_one_is_known(render, poppler):
    text = poppler.text(render(K.RECEIPT, case_no="330201191806289000001"))
    assert "QX03-0318-6" in text
    assert "办件编号330201191806289000001" in text


def test_three_copies_are_counted_without_saying_where_they_go(render, poppler):
    assert "一式两份，申请人、存档各一份。" in poppler.text(render(K.ACCEPTANCE))
    assert poppler.text(render(K.ACCEPTANCE, copies=3)).endswith("一式三份。")


def test_a_kind_or_version_without_a_template_is_told():
    for kind, version in ((K.HEARING_RIGHTS, 2), (K.ACCEPTANCE, 99)):
        error = check_notice(kind, version, sample_data())
        assert error is not None
        assert error.code == "notice_template_unknown"


def test_the_file_s_properties_name_the_kind_of_paper_and_no_person(kind, render, poppler):
    properties = poppler.properties(render(kind))
    assert kind.facts.title in properties
    assert f"{kind.value}@{bundled_templates().current_version(kind)}" in properties
    assert not any(word in properties for word in ("王桂芳", "0024", "6021", "604182"))


def test_importing_the_renderer_loads_neither_reportlab_nor_pypdf():
    script = "import sys, forms.rendering.render; print({'reportlab', 'pypdf', 'segno'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert out.stdout.strip() == "set()"
