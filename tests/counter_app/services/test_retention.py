"""What is past its time goes without a trace of the person, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from counter_app.adapters.store import engine, projections, schema
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.fold_history import fold_history
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import CHINA
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.station import Station
from forms.examples import example_line
from sync import chain, journal
from sync.ports import HallState
from tests.support.homes import AGENT, CHIEF, DEVICE, EnrolledHome, bring, lease
from tests.support.pages import decrypted_pages

LATER = datetime(2027, 5, 20, 9, 0, tzinfo=CHINA)  # more than six months after the Monday of the tests
SCAN = b"%PDF-1.4\n" + b"scan of a certificate " * 400 + b"\n%%EOF\n"
RESERVED, PAGE = 80, 4096  # SQLCipher 4: initialisation vector and seal at the end of a page


@dataclass
class Persons:
    """What may not be found of those who were erased."""

    words: set[bytes] = field(default_factory=set)

    def of(self, line: dict[str, Any]) -> None:
        person = line["applicant"]
        told = [str(person[key]) for key in ("name", "id_number", "phone", "address") if person.get(key)]
        self.words |= {word.encode() for word in told}


def a_line(station: Station, outcome: str, n: int, **changes: Any) -> dict[str, Any]:
    """An example line whose person is nobody else's."""
    item = station.desk.catalogue.get("temporary_aid")
    line: dict[str, Any] = {**example_line(item, outcome, n), **changes}
    line["applicant"] = {
        **line["applicant"], "name": f"诸葛试验{chr(0x4E00 + 77 * n)}", "phone": f"1390000{n:04d}",
        "address": f"青溪镇无名村{n}组",
    }  # fmt: skip
    return line


def take_in(station: Station, line: dict[str, Any]) -> Case:
    taken = station.intake.take_in(AGENT, line)
    assert taken.case is not None
    for notice in taken.case.notices:
        station.papers.log_printed(AGENT, taken.case, notice, "printer", 1)
    return now(station, taken.case)


def now(station: Station, case: Case) -> Case:
    return station.cases.view(str(case.id)).case


def settle(station: Station, *, scans: bool = True) -> None:
    """The hall has everything, and has applied it."""
    ledger = station.exchange.means.ledger
    with station.store.read() as reading:
        seq, uploads = reading.head()[0], reading.uploads()
    for upload in uploads if scans else ():
        ledger.store_attachment_held(upload.sha256, upload.size, True)
    ledger.store_answer(HallState(
        generation=1, received=seq, applied=seq, exceptions=[], offset_ms=0, x=1, went_back=False
    ))


def values_in(station: Station) -> Iterator[bytes]:
    """Every value of every table, as bytes."""
    with station.store.read() as reading:
        names = reading.connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        for name in names:
            for row in reading.connection.execute(text(f'SELECT * FROM "{name}"')):
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode()


def files_of(home: EnrolledHome) -> set[str]:
    return {path.name for path in (home.path / "vault").glob("[0-9a-f][0-9a-f]/*")}


def assert_whole(station: Station) -> None:
    assert station.verifier.verify().problems == ()
    with station.store.write() as writing:
        before = projections.rows_to_compare(writing.connection)
        projections.rebuild(writing.connection, DEVICE)
        assert projections.rows_to_compare(writing.connection) == before


@pytest.fixture
def ended(station: Station, home: EnrolledHome) -> Case:
    """A case not taken up, printed, settled with the hall, and its time over."""
    case = take_in(station, a_line(station, "not_required", 1))
    settle(station)
    home.clock.now = LATER
    return case


