"""Pieces of files at the hall, over a disk that loses what was not synced."""

import hashlib
import random

import pytest

from sync.frames import AttachmentFrame
from sync.hall.attachments import Known, added
from tests.simulation.files import Files, HallFiles
from tests.simulation.machines import Died, Machine

CONTENT = b"a scan of few bytes"
DIGEST = hashlib.sha256(CONTENT).digest()


def frame(offset: int, end: int) -> AttachmentFrame:
    return AttachmentFrame(DIGEST, len(CONTENT), offset, CONTENT[offset:end])


def nothing(point: str) -> None:
    pass


def dies_at(wanted: str):
    def step(point: str) -> None:
        if point == wanted:
            raise Died(Machine("hall", lambda: None))

    return step


def test_a_file_that_was_renamed_before_a_death_is_acknowledged_only_once_its_name_is_synced():
    disk, known = Files(), Known(len(CONTENT), 0, whole=False)
    with pytest.raises(Died):
        added(HallFiles(disk, dies_at("file renamed")), known, frame(0, len(CONTENT)))
    assert added(HallFiles(disk, nothing), known, frame(0, len(CONTENT))) == Known(len(CONTENT), len(CONTENT), True)
    assert disk.durable(DIGEST.hex()) == CONTENT


def test_pieces_that_leave_a_hole_or_are_here_change_nothing():
    disk, known = Files(), Known(len(CONTENT), 5, whole=False)
    for piece in (frame(6, 10), frame(0, 5), frame(0, 3)):
        assert added(HallFiles(disk, nothing), known, piece) is None
    assert disk.seen == {}


def test_a_file_of_another_content_begins_again_from_its_first_byte():
    disk, known = Files(), Known(len(CONTENT), 5, whole=False)
    assert added(HallFiles(disk, nothing), known, frame(5, len(CONTENT))) == known._replace(held=0)
    assert added(HallFiles(disk, nothing), known._replace(held=0), frame(0, len(CONTENT))).whole


@pytest.mark.parametrize("seed", range(20))
def test_what_is_told_is_there_after_a_power_loss(seed):
    rng = random.Random(seed)
    disk, known = Files(), Known(len(CONTENT), 0, whole=False)
    while not known.whole:
        end = rng.randint(known.held + 1, len(CONTENT))
        known = added(HallFiles(disk, nothing), known, frame(known.held, end)) or known
        disk.lose_power(rng)
        name = DIGEST.hex() if known.whole else DIGEST.hex() + ".part"
        assert disk.seen[name] == CONTENT[: known.held]
