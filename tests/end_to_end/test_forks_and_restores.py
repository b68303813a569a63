"""A cloned home and a restored home, each used on, then synced: nothing is lost, both sides say so (sync design, 7)."""

from __future__ import annotations

import collections
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from counter_app import bootstrap
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import EventId
from counter_app.services.stored_facts import CaseQuery
from sync.hall import number_report, settling, views
from tests.support.county import OPERATOR, Machine, SmallCounty, refused
from tests.support.homes import make_home
from tests.support.in_process import Counter
from tests.support.lines import accepted_line
from tests.support.programs import CLERK
from tests.support.walk import CHIEF

ITEM = "elder_allowance"


def received(machine: Machine, n: int, outcome: str = "receive") -> Case:
    taken = machine.station.intake.take_in(CHIEF, {**accepted_line(ITEM, n), "outcome": outcome})
    assert taken.case is not None
    return machine.station.cases.view(str(taken.case.id)).case


def act(machine: Machine, case: Case, action: str, given: Mapping[str, object] | None = None) -> None:
    machine.station.acts.act(CHIEF, str(case.id), action, given or {})


def seen(machine: Machine) -> dict[str, Case]:
    return {str(case.id): case for case in machine.station.cases.search(CaseQuery())}


def at_hall(county: SmallCounty) -> dict[str, Case]:
    return {str(case.id): case for case in county.hall_cases()}


def exceptions(county: SmallCounty) -> list[dict[str, Any]]:
    with county.hall.store.read() as conn:
        return list(views.exceptions(conn))


def settle_all(county: SmallCounty, how: Mapping[str, str]) -> None:
    for _ in range(50):
        left = exceptions(county)
        if not left:
            return
        row = left[0]
        place = EventId(row["device"], row["seq"])
        settling.settle(county.hall, place, row["kind"], how.get(row["kind"], "noted"), "两台机器已核对", OPERATOR)
    raise AssertionError(exceptions(county))


def troubles(machine: Machine) -> set[str]:
    return {row.code for row in machine.station.sending.outbox().troubles}


def papers_of(cases: Mapping[str, Case]) -> collections.Counter[tuple[str, str]]:
    papers = (paper for case in cases.values() for paper in case.notices if paper.number)
    return collections.Counter((paper.kind, paper.number) for paper in papers)


def applicants(cases: Mapping[str, Case]) -> collections.Counter[str]:
    return collections.Counter(case.applicant.id_number for case in cases.values())


def all_is_whole(county: SmallCounty, *machines: Machine) -> None:
    assert county.hall_problems() == []
    for machine in machines:
        assert machine.station.verifier.verify().problems == ()


# a home that was copied to a second machine ----------------------------------------------------


def cloned(county: SmallCounty) -> Machine:
    """The village's home on another machine, byte for byte."""
    county.machines["QX03"].station.close()
    shutil.copytree(county.folder / "QX03", county.folder / "QX03-clone")
    county.machines["QX03"] = county.opened(county.folder / "QX03")
    return county.opened(county.folder / "QX03-clone")


