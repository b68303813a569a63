"""A county's own items, from the workbook at the hall to the counters, and what becomes of cases that began before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from counter_app.adapters.store import projections
from counter_app.adapters.store.projections import rows_to_compare
from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import local_date
from counter_app.domain.service_item import ServiceItem
from forms.examples import example_line
from forms.item_document import digest, packed
from forms.item_release import KIND, Entry, piece_to_plain, pieces_of
from sync import journal
from sync.hall import backup, items, recovery
from sync.hall.batch import Batch, placed
from tests.support.catalogues import SHIPPED_ITEMS, changed, handed_in, with_length
from tests.support.county import OPERATOR, Machine, SmallCounty, refused
from tests.support.county_items import county_documents
from tests.support.postbag import answered, brought, unpacked
from tests.support.postbag import packed as bundled
from tests.support.walk import CHIEF, STATIONS

AID, ELDER = "temporary_aid", "elder_allowance"


def offered(machine: Machine) -> dict[str, str]:
    return {item.code: item.version for item in machine.station.offer.items()}


def item(machine: Machine, code: str) -> ServiceItem:
    return machine.station.desk.catalogue.get(code)


def take(machine: Machine, code: str, n: int, outcome: str = "accept") -> Case:
    taken = machine.station.intake.take_in(CHIEF, example_line(item(machine, code), outcome, n)).case
    assert taken is not None
    return taken


def promised(machine: Machine, case: Case) -> int:
    view = machine.station.cases.view(str(case.id))
    return machine.station.desk.item_of(view.case).limits.promise.length


def assert_sound(county: SmallCounty) -> None:
    assert county.hall_problems() == []
    for machine in county.machines.values():
        assert machine.station.verifier.verify().problems == ()
        with machine.station.store.write() as writing:
            before = rows_to_compare(writing.connection)
            projections.rebuild(writing.connection, writing.device())
            assert rows_to_compare(writing.connection) == before


def test_releases_reach_every_station_and_old_cases_live_on_under_their_version(county: SmallCounty) -> None:
    village, counter = county.machines["QX03"], county.machines["YL01"]
    old = take(village, AID, 1)
    village.sync()
    shipped_days = SHIPPED_ITEMS[AID]["limits"]["promise"]["length"]
    mine = county_documents(20)

    first = handed_in(county, [*mine, SHIPPED_ITEMS[AID]])
    assert (first.n, first.stations, len(first.planned.changes.dropped)) == (1, 2, len(SHIPPED_ITEMS) - 1)
    assert offered(counter).keys() == SHIPPED_ITEMS.keys(), "nothing holds before it came"
    village.sync()
    assert offered(village) == {**{row["code"]: "1001" for row in mine}, AID: "1"}

    again = with_length(SHIPPED_ITEMS[AID], "promise", shipped_days - 1)
    again["materials"] = [{**again["materials"][0], "name": "新的申请表"}, *again["materials"][2:]]
    second = handed_in(county, [*mine[:-1], again])
    assert [change.after["version"] for change in second.planned.changes.changed] == ["1001"]
    counter.sync()  # it was behind, and gets both
    village.sync()
    assert offered(counter) == offered(village) == {**{row["code"]: "1001" for row in mine[:-1]}, AID: "1001"}
    late = county.add_station("QX09")
    assert offered(late) == offered(village)

    fresh = take(counter, AID, 2)
    assert refused(lambda: take(counter, mine[-1]["code"], 3)) == "item_withdrawn"
    assert refused(lambda: take(counter, ELDER, 4)) == "item_withdrawn"
    assert (promised(village, old), promised(counter, fresh)) == (shipped_days, shipped_days - 1)
    notice = old.notice("N02")
    assert notice is not None
    assert village.station.papers.pdf(old.id, notice).startswith(b"%PDF")
    counter.sync()
    village.station.acts.act(CHIEF, str(old.id), "submit", {})
    village.sync()
    assert {case.item.version for case in county.hall_cases()} == {"1", "1001"}
    assert all(case.case_no for case in county.hall_cases())
    assert county.by_hall(old.id, "grant", {}).item.version == "1"
    village.sync()
    assert_sound(county)


def test_an_item_of_the_county_runs_from_receipt_to_its_paper(county: SmallCounty) -> None:
    """Its task code makes the case's number, its own words stand on the notice, its agency leases the number."""
    machine = county.machines["YL01"]
    documents = county_documents(6)
    handed_in(county, documents, keep_others=True)
    machine.sync()
    assert set(offered(machine)) == {*SHIPPED_ITEMS, *(row["code"] for row in documents)}
    for n, document in enumerate(documents):
        case = take(machine, document["code"], n)
        notice = case.notice("N02") or case.notices[0]
        assert machine.station.papers.pdf(case.id, notice).startswith(b"%PDF")
    machine.sync()
    numbers = {case.item.code: case.case_no for case in county.hall_cases()}
    assert {code: number[:31] for code, number in numbers.items()} == {
        row["code"]: row["task_code"] for row in documents
    }
    assert county.hall_problems() == []


