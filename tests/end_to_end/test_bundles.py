"""The USB postbag between a village and the hall: in any order, twice, with the line in between, with every fault."""

from __future__ import annotations

import errno
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import isqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from counter_app.adapters.file_vault import VAULT_FOLDER
from counter_app.adapters.home import exchange_lock
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import HALL
from counter_app.domain.people import Person, Role
from counter_app.services.bundles import STOPPED
from counter_app.services.stored_facts import Upload
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import bundle_writing, journal, outgoing
from sync.bundle_part import PartWriter
from sync.bundle_seal import CHUNK, TAG
from sync.bundle_writing import LEAST_PART
from sync.frames import Frame
from sync.hall import answers
from sync.hall.places import revoke
from tests.support.budgets import examples
from tests.support.county import Machine, SmallCounty
from tests.support.disks import make_read_only, mounted
from tests.support.key_files import quick_key_files
from tests.support.postbag import SUPERVISOR, answered, brought, packed, round_trip, unpacked

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")

pytestmark = pytest.mark.usefixtures("papers_later")


@pytest.fixture
def county(tmp_path: Path) -> Iterator[SmallCounty]:
    made = SmallCounty(tmp_path)
    made.add_station("QX03", "village")
    yield made
    made.close()


@pytest.fixture
def machine(county: SmallCounty) -> Machine:
    return county.machines["QX03"]


def take(machine: Machine, n: int, *scans: Path, outcome: str = "accept") -> str:
    """A case, with scans of its first material."""
    line: dict[str, Any] = example_line(BIRTH, outcome, n)
    if scans:
        line["materials"][0]["files"] = [str(scan) for scan in scans]
    taken = machine.station.intake.take_in(CHIEF, line)
    assert taken.case is not None
    return str(taken.case.id)


