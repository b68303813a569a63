"""A hall restored from last week's backup heals from its stations (sync design section 7)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL
from counter_app.services.stored_facts import CaseQuery
from sync.hall import apply, backup, home, recovery, settling, troubles, views
from sync.hall import number_report as numbers_of_hall
from sync.hall.tables import attachments
from sync.ports import HallRefused
from tests.support.county import OPERATOR, Machine, SmallCounty, refused
from tests.support.lines import accepted_line
from tests.support.walk import CHIEF, START, STATIONS

ITEM = "elder_allowance"


def received(machine: Machine, n: int, outcome: str = "receive") -> Case:
    taken = machine.station.intake.take_in(CHIEF, {**accepted_line(ITEM, n), "outcome": outcome})
    assert taken.case is not None
    return taken.case


def act(machine: Machine, case: Case, action: str, given: Mapping[str, object] | None = None) -> None:
    machine.station.acts.act(CHIEF, str(case.id), action, given or {})


def told(case: Case) -> dict[str, Any]:
    """What anybody was told of a case, and who has it."""
    numbers = [(paper.kind, paper.number, paper.late, bool(paper.spoiled)) for paper in case.notices]
    return {
        "state": case.state, "holder": case.holder, "epoch": case.epoch, "case_no": case.case_no, "papers": numbers,
        "events": case.events, "decision": case.decision_no, "notes": case.notes,
    }


def restored_from(county: SmallCounty, file: Path) -> SmallCounty:
    """The hall's programs stopped, its store that of the backup, all started again."""
    now = county.clock.now
    county.close()
    with pytest.MonkeyPatch.context() as on_that_day:
        on_that_day.setattr(home, "machine_clock", county.clock.read)
        backup.restore(county.folder / "hall", file, lambda _: None)
    again = SmallCounty.again(county.folder, STATIONS)
    again.clock.now = now
    return again


def recover(county: SmallCounty) -> recovery.Recovered:
    done = recovery.recovered(county.hall, OPERATOR)
    apply.catch_up(county.hall)
    return done


def a_week(county: SmallCounty) -> list[Case]:
    """Both stations and the hall work on; everything is settled at its end."""
    village, counter = county.machines["QX03"], county.machines["YL01"]
    county.clock.now += timedelta(days=1)
    first, second = received(village, 11, "accept"), received(counter, 12, "accept")
    act(village, first, "submit")
    village.sync()
    county.by_hall(first.id, "grant", {})
    village.sync()
    act(village, first, "send_out", {"way": "window"})
    county.clock.now += timedelta(days=1)
    act(village, first, "deliver", {"receiver": "本人", "identity_checked": True, "signed": True})
    act(village, first, "annotate", {"note": "送达后来电"})
    village.sync()
    counter.sync()
    county.by_hall(second.id, "recall", {"reason": "统一办理"})
    counter.sync()
    third = received(counter, 13, "accept")
    counter.sync()
    village.sync()
    return [first, second, third]


def test_a_hall_restored_from_last_weeks_backup_heals_from_its_stations(county: SmallCounty, tmp_path: Path) -> None:
    village, counter = county.machines["QX03"], county.machines["YL01"]
    early = received(village, 10, "accept")
    village.sync()
    counter.sync()
    file = tmp_path / "hall-backup.db"
    backup.backup(county.hall, file)
    cases = [early, *a_week(county)]
    act(village, early, "submit")
    village.sync()
    county.by_hall(early.id, "grant", {})
    village.sync()
    before = {str(case.id): told(case) for case in county.hall_cases()}
    assert len(before) == len(cases)
    blocks_before = leased(county)

    county = restored_from(county, file)
    village, counter = county.machines["QX03"], county.machines["YL01"]
    for machine in (village, counter, village):
        error = machine.try_sync().error
        assert error is not None
        assert error.code == "feed_broken"
        assert machine.station.sending.outbox().cases == 0
        assert [row.code for row in machine.station.sending.outbox().troubles] == ["hall_went_back"]
        assert machine.station.verifier.verify().problems == ()
    assert len(county.hall_cases()) == 1
    assert refused(lambda: county.by_hall(early.id, "recall", {"reason": "试试"})) == "hall_not_recovered"
    assert {row["kind"] for row in exceptions(county)} == {"went_back"}

    assert recover(county).silent == ()
    for machine in (village, counter, village, counter):
        machine.sync()
    assert {str(case.id): told(case) for case in county.hall_cases()} == before
    for machine in (village, counter):
        seen = machine.station.cases.search(CaseQuery())
        assert {str(case.id): told(case) for case in seen} == {str(case.id): before[str(case.id)] for case in seen}
        assert len(seen) == 2
    assert leased(county) >= blocks_before
    all_is_whole(county)

    for row in exceptions(county):
        place = settling.EventId(row["device"], row["seq"])
        settling.settle(county.hall, place, row["kind"], "noted", "硬盘坏了，已恢复", OPERATOR)
    village.sync()
    counter.sync()
    assert exceptions(county) == []
    assert [row.code for machine in (village, counter) for row in machine.station.sending.outbox().troubles] == []

    more = [received(village, 20 + n, "accept") for n in range(3)]
    for machine in (village, counter, village):
        machine.sync()
    given = [case.case_no for case in county.hall_cases()]
    assert len(set(given)) == len(before) + len(more)
    all_is_whole(county)


