"""Receipts and acceptances with signed codes: read from the page, verified at another station without a line."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, select

from counter_app import bootstrap
from counter_app.adapters.store import schema, second_stages
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput
from counter_app.domain.identifiers import CaseId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import HallWord, SignedCode
from counter_app.services.signed_codes import Answer, Compared
from sync import chain, journal, receipts
from sync.hall import apply, backup, device_keys, places, recovery, second_stage
from sync.hall.tables import told_keys
from sync.keys import DeviceKeys
from tests.support.county import OPERATOR, Machine, SmallCounty
from tests.support.lines import accepted_line
from tests.support.postbag import round_trip
from tests.support.walk import CHIEF, STATIONS

DPI = 150
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-abz+"


def taken_in(machine: Machine, n: int = 1, outcome: str = "receive", item: str = "elder_allowance") -> Case:
    """A new case of the machine."""
    taken = machine.station.intake.take_in(CHIEF, {**accepted_line(item, n), "outcome": outcome}).case
    assert taken is not None
    return taken


def paper(machine: Machine, case: CaseId, kind: str = "N01") -> bytes:
    """The paper as its station made it."""
    found, notice = machine.station.papers.find(str(case), kind)
    return machine.station.papers.pdf(found.id, notice)


def scanned(pdf: bytes, folder: Path, dpi: int = DPI) -> list[str]:
    """What zbar reads from the first page."""
    (folder / "page.pdf").write_bytes(pdf)
    page = ["pdftoppm", "-r", str(dpi), "-gray", "-png", "-singlefile", str(folder / "page.pdf"), str(folder / "page")]
    subprocess.run(page, check=True, timeout=60)
    read = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(folder / "page.png")]
    return subprocess.run(read, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()


def code_of(machine: Machine, case: CaseId, folder: Path, kind: str = "N01") -> str:
    """The one code on the paper."""
    [code] = scanned(paper(machine, case, kind), folder)
    return code


def answer(machine: Machine, code: str) -> Answer:
    return machine.station.signed_codes.check(code).answer


@pytest.fixture
def village(county: SmallCounty) -> Machine:
    return county.machines["QX03"]


@pytest.fixture
def town(county: SmallCounty) -> Iterator[Machine]:
    """Another station, which knows what the hall told it and has no line from now on."""
    machine = county.machines["YL01"]
    machine.sync()
    return machine


def test_a_receipt_is_read_from_the_page_and_verified_at_another_station_without_a_line(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    case = taken_in(village)
    found = town.station.signed_codes.check(code_of(village, case.id, tmp_path))
    assert (found.answer, found.stage, found.kind) == (Answer.GENUINE, 1, "N01")
    assert (found.local_no, found.station, found.device) == (str(case.id), "QX03", village.device)
    assert found.taken_at == county.clock.now.replace(microsecond=0)
    assert (found.uncertainty_s, found.compared) == (120, Compared.NOT_HERE)
    village.sync()
    here = village.station.signed_codes.check(code_of(village, case.id, tmp_path))
    assert (here.compared, len(here.case_no)) == (Compared.SAME, 43)


def test_one_changed_character_anywhere_fails(village: Machine, town: Machine, tmp_path: Path) -> None:
    code = code_of(village, taken_in(village).id, tmp_path)
    check = town.station.signed_codes.check
    for place, character in enumerate(code):
        at = LETTERS.find(character)
        others = {LETTERS[(at + 1) % len(LETTERS)], LETTERS[(at + 7) % len(LETTERS)], character.lower()}
        for other in others - {character}:
            changed = code[:place] + other + code[place + 1 :]
            assert check(changed).answer not in (Answer.GENUINE, Answer.EARLIER), (place, other)
    for wrong in (code[:-1], code[1:], code + "0", code[:40] + code[41:], code[:60], code + code):
        assert check(wrong).answer not in (Answer.GENUINE, Answer.EARLIER), wrong
    for right in (f" {code}\r\n", code.lower()):  # as guns give it, Caps Lock included
        assert check(right).answer is Answer.GENUINE


def test_the_hall_signs_what_it_accepted_and_the_next_print_carries_it(
    village: Machine, town: Machine, tmp_path: Path
) -> None:
    accepted = [taken_in(village, n, "accept").id for n in range(1, 6)]
    before = [paper(village, case, "N02") for case in accepted]
    first = town.station.signed_codes.check(scanned(before[2], tmp_path)[0])
    assert (first.answer, first.stage, first.accepted_at) == (Answer.GENUINE, 1, None)
    assert "尚无中心签名" in words(before[2], tmp_path)
    village.sync()
    for case, kept in zip(accepted, before, strict=True):
        assert paper(village, case, "N02") == kept  # the paper of record stays as it was served
        printed = reprinted(village, case, "N02")
        [code] = scanned(printed, tmp_path)
        second = town.station.signed_codes.check(code)
        assert (second.answer, second.stage, second.local_no) == (Answer.GENUINE, 2, str(case))
        assert (second.device, second.accepted_at is not None) == (village.device, True)
        assert scanned(reprinted(village, case, "N02"), tmp_path) == [code]
        assert "中心已签名确认" in words(printed, tmp_path)
        place = code.rindex("-") + 80  # in the hall's part
        changed = code[:place] + ("0" if code[place] != "0" else "1") + code[place + 1 :]
        assert answer(town, changed) is Answer.TAMPERED
    assert village.station.signed_codes.check(code).compared is Compared.SAME
    asked = village.sync()
    assert asked.requests == 1  # nothing waits any more, and nothing is asked for
    with village.station.store.read() as reading:
        assert village.station.exchange.means.ledger.unsigned_acceptances(32) == []
        assert reading.second_stage(village.station.papers.find(str(accepted[0]), "N02")[1].event) is not None


def test_a_spoiled_acceptance_gets_no_word_of_the_hall_and_the_one_in_its_place_does(
    village: Machine, tmp_path: Path
) -> None:
    case = taken_in(village, 1, "accept")
    again = village.station.acts.act(CHIEF, str(case.id), "spoil", {"kind": "N02", "reason": "打印卡纸"}).case
    village.sync()
    spoiled, good = (row for row in again.notices if row.kind == "N02")
    assert [stage_of(village, case.id, notice, tmp_path) for notice in (spoiled, good)] == [1, 2]


def stage_of(machine: Machine, case: CaseId, notice: IssuedNotice, folder: Path) -> int:
    [code] = scanned(machine.station.papers.reprint(case, notice), folder)
    return machine.station.signed_codes.check(code).stage


def reprinted(machine: Machine, case: CaseId, kind: str) -> bytes:
    found, notice = machine.station.papers.find(str(case), kind)
    return machine.station.papers.reprint(found.id, notice)


def words(pdf: bytes, folder: Path) -> str:
    """All text of the paper without white space."""
    (folder / "words.pdf").write_bytes(pdf)
    found = subprocess.run(
        ["pdftotext", "-raw", str(folder / "words.pdf"), "-"], check=True, capture_output=True, text=True, timeout=60
    )
    return re.sub(r"\s", "", found.stdout)


def test_a_revoked_devices_papers_are_told_apart_by_their_time(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    early = code_of(village, taken_in(village).id, tmp_path)
    county.clock.now += timedelta(hours=5)
    late = code_of(village, taken_in(village, 2).id, tmp_path)
    with county.hall.store.write() as conn:
        places.revoke(conn, village.device, county.hall.now_ms - 3 * 3_600_000)
    device_keys.tell(county.hall)
    assert (answer(town, early), answer(town, late)) == (Answer.GENUINE, Answer.GENUINE)  # not heard yet
    town.sync()
    found = town.station.signed_codes.check(early)
    assert (found.answer, found.revoked_at) == (Answer.EARLIER, county.clock.now - timedelta(hours=3))
    assert answer(town, late) is Answer.REVOKED
    assert town.station.verifier.verify().ok
    assert county.hall_problems() == []


def test_devices_of_stations_that_came_later_know_and_are_known(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    newcomer = county.add_station("QX07")
    of_old, of_new = (code_of(machine, taken_in(machine).id, tmp_path) for machine in (village, newcomer))
    assert answer(newcomer, of_old) is Answer.GENUINE
    assert answer(newcomer, of_new) is Answer.GENUINE
    assert answer(town, of_new) is Answer.UNKNOWN_DEVICE  # until it exchanges
    town.sync()
    assert answer(town, of_new) is Answer.GENUINE
    assert county.hall_problems() == []


def test_other_counties_newer_schemes_old_papers_and_strange_texts_have_answers_of_their_own(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    case = taken_in(village)
    code = receipts.read(code_of(village, case.id, tmp_path))
    stranger, hall = DeviceKeys.make(), county.hall.id
    theirs = replace(code.statement, key=receipts.key_id(stranger.sign_public))
    forged = replace(code, statement=replace(code.statement, at_s=code.statement.at_s - 86_400))
    posing = receipts.signed_by_device(code.statement, hall, stranger)
    elsewhere = receipts.signed_by_device(code.statement, "H-OTHER", village.station.keys)
    by_nobody = SignedCode("E1", code.statement, code.signature, HallWord(code.statement.at_s, 0, ()))
    given = {
        receipts.signed_by_device(theirs, hall, stranger).to_text(): Answer.UNKNOWN_DEVICE,
        forged.to_text(): Answer.TAMPERED,
        posing.to_text(): Answer.TAMPERED,
        elsewhere.to_text(): Answer.TAMPERED,
        by_nobody.to_text(): Answer.TAMPERED,
        code.to_text().replace("SQE1", "SQS1"): Answer.UNKNOWN_SCHEME,
        f"本地编号 {case.id} 查询码 604182": Answer.UNSIGNED,
        "https://example.cn/q?id=1": Answer.NOT_OURS,
        str(case.id): Answer.NOT_OURS,
        "SQ": Answer.NOT_OURS,
        "SQE1-": Answer.TAMPERED,
        "SQE1-QX03-01-0001-X-" + "Z" * 5000: Answer.TAMPERED,
        "\0\ud7ff𬭎": Answer.NOT_OURS,
    }
    assert {text: answer(town, text) for text in given} == given


def test_nothing_of_the_person_stands_in_a_code_and_nobody_can_try_names_against_it(
    village: Machine, town: Machine, tmp_path: Path
) -> None:
    case = taken_in(village)
    code = receipts.read(code_of(village, case.id, tmp_path))
    line = {**accepted_line("elder_allowance", 1), "outcome": "receive", "key": "another"}
    same = village.station.intake.take_in(CHIEF, line)
    assert same.case is not None
    again = receipts.read(code_of(village, same.case.id, tmp_path))  # the same person and papers
    assert code.statement.taken != again.statement.taken
    personal = [case.applicant.name, case.applicant.id_number[-4:], case.applicant.phone, case.query_code]
    assert not [word for word in personal if word in code.to_text()]
    with village.station.store.read() as reading:
        [event] = [row for row in reading.events_of(case.id) if row.kind == "received"]
        assert reading.taken_hash(event.id) == code.statement.taken
        [row] = journal.rows(reading.connection, village.device, event.id.seq - 1, event.id.seq)
    assert row.private is not None
    without = chain.commitment(bytes(32), row.private)  # all that is known but the key
    assert receipts.taken_hash(event.id, row.public, without) != code.statement.taken
    assert receipts.taken_hash(event.id, row.public, row.c) == code.statement.taken


def test_what_the_station_holds_is_compared(village: Machine, town: Machine, tmp_path: Path) -> None:
    case, other = taken_in(village), taken_in(village, 2)
    with village.station.store.read() as reading:
        events = {made.id: reading.events_of(made.id)[0] for made in (case, other)}
        wrong = reading.taken_hash(events[other.id].id)
    assert wrong is not None
    stated = receipts.statement_of(events[case.id], NoticeKind.RECEIPT, wrong, village.station.keys.sign_public)
    lie = receipts.signed_by_device(stated, village.station.whereabouts.hall, village.station.keys).to_text()
    found = village.station.signed_codes.check(lie)
    assert (found.answer, found.compared) == (Answer.GENUINE, Compared.DIFFERENT)
    assert town.station.signed_codes.check(lie).compared is Compared.NOT_HERE


def test_a_restored_home_signs_by_its_old_key_until_it_is_enrolled_again_and_that_ends_the_key(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    village.sync()
    village.station.back_up(tmp_path / "copy.ctk")
    village.station.close()
    (tmp_path / "QX03" / "store.db").unlink()
    for leftover in (tmp_path / "QX03").glob("store.db-*"):
        leftover.unlink()
    bootstrap.restore_home(tmp_path / "QX03", tmp_path / "copy.ctk")
    restored = county.machines["QX03"] = county.opened(tmp_path / "QX03")
    county.clock.now += timedelta(hours=1)
    case = taken_in(restored)
    of_old_key = code_of(restored, case.id, tmp_path)
    found = town.station.signed_codes.check(of_old_key)
    assert (found.answer, found.device, found.local_no) == (Answer.GENUINE, "QX03-01", str(case.id))
    restored.station.close()
    county.clock.now += timedelta(hours=1)
    again = county.machines["QX03"] = county.enrol_again(tmp_path / "QX03", "QX03")
    again.sync()
    device_keys.tell(county.hall)
    of_new_key = code_of(again, taken_in(again, 2).id, tmp_path)
    assert answer(town, of_new_key) is Answer.UNKNOWN_DEVICE
    town.sync()
    assert (answer(town, of_new_key), answer(town, of_old_key)) == (Answer.GENUINE, Answer.EARLIER)
    assert again.station.signed_codes.check(of_old_key).answer is Answer.GENUINE  # has not heard it yet
    again.sync()
    assert again.station.signed_codes.check(of_old_key).answer is Answer.EARLIER
    assert code_of(again, case.id, tmp_path) == of_old_key  # the kept paper bears what it was served with
    assert again.station.verifier.verify().ok
    assert county.hall_problems() == []


def test_a_hall_that_forgot_a_device_tells_its_key_again(county: SmallCounty, tmp_path: Path) -> None:
    backup.backup(county.hall, tmp_path / "hall-backup.db")
    newcomer = county.add_station("QX07")
    code = code_of(newcomer, taken_in(newcomer).id, tmp_path)
    for name in STATIONS:
        county.machines[name].sync()
    newcomer.station.close()
    now = county.clock.now
    county.close()
    backup.restore(county.folder / "hall", tmp_path / "hall-backup.db", lambda _: None)
    county = SmallCounty.again(county.folder, STATIONS)
    county.clock.now = now
    for name in STATIONS:
        assert county.machines[name].try_sync().error is not None  # hands back what the hall lost
    recovery.recovered(county.hall, OPERATOR)
    apply.catch_up(county.hall)
    for name in STATIONS:
        county.machines[name].sync()
        assert answer(county.machines[name], code) is Answer.GENUINE
        assert county.machines[name].station.verifier.verify().ok
    assert county.hall_problems() == []
    county.close()


def test_the_postbag_brings_keys_and_the_halls_word_too(
    county: SmallCounty, village: Machine, town: Machine, tmp_path: Path
) -> None:
    newcomer = county.add_station("QX07")
    case = taken_in(village, 1, "accept")
    round_trip(county, village, tmp_path)
    notice = next(row for row in case.notices if row.kind == "N02")
    assert stage_of(village, case.id, notice, tmp_path) == 2
    of_newcomer = code_of(newcomer, taken_in(newcomer).id, tmp_path)
    assert answer(village, of_newcomer) is Answer.GENUINE
    assert answer(town, of_newcomer) is Answer.UNKNOWN_DEVICE  # neither line nor bag yet


def test_keys_and_words_cost_few_bytes_on_the_line(county: SmallCounty, village: Machine) -> None:
    """A key comes once a device, as 70 bytes of its event; the hall's word on 32 acceptances in 73 bytes."""
    key = device_key_event(village)
    assert len(key) < 150
    for n in range(1, 33):
        taken_in(village, n, "accept")
    with village.station.store.read() as reading:
        asked, _ = second_stages.waiting(reading, 32)
    village.sync()
    with county.hall.records.read() as tx:
        word = second_stage.signed(tx, county.hall, village.device, asked)
    assert word is not None
    assert word.accepted == asked
    assert len(msgspec.msgpack.encode(word)) <= 73 + 3 * len(asked)