def scan(folder: Path, n: int, size: int) -> Path:
    """A picture of about that size in bytes, which cannot be packed smaller."""
    file, side = folder / f"scan-{n}.png", isqrt(size // 3)
    Image.frombytes("RGB", (side, side), random.Random(n).randbytes(side * side * 3)).save(file)
    return file


def passes(county: SmallCounty, minutes: int = 1) -> None:
    county.clock.now += timedelta(minutes=minutes)


def heads(county: SmallCounty, machine: Machine) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """The head of the device's journal at the station and at the hall."""
    with county.hall.store.read() as conn:
        hall = journal.head(conn, machine.device)
    return machine.station.exchange.means.ledger.standing().head, hall


def all_is_there(county: SmallCounty, machine: Machine, cases: int) -> None:
    own, hall = heads(county, machine)
    assert own == hall
    assert len(county.hall_cases()) == cases
    assert county.hall_problems() == []
    assert machine.station.verifier.verify().problems == ()


def test_cases_and_scans_reach_the_hall_and_its_answer_comes_back(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1, scan(tmp_path, 1, 300_000))
    take(machine, 2)
    passes(county)
    exported = packed(machine, tmp_path / "bag.ctb")
    assert (exported.cases, exported.scans, len(exported.parts)) == (2, 1, 1)
    taken = brought(county, tmp_path / "bag.ctb")
    assert (taken.error, taken.events, taken.duplicates, taken.attachments) == (None, exported.events, 0, 1)
    imported = unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb"))
    assert (imported.error, imported.acknowledged) == (None, taken.acknowledged)
    assert machine.station.sending.outbox().waiting == ()
    all_is_there(county, machine, 2)


def test_parts_lie_on_several_sticks_and_may_come_in_any_order_and_twice(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    for n in range(1, 5):
        take(machine, n, scan(tmp_path, n, 900_000))
    exported = packed(machine, tmp_path / "bag.ctb")
    files = [part.file for part in exported.parts]
    assert [file.name for file in files] == ["bag.ctb", "bag-2.ctb", "bag-3.ctb", "bag-4.ctb"]
    assert all(file.stat().st_size <= LEAST_PART for file in files)
    assert (exported.events, exported.scans) == (heads(county, machine)[0][0], 4)
    late = brought(county, files[2])
    assert late.error is not None
    assert (late.error.code, late.error.params) == ("bundle_gap", {"part": 1, "given": 3})
    for file in (files[0], files[3], files[1], files[0], files[2], files[3], files[2]):
        brought(county, file)
    with county.hall.store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*), sum(whole) FROM attachments").one() == (4, 4)
    again = [brought(county, file) for file in files]
    assert [(row.error, row.events) for row in again] == [(None, 0)] * 4
    assert sum(row.duplicates for row in again) == exported.events
    unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb"))
    assert machine.station.sending.outbox().waiting == ()
    all_is_there(county, machine, 4)


def test_a_part_that_needs_an_earlier_one_names_it_loses_nothing_and_may_be_given_again(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    with_events(machine, 12)
    for n in range(20, 23):
        take(machine, n, scan(tmp_path, n, 900_000))
    files = [part.file for part in packed(machine, tmp_path / "bag.ctb").parts]
    assert len(files) == 3
    brought(county, files[0])
    received = heads(county, machine)[1]
    third = brought(county, files[2])
    assert third.error is not None
    assert third.error.params == {"part": 2, "given": 3}
    assert heads(county, machine)[1] == received
    assert brought(county, files[1]).error is None
    assert brought(county, files[2]).error is None
    all_is_there(county, machine, 15)


def with_events(machine: Machine, cases: int) -> None:
    for n in range(1, cases + 1):
        take(machine, 100 + n)


def test_old_bundles_and_the_line_in_between_change_nothing_and_double_nothing(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1)
    passes(county)
    first = packed(machine, tmp_path / "first.ctb").parts[0].file
    take(machine, 2, scan(tmp_path, 2, 200_000))
    passes(county)
    second = packed(machine, tmp_path / "second.ctb").parts[0].file
    assert brought(county, second).error is None
    old_answer = answered(county, machine.device, tmp_path / "old.ctb")
    take(machine, 3)
    passes(county)
    machine.sync()
    standing = machine.station.exchange.means.ledger.standing()
    assert (brought(county, first).events, brought(county, second).events) == (0, 0)
    old = unpacked(machine, old_answer)
    assert (old.error, old.events) == (None, 0)
    assert machine.station.exchange.means.ledger.standing() == standing, "an older word of the hall takes nothing back"
    passes(county)
    assert unpacked(machine, answered(county, machine.device, tmp_path / "new.ctb")).error is None
    assert machine.sync().pulled == 0
    all_is_there(county, machine, 3)


def test_a_village_that_was_never_on_line_after_its_enrolment_works_by_bundles_alone(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    other = county.add_station("QX04", "village")
    for week in range(1, 4):
        case = take(other, week)
        passes(county, 7 * 24 * 60)
        assert round_trip(county, other, tmp_path).error is None
        assert other.station.cases.view(case).case.case_no
    assert other.station.sending.outbox().waiting == ()
    all_is_there(county, other, 3)
    assert machine.sync().error is None


def test_what_the_hall_does_reaches_the_station_by_bundle_also_where_it_takes_several_parts(
    county: SmallCounty, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [take(machine, n) for n in range(1, 6)]
    for part in packed(machine, tmp_path / "bag.ctb").parts:
        assert brought(county, part.file).error is None
    for case in cases:
        county.by_hall(case, "recall", {"reason": "没有回音"}, SUPERVISOR)
    smaller(monkeypatch)
    files = answered(county, machine.device, tmp_path / "back.ctb", 1)
    assert len(files) > 2
    missing = unpacked(machine, files[2:3])
    assert missing.error is not None
    assert (missing.error.code, missing.error.params) == ("bundle_gap", {"part": 1, "given": 3})
    unpacked(machine, files[:1])
    missing = unpacked(machine, files[2:3])
    assert missing.error is not None
    assert missing.error.params == {"part": 2, "given": 3}
    assert unpacked(machine, list(reversed(files))).error is None
    assert machine.station.exchange.means.ledger.standing().feed[0] == feed_of(county, "QX03")
    again = unpacked(machine, files)
    assert (again.error, again.events) == (None, 0)
    assert machine.station.cases.view(cases[0]).case.holder == HALL
    all_is_there(county, machine, 5)


def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames and parts so small that little makes many."""
    monkeypatch.setattr(bundle_writing, "LEAST_PART", 1)
    monkeypatch.setattr(answers, "FRAME_BYTES", 300)
    monkeypatch.setattr(outgoing, "MAX_FRAME_RAW", 300)


def test_parts_with_nothing_but_events_wait_for_each_other_too(
    county: SmallCounty, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller(monkeypatch)
    with_events(machine, 2)
    files = [part.file for part in packed(machine, tmp_path / "bag.ctb", 1).parts]
    assert len(files) > 3
    for at in (2, 1):
        late = brought(county, files[at])
        assert late.error is not None
        assert (late.error.code, late.error.params) == ("bundle_gap", {"part": 1, "given": at + 1})
    brought(county, files[0])
    passes(county)
    machine.sync()
    assert [brought(county, file).error for file in reversed(files)] == [None] * len(files), "the line brought it all"
    all_is_there(county, machine, 2)


def test_a_bundle_that_goes_on_behind_what_the_hall_lost_says_so(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1)
    shutil.copytree(tmp_path / "hall", tmp_path / "last-week")
    machine.sync()
    take(machine, 2)
    file = packed(machine, tmp_path / "bag.ctb").parts[0].file
    shutil.copytree(tmp_path / "last-week", tmp_path / "restored" / "hall")
    lost = SmallCounty(tmp_path / "restored")
    assert code_of(lambda: brought(lost, file)) == "bundle_begins_later"
    lost.hall.store.close()


def feed_of(county: SmallCounty, station: str) -> int:
    with county.hall.store.read() as conn:
        return int(conn.exec_driver_sql(f"SELECT feed_n FROM stations WHERE code = '{station}'").scalar_one())


def test_a_revoked_device_is_taken_in_only_under_a_supervisors_eye_and_gets_no_answer(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1)
    file = packed(machine, tmp_path / "bag.ctb").parts[0].file
    with county.hall.store.write() as conn:
        revoke(conn, machine.device, county.hall.now_ms)
    before = heads(county, machine)[1]
    refused = brought(county, file)
    assert refused.error is not None
    assert (refused.error.code, heads(county, machine)[1]) == ("bundle_of_revoked", before)
    assert brought(county, file, SUPERVISOR).error is None
    assert len(county.hall_cases()) == 1
    assert code_of(lambda: answered(county, machine.device, tmp_path / "back.ctb")) == "revoked"
    with county.hall.store.read() as conn:
        assert conn.exec_driver_sql("SELECT person FROM bundle_parts").scalar_one() == SUPERVISOR.name


def test_what_is_on_its_way_in_a_bundle_is_shown_until_the_hall_has_it(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1, scan(tmp_path, 1, 100_000))
    passes(county)
    exported = packed(machine, tmp_path / "bag.ctb", events_only=True)
    in_it = [(row.what, row.bundle_ms) for row in machine.station.sending.outbox().waiting]
    assert in_it == [("text", exported.made_ms), ("scans", None)]
    passes(county)
    again = packed(machine, tmp_path / "bag.ctb")
    assert [row.bundle_ms for row in machine.station.sending.outbox().waiting] == [again.made_ms] * 2
    take(machine, 2)
    assert [row.bundle_ms for row in machine.station.sending.outbox().waiting].count(None) == 1
    machine.sync()
    assert machine.station.sending.outbox().waiting == ()


def test_events_that_a_machine_lost_come_back_by_bundle(county: SmallCounty, machine: Machine, tmp_path: Path) -> None:
    take(machine, 1)
    machine.station.close()
    old = tmp_path / "old"
    shutil.copytree(tmp_path / "QX03", old)
    machine = county.machines["QX03"] = county.opened(tmp_path / "QX03")
    take(machine, 2)
    machine.sync()
    machine.station.close()
    shutil.rmtree(tmp_path / "QX03")
    shutil.copytree(old, tmp_path / "QX03")
    machine = county.machines["QX03"] = county.opened(tmp_path / "QX03")
    passes(county)
    imported = round_trip(county, machine, tmp_path)
    assert imported.error is None
    assert imported.events > 0
    take(machine, 3)
    machine.sync()
    all_is_there(county, machine, 3)


def test_two_histories_of_one_device_are_a_fork_by_bundle_too(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    machine.station.close()
    shutil.copytree(tmp_path / "QX03", tmp_path / "twin")
    machine = county.machines["QX03"] = county.opened(tmp_path / "QX03")
    twin = county.opened(tmp_path / "twin")
    take(machine, 1)
    take(twin, 2)
    machine.sync()
    forked = brought(county, packed(twin, tmp_path / "bag.ctb").parts[0].file)
    assert forked.error is not None
    assert forked.error.code == "fork"
    back = answered(county, machine.device, tmp_path / "back.ctb")
    assert code_of(lambda: unpacked(twin, back)) == "fork"
    assert code_of(lambda: packed(twin, tmp_path / "again.ctb")) == "device_forked", "it must be enrolled again first"
    twin.station.close()
    assert len(county.hall_cases()) == 1


# what somebody may bring instead --------------------------------------------------------------------


def code_of(do: Callable[[], object]) -> str:
    try:
        done = do()
    except CounterError as error:
        return error.code
    error = getattr(done, "error", None)
    return "" if error is None else str(error.code)


def test_files_that_are_not_what_they_should_be_are_refused_each_with_its_reason(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1)
    other = county.add_station("QX04", "village")
    mine = packed(machine, tmp_path / "bag.ctb").parts[0].file
    [back] = answered(county, machine.device, tmp_path / "back.ctb")
    [others] = answered(county, other.device, tmp_path / "others.ctb")
    content = mine.read_bytes()
    bad = tmp_path / "bad.ctb"

    def hall_says(raw: bytes) -> str:
        bad.write_bytes(raw)
        return code_of(lambda: brought(county, bad))

    assert hall_says(b"") == "not_a_bundle"
    assert hall_says(b"%PDF-1.7 and so on") == "not_a_bundle"
    assert hall_says(content[:3] + b"\x02" + content[4:]) == "bundle_newer"
    assert hall_says(back.read_bytes()) == "bundle_wrong_way"
    assert code_of(lambda: unpacked(machine, [mine])) == "bundle_wrong_way"
    assert code_of(lambda: unpacked(machine, [others])) == "bundle_other_device"
    assert code_of(lambda: unpacked(machine, [tmp_path / "gone.ctb"])) == "bundle_missing"
    assert code_of(lambda: answered(county, "QX09-01", tmp_path / "x.ctb")) == "bundle_device_unknown"
    assert code_of(lambda: packed(machine, tmp_path / "no" / "bag.ctb")) == "bundle_folder_missing"
    assert code_of(lambda: packed(machine, tmp_path / "bag.ctb", 1000)) == "bundle_part_small"
    assert len(county.hall_cases()) == 0


def test_a_bundle_of_another_hall_is_refused_on_both_sides(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    elsewhere = SmallCounty(tmp_path / "elsewhere")
    stranger = elsewhere.add_station("QX03", "village")
    take(stranger, 1)
    file = packed(stranger, tmp_path / "bag.ctb").parts[0].file
    back = answered(elsewhere, stranger.device, tmp_path / "back.ctb")
    assert code_of(lambda: brought(county, file)) == "bundle_other_hall"
    assert code_of(lambda: unpacked(machine, back)) == "bundle_other_hall"
    elsewhere.close()


def test_one_bad_file_stops_no_good_one(county: SmallCounty, machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "note.ctb").write_bytes(b"hello")
    [back] = answered(county, machine.device, tmp_path / "back.ctb")
    imported = unpacked(machine, [tmp_path / "note.ctb", back])
    assert [row.file.name for row in imported.files] == ["back.ctb", "note.ctb"]
    assert [row.error is None for row in imported.files] == [True, False]
    assert imported.error is not None


def test_a_cut_or_changed_part_gives_what_was_whole_and_the_whole_one_later_gives_the_rest(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    with_events(machine, 6)
    take(machine, 9, scan(tmp_path, 9, 400_000))
    whole = packed(machine, tmp_path / "bag.ctb").parts[0].file.read_bytes()
    bad, chance = tmp_path / "bad.ctb", random.Random(7)
    cuts = [len(whole) - 1, *range(len(whole) - 1, 200, -(CHUNK + TAG)), 120, 60, 20]
    for cut in cuts:
        bad.write_bytes(whole[:cut])
        assert code_of(lambda: brought(county, bad)) in ("bundle_cut", "not_a_bundle"), cut
    for _ in range(60):
        at = chance.randrange(len(whole))
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        assert code_of(lambda: brought(county, bad)) != "" or at < 13, at
    bad.write_bytes(whole)
    assert brought(county, bad).error is None
    assert brought(county, bad).events == 0
    all_is_there(county, machine, 7)


def test_a_full_stick_leaves_no_half_file_and_the_rest_goes_on_another(
    county: SmallCounty, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 4):
        take(machine, n, scan(tmp_path, n, 900_000))
    stick = tmp_path / "stick"
    stick.mkdir()
    room = 1_500_000
    write = PartWriter.write

    def until_full(part: PartWriter, frame: Frame, raw: int) -> None:
        used = sum(file.stat().st_size for file in stick.glob("bag*"))
        if used + part.packed > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(part, frame, raw)

    with monkeypatch.context() as full:
        full.setattr(PartWriter, "write", until_full)
        assert code_of(lambda: packed(machine, stick / "bag.ctb")) == "bundle_medium_full"
    assert [file.name for file in stick.iterdir()] == ["bag.ctb"]
    assert machine.station.bundles.is_begun()
    other = tmp_path / "other stick"
    other.mkdir()
    take(machine, 4, scan(tmp_path, 4, 100_000))  # somebody comes while the stick is fetched
    rest = machine.station.bundles.export(other / "bag.ctb", part_bytes=LEAST_PART, go_on=True)
    assert [file.name for file in sorted(other.iterdir())] == ["bag-2.ctb", "bag-3.ctb"]
    assert not machine.station.bundles.is_begun()
    assert {row.bundle_ms for row in machine.station.sending.outbox().waiting} == {rest.made_ms}
    assert code_of(lambda: machine.station.bundles.export(other / "x.ctb", go_on=True)) == "bundle_not_begun"
    for file in (stick / "bag.ctb", other / "bag-2.ctb", other / "bag-3.ctb"):
        assert brought(county, file).error is None
    assert unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb")).error is None
    assert machine.station.sending.outbox().waiting == ()
    all_is_there(county, machine, 4)


def test_scans_that_are_gone_or_damaged_here_hold_up_nothing_else_and_are_told(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    whole = [take(machine, n, scan(tmp_path, n, 30_000)) for n in range(1, 4)]
    first, second, third = (vault_file(machine, upload.sha256) for upload in uploads(machine))
    kept = tmp_path / "kept"
    first.rename(kept)
    second.write_bytes(second.read_bytes()[:-20])
    exported = packed(machine, tmp_path / "bag.ctb")
    assert exported.error is not None
    assert (exported.error.code, exported.cases, exported.scans) == ("file_missing", 3, 1)
    under_way = {(str(row.case.id), row.what) for row in machine.station.sending.outbox().waiting if row.bundle_ms}
    assert under_way == {*((case, "text") for case in whole), (whole[2], "scans")}
    taken = brought(county, tmp_path / "bag.ctb")
    assert (taken.error, taken.attachments) == (None, 1)
    assert unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb")).error is None
    assert third.exists()

    kept.rename(first)
    again = packed(machine, tmp_path / "again.ctb")
    assert again.error is not None
    assert (again.error.code, again.scans) == ("file_damaged", 1)
    assert brought(county, tmp_path / "again.ctb").attachments == 1


def uploads(machine: Machine) -> list[Upload]:
    with machine.station.store.read() as reading:
        return reading.uploads()


def vault_file(machine: Machine, sha256: bytes) -> Path:
    name = sha256.hex()
    return machine.station.home / VAULT_FOLDER / name[:2] / name


def test_a_stick_that_is_really_too_small_is_told_as_full(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1, scan(tmp_path, 1, 1_500_000))
    with mounted(tmp_path / "stick", "1m") as stick:
        assert code_of(lambda: packed(machine, stick / "bag.ctb", 9 * LEAST_PART)) == "bundle_medium_full"
        assert list(stick.iterdir()) == []
        make_read_only(stick)
        assert code_of(lambda: packed(machine, stick / "bag.ctb")) == "bundle_medium_read_only"


def test_an_export_that_was_stopped_leaves_no_half_file(county: SmallCounty, machine: Machine, tmp_path: Path) -> None:
    take(machine, 1, scan(tmp_path, 1, 500_000))
    told: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> None:
        told.append((done, of))
        if done > 300_000:
            raise CounterError(STOPPED)

    stick = tmp_path / "stick"
    stick.mkdir()
    bundles = machine.station.bundles
    assert code_of(lambda: bundles.export(stick / "bag.ctb", watch=stop)) == STOPPED
    assert list(stick.iterdir()) == []
    assert [row.bundle_ms for row in machine.station.sending.outbox().waiting] == [None, None]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= of for done, of in told)


def test_a_bundle_can_be_written_bare_where_packing_is_at_fault(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    with_events(machine, 3)
    well = packed(machine, tmp_path / "bag.ctb")
    bare = machine.station.bundles.export(tmp_path / "bare.ctb", bare=True)
    assert bare.events == well.events
    assert bare.size > well.size
    assert brought(county, tmp_path / "bare.ctb").events == bare.events
    all_is_there(county, machine, 3)


def test_only_one_exchange_or_bundle_at_a_time(county: SmallCounty, machine: Machine, tmp_path: Path) -> None:
    with exchange_lock(tmp_path / "QX03"):
        assert code_of(lambda: packed(machine, tmp_path / "bag.ctb")) == "busy"
        assert code_of(lambda: unpacked(machine, [])) == "busy"


def test_no_name_stands_in_clear_in_a_bundle(county: SmallCounty, machine: Machine, tmp_path: Path) -> None:
    take(machine, 1)
    line = example_line(BIRTH, "accept", 1)
    file = packed(machine, tmp_path / "bag.ctb").parts[0].file
    for word in (line["applicant"]["name"], line["applicant"]["id_number"], line["applicant"]["phone"]):
        assert word.encode() not in file.read_bytes()


@given(data=st.data())
@settings(max_examples=examples(4), suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_the_order_both_sides_end_with_the_same_heads(data: st.DataObject) -> None:
    """Bundles both ways, the line, and old files again, as chance has it."""
    with tempfile.TemporaryDirectory() as place, quick_key_files():
        folder = Path(place)
        county = SmallCounty(folder)
        machine = county.add_station("QX03", "village")
        to_hall: list[Path] = []
        to_station: list[list[Path]] = []
        cases = 0
        for step in range(data.draw(st.integers(4, 12))):
            passes(county)
            match data.draw(st.sampled_from(["case", "pack", "bring", "answer", "unpack", "line"])):
                case "case":
                    cases += 1
                    take(machine, cases, *([scan(folder, cases, 1_200_000)] if cases % 3 == 0 else []))
                case "pack":
                    to_hall += [part.file for part in packed(machine, folder / f"out{step}.ctb").parts]
                case "bring" if to_hall:
                    brought(county, data.draw(st.sampled_from(to_hall)))
                case "answer":
                    to_station.append(answered(county, machine.device, folder / f"back{step}.ctb"))
                case "unpack" if to_station:
                    assert code_of(lambda: unpacked(machine, data.draw(st.sampled_from(to_station)))) == ""
                case "line":
                    machine.sync()
        passes(county)
        assert round_trip(county, machine, folder).error is None
        assert machine.station.sending.outbox().waiting == ()
        all_is_there(county, machine, cases)
        county.close()