def test_after_a_restore_nothing_is_leased_until_recovered_was_said(county: SmallCounty, tmp_path: Path) -> None:
    village = county.machines["QX03"]
    file = tmp_path / "hall-backup.db"
    backup.backup(county.hall, file)
    received(village, 31, "accept")
    village.sync()
    county = restored_from(county, file)
    village = county.machines["QX03"]
    before = leased(county)
    county.clock.now = START.replace(year=2026, month=12, day=20)  # the next year's blocks are due
    village.try_sync()
    assert leased(county) == before
    with pytest.raises(HallRefused, match="hall_busy"):  # and no new machine gets numbers or an id
        county.add_station("QX09")
    recover(county)
    village.sync()
    village.sync()
    assert leased(county) > before
    all_is_whole(county)


def test_a_station_proves_that_the_hall_went_back_even_if_nobody_says_so(county: SmallCounty, tmp_path: Path) -> None:
    village = county.machines["QX03"]
    county.hall.store.close()
    shutil.copyfile(county.folder / "hall" / "hall.db", tmp_path / "copied-by-hand.db")
    case = received(village, 41, "accept")
    village.sync()
    number = next(found.case_no for found in county.hall_cases())
    county.close()
    for leftover in (county.folder / "hall").glob("hall.db-*"):
        leftover.unlink()
    shutil.copyfile(tmp_path / "copied-by-hand.db", county.folder / "hall" / "hall.db")
    county = SmallCounty.again(county.folder, STATIONS)
    county.clock.now = START
    village = county.machines["QX03"]
    village.try_sync()
    village.try_sync()
    assert county.hall_cases() == []
    recover(county)
    village.sync()
    assert [(found.id, found.case_no) for found in county.hall_cases()] == [(case.id, number)]
    all_is_whole(county)


