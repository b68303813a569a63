"""What does not fit waits by itself until a person settles it, with an event, on both sides (sync design section 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counter_app.adapters.store import projections
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import EventId
from counter_app.domain.people import Person, Role
from counter_app.domain.states import Action
from sync import journal
from sync.hall import messages, settling, troubles, views
from tests.support.county import OPERATOR, Machine, SmallCounty
from tests.support.lines import accepted_line
from tests.support.walk import AGENT, CHIEF

ITEM = "elder_allowance"


def received(machine: Machine, n: int, outcome: str = "receive") -> Case:
    line = {**accepted_line(ITEM, n), "outcome": outcome}
    taken = machine.station.intake.take_in(CHIEF, line)
    assert taken.case is not None
    return taken.case


def poison(machine: Machine, case: Case, *news: NewEvent) -> int:
    """Write what no program of ours would write; the seq of the first."""
    with machine.station.store.write() as writing:
        clock = machine.station.desk.clock.read()
        written = journal.append(writing.connection, machine.device, list(news), clock)
        projections.project_returned(writing.connection, machine.device, written)
    return written[0].id.seq


def open_exceptions(county: SmallCounty) -> list[dict[str, Any]]:
    with county.hall.store.read() as conn:
        return list(views.exceptions(conn))


def settled_exceptions(county: SmallCounty) -> list[dict[str, Any]]:
    with county.hall.store.read() as conn:
        return list(views.settlements(conn))


def troubles_at(machine: Machine) -> list[tuple[int, str]]:
    return [(row.seq, row.code) for row in machine.station.sending.outbox().troubles]


def state_at(machine: Machine, case: Case) -> str:
    return machine.station.cases.view(str(case.id)).case.state.value


def hall_case(county: SmallCounty, case: Case) -> Case:
    return next(found for found in county.hall_cases() if found.id == case.id)


def test_a_poison_event_holds_up_its_case_all_others_flow_and_a_supervisor_settles_it(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    bad, good = received(village, 1), received(village, 2)
    seq = poison(village, bad, NewEvent("closed", bad.id, 0, "u", {"rating": "not_offered"}))
    village.station.acts.act(CHIEF, str(bad.id), "annotate", {"note": "来电催问"})
    village.station.acts.act(CHIEF, str(good.id), "accept", {})
    village.sync()

    [row] = open_exceptions(county)
    assert (row["device"], row["seq"], row["kind"], row["code"], row["behind"]) == (
        village.device, seq, "quarantined", "wrong_state", 1,
    )
    assert (row["evidence"]["event"], row["evidence"]["state"]) == ("closed", "RECEIVED")
    assert troubles_at(village) == [(seq, "wrong_state"), (seq + 1, "waits_behind")]
    assert hall_case(county, good).state == "ACCEPTED"
    before = _journal(village)

    with pytest.raises(CounterError, match="not_your_role"):
        settling.settle(county.hall, EventId(village.device, seq), "", "skip", "误记", AGENT)
    with pytest.raises(CounterError, match="act_needs"):
        settling.settle(county.hall, EventId(village.device, seq), "", "skip", " ", OPERATOR)
    supervisor = Person("孙主任", frozenset({Role.SUPERVISOR}))
    settling.settle(county.hall, EventId(village.device, seq), "", "skip", "没有送达就归档，误记", supervisor)
    village.sync()

    assert open_exceptions(county) == []
    assert troubles_at(village) == []
    [done] = settled_exceptions(county)
    assert (done["seq"], done["settled"]["how"], done["settled"]["by"]) == (seq, "skip", "孙主任")
    assert done["settled"]["reason"] == "没有送达就归档，误记"
    assert hall_case(county, bad).notes == ("来电催问",)
    seen = village.station.cases.view(str(bad.id))
    assert (seen.case.state.value, seen.case.notes) == ("RECEIVED", ("来电催问",))
    assert "exception_settled" in [event.kind for event in seen.events]
    assert _journal(village) == before
    village.station.acts.act(CHIEF, str(bad.id), "accept", {})
    village.sync()
    assert hall_case(county, bad).state == "ACCEPTED"
    _all_is_whole(county)


def test_what_is_tried_again_goes_on_once_its_reason_is_gone(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = county.machines["QX03"]
    case = received(village, 3)
    village.station.acts.act(CHIEF, str(case.id), "accept", {})
    with monkeypatch.context() as faulty:
        def refuse(*_: object) -> None:
            raise CounterError("device_unknown")

        faulty.setattr(messages, "queue", refuse)
        village.sync()
        first = open_exceptions(county)[0]
        with pytest.raises(CounterError, match="exception_stays"):
            settling.settle(county.hall, EventId(village.device, first["seq"]), "", "retry", "试试", OPERATOR)
    assert open_exceptions(county)[0] == first
    assert settled_exceptions(county) == []
    settling.settle(county.hall, EventId(village.device, first["seq"]), "", "retry", "程序修好了", OPERATOR)
    village.sync()
    assert (open_exceptions(county), troubles_at(village)) == ([], [])
    assert hall_case(county, case).state == "ACCEPTED"
    assert [row["settled"]["how"] for row in settled_exceptions(county)] == ["retry"]
    _all_is_whole(county)


def test_a_skipped_event_keeps_its_paper_in_sight_and_its_number_explained(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    case = received(village, 4, "accept")
    given = village.station.cases.view(str(case.id)).case.notices[-1]
    row = {"kind": "N02", "template": given.template, "number": "云民受〔2026〕9999号"}
    seq = poison(village, case, NewEvent("accepted", case.id, 0, "u", {"notices": [row], "accepted_on": "2026-11-24"}))
    village.sync()
    settling.settle(county.hall, EventId(village.device, seq), "", "skip", "重复受理", OPERATOR)
    village.sync()
    for seen in (hall_case(county, case), village.station.cases.view(str(case.id)).case):
        [late] = [notice for notice in seen.notices if notice.number == row["number"]]
        assert late.late
        assert seen.state == "ACCEPTED"
    _all_is_whole(county)


def test_an_exception_without_a_case_is_settled_too(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    with village.station.store.write() as writing:
        [event] = writing.append([NewEvent("block_wanted", None, 0, "u", {"agency": "nobody", "kind": "N02"})])
    village.sync()
    [row] = open_exceptions(county)
    assert (row["seq"], row["case"]) == (event.id.seq, None)
    with pytest.raises(CounterError, match="exception_stays"):
        settling.settle(county.hall, event.id, "", "retry", "再试", OPERATOR)
    settling.settle(county.hall, event.id, "", "skip", "没有这个部门", OPERATOR)
    village.sync()
    assert (open_exceptions(county), troubles_at(village)) == ([], [])
    assert troubles.Kind.QUARANTINED.value == settled_exceptions(county)[0]["kind"]
    _all_is_whole(county)


def test_what_is_only_to_be_looked_at_is_noted_and_what_waits_is_not(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    case = received(village, 5)
    village.sync()
    county.by_hall(case.id, "recall", {"reason": "村里没有网络"})
    village.station.acts.act(CHIEF, str(case.id), Action.WITHDRAW.value, {"reason": "申请人撤回", "signed": True})
    village.sync()
    [row] = open_exceptions(county)
    assert row["kind"] == "late"
    place = EventId(village.device, row["seq"])
    with pytest.raises(CounterError, match="exception_how"):
        settling.settle(county.hall, place, "", "skip", "x", OPERATOR)
    settling.settle(county.hall, place, "late", "noted", "已电话告知申请人", OPERATOR)
    village.sync()
    assert (open_exceptions(county), troubles_at(village)) == ([], [])
    with pytest.raises(CounterError, match="exception_unknown"):
        settling.settle(county.hall, place, "", "noted", "x", OPERATOR)
    assert json.dumps(settled_exceptions(county), ensure_ascii=False).count("已电话告知申请人") == 1
    _all_is_whole(county)


def _journal(machine: Machine) -> list[tuple[int, bytes]]:
    with machine.station.store.read() as reading:
        return [(row.seq, row.h) for row in journal.rows(reading.connection, machine.device)]


def _all_is_whole(county: SmallCounty) -> None:
    assert county.hall_problems() == []
    for machine in county.machines.values():
        assert machine.station.verifier.verify().problems == ()