def test_of_many_cases_those_and_only_those_are_erased_whose_time_is_over(
    station: Station, home: EnrolledHome
) -> None:
    gone, stays = Persons(), Persons()
    lease(station, station.desk.catalogue.get("temporary_aid").agency, "N03-A", year=2027)
    scan = home.path.parent / "scan.pdf"
    scan.write_bytes(SCAN)
    lines = {n: a_line(station, "not_required", n, key=f"line-{n}") for n in (1, 2, 3)}
    lines[2]["materials"][0]["files"] = [str(scan)]
    for line in lines.values():
        gone.of(line)
    over = [take_in(station, line) for line in lines.values()]
    old_files = files_of(home)
    open_line = a_line(station, "accept", 4)
    open_case = take_in(station, open_line)
    stays.of(open_line)
    unprinted_line = a_line(station, "not_required", 5)
    unprinted = station.intake.take_in(AGENT, unprinted_line).case
    stays.of(unprinted_line)
    station.drafts.save(AGENT, Draft(None, AGENT.name, "temporary_aid", {"applicant": lines[1]["applicant"]}))
    settle(station)
    home.clock.now += timedelta(days=100)
    young_line, unsent_line = a_line(station, "not_required", 6), a_line(station, "not_required", 7)
    young = take_in(station, young_line)
    settle(station)
    home.clock.now = LATER
    unsent = take_in(station, unsent_line)
    stays.of(young_line)
    stays.of(unsent_line)
    assert all(any(word in value for value in values_in(station)) for word in gone.words)

    looked = station.retention.look(AGENT)
    done = station.retention.run(AGENT)

    assert [row.case.id for row in done.expired] == [row.case.id for row in looked.expired] == [row.id for row in over]
    assert done.kept == {"unfinished": 1, "in_time": 1, "not_at_hall": 1}
    assert done.files_deleted == len(old_files)
    assert not old_files & files_of(home)
    assert_whole(station)
    kept = {case.id for case in station.cases.search(CaseQuery()) if not case.erased}
    assert unprinted is not None
    assert kept == {open_case.id, unprinted.id, young.id, unsent.id}
    everything = b"\0".join(values_in(station))
    assert [word for word in gone.words if word in everything] == []
    assert [word for word in stays.words if word not in everything] == []
    station.close()
    decrypted = decrypted_pages(home.path)
    assert all(word in decrypted for word in stays.words)
    assert [word for word in gone.words if word in decrypted] == []
    for path in home.path.rglob("*"):
        if path.is_file():
            assert [word for word in gone.words if word in path.read_bytes()] == []


def test_an_erased_case_keeps_number_item_and_days_and_nothing_of_the_person(station: Station, ended: Case) -> None:
    station.retention.run(AGENT)
    case = now(station, ended)
    assert case.erased
    assert (case.id, case.item, case.state, case.received_at_ms) == (
        ended.id, ended.item, CaseState.NOT_REQUIRED, ended.received_at_ms
    )  # fmt: skip
    assert (case.applicant.name, case.applicant.id_number, case.query_code, dict(case.fields)) == ("", "", "", {})
    assert case.proxy is None
    assert station.cases.view(str(ended.id)).events[-1].kind == "erased"
    assert station.cases.search(CaseQuery(text=str(ended.id))) == [case]
    assert station.cases.search(CaseQuery(text=ended.applicant.name)) == []


def test_the_keys_of_erased_events_are_gone_with_the_words(station: Station, ended: Case) -> None:
    station.retention.run(AGENT)
    with station.store.read() as reading:
        rows = {row.seq: row for row in journal.rows(reading.connection, DEVICE)}
        of_case = reading.seqs_of(ended.id)
    assert len(of_case) > 2
    for seq in of_case[:-1]:
        assert (rows[seq].private, rows[seq].e) == (None, None)
    assert rows[of_case[-1]].e is not None


def test_a_dry_run_changes_nothing(station: Station, home: EnrolledHome, ended: Case) -> None:
    values, files = list(values_in(station)), files_of(home)
    assert [row.case.id for row in station.retention.look(AGENT).expired] == [ended.id]
    assert list(values_in(station)) == values
    assert files_of(home) == files


