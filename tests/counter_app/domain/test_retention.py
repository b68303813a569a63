"""When a case may be erased, and what the law of a case makes of events that lost their private part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from counter_app.domain.case import IssuedNotice
from counter_app.domain.events import Event
from counter_app.domain.fold import apply
from counter_app.domain.fold_history import fold_history
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.retention import RULES, is_finished, kept_until, rule_for
from counter_app.domain.states import END_STATES, CaseState
from resources.calendars import national_calendar

from .cases import DEVICE, a_scene, an_item, event, received


def erased(seq: int) -> Event:
    return event("erased", CaseId(DEVICE, 1), a_scene(an_item()), 0, seq, {"rule": RULES[0].code})


def test_every_end_has_a_rule_and_no_open_case_has_one() -> None:
    case = received(an_item())
    for state in CaseState:
        assert (rule_for(replace(case, state=state)) is not None) == (state in END_STATES)


@pytest.mark.parametrize(
    ("settled", "until"),
    [
        (date(2026, 11, 16), date(2027, 5, 16)),
        (date(2026, 8, 31), date(2027, 2, 28)),  # no 31st in February
    ],
)
def test_a_period_of_six_months_ends_on_the_same_day_of_the_month(settled: date, until: date) -> None:
    assert kept_until(RULES[0], settled, national_calendar()) == until


def test_a_case_with_anything_left_to_do_is_not_finished() -> None:
    case = replace(received(an_item()), notices=())
    paper = IssuedNotice("N02", "1", "1", EventId(DEVICE, 1), 0, prints=1)
    assert is_finished(replace(case, notices=(paper,)))
    assert is_finished(replace(case, notices=(replace(paper, prints=0, spoiled="写错"),)))
    assert is_finished(replace(case, notices=(replace(paper, temporary=True, final_number="2"),)))
    for unfinished in (
        replace(case, notices=(replace(paper, prints=0),)),
        replace(case, notices=(replace(paper, temporary=True),)),
        replace(case, countersign_wanted=True),
        replace(case, frozen=True),
    ):
        assert not is_finished(unfinished)


def test_an_erasure_elsewhere_takes_nothing_from_those_who_have_the_private_part() -> None:
    case = received(an_item())
    after = apply(case, erased(9))
    assert after.applicant == case.applicant
    assert not after.erased


def test_a_history_without_private_parts_gives_the_state_and_nobody() -> None:
    scene = a_scene(an_item())
    opening = event(
        "received", CaseId(DEVICE, 1), scene, 0, 1,
        {"station": "QX03", "channel": "1", "received_at": scene.now_ms,
         "item": {"code": "elder_allowance", "version": "1", "name": "高龄津贴", "kind": "PROMISE", "agency": "town"}},
        {"applicant": {"name": "王桂芳"}, "fields": {"bank": "1"}, "query_code": "123456"},
    )  # fmt: skip
    ended = event("not_required", CaseId(DEVICE, 1), scene, 0, 2, {}, {"reason": "王桂芳不用办"})
    whole = fold_history([opening, ended, erased(3)], DEVICE)
    bare = fold_history([replace(opening, private=None), replace(ended, private=None), erased(3)], DEVICE)
    assert whole.made is not None
    assert bare.made is not None
    assert (bare.waiting, bare.made.erased, bare.made.state) == (None, True, CaseState.NOT_REQUIRED)
    assert "王桂芳" not in repr(bare.made)
    assert replace(
        bare.made, applicant=whole.made.applicant, query_code="123456", fields={"bank": "1"}, erased=False
    ) == whole.made
