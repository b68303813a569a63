"""What a paper must say is asked for in the window, in the dialog of the act that issues it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from counter_app.domain import acceptance
from counter_app.domain.case import Case, IssuedNotice
from counter_app.services import intake
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import Field
from counter_app.ui.wording import word
from forms.catalogue import Catalogue
from tests.counter_app.ui.pages.conftest import AtWork


def picture(work: AtWork, name: str) -> None:
    """For looking at: GRABS names a folder."""
    if "GRABS" in os.environ:
        work.settle()
        work.window.grab().save(str(Path(os.environ["GRABS"]) / f"{name}.png"))


def dialog_of(work: AtWork, act: str) -> ActDialog:
    work.place.case.panel.buttons[act].click()
    dialog = work.dialog()
    assert isinstance(dialog, ActDialog)
    return dialog


@pytest.mark.parametrize(
    ("act", "given", "kind"),
    [
        ("return", {"原因": "申请的不是本项", "依据": "办件管理办法第五条", "下一步建议": "到县里申请"}, "N09"),
        ("accept_tolerantly", {"几个": "3", "依据": "容缺办法第三条", "逾期后果": "退还材料"}, "N05"),
    ],
)
def test_a_paper_is_not_issued_before_the_dialog_knows_what_it_must_say(
    all_day: AtWork, act: str, given: dict[str, str], kind: str
) -> None:
    item = Catalogue.load().get("elder_allowance")
    minor = {rule.id for rule in item.materials if rule.minor}
    case = all_day.take_in("receive", item.code, without=minor if act == "accept_tolerantly" else frozenset())
    all_day.open_case(case)
    dialog = dialog_of(all_day, act)
    fields = [field for field in dialog.findChildren(Field) if field.isVisible()]
    assert len(fields) == len(given)
    for box in dialog.findChildren(CheckBox):
        box.setChecked(True)
    for field, (label, value) in zip(fields, given.items(), strict=True):
        dialog.doing.click()
        assert all_day.window.open_dialog() is dialog, f"{label} is missing"
        assert label in field.editor.accessibleName()
        field.set_value(value)
    picture(all_day, act)
    dialog.doing.click()
    all_day.until(lambda: any(paper.kind == kind for paper in _papers(all_day, case)))


def test_a_village_shows_why_it_may_not_answer_what_only_the_township_takes(
    all_day: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        for module in (acceptance, intake):
            older.setattr(module, "why_not_here", lambda scene: None)
        case = all_day.take_in("receive", "food_workshop")
    all_day.open_case(case)
    panel = all_day.place.case.panel
    assert "accept" not in panel.buttons
    assert panel.blocked["accept"] == (
        "只能由乡镇以上窗口受理，请交给中心（服务事项目录：本事项不委托村（社区）受理）"
    )
    assert word("actions", "hand_over") == panel.buttons["hand_over"].text()
    picture(all_day, "village")


def _papers(work: AtWork, case: Case) -> tuple[IssuedNotice, ...]:
    return work.station.cases.view(str(case.id)).case.notices
