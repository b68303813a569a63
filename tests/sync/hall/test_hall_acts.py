"""What people at the hall do: by the one law, as events of the hall, told to the station."""

from __future__ import annotations

import json
from datetime import date, datetime

from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import CHINA
from counter_app.domain.states import Action
from sync.hall import enrolment, numbers
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.village import Village

DENIAL = '{"reason": "不符合年龄条件", "findings": "六十岁", "basis": "办法第四条"}'


def submitted(hall: RealHall) -> tuple[Village, CaseId]:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT)
    village.act(case, Action.SUBMIT)
    village.sync()
    return village, case


def refusal(hall: RealHall, case: CaseId, action: str, **given: object) -> str:
    outcome = hall.command("act", str(case), action, "--data", json.dumps(given))
    assert outcome.code == 1
    return str(outcome.json["error"]["code"])


def test_a_denial_needs_its_reason_and_spends_no_number_without_one(hall: RealHall) -> None:
    _, case = submitted(hall)
    assert refusal(hall, case, "deny") == "act_needs"
    first = hall.command("act", str(case), "deny", "--data", DENIAL).json
    _, other = submitted(hall)
    second = hall.command("act", str(other), "deny", "--data", DENIAL).json
    assert (first["state"], second["state"]) == ("DENIED", "DENIED")
    assert _n(second["decision_no"]) == _n(first["decision_no"]) + 1


def test_a_decision_number_that_was_given_is_kept(hall: RealHall) -> None:
    _, case = submitted(hall)
    done = hall.command("act", str(case), "grant", "--data", '{"decision_no": "云民批〔2026〕特1号"}')
    assert done.json["decision_no"] == "云民批〔2026〕特1号"


def test_a_decided_case_is_not_decided_again(hall: RealHall) -> None:
    _, case = submitted(hall)
    assert hall.command("act", str(case), "grant").code == 0
    assert refusal(hall, case, "grant") == "not_holder"


def test_a_case_is_found_by_its_official_number(hall: RealHall) -> None:
    village, case = submitted(hall)
    [row] = hall.command("cases", "--station", village.enrolment.station).lines
    assert hall.command("act", row["case_no"], "grant").json["case"] == str(case)


def test_the_hall_hands_a_case_back(hall: RealHall) -> None:
    village, case = submitted(hall)
    done = hall.command("act", str(case), "hand_over", "--data", '{"note": "请补齐照片"}').json
    assert (done["holder"], done["state"]) == (village.device, "IN_REVIEW")
    village.sync()
    assert ("handed_over", {"to": village.device}) in village.fed_events()
    assert refusal(hall, case, "hand_over") == "not_holder"


def test_a_case_handed_to_another_station_brings_it_the_whole_story(hall: RealHall) -> None:
    _, case = submitted(hall)
    other = hall.village()
    hall.command("act", str(case), "hand_over", "--data", json.dumps({"to": other.device}))
    other.sync()
    kinds = [kind for kind, _ in other.fed_events() if kind not in ("block_leased", "device_keys")]
    assert kinds == ["received", "numbered", "accepted", "submitted", "handed_over"]
    assert hall.command("verify").json["ok"]


def test_a_case_is_not_handed_to_nobody(hall: RealHall) -> None:
    _, case = submitted(hall)
    assert refusal(hall, case, "hand_over", to="ZZ-01") == "device_unknown"


def test_a_recall_needs_its_reason_and_somebody_else_as_holder(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.sync()
    assert refusal(hall, case, "recall") == "act_needs"
    assert hall.command("act", str(case), "recall", "--data", '{"reason": "村站停电"}').code == 0
    assert refusal(hall, case, "recall", reason="再来一次") == "held_here_already"


def test_unknown_actions_and_data_are_refused(hall: RealHall) -> None:
    _, case = submitted(hall)
    assert refusal(hall, case, "bless") == "action_unknown"
    assert hall.command("act", str(case), "grant", "--data", "[1]").json["error"]["code"] == "hall_data_not_json"


def test_from_december_a_device_has_blocks_of_the_next_year(hall: RealHall) -> None:
    village = hall.village()
    year = datetime.now(CHINA).year + 1  # enrolled in a December, it has blocks of that year already
    with hall.opened(at=datetime(year, 11, 30, 23, 59, tzinfo=CHINA)) as november:
        enrolment.renew_leases(november, village.device)
        with november.store.read() as conn:
            assert numbers.series_due(conn, village.device, ["town_government"], date(year, 11, 30)) == []
    with hall.opened(at=datetime(year, 12, 1, 0, 1, tzinfo=CHINA)) as december:
        enrolment.renew_leases(december, village.device)
        enrolment.renew_leases(december, village.device)
    village.sync()
    leased = [data for kind, data in village.fed_events() if kind == "block_leased"]
    years = {each: sum(data["year"] == each for data in leased) for each in (year, year + 1)}
    assert years == {year: 15 * 8, year + 1: 15 * 8}
    sizes = {int(str(data["last"])) - int(str(data["first"])) + 1 for data in leased if data["year"] == year + 1}
    assert sizes == {5}  # two weeks of its use, which was none: at least five


def _n(number: str) -> int:
    return int(number.split("〕")[1].rstrip("号"))