def device_key_event(machine: Machine) -> bytes:
    """The public bytes of the event that told the machine's own key."""
    with machine.station.store.read() as reading:
        found = reading.connection.execute(select(schema.foreign_events.c.public)).scalars()
        return next(public for public in found if b"device_keys" in public and machine.device.encode() in public)


def test_a_hall_that_told_nobody_yet_tells_all_keys_once(county: SmallCounty, town: Machine) -> None:
    with county.hall.store.write() as conn:
        conn.execute(delete(told_keys))  # as an earlier program left it
    device_keys.tell(county.hall)
    device_keys.tell(county.hall)
    assert town.sync().pulled == 1
    with town.station.store.read() as reading:
        assert [key.device for key in reading.device_keys()] == ["QX03-01", "YL01-01"]
    assert town.station.verifier.verify().ok
    assert county.hall_problems() == []


def test_since_when_a_device_counts_no_more_is_a_moment_that_was() -> None:
    now_ms = 1_800_000_000_000
    assert device_keys.since_ms("", now_ms) == now_ms
    assert device_keys.since_ms("2026-11-22T08:00", now_ms) == device_keys.since_ms("2026-11-22T00:00+00:00", now_ms)
    for wrong in ("yesterday", "2126-01-01T00:00", "1969-01-01T00:00", "2026-13-01", "9" * 400):
        with pytest.raises(InvalidInput, match="moment_wrong"):
            device_keys.since_ms(wrong, now_ms)
