"""A hall changes the wording of a paper; every station prints it, older papers stay as they were issued."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from counter_app.services.print_ways import OnSheet, blank_of, keep_sheet, page_to_measure, sheet_name, sheet_names
from forms.edited_templates import Given, read_folder, shipped_source
from forms.notice_templates import bundled_templates
from forms.rendering.placement import AS_IT_IS
from forms.rendering.render import render_notice
from sync.hall import notice_templates
from tests.support.county import Machine, SmallCounty, refused
from tests.support.lines import accepted_line
from tests.support.walk import CLERK, OPERATOR

K = NoticeKind


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    for name in ("COUNTER_PASSPHRASE", "HALL_PASSPHRASE"):
        monkeypatch.setenv(name, "words of the templates")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    county = SmallCounty(tmp_path)
    county.add_station("QX03")
    yield county
    county.close()


def edited(county: SmallCounty, folder: Path, **changes: tuple[str, str]) -> Given:
    """The shipped templates with one piece of text changed in each."""
    folder.mkdir(exist_ok=True)
    for name, (old, new) in changes.items():
        source = shipped_source(K[name])
        assert old in source
        (folder / f"{K[name].value}.yaml").write_text(source.replace(old, new), encoding="utf-8")
    with county.hall.store.read() as conn:
        return read_folder(folder, notice_templates.known(conn))


def words(machine: Machine, case: str, kind: str) -> tuple[str, str]:
    """The template's version and the text of a paper of the case."""
    found, notice = machine.station.papers.find(case, kind)
    pdf = machine.station.papers.pdf(found.id, notice)
    return notice.template, re.sub(r"\s", "", PdfReader(io.BytesIO(pdf)).pages[0].extract_text())


def accepted(machine: Machine, n: int) -> str:
    taken = machine.station.intake.take_in(CLERK, accepted_line("temporary_aid", n))
    assert taken.case is not None
    return str(taken.case.id)


def test_a_released_wording_is_printed_from_the_next_exchange_on_and_older_papers_stay(
    county: SmallCounty, tmp_path: Path
) -> None:
    machine = county.machines["QX03"]
    before = accepted(machine, 1)
    given = edited(county, tmp_path / "edit", ACCEPTANCE=("label: 是否收费", "label: 收费情况"))
    done = notice_templates.release(county.hall, given, OPERATOR)
    assert [(kind, version) for kind, version, _ in done.sources] == [(K.ACCEPTANCE, 1001)]
    offline = accepted(machine, 2)
    machine.sync()
    after = accepted(machine, 3)
    assert [words(machine, case, "N02")[0] for case in (before, offline, after)] == ["2", "2", "1001"]
    assert ["收费情况" in words(machine, case, "N02")[1] for case in (before, offline, after)] == [False, False, True]
    assert notice_templates.release(county.hall, given, OPERATOR).n == 0
    machine.sync()
    late = county.add_station("QX09")
    assert words(late, accepted(late, 4), "N02")[0] == "1001"
    assert county.hall_problems() == []


def test_nothing_is_released_with_a_lost_line_of_law_or_by_somebody_who_may_not(
    county: SmallCounty, tmp_path: Path
) -> None:
    given = edited(county, tmp_path / "edit", ACCEPTANCE=("  - {line: R-JD}\n", ""))
    assert refused(lambda: notice_templates.release(county.hall, given, OPERATOR)) == "template_faults"
    supervisor = Person("赵主任", frozenset({Role.SUPERVISOR}))
    right = edited(county, tmp_path / "right", ACCEPTANCE=("label: 是否收费", "label: 收费情况"))
    assert refused(lambda: notice_templates.release(county.hall, right, supervisor)) == "templates_not_yours"
    with county.hall.store.read() as conn:
        assert notice_templates.releases(conn) == []