def test_the_day_before_the_period_ends_nothing_is_erased(station: Station, home: EnrolledHome, ended: Case) -> None:
    home.clock.now = datetime(2027, 5, 16, 23, 59, tzinfo=CHINA)
    assert station.retention.run(AGENT).kept == {"in_time": 1}
    home.clock.now = datetime(2027, 5, 17, 0, 0, tzinfo=CHINA)
    [row] = station.retention.run(AGENT).expired
    assert (row.settled_on, row.until) == (date(2026, 11, 16), date(2027, 5, 16))


def test_a_given_day_narrows_and_never_shortens(station: Station, home: EnrolledHome, ended: Case) -> None:
    assert station.retention.look(AGENT, date(2026, 11, 16)).kept == {"after_day": 1}
    assert len(station.retention.look(AGENT, date(2026, 11, 17)).expired) == 1
    home.clock.now = datetime(2027, 1, 1, 9, 0, tzinfo=CHINA)
    assert station.retention.look(AGENT, date(2027, 1, 1)).kept == {"in_time": 1}


def test_only_an_administrator_erases(station: Station, ended: Case) -> None:
    for act in (station.retention.look, station.retention.run):
        with pytest.raises(CounterError) as refused:
            act(CHIEF)
        assert refused.value.code == "retention_not_administrator"
    assert not now(station, ended).erased


def test_a_case_that_the_hall_could_not_apply_or_whose_scan_is_missing_there_stays(
    station: Station, home: EnrolledHome
) -> None:
    scan = home.path.parent / "scan.pdf"
    scan.write_bytes(SCAN)
    line = a_line(station, "not_required", 1)
    line["materials"][0]["files"] = [str(scan)]
    case = take_in(station, line)
    settle(station, scans=False)
    home.clock.now = LATER
    assert station.retention.run(AGENT).kept == {"not_at_hall": 1}
    ledger = station.exchange.means.ledger
    with station.store.read() as reading:
        seq = reading.head()[0]
        [wrong] = reading.seqs_of(case.id)[-1:]
    ledger.store_answer(HallState(
        generation=1, received=seq, applied=seq, exceptions=[(wrong, "wrong_state")], offset_ms=0, x=2, went_back=False
    ))
    assert station.retention.run(AGENT).kept == {"doubted": 1}


def test_what_sqlite_left_behind_in_its_pages_goes_with_the_run(
    station: Station, home: EnrolledHome, ended: Case
) -> None:
    """Deleted rows are overwritten, copies that stayed where rows were moved from page to page are not."""
    chance = Random(3)
    words = [str(chance.randrange(10**17, 10**18)) for _ in range(3000)]
    gone = [word for word in words if chance.random() < 0.5]
    with station.store.write() as writing:
        for word in words:  # as senders' keys come: one at a time, in no order
            n = ended.id.n if word in gone else ended.id.n + 1
            row = {"key": word, "digest": bytes(32), "case_device": ended.id.device, "case_n": n}
            writing.connection.execute(insert(schema.intake_keys).values(row))

    done = station.retention.run(AGENT)

    assert [row.case.id for row in done.expired] == [ended.id]
    assert done.residue is None
    with station.store.read() as reading:
        assert not reading.has_residue()
    station.close()
    pages = decrypted_pages(home.path)
    assert [word for word in gone if word.encode() in pages] == []
    assert all(word.encode() in pages for word in words if word not in gone)


