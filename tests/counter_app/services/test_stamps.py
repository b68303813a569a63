"""What was printed and waits for its seal, and who set it."""

from __future__ import annotations

import pytest

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind, Seal, seal_of
from counter_app.domain.people import Person, Role
from counter_app.services.stamps import Stamps
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.notice_templates import bundled_templates
from tests.support.homes import AGENT, CHIEF

AID = Catalogue.load().get("temporary_aid")
CLERK = Person("周敏", frozenset({Role.CLERK}))


def accepted(station: Station, copies: int = 2) -> Case:
    case = station.intake.take_in(CHIEF, {**example_line(AID, "accept", 0), "outcome": "accept"}).case
    assert case is not None
    for notice in case.notices:
        station.papers.log_printed(CHIEF, case, notice, "printer", copies)
    return station.cases.view(str(case.id)).case


def waiting(station: Station) -> list[tuple[str, str, int, str]]:
    return [(row.notice.kind, row.seal, row.copies, row.by) for row in Stamps(station.desk).waiting()]


def test_what_was_printed_waits_for_its_seal_until_it_is_stamped(station: Station) -> None:
    case = accepted(station)
    assert waiting(station) == [("N01", "专用章", 2, CHIEF.name), ("N02", "专用章", 2, CHIEF.name)]
    paper = Stamps(station.desk).set(CLERK, str(case.id), "n02")
    assert (paper.stamped, paper.to_stamp) == (2, 0)
    assert [row[0] for row in waiting(station)] == ["N01"]
    event = station.cases.view(str(case.id)).events[-1]
    assert (event.kind, event.user) == ("stamped", CLERK.name)
    assert event.data == {"kind": "N02", "number": paper.number, "copies": 2, "without": 0, "seal": "special"}
    assert station.verifier.verify().ok


def test_a_reprint_waits_again_and_a_spoiled_sheet_gets_none_with_a_reason(station: Station) -> None:
    case = accepted(station)
    seals = Stamps(station.desk)
    seals.set(CLERK, str(case.id), "N02")
    notice = station.cases.view(str(case.id)).case.notice("N02")
    assert notice is not None
    station.papers.log_printed(CHIEF, case, notice, "printer", 2, "原件丢了")
    with pytest.raises(CounterError, match="act_needs"):
        seals.set(CLERK, str(case.id), "N02", copies=1, without=1)
    after = seals.set(CLERK, str(case.id), "N02", copies=1, without=1, reason="卡纸，撕了")
    assert (after.stamped, after.to_stamp) == (4, 0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"copies": 3}, "copies_to_stamp"),
        ({"copies": 0}, "copies_to_stamp"),
        ({"copies": -1}, "copies_to_stamp"),
        ({"without": 3, "reason": "x"}, "copies_to_stamp"),
        ({"number": "没有这个号"}, "notice_not_issued"),
    ],
)
def test_more_than_waits_or_none_is_refused(station: Station, given: dict[str, object], code: str) -> None:
    case = accepted(station)
    with pytest.raises(CounterError, match=code):
        Stamps(station.desk).set(CLERK, str(case.id), "N02", **given)  # type: ignore[arg-type]
    assert len(waiting(station)) == 2


def test_an_agent_has_no_seal_and_what_was_not_printed_gets_none(station: Station) -> None:
    case = accepted(station)
    with pytest.raises(CounterError, match="not_your_role"):
        Stamps(station.desk).set(Person(AGENT.name, frozenset({Role.AGENT})), str(case.id), "N02")
    Stamps(station.desk).set(CLERK, str(case.id), "N01")
    with pytest.raises(CounterError, match="nothing_to_stamp"):
        Stamps(station.desk).set(CLERK, str(case.id), "N01")


def test_the_table_of_seals_is_that_of_the_templates() -> None:
    words = {Seal.SPECIAL: "待加盖专用章", Seal.AGENCY: "待加盖机关印章", Seal.WINDOW: "待加盖窗口专用章", None: ""}
    templates = bundled_templates()
    for kind in {kind for kind, _ in templates.by_version}:
        template = templates.get(kind, templates.current_version(kind))
        assert template.seal == words[seal_of(kind)], kind
    assert seal_of(NoticeKind.HEARING_RIGHTS) is Seal.SPECIAL