def test_the_hall_s_own_papers_and_the_right_to_a_hearing_use_it_as_well(county: SmallCounty, tmp_path: Path) -> None:
    machine = county.machines["QX03"]
    given = edited(county, tmp_path / "edit", HEARING_RIGHTS=("label: 提出方式", "label: 怎样提出"))
    notice_templates.release(county.hall, given, OPERATOR)
    case = accepted(machine, 1)
    machine.sync()
    matter = {"matter": "拟不准予该申请的理由"}
    machine.station.acts.act(CLERK, case, "tell_hearing_rights", matter)
    assert refused(lambda: machine.station.acts.act(CLERK, case, "tell_hearing_rights", matter)) == (
        "hearing_told_already"
    )
    version, said = words(machine, case, "N18")
    assert version == "1001"
    assert "怎样提出" in said
    assert "听证事项：拟不准予该申请的理由" in said
    assert "听证权利告知书" in words(machine, case, "N12")[1]
    machine.station.acts.act(CLERK, case, "submit", {})
    machine.sync()
    assert refused(lambda: county.by_hall(case, "tell_hearing_rights", matter)) == "hearing_told_already"
    county.by_hall(case, "ask_hearing", {"asked_on": county.clock.now.date().isoformat()})
    where = {"hearing_time": "9：30", "hearing_place": "县政务服务中心三楼"}
    days = [(county.clock.now + timedelta(days=n)).date() for n in (6, 20)]
    early, told = ({"hearing_on": day.isoformat(), **where} for day in days)
    assert refused(lambda: county.by_hall(case, "set_hearing", early)) == "hearing_too_soon"
    county.by_hall(case, "set_hearing", told)
    county.by_hall(case, "suspend", {"ground": "hearing", "needed_days": 30})
    machine.sync()
    said = words(machine, case, "N06")[1]
    assert "预计办结2" in said
    assert f"听证时间{days[1].year}年{days[1].month}月{days[1].day}日9时30分" in said
    assert "听证地点县政务服务中心三楼" in said
    assert county.hall_problems() == []


def test_a_template_nobody_has_here_stops_the_paper_with_its_name() -> None:
    with pytest.raises(Exception, match="notice_template_unknown"):
        render_notice(K.ACCEPTANCE, 1001, {})


def test_preprinted_sheets_are_there_for_released_wording_and_its_papers_go_onto_them(
    county: SmallCounty, tmp_path: Path
) -> None:
    machine = county.machines["QX03"]
    desk = machine.station.desk
    early = accepted(machine, 1)
    shipped = f"N02@{bundled_templates().current_version(K.ACCEPTANCE)}"
    assert refused(lambda: blank_of(desk, "N02@1001")) == "sheet_unknown"
    given = edited(county, tmp_path / "edit", ACCEPTANCE=("label: 是否收费", "label: 收费情况"))
    notice_templates.release(county.hall, given, OPERATOR)
    machine.sync()
    with machine.station.store.read() as reading:
        names = sheet_names(reading.notice_templates())
    assert "N02@1001" in names
    assert shipped not in names

    def said(pdf: bytes) -> str:
        return re.sub(r"\s", "", PdfReader(io.BytesIO(pdf)).pages[0].extract_text())

    assert "收费情况" in said(blank_of(desk, "N02@1001"))
    assert "是否收费" in said(blank_of(desk, shipped))  # papers of before have theirs
    assert page_to_measure(desk, "N02@1001", "queue", AS_IT_IS).startswith(b"%PDF-")
    keep_sheet(desk, "queue", "N02@1001", OnSheet(AS_IT_IS, on=True))
    for case, label, sheet in ((accepted(machine, 2), "收费情况", "N02@1001"), (early, "是否收费", shipped)):
        found, notice = machine.station.papers.find(case, "N02")
        assert sheet_name(notice.kind, int(notice.template), found.item.licence) == sheet
        onto = said(machine.station.papers.to_print(found, notice, again=False, onto=AS_IT_IS))
        assert label not in onto
        assert "不收费" in onto
