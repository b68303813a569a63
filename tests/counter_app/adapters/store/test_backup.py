from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from counter_app.adapters.file_vault import SealedFileVault
from counter_app.adapters.store import backup as backups
from counter_app.adapters.store.backup import VAULT_TABLE, Backup, backup
from counter_app.adapters.store.engine import open_engine, reading
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.services.backups import STOPPED
from counter_app.services.stored_facts import CaseQuery
from sync import journal
from tests.support.disks import make_read_only, mounted
from tests.support.stations import KEY, StationAtWork


@pytest.fixture
def at_work(tmp_path: Path) -> StationAtWork:
    (tmp_path / "home").mkdir()
    station = StationAtWork(tmp_path / "home")
    for n in range(3):
        station.take_in("elder_allowance", "accept", n)
    return station


def back_up(station: StationAtWork, out: Path) -> Backup:
    return backup(station.store.engine, station.home / "vault", KEY, out)


def refusal(station: StationAtWork, out: Path) -> str:
    with pytest.raises(CounterError) as refused:
        back_up(station, out)
    return refused.value.code


def test_a_backup_has_every_event_and_every_sealed_file(at_work: StationAtWork, tmp_path: Path) -> None:
    sha256, path = at_work.vault.put(b"a scan")
    made = back_up(at_work, tmp_path / "copy.bak")
    with at_work.store.read() as there:
        assert (made.events, made.head) == there.head()
        cases = there.cases(CaseQuery())
    copy = open_engine(tmp_path / "copy.bak", KEY)
    with reading(copy) as connection:
        assert journal.head(connection, "D1") == (made.events, made.head)
        rows = dict(connection.exec_driver_sql(f"SELECT path, content FROM {VAULT_TABLE}").all())
    copy.dispose()
    assert len(rows) == made.files
    assert len(cases) == 3
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / path).parent.mkdir(parents=True)
    (elsewhere / path).write_bytes(rows[path])
    assert SealedFileVault(elsewhere, KEY).get(sha256) == b"a scan"


def test_a_backup_is_one_file_that_tells_nothing_without_the_key(at_work: StationAtWork, tmp_path: Path) -> None:
    out = tmp_path / "out" / "copy.bak"
    out.parent.mkdir()
    made = back_up(at_work, out)
    assert os.listdir(out.parent) == ["copy.bak"]
    content = out.read_bytes()
    assert len(content) == made.size
    assert not content.startswith(b"SQLite")
    with at_work.store.read() as there:
        for case in there.cases(CaseQuery()):
            for words in (case.applicant.name, case.applicant.id_number):
                assert all(words.encode(code) not in content for code in ("utf-8", "gb18030", "utf-16-le"))
    with pytest.raises(CounterError) as refused, reading(open_engine(out, bytes(32))):
        pass
    assert refused.value.code == "store_locked_out"


def test_work_goes_on_while_a_backup_is_made(at_work: StationAtWork, tmp_path: Path) -> None:
    with at_work.store.read() as there:
        case = there.cases(CaseQuery())[0]
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with at_work.store.write() as writing:
                writing.append([NewEvent("annotated", case.id, case.epoch, "周敏", {}, {"note": "again"})])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(at_work, tmp_path / f"{n}.bak") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert made[0].events < made[1].events < made[2].events


def test_a_new_backup_takes_the_place_of_the_old_one_only_when_it_is_whole(
    at_work: StationAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "copy.bak"
    back_up(at_work, out)
    before = out.read_bytes()

    def damage(store: object, target: Path, told: object) -> None:
        whole(store, target, told)
        with target.open("r+b") as file:
            file.seek(3 * 4096 + 100)
            file.write(b"\0" * 8)

    whole = backups._copy_store
    monkeypatch.setattr(backups, "_copy_store", damage)
    assert refusal(at_work, out) == "backup_damaged"
    assert out.read_bytes() == before
    monkeypatch.undo()
    back_up(at_work, out)
    assert out.read_bytes() != before


def test_a_journal_that_was_tampered_with_makes_no_backup(at_work: StationAtWork, tmp_path: Path) -> None:
    connection = sqlcipher.connect(str(at_work.home / "store.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute("DROP TRIGGER journal_no_update")
    connection.execute("UPDATE journal SET h = zeroblob(32) WHERE seq = 2")
    connection.close()
    assert refusal(at_work, tmp_path / "copy.bak") == "backup_damaged"
    assert not (tmp_path / "copy.bak").exists()


def test_where_nothing_can_be_written_it_says_why(at_work: StationAtWork, tmp_path: Path) -> None:
    assert refusal(at_work, tmp_path) == "out_is_folder"
    assert refusal(at_work, tmp_path / "none" / "copy.bak") == "out_folder_missing"
    with mounted(tmp_path / "disk", "64k") as disk:
        assert refusal(at_work, disk / "copy.bak") == "disk_full"
        assert os.listdir(disk) == []
        make_read_only(disk)
        assert refusal(at_work, disk / "copy.bak") == "out_not_writable"


def test_a_stick_that_is_pulled_out_meanwhile_is_said_and_work_goes_on(at_work: StationAtWork, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    def pull_out(done: int, of: int) -> None:
        if done == of:
            shutil.rmtree(stick, ignore_errors=True)

    with pytest.raises(CounterError, match=backups.GONE):
        backup(at_work.store.engine, at_work.home / "vault", KEY, stick / "copy.bak", pull_out)
    at_work.take_in("elder_allowance", "accept", 7)
    assert back_up(at_work, tmp_path / "copy.bak").events > 0


@pytest.mark.parametrize("part", [0, 1], ids=["in the store", "before it gets its name"])
def test_a_backup_tells_how_far_it_is_and_can_be_stopped_without_a_trace(
    at_work: StationAtWork, tmp_path: Path, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_TICK", 50)
    at_work.vault.put(b"a scan")
    told: list[tuple[int, int]] = []
    backup(at_work.store.engine, at_work.home / "vault", KEY, tmp_path / "whole.bak", lambda *far: told.append(far))
    assert told == sorted(told)
    assert len({done for done, _ in told}) > 3
    assert told[-1][0] == told[-1][1]
    end = (0, told[-1][0])[part]

    def stop(done: int, _of: int) -> None:
        if done >= end:
            raise CounterError(STOPPED)

    with pytest.raises(CounterError, match=STOPPED):
        backup(at_work.store.engine, at_work.home / "vault", KEY, tmp_path / "copy.bak", stop)
    assert sorted(os.listdir(tmp_path)) == ["home", "whole.bak"]
    at_work.take_in("elder_allowance", "accept", 7)  # the connection that was interrupted is whole again