def test_a_release_may_hold_from_a_day_to_come_and_none_goes_before_another(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    day = local_date(county.hall.now_ms)
    new = with_length(SHIPPED_ITEMS[AID], "promise", 7)
    handed_in(county, [SHIPPED_ITEMS[AID], SHIPPED_ITEMS[ELDER]])
    released = handed_in(county, [new], day + timedelta(days=3), keep_others=True)
    assert released.n == 2
    machine.sync()
    assert offered(machine) == {AID: "1", ELDER: "1"}
    assert refused(lambda: handed_in(county, [SHIPPED_ITEMS[AID]], day - timedelta(days=1))) == "valid_from_past"
    assert refused(lambda: handed_in(county, [SHIPPED_ITEMS[AID]])) == "valid_from_before_last"
    county.clock.now += timedelta(days=3)
    assert offered(machine) == {AID: "1001", ELDER: "1"}
    assert item(machine, AID).limits.promise.length == 7
    assert handed_in(county, [new], keep_others=True).n == 0, "the same once more is no release"
    back = handed_in(county, [SHIPPED_ITEMS[AID]], keep_others=True)
    assert back.planned.after[AID]["version"] == "1002", "what was released is never said again under an old number"


def test_what_a_station_cannot_read_is_shown_and_stops_neither_the_rest_nor_the_exchange(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    handed_in(county, [SHIPPED_ITEMS[AID], SHIPPED_ITEMS[ELDER], *county_documents(2)])
    _rewritten_by_a_newer_hall(county, ELDER)
    case = take(machine, AID, 1)
    machine.sync()
    assert offered(machine) == {AID: "1", "item_000": "1001", "item_001": "1001"}
    [trouble] = machine.station.sending.outbox().troubles
    assert (trouble.code, trouble.device) == ("item_not_readable", "hall")
    assert any(duty.reason == "trouble_item_not_readable" for duty in machine.station.duties.today().duties)
    _append(county, {"n": 3, "nonsense": True})
    _append(county, {"n": 3}, v=2)
    _append(county, {"n": 9, "part": 1, "parts": 1, "valid_from": "2026-11-24", "put": [], "withdrawn": [AID],
                     "documents": zstandard.compress(b"\x90"), "head": b"h" * 32})
    machine.sync()
    codes = sorted(trouble.code for trouble in machine.station.sending.outbox().troubles)
    assert codes == ["feed_event_waits", "item_not_readable", "items_incomplete", "release_damaged"]
    assert offered(machine).keys() >= {AID}
    assert machine.station.cases.view(str(case.id)).case.case_no
    assert machine.station.verifier.verify().problems == ()


def _rewritten_by_a_newer_hall(county: SmallCounty, code: str) -> None:
    """As if this hall's program had items of a kind that the stations do not know yet."""
    with county.hall.store.read() as conn:
        standing = items.released(conn)
    content = standing.document(code, "1")
    assert content is not None
    newer = packed({**SHIPPED_ITEMS[code], "version": "1001", "robots": ["yes"]})
    before = standing.newest
    after = {**before, code: Entry(code, "1001", digest(newer))}
    [piece] = pieces_of(2, local_date(county.hall.now_ms), before, after, {digest(newer): newer})
    _append(county, piece_to_plain(piece))


def _append(county: SmallCounty, data: dict[str, object], v: int = 1) -> None:
    """An event of this kind that the hall's program would not write, in the feed of every station."""
    with county.hall.store.write() as conn:
        [event] = journal.append(conn, "hall", [NewEvent(KIND, None, 0, "", data, v=v)], county.hall.clock())
        batch = Batch(county.hall.records.on(conn))
        for code in STATIONS:
            batch.enter(code, placed(batch.tx, "hall", event.id.seq))
        batch.write()


def test_a_bundle_brings_releases_as_the_line_does(county: SmallCounty, tmp_path: Path) -> None:
    machine = county.machines["QX03"]
    handed_in(county, county_documents(40), keep_others=True)
    bundled(machine, tmp_path / "bag.ctb")
    brought(county, tmp_path / "bag.ctb")
    imported = unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb"))
    assert imported.error is None
    assert len(offered(machine)) == 40 + len(SHIPPED_ITEMS)
    assert_sound(county)


def test_a_hall_that_lost_a_release_gets_it_back_from_a_station(
    county: SmallCounty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hall-backup.db"
    for machine in county.machines.values():
        machine.sync()
    backup.backup(county.hall, file)
    handed_in(county, [*county_documents(3), SHIPPED_ITEMS[AID]])
    handed_in(county, [with_length(SHIPPED_ITEMS[AID], "promise", 7)], keep_others=True)
    for machine in county.machines.values():
        machine.sync()
    now = county.clock.now
    county.close()
    backup.restore(county.folder / "hall", file, lambda _: None)
    again = SmallCounty.again(county.folder, STATIONS)
    again.clock.now = now
    for machine in again.machines.values():
        error = machine.try_sync().error
        assert error is not None
        assert error.code == "feed_broken"
    again_refused = refused(lambda: handed_in(again, [SHIPPED_ITEMS[AID]], keep_others=True))
    assert again_refused == "hall_not_recovered"
    recovery.recovered(again.hall, OPERATOR)
    with again.hall.store.read() as conn:
        assert items.released(conn).newest.keys() == {AID, "item_000", "item_001", "item_002"}
        assert items.item_of(conn, AID, "1001").limits.promise.length == 7
    for machine in [*again.machines.values()] * 2:
        machine.sync()
    assert {frozenset(offered(machine).items()) for machine in again.machines.values()} == {
        frozenset({AID: "1001", "item_000": "1001", "item_001": "1001", "item_002": "1001"}.items())
    }
    newest = handed_in(again, [with_length(SHIPPED_ITEMS[AID], "promise", 6)], keep_others=True)
    assert newest.planned.after[AID]["version"] == "2001", "no version of the lost days is given a second time"
    assert again.hall_problems() == []
    again.close()


def test_a_draft_of_an_older_version_is_moved_over_on_purpose_and_loses_nothing(county: SmallCounty) -> None:
    machine = county.machines["YL01"]
    drafts, intake = machine.station.drafts, machine.station.intake
    line = {**example_line(item(machine, "food_workshop"), "accept", 1), "outcome": "draft"}
    kept = intake.take_in(CHIEF, line).draft
    assert kept is not None
    assert drafts.move(drafts.open(kept)) is None
    before = SHIPPED_ITEMS["food_workshop"]
    fields = [row for row in before["fields"] if row["id"] != "staff"]
    fields = [{**row, "choices": row["choices"][-2:]} if row["id"] == "product" else row for row in fields]
    fields.append({"id": "water", "name": "用水来源", "type": "text", "required": True, "examples": ["自来水"]})
    materials = [rule for rule in before["materials"] if rule["id"] != "pledge"]
    materials.append({"id": "water_test", "name": "水质检测报告", "forms": ["copy"], "source": "样例"})
    other = changed("food_workshop", fields=fields, materials=materials)
    handed_in(county, [with_length(other, "promise", 7)], keep_others=True)
    machine.sync()

    would = drafts.move(drafts.open(kept))
    assert would is not None
    assert would.after is not None
    assert (would.before.version, would.after.version) == ("1", "1001")
    assert {(left.what, left.id) for left in would.gone} >= {("field", "staff"), ("material", "pledge")}
    assert [row.id for row in would.wanted][-1:] == ["water"]
    assert [rule.id for rule in would.wanted_materials] == ["water_test"]
    assert would.limits == ("promise",)

    moved = drafts.move_over(CHIEF, kept)
    assert drafts.move(moved) is None
    assert refused(lambda: drafts.move_over(CHIEF, kept)) == "draft_is_current"
    [left] = [row for row in moved.line["aside"]["left_over"] if row["id"] == "staff"]  # type: ignore[index]
    assert left["value"] == line["fields"]["staff"]
    handed_in(county, [SHIPPED_ITEMS["food_workshop"]], keep_others=True)
    machine.sync()
    back = drafts.move_over(CHIEF, kept)  # what has its place again goes back there
    assert back.line["fields"]["staff"] == line["fields"]["staff"]  # type: ignore[index]
    ids = [row["id"] for row in back.line["materials"]]  # type: ignore[index]
    assert sorted(ids) == sorted(row["id"] for row in line["materials"])
    handed_in(county, [with_length(SHIPPED_ITEMS["food_workshop"], "promise", 7)], keep_others=True)
    machine.sync()
    real = {**line, "outcome": "accept"}
    assert refused(lambda: intake.take_in(CHIEF, real, kept)) == "draft_of_other_version"
    drafts.move_over(CHIEF, kept)
    assert "left_over" not in drafts.dismiss(CHIEF, kept).line.get("aside", {})
    handed_in(county, [SHIPPED_ITEMS[AID]])
    machine.sync()
    gone = drafts.move(drafts.open(kept))
    assert gone is not None
    assert gone.after is None
    assert refused(lambda: drafts.move_over(CHIEF, kept)) == "item_withdrawn"