def test_a_cloned_home_used_on_both_sides_loses_nothing(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    before = received(village, 1, "accept")
    open_one = received(village, 2)
    village.sync()
    both_unsent = received(village, 3, "accept")
    clone = cloned(county)
    village = county.machines["QX03"]
    on_first = [received(village, 10, "accept"), received(village, 11)]
    act(village, open_one, "accept")
    on_clone = [received(clone, 20, "accept"), received(clone, 21), received(clone, 22)]
    act(clone, open_one, "annotate", {"note": "复制的机器上记的"})
    assert {str(case.id) for case in on_first} <= {str(case.id) for case in on_clone}  # the same numbers, other people
    village.sync()

    result = clone.try_sync()
    assert result.error is not None
    assert result.error.code == "fork"
    assert troubles(clone) == {"device_forked"}
    [fork] = exceptions(county)
    assert (fork["kind"], fork["code"]) == ("fork", "fork")
    evidence = fork["evidence"]
    assert evidence["hall"]["hash"] != evidence["device"]["hash"]
    frozen = {number for number, case in at_hall(county).items() if case.frozen}
    assert frozen == {str(case.id) for case in (*on_first, open_one)}  # what both have is not in doubt
    assert refused(lambda: clone.try_sync()) == "device_forked"

    went_on = received(clone, 23, "accept")  # it goes on taking papers, with temporary numbers of its own
    assert any(paper.temporary for paper in went_on.notices)
    assert refused(lambda: act(clone, open_one, "accept")) == "not_holder"
    assert len(seen(clone)) == 7
    act(village, before, "annotate", {"note": "第一台还在记"})
    result = village.try_sync()
    assert result.error is not None
    assert result.error.code == "fork"
    on_first.append(received(village, 12))
    for machine in (village, clone):
        all_is_whole(county, machine)
        machine.station.close()

    clone = county.enrol_again(county.folder / "QX03-clone", "QX03")
    clone.sync()
    village = county.machines["QX03"] = county.enrol_again(county.folder / "QX03", "QX03")
    village.sync()
    clone.sync()
    assert len({clone.device, village.device, "QX03-01"}) == 3
    hall = at_hall(county)
    people = [before, open_one, both_unsent, *on_first, *on_clone, went_on]
    assert applicants(hall) == collections.Counter(case.applicant.id_number for case in people)
    assert len({case.case_no for case in hall.values()}) == len(people)
    for machine in (village, clone):
        assert applicants(seen(machine)) == applicants(hall)
        assert papers_of(seen(machine)) == papers_of(hall)
    for case in (before, open_one, both_unsent, *on_first, went_on):
        assert hall[str(case.id)].applicant == case.applicant  # their numbers stay
    printed = {case.printed_as: case.applicant.id_number for case in hall.values() if case.printed_as}
    assert printed == {str(case.id): case.applicant.id_number for case in on_clone[:2]} | (
        {str(on_clone[2].id): on_clone[2].applicant.id_number} if str(on_clone[2].id) in printed else {}
    )
    assert "复制的机器上记的" in hall[str(open_one.id)].notes
    assert "第一台还在记" in hall[str(before.id)].notes
    renamed = next(case for case in hall.values() if case.printed_as)
    assert renamed.id in {case.id for case in clone.station.cases.search(CaseQuery(text=renamed.printed_as))}
    all_is_whole(county, village, clone)

    doubled = {row["code"] for row in exceptions(county) if row["kind"] == "number"}
    assert doubled == {"number_doubled"}  # both machines served this number: an exception, and nothing overwritten
    with county.hall.store.read() as conn:
        rows = [tuple(row) for row in conn.exec_driver_sql("SELECT agency, series, year, n FROM numbers_used")]
    assert len(rows) == len(set(rows))
    settle_all(county, {"quarantined": "skip"})
    village.sync()
    clone.sync()
    assert [number for number, case in at_hall(county).items() if case.frozen] == []
    assert (troubles(village), troubles(clone)) == (set(), set())
    act(village, received(village, 13), "accept")
    act(clone, received(clone, 24), "accept")
    village.sync()
    clone.sync()
    assert len(at_hall(county)) == len(people) + 2
    all_is_whole(county, village, clone)


def test_two_machines_that_both_moved_a_case_leave_it_to_a_supervisor(county: SmallCounty) -> None:
    village = county.machines["QX03"]
    case = received(village, 31)
    village.sync()
    clone = cloned(county)
    village = county.machines["QX03"]
    act(village, case, "accept")
    gap = {"material": case.materials[0].id, "problem": "incomplete", "demand": "请补盖公章"}
    act(clone, case, "correct", {"gaps": [gap]})
    village.sync()
    clone.try_sync()
    clone.station.close()
    clone = county.enrol_again(county.folder / "QX03-clone", "QX03")
    clone.sync()
    kinds = collections.Counter(row["kind"] for row in exceptions(county) if row["case"] == str(case.id))
    assert kinds["quarantined"] == 1
    assert at_hall(county)[str(case.id)].state == "ACCEPTED"
    settle_all(county, {"quarantined": "skip"})
    clone.sync()
    for found in (at_hall(county)[str(case.id)], seen(clone)[str(case.id)]):
        assert found.state == "ACCEPTED"
        assert [paper.late for paper in found.notices].count(True) == 1  # served, and in sight
    all_is_whole(county, clone)


# a home that came out of a backup --------------------------------------------------------------


def test_a_restored_home_used_on_gets_back_what_it_lost_and_brings_what_it_did(
    county: SmallCounty, tmp_path: Path
) -> None:
    village = county.machines["QX03"]
    early = received(village, 41)
    village.sync()
    unsent_then = received(village, 42, "accept")
    village.station.back_up(tmp_path / "village.backup")
    act(village, early, "accept")
    later = received(village, 43, "accept")
    village.sync()
    village.station.close()
    del county.machines["QX03"]

    home = tmp_path / "restored"
    bootstrap.restore_home(home, tmp_path / "village.backup")
    restored = county.opened(home)
    assert restored.device.startswith("QX03-01-")
    assert set(seen(restored)) == {str(early.id), str(unsent_then.id)}
    assert seen(restored)[str(early.id)].state == "RECEIVED"
    assert refused(restored.try_sync) == "home_restored"
    assert troubles(restored) == {"home_restored"}
    assert refused(lambda: act(restored, early, "accept")) == "not_holder"
    new = received(restored, 44, "accept")
    assert all(paper.temporary for paper in new.notices if paper.kind == "N02")
    act(restored, early, "annotate", {"note": "恢复后来电"})
    all_is_whole(county, restored)
    restored.station.close()

    restored = county.enrol_again(home, "QX03")
    restored.sync()
    restored.sync()
    hall = at_hall(county)
    assert set(seen(restored)) == set(hall) == {str(case.id) for case in (early, unsent_then, later, new)}
    for number, case in hall.items():
        mine = seen(restored)[number]
        for told in ("state", "holder", "epoch", "case_no", "notes"):
            assert getattr(mine, told) == getattr(case, told)
        assert case.holder == restored.device
    assert hall[str(early.id)].state == "ACCEPTED"
    assert hall[str(early.id)].notes == ("恢复后来电",)
    assert max(papers_of(hall).values()) == 1
    [row] = exceptions(county)
    assert (row["kind"], row["device"], row["evidence"]["successor"]["device"]) == (
        "restored", "QX03-01", restored.device,
    )
    all_is_whole(county, restored)
    with county.hall.store.read() as conn:
        assert number_report.report(conn, None)["unexplained"] == []
    settle_all(county, {})
    restored.sync()
    assert troubles(restored) == set()
    after = received(restored, 45, "accept")
    restored.sync()
    final = [paper for case in at_hall(county).values() for paper in case.notices if paper.temporary]
    assert all(paper.final_number for paper in final)
    assert at_hall(county)[str(after.id)].state == "ACCEPTED"
    act(restored, early, "submit")
    restored.sync()
    assert at_hall(county)[str(early.id)].holder == "hall"
    all_is_whole(county, restored)

    old = county.opened(county.folder / "QX03")  # the machine that was thought lost calls once more
    result = old.try_sync()
    assert result.error is not None
    assert result.error.code == "fork"
    assert refused(old.try_sync) == "device_forked"
    old.station.close()
    restored.station.close()


def test_the_same_work_is_brought_once_however_often_the_home_is_enrolled(county: SmallCounty, tmp_path: Path) -> None:
    village = county.machines["QX03"]
    unsent = received(village, 51, "accept")
    village.station.back_up(tmp_path / "village.backup")
    village.station.close()
    del county.machines["QX03"]
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        bootstrap.restore_home(home, tmp_path / "village.backup")
    machines = [county.enrol_again(home, "QX03") for home in homes]
    for machine in (*machines, *machines):
        machine.sync()
    assert set(at_hall(county)) == {str(unsent.id)}
    for machine in machines:
        assert papers_of(seen(machine)) == papers_of(at_hall(county))
    all_is_whole(county, *machines)
    for machine in machines:
        machine.station.close()


def test_by_command_a_restored_home_says_what_it_is_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    make_home(tmp_path / "home")
    counter, restored = Counter(tmp_path / "home"), Counter(tmp_path / "restored")
    counter.run("user", "add", CLERK, "--role", "clerk,agent,chief").done()
    [taken] = counter.intake({**accepted_line(ITEM, 71), "outcome": "receive"}).done().lines
    kept = counter.run("backup", str(tmp_path / "copy")).done().json
    made = restored.run("restore", str(tmp_path / "copy")).done().json
    assert (made["events"], made["head"], made["set_apart"]) == (kept["events"], kept["head"], "home_restored")
    assert restored.cases() == [taken["case"]]
    ran = restored.run("sync")
    assert (ran.code, ran.error) == (1, "home_restored")
    [row] = restored.run("queue").done().json["exceptions"]
    assert (row["code"], bool(row["message"]), bool(row["remedy"])) == ("home_restored", True, True)
    checks = {check["name"]: check for check in restored.run("doctor").done().json["checks"]}
    assert (checks["device"]["state"], checks["device"]["code"]) == ("warning", "home_restored")
    [new] = restored.intake(accepted_line(ITEM, 72)).done().lines
    assert new["case"].startswith("QX03-01-")
    assert [notice["number"][0] for notice in new["notices"] if notice["kind"] == "N02"] == ["临"]
    assert restored.run("restore", str(tmp_path / "copy")).error == "home_has_store"
    assert restored.is_whole()


def test_a_home_is_restored_into_an_empty_folder_and_from_a_whole_file_only(
    county: SmallCounty, tmp_path: Path
) -> None:
    village = county.machines["QX03"]
    received(village, 61)
    file = tmp_path / "village.backup"
    village.station.back_up(file)
    with pytest.raises(CounterError, match="home_has_store"):
        bootstrap.restore_home(county.folder / "QX03", file)
    with pytest.raises(CounterError, match="backup_missing"):
        bootstrap.restore_home(tmp_path / "a", tmp_path / "nowhere")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    broken = tmp_path / "broken.backup"
    broken.write_bytes(content)
    with pytest.raises(CounterError, match="backup_damaged"):
        bootstrap.restore_home(tmp_path / "b", broken)
    assert not (tmp_path / "b" / "store.db").exists()
    broken.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(CounterError, match="backup_damaged"):
        bootstrap.restore_home(tmp_path / "c", broken)