def test_traces_that_could_not_be_removed_are_told_and_go_with_the_next_run(
    station: Station, ended: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    station.store.engine.dispose()
    with station.store.read() as reading:  # somebody looks at cases meanwhile
        reading.head()
        done = station.retention.run(AGENT)
    assert [row.case.id for row in done.expired] == [ended.id]
    assert done.residue is not None
    assert done.residue.code == "store_busy"
    again = station.retention.run(AGENT)
    assert (again.expired, again.residue) == ((), None)


def test_a_run_killed_before_its_files_went_is_finished_by_the_next(
    station: Station, home: EnrolledHome, ended: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(sha256: bytes) -> None:
        raise Killed

    files = files_of(home)
    monkeypatch.setattr(station.desk.vault, "delete", killed)
    with pytest.raises(Killed):
        station.retention.run(AGENT)
    station.close()
    assert files_of(home) == files
    opened = home.open()
    assert opened.verifier.verify().problems == ()
    assert opened.retention.look(AGENT).files_left == len(files)
    done = opened.retention.run(AGENT)
    assert (len(done.expired), done.files_deleted) == (0, len(files))
    assert files_of(home) == set()
    assert opened.retention.run(AGENT).files_deleted == 0
    opened.close()


def test_a_scan_that_another_case_names_stays_with_that_case(station: Station, home: EnrolledHome) -> None:
    scan = home.path.parent / "scan.pdf"
    scan.write_bytes(SCAN)
    over, other = a_line(station, "not_required", 1), a_line(station, "accept", 2)
    for line in (over, other):
        line["materials"][0]["files"] = [str(scan)]
    take_in(station, over)
    still = take_in(station, other)
    settle(station)
    home.clock.now = LATER
    assert len(station.retention.run(AGENT).expired) == 1
    sha256 = still.materials[0].files[0].sha256
    assert station.desk.vault.get(sha256) == SCAN
    with station.store.read() as reading:
        row = reading.connection.execute(select(schema.uploads)).one()
    assert CaseId(row.case_device, row.case_n) == still.id
    assert_whole(station)


def test_nothing_personal_is_written_to_an_erased_case_and_no_paper_is_made_of_it(
    station: Station, ended: Case
) -> None:
    station.retention.run(AGENT)
    with pytest.raises(CounterError) as refused:
        station.acts.act(AGENT, str(ended.id), "annotate", {"note": "电话找不到人"})
    assert refused.value.code == "case_erased"
    case = now(station, ended)
    with pytest.raises(CounterError) as refused:
        station.papers.reprint(case.id, case.notices[0])
    assert refused.value.code == "case_erased"


def test_what_others_wrote_goes_too_and_what_still_comes_of_them_is_erased_as_it_comes(
    station: Station, home: EnrolledHome, ended: Case
) -> None:
    home.clock.now = LATER - timedelta(days=300)
    bring(station, NewEvent("annotated", ended.id, 0, "李娜", {}, {"note": "诸葛试验的邻居"}), device="QX09-01")
    home.clock.now = LATER
    settle(station)
    home.clock.now = LATER + timedelta(days=200)
    station.retention.run(AGENT)
    bring(station, NewEvent("annotated", ended.id, 0, "李娜", {}, {"note": "诸葛试验搬走了"}), device="QX09-01")
    with station.store.read() as reading:
        foreign = reading.connection.execute(select(schema.foreign_events)).all()
    assert [(row.private, row.e) for row in foreign if row.device == "QX09-01"] == [(None, None)] * 2
    assert "诸葛试验".encode() not in b"\0".join(values_in(station))
    assert_whole(station)


def test_what_the_hall_gives_back_of_an_erased_case_is_erased_again(station: Station, home: EnrolledHome) -> None:
    """A machine set back to a copy of before the erasure gets its own events from the hall, whole."""
    line = a_line(station, "not_required", 1)
    case = take_in(station, line)
    with station.store.read() as reading:
        sealed = [(row.public, row.private, row.c) for row in journal.rows(reading.connection, DEVICE)]
    settle(station)
    home.clock.now = LATER
    station.retention.run(AGENT)
    with station.store.read() as reading:
        rows = list(journal.rows(reading.connection, DEVICE))
        record = reading.connection.execute(text("SELECT hall, device_key FROM journal_ratchet")).one()
    sealed += [(row.public, row.private, row.c) for row in rows[len(sealed) :]]
    with station.store.write() as writing:
        for name in ("journal_private", "journal", "journal_ratchet"):
            writing.connection.execute(text(f"DROP TABLE {name}"))
        schema.metadata.create_all(writing.connection)
        journal.open_journal(writing.connection, DEVICE, record.hall, record.device_key, b"k" * 32)
        for table in (schema.case_events, schema.cases, schema.search, schema.search_keys):
            writing.connection.execute(table.delete())
    station.exchange.means.ledger.append_returned(1, sealed, rows[-1].h)
    assert now(station, case).erased
    assert line["applicant"]["name"].encode() not in b"\0".join(values_in(station))


def test_a_private_part_that_vanished_without_an_erasure_is_reported(station: Station) -> None:
    case = take_in(station, a_line(station, "accept", 1))
    with station.store.write() as writing:
        journal.erase(writing.connection, DEVICE, writing.seqs_of(case.id))
        projections.rebuild(writing.connection, DEVICE)
    assert any("without an erasure" in problem for problem in station.verifier.verify().problems)


def test_a_commitment_made_with_any_key_that_is_left_does_not_fit(station: Station, ended: Case) -> None:
    """Whoever has the store and knows what was written cannot prove it: no e(n) comes from the ratchet's newest key."""
    with station.store.read() as reading:
        private = {row.seq: (row.private, row.c) for row in journal.rows(reading.connection, DEVICE)}
        of_case = reading.seqs_of(ended.id)
    station.retention.run(AGENT)
    with station.store.read() as reading:
        k = bytes(reading.connection.scalar(text("SELECT k FROM journal_ratchet")))
    for _ in range(50):
        assert all(chain.commitment(chain.event_key(k), private[seq][0] or b"") != private[seq][1] for seq in of_case)
        k = chain.next_key(k)


def test_a_store_of_the_version_before_learns_which_files_hang_on_which_case(
    station: Station, home: EnrolledHome
) -> None:
    scan = home.path.parent / "scan.pdf"
    scan.write_bytes(SCAN)
    line = a_line(station, "not_required", 1)
    line["materials"][0]["files"] = [str(scan)]
    take_in(station, line)
    with station.store.write() as writing:
        writing.connection.execute(text("DROP TABLE case_files"))
        writing.connection.execute(text("DROP TABLE files_to_delete"))
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        writing.state.put("projection_version", 1)
    station.close()
    opened = home.open()
    with opened.store.read() as reading:
        assert len(reading.connection.execute(select(schema.case_files)).all()) == 1
    opened.close()


def test_every_history_of_a_station_gives_the_same_case_without_its_private_parts_but_for_the_person(
    station: Station,
) -> None:
    cases = [take_in(station, a_line(station, outcome, n))
             for n, outcome in enumerate(("receive", "accept", "correct", "not_required"), 1)]  # fmt: skip
    station.acts.act(CHIEF, str(cases[0].id), "withdraw", {"signed": True})
    station.acts.act(AGENT, str(cases[1].id), "annotate", {"note": "明天再来", "phone": "13900009999"})
    station.acts.act(CHIEF, str(cases[1].id), "submit", {})
    bring(station, NewEvent("granted", cases[1].id, 1, "何伟", {"to": DEVICE, "decision_no": "1"}, {"note": "好"}))
    for case in cases:
        whole = now(station, case)
        events = [replace(event, private=None) for event in station.cases.view(str(case.id)).events]
        bare = fold_history(events, DEVICE)
        assert bare.waiting is None
        assert bare.made is not None
        for name in ("state", "clocks", "notices", "materials", "holder", "epoch", "events", "decision_no", "item"):
            assert getattr(bare.made, name) == getattr(whole, name), name
        assert whole.applicant.name not in repr(bare.made)
        assert (bare.made.notes, dict(bare.made.fields), bare.made.proxy) == ((), {}, None)
