"""The hall's answer to a device by bundle: acknowledgements, what it lost, and its feed, sealed to its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import msgspec
from sqlalchemy import Connection, select

from counter_app.domain.errors import CounterError, NotFound
from sync.bundle_part import CODEC, TO_DEVICE, Routing
from sync.bundle_writing import BundleWriter, NewPart, Step, WrittenPart
from sync.envelope import Answer, HallBundle
from sync.frames import FeedFrame, Frame
from sync.hall import answers, feeds, places, second_stage
from sync.hall.feeds import FeedPlace
from sync.hall.home import Hall
from sync.hall.receive import Sender
from sync.hall.records import SqlRecords
from sync.hall.tables import bundle_accepted, bundle_scans, bundles, devices
from sync.wire import BUNDLE_ANSWER, signed

MOST_SCANS = 4000  # told of in one answer, which an envelope holds; of others when they come again


@dataclass(frozen=True, slots=True)
class Answered:
    """A bundle for a device, its parts written: the seq it acknowledges, and how many entries of the feed it brings."""

    device: str
    made_ms: int
    parts: tuple[WrittenPart, ...]
    events: int
    acknowledged: int

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(part.size for part in self.parts)


def open_devices(conn: Connection, station: str) -> list[str]:
    """The devices of a station that are not revoked, by id. NotFound `station_unknown`."""
    places.station(conn, station)
    d = devices.c
    query = select(d.device).where(d.station == station, d.revoked_ms.is_(None)).order_by(d.device)
    return list(conn.scalars(query))


def answer(hall: Hall, device: str, new_part: NewPart, part_bytes: int, step: Step = lambda _: None) -> Answered:
    """Write the bundle for one device, of one consistent look at the store.

    NotFound `bundle_device_unknown`; CounterError `revoked`; InvalidInput `bundle_part_small`; what new_part raises.
    """
    with hall.store.read() as conn:
        known = places.device(conn, device)
        if known is None:
            raise NotFound("bundle_device_unknown", device=device[:64])
        if known.revoked:
            raise CounterError("revoked", device=device)
        bundle = _Bundle(hall, conn, known)
        writer = BundleWriter(bundle.routing, known.box_public, bundle.start, new_part, part_bytes)
        parts = tuple(writer.write(bundle.frames(), step))
        seq, events = bundle.says.received[0], sum(part.content.events for part in parts)
        return Answered(device, bundle.made_ms, parts, events, seq)


class _Bundle:
    """What one device is told: from where its newest bundle stood, or from the beginning."""

    def __init__(self, hall: Hall, conn: Connection, known: places.Device) -> None:
        self._hall, self._conn, self._tx = hall, conn, SqlRecords(conn, hall.home)
        self._sender = Sender(known.id, known.station, known.sign_public)
        self.made_ms = hall.now_ms
        s = bundle_scans.c
        scans = conn.scalars(select(s.sha256).where(s.device == known.id).order_by(s.sha256).limit(MOST_SCANS))
        self.says: Answer = msgspec.structs.replace(
            answers.standing(self._tx, hall, self._sender, [bytes(sha256) for sha256 in scans]),
            codec=CODEC,
            second_stage=second_stage.signed(self._tx, hall, known.id, self._accepted(known.id)),
        )
        self._begin(known)

    def _begin(self, known: places.Device) -> None:
        """Where the device's feed stands by its newest word, and the own events it has by that word."""
        row = self._conn.execute(select(bundles).where(bundles.c.device == known.id)).first()
        station = known.station
        self._from, self._lost_after = self._place(station, 0), self.says.received[0]
        if row is None:
            return
        if feeds.hash_at(self._conn, station, row.feed_n) == bytes(row.feed_hash):
            self._from = self._place(station, row.feed_n)
        if row.last_x == known.last_x:  # else it was on the line since, where what it lost was given back
            self._lost_after = min(self._lost_after, row.head_seq)

    def _accepted(self, device: str) -> list[int]:
        """The acceptances that its newest bundle asks for."""
        a = bundle_accepted.c
        return list(self._conn.scalars(select(a.seq).where(a.device == device)))

    def routing(self, part: int) -> Routing:
        return Routing(TO_DEVICE, self._hall.id, self._sender.device, self.made_ms, part)

    def frames(self) -> Iterator[Frame]:
        """Own events that it lost come first: the feed speaks of them."""
        lost = answers.return_frames(self._tx, self._hall, self._sender, self._lost_after)
        return chain(lost, answers.feed_frames(self._tx, self._hall, self._sender, self._from.n, answers.FRAME_BYTES))

    def start(self, part: int, first: Frame | None) -> bytes:
        """The signed beginning of a part."""
        feed_from = self._from
        if isinstance(first, FeedFrame):
            feed_from = self._place(self._sender.station, first.first - 1)
        elif first is None:
            feed_from = FeedPlace(*self.says.feed_head)
        return signed(HallBundle(self.made_ms, part, feed_from, self.says), BUNDLE_ANSWER, self._hall.keys)

    def _place(self, station: str, n: int) -> FeedPlace:
        found = feeds.hash_at(self._conn, station, n)
        assert found is not None, "only places of the feed are asked for"
        return FeedPlace(n, found)
