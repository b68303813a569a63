"""Text messages: once each, in the words of the table, and nothing in them that names a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from counter_app.domain.errors import NotFound
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person, Role
from counter_app.domain.states import ClockCode
from counter_app.services.papers import Papers
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync.hall import messages
from sync.hall.__main__ import main as hall
from sync.hall.messages import Message
from tests.support.county import Machine, SmallCounty

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
AID, BIRTH = Catalogue.load().get("temporary_aid"), Catalogue.load().get("birth_registration")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    made = SmallCounty(tmp_path)
    made.add_station("QX03", "village")
    yield made
    made.close()


def to_send(county: SmallCounty) -> list[Message]:
    with county.hall.store.read() as conn:
        return list(messages.listed(conn))


def taken(machine: Machine, item: object, outcome: str, number: int, **applicant: str) -> str:
    line = example_line(item, outcome, number)  # type: ignore[arg-type]
    line["applicant"] = {**line["applicant"], **applicant}
    case = machine.station.intake.take_in(CHIEF, line).case
    assert case is not None
    return str(case.id)


def test_each_of_the_three_is_told_once_in_the_words_of_the_table(county: SmallCounty) -> None:
    [machine] = county.machines.values()
    with machine.station.store.write() as writing:
        writing.save_setting("window", "3号窗口")
    accepted, told = taken(machine, BIRTH, "accept", 1), taken(machine, AID, "correct", 2)
    machine.station.acts.act(CHIEF, accepted, "grant", {})
    machine.station.acts.act(CHIEF, accepted, "send_out", {"way": "window"})
    for _ in range(3):
        machine.sync()
    found = {(str(each.case), each.kind): each for each in to_send(county)}
    assert len(found) == len(to_send(county)) == 3
    case = machine.station.cases.view(accepted).case
    [promise] = [clock for clock in case.clocks if clock.code is ClockCode.PROMISE]
    today = local_date(county.clock.read().wall_ms)
    agency = machine.station.whereabouts.profile.agencies[BIRTH.agency]
    assert found[accepted, "accepted"].text == (
        f"【{agency.name}】您申请的“{BIRTH.name}”已于{today.month}月{today.day}日受理，编号{case.case_no}，"
        f"承诺{promise.due.month}月{promise.due.day}日前办结，查询码{case.query_code}。"
    )
    assert found[accepted, "ready"].text == (
        f"【{agency.name}】您申请的“{BIRTH.name}”已办结，请携有效证件到QX03便民服务站3号窗口领取，编号{case.case_no}。"
    )
    other = machine.station.cases.view(told).case
    agency = machine.station.whereabouts.profile.agencies[AID.agency]
    assert found[told, "correction"].text == (
        f"【{agency.name}】您申请的“{AID.name}”需补正材料，请查收告知书，编号{other.case_no}，咨询电话{agency.phone}。"
    )
    for each in found.values():
        person = machine.station.cases.view(str(each.case)).case.applicant
        assert each.phone == person.phone
        for private in (person.name, person.id_number, person.phone, person.address):
            assert private
            assert private not in each.text
        assert not re.search(r"\d{17}[\dXx](?!\d)", each.text.replace(case.case_no, "").replace(other.case_no, ""))


def test_without_a_phone_and_by_post_nothing_is_told(county: SmallCounty) -> None:
    [machine] = county.machines.values()
    line = example_line(BIRTH, "accept", 1)
    line["applicant"] = {key: value for key, value in line["applicant"].items() if key != "phone"}
    machine.station.intake.take_in(CHIEF, line)
    by_post = taken(machine, BIRTH, "accept", 2)
    machine.station.acts.act(CHIEF, by_post, "grant", {})
    parcel = {"way": "post", "waybill": "EMS12345678", "address": "石桥村1号"}
    machine.station.acts.act(CHIEF, by_post, "send_out", parcel)
    machine.sync()
    assert [(str(each.case), each.kind) for each in to_send(county)] == [(by_post, "accepted")]


def test_what_was_sent_is_not_told_again(county: SmallCounty) -> None:
    [machine] = county.machines.values()
    taken(machine, BIRTH, "accept", 1)
    machine.sync()
    [message] = to_send(county)
    with county.hall.store.write() as conn:
        messages.mark_sent(conn, message.id, 1)
        messages.mark_sent(conn, message.id, 2)
    machine.sync()
    assert to_send(county) == []
    with county.hall.store.read() as conn:
        [sent] = messages.listed(conn, sent=True)
    assert sent.sent_ms == 1
    with county.hall.store.write() as conn:
        for unknown in ("QX03-01/999", "x", "", f"{message.id}9" * 9):
            with pytest.raises(NotFound, match="message_unknown"):
                messages.mark_sent(conn, unknown, 3)
    assert county.hall_problems() == []


def test_the_command_lists_and_marks(county: SmallCounty, capsys: pytest.CaptureFixture[str]) -> None:
    [machine] = county.machines.values()
    taken(machine, BIRTH, "accept", 1)
    machine.sync()

    def said(*arguments: str) -> list[dict[str, Any]]:
        with suppress(SystemExit):
            hall(["messages", *arguments, "--json", "--home", str(county.folder / "hall")])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    [row] = said()
    assert (row["kind"], row["sent_at"]) == ("accepted", None)
    assert said("--sent", row["message"]) == [{"sent": [row["message"]]}]
    assert said() == []
    assert [again["message"] for again in said("--all-sent")] == [row["message"]]