def test_nothing_of_a_handed_back_feed_is_believed_that_the_hall_did_not_sign(
    county: SmallCounty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = county.machines["QX03"]
    file = tmp_path / "hall-backup.db"
    backup.backup(county.hall, file)
    received(village, 51, "accept")
    village.sync()
    county = restored_from(county, file)
    village = county.machines["QX03"]
    with village.station.store.write() as writing:
        seal = writing.state.get("feed_seal")
        writing.state.put("feed_seal", [*seal[:3], bytes(64)])
    village.try_sync()
    assert recover(county).cases == 0
    village.sync()
    assert [case.state for case in county.hall_cases()] == ["ACCEPTED"]  # its own events are its own to bring
    all_is_whole(county)


def test_a_station_that_erased_what_the_hall_lost_says_so_and_brings_the_rest_under_a_new_id(
    county: SmallCounty, tmp_path: Path
) -> None:
    village = county.machines["QX03"]
    file = tmp_path / "hall-backup.db"
    backup.backup(county.hall, file)
    case = received(village, 61, "accept")
    act(village, case, "withdraw", {"reason": "申请人撤回", "signed": True})
    village.sync()
    with village.station.store.write() as writing:
        writing.erase(case.id)
        writing.append([NewEvent("erased", case.id, 0, "", {"rule": "village"})])
    later = received(village, 62, "accept")
    county = restored_from(county, file)
    village = county.machines["QX03"]
    result = village.try_sync()
    assert result.error is not None
    assert result.error.code == "erased_event_wanted"
    assert result.requests < 5
    assert "erased_event_wanted" in [row.code for row in village.station.sending.outbox().troubles]
    assert refused(village.try_sync) == "erased_event_wanted"  # no endless loop: it asks for a new code
    county.machines["YL01"].try_sync()
    recover(county)
    village.station.close()
    village = county.machines["QX03"] = county.enrol_again(county.folder / "QX03", "QX03")
    village.sync()
    village.sync()
    hall = {case.id: case for case in county.hall_cases()}
    assert set(hall) == {case.id, later.id}, exceptions(county)
    assert (hall[case.id].state, hall[case.id].erased, hall[case.id].applicant.name) == ("WITHDRAWN", True, "")
    assert hall[later.id].applicant == later.applicant
    all_is_whole(county)


def exceptions(county: SmallCounty) -> list[dict[str, Any]]:
    with county.hall.store.read() as conn:
        return list(views.exceptions(conn))


def leased(county: SmallCounty) -> set[tuple[Any, ...]]:
    with county.hall.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT agency, series, year, first, last, device FROM number_blocks")
        return {tuple(row) for row in rows}


def all_is_whole(county: SmallCounty) -> None:
    assert county.hall_problems() == []
    with county.hall.store.read() as conn:
        assert numbers_of_hall.report(conn, None)["unexplained"] == []
    for machine in county.machines.values():
        assert machine.station.verifier.verify().problems == ()


def test_the_hall_is_no_device_of_its_own(county: SmallCounty) -> None:
    """An operator alone recovers, and where nothing was lost it does no harm."""
    with pytest.raises(CounterError, match="not_your_role"):
        recovery.recovered(county.hall, CHIEF)
    assert recover(county).cases == 0
    for machine in county.machines.values():
        machine.sync()
    assert HALL not in {case.holder for case in county.hall_cases()}
    all_is_whole(county)


def test_what_waited_in_the_backup_and_was_taken_up_since_waits_no_more(county: SmallCounty, tmp_path: Path) -> None:
    """The counter took papers of a case of the silent village; the backup is of before the village was heard."""
    village, counter = county.machines["QX03"], county.machines["YL01"]
    case = received(village, 71, "accept")
    material = {"id": accepted_line(ITEM, 71)["materials"][0]["id"], "form": "copy", "pages": 2}
    counter.station.elsewhere.take_papers(CHIEF, str(case.id), {"item": ITEM, "materials": [material]})
    counter.sync()
    file = tmp_path / "hall-backup.db"
    backup.backup(county.hall, file)
    for machine in (village, counter, village):
        machine.sync()
    before = {found.id: told(found) for found in county.hall_cases()}
    county = restored_from(county, file)
    village, counter = county.machines["QX03"], county.machines["YL01"]
    for machine in (village, counter):
        machine.try_sync()
    recover(county)
    for machine in (village, counter, village):
        machine.sync()
    assert {found.id: told(found) for found in county.hall_cases()} == before
    assert county.hall_problems() == []
    act(village, case, "annotate", {"note": "再来电"})
    village.sync()
    with county.hall.store.read() as conn:
        assert [found for found in troubles.listed(conn) if found.case == case.id] == []
    county.close()


def test_a_scan_that_the_restored_hall_lacks_is_sent_again(county: SmallCounty, tmp_path: Path) -> None:
    """The backup has the event that names it; the scan came whole afterwards."""
    village, scan, file = county.machines["QX03"], tmp_path / "photo.png", tmp_path / "hall-backup.db"
    Image.effect_noise((300, 200), 64).save(scan)
    line = accepted_line(ITEM, 81)
    line["materials"][0]["files"] = [str(scan)]
    village.station.intake.take_in(CHIEF, {**line, "outcome": "accept"})
    assert village.try_sync(events_only=True).error is None
    backup.backup(county.hall, file)
    assert village.sync().attachments_sent == 1
    assert county.hall_problems() == []
    shutil.rmtree(county.folder / "hall" / "attachments")
    county = restored_from(county, file)
    village = county.machines["QX03"]
    village.try_sync()
    recover(county)
    sent = village.sync().attachments_sent + village.sync().attachments_sent
    with county.hall.store.read() as conn:
        held = conn.execute(select(attachments.c.whole)).scalars().all()
    assert (sent, held) == (1, [True])
    assert county.hall_problems() == []
    county.close()
