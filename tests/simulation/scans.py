"""Scans in a run: clerks save them, sticks bring some, somebody sends what no event names, and what of it must hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sync import outgoing
from sync.envelope import WHOLE
from sync.frames import AttachmentFrame
from sync.hall.attachments import files_in
from sync.hall.ports import Records
from tests.simulation import people
from tests.simulation.checks import Violation
from tests.simulation.files import Meter, is_content
from tests.simulation.station_dicts import event_of

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST_BYTES = 400
PIECE = 64  # of a scan, small like the scans of a run
SMALL_REQUEST = 1024  # bytes of a request in every second run, so that events and scans need several


@contextmanager
def scaled(small: bool) -> Iterator[None]:
    """Pieces of the size of the scans; small: requests that hold little."""
    sizes = {"FIRST_RATE": 0, "MIN_BYTES": SMALL_REQUEST, "TARGET_BYTES": SMALL_REQUEST} if small else {}
    with patch.dict(vars(outgoing), {"PIECE": PIECE, **sizes}):
        yield


def scan(world: World) -> None:
    """Papers of a case come with a scan: a new one, or one that another case names already."""
    home, case = world.own_case()
    if case is None:
        return
    content = _content(world, home)
    file = {"sha256": world.digest(content), "size": len(content), "type": "image/png"}
    case_id, epoch = case.id, case.epoch
    world.save(home, lambda _: people.papers_taken(case_id, epoch, [file]), files=[content])


def bring_strange_piece(world: World) -> None:
    """A piece of a file that nobody has named, or of one that somebody named, but spoilt."""
    home = world.rng.choice(world.homes)
    station = world.station(home)
    pending = list(station.pending_attachments(8))
    if pending and world.rng.random() < 0.5:
        sha256, size, held = world.rng.choice(pending)
        frame = AttachmentFrame(sha256, size, held, bytes(min(PIECE, size - held)))
        world.county.meter.excuse([sha256])
    else:
        content = world.rng.randbytes(PIECE)
        frame = AttachmentFrame(world.digest(content), PIECE, 0, content)
    world.log("%s: a strange piece of %s", home, frame.sha256.hex()[:8])
    world.take_frames(home, [frame])


def pieces_for_stick(world: World, station: Any) -> list[AttachmentFrame]:
    """What the hall lacks of this station's files, as it goes on a stick."""
    unreadable = {} if world.fell_back else None  # of an older copy: its bag goes without them, as an export does
    frames = list(outgoing.pieces(station, station.pending_attachments(8), PIECE, unreadable))
    world.county.meter.excuse(frame.sha256 for frame in frames)
    return frames


@contextmanager
def excused(meter: Meter) -> Iterator[None]:
    """Of the files that come now nobody can say whether they had to come."""
    before = dict(meter.came)
    try:
        yield
    finally:
        meter.excuse(sha256 for sha256, came in meter.came.items() if before.get(sha256) != came)


def held_is_durable(world: World, sha256: bytes, held: int) -> None:
    """What a station is told of a file is on the hall's disk."""
    durable = world.county.durable_file(sha256)
    if durable < held and sha256 not in world.county.meter.excused:
        raise Violation(f"{held} bytes of {sha256.hex()[:8]} acknowledged, {durable} durable at the hall")


def check(world: World, tx: Records, devices: list[str]) -> None:
    """Every file that an event names is whole at the hall, no other is there, and a cut cost at most what was under
    way."""
    named = _named(tx, devices)
    for sha256 in sorted(named - world.lost_files):
        [(_, _, state)] = tx.held([sha256])
        if state != WHOLE or not is_content(world.county.hall_file(sha256), sha256):
            raise Violation(f"file {sha256.hex()[:8]} is not whole at the hall: {state}")
    for sha256 in world.county.hall_wholes():
        if sha256 not in named:
            raise Violation(f"file {sha256.hex()[:8]} is at the hall, and no event names it")
    meter = world.county.meter
    for sha256, again in meter.again.items():
        if again and sha256 not in meter.excused:
            raise Violation(f"{again} bytes of {sha256.hex()[:8]} came again")


def lost(world: World, tx: Records, devices: list[str]) -> set[bytes]:
    """What no machine has: it was named by an event, sent in part at most, and its home fell back to an older copy."""
    at_homes = {sha256 for home in world.homes for sha256 in world.county.home_files(home)}
    return _named(tx, devices) - at_homes - set(world.county.hall_wholes())


def are_at_home(world: World, home: str) -> None:
    """What a clerk was told is saved has its scans."""
    station = world.station(home)
    for sha256, _ in _named_in(station.rows(), station.identity().device):
        if sha256 not in world.lost_files:
            station.attachment_piece(sha256, 0, 1)


def _content(world: World, home: str) -> bytes:
    older = world.scans.get(home, [])
    if older and world.rng.random() < 0.3:
        return world.rng.choice(older)
    others = [(whose, content) for whose, scans in world.scans.items() if whose != home for content in scans]
    if others and world.rng.random() < 0.1:
        content: bytes = world.rng.choice(others)[1]
        world.county.meter.excuse([world.digest(content)])
    else:
        content = world.rng.randbytes(world.rng.randint(1, MOST_BYTES))
    world.scans.setdefault(home, []).append(content)
    return content


def _named(tx: Records, devices: list[str]) -> set[bytes]:
    return {sha256 for device in devices for sha256, _ in _named_in(tx.journals.rows(device), device)}


def _named_in(rows: Any, device: str) -> Iterator[tuple[bytes, int]]:
    for row in rows:
        yield from files_in(event_of(device, row.seq, row.public, row.private).data)
