"""When the last backup was made, and how a failure of one is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Role
from counter_app.services.sentences import sentences
from tests.support.homes import EnrolledHome
from tests.support.key_files import quick_pins


def test_the_last_backup_is_known_and_due_again_the_next_day_if_something_was_done(
    home: EnrolledHome, tmp_path: Path
) -> None:
    station = home.open()
    assert station.backups.last() is None
    made = station.backups.make(tmp_path / station.backups.file_name())
    last = station.backups.last()
    assert last is not None
    assert (Path(last.file).name, last.since, last.due) == ("QX03-01-20261116.bak", 0, False)
    assert made.same_disk
    home.clock.now += timedelta(days=1)
    assert not station.backups.last().due
    with quick_pins():
        station.people.add(None, "何秀兰", [Role.AGENT], "135790")
    assert (station.backups.last().since, station.backups.last().due) == (1, True)
    station.close()


def test_a_failed_backup_is_told_as_one_and_the_one_before_stays_the_last(home: EnrolledHome, tmp_path: Path) -> None:
    station = home.open()
    station.backups.make(tmp_path / "first.bak")
    with pytest.raises(CounterError, match="out_folder_missing") as refused:
        station.backups.make(tmp_path / "pulled" / "second.bak")
    assert "盘被拔了，没有备份" in sentences(refused.value).message
    last = station.backups.last()
    assert last is not None
    assert last.file.endswith("first.bak")
    station.close()
