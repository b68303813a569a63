"""The station's side of a bundle from the hall: what the hall acknowledged, and what happened elsewhere.

Nothing depends on the order of parts or on how often one is opened: places and hashes alone decide, as on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from counter_app.domain.errors import CounterError
from sync import journal_rules
from sync.bundle_part import TO_DEVICE, BundleUnsigned, Part, PartReader, part_in
from sync.bundle_ports import BundleLedger
from sync.bundle_writing import Step
from sync.envelope import HallBundle
from sync.feed import WholeEvent
from sync.feed_check import FeedBroken, is_trusted, placed
from sync.feed_return import sealed
from sync.frames import FeedFrame, ReturnFrame, encoded
from sync.ports import Identity, NotTheHall
from sync.settling import settle, take_back
from sync.wire import BUNDLE_ANSWER, WireError

Place = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class TakenPart:
    """What a part brought: events that were not here, others that were, and how far the hall is by now.

    sharing: the station's by the hall's word; "" where it does not say it, or said something newer before.
    """

    made_ms: int
    part: int
    last: bool
    events: int
    duplicates: int
    acknowledged: int
    sharing: str = ""


def missing_part(part: int, taken: frozenset[int]) -> CounterError:
    """What to say where a part begins behind what is here: which one must come first, or that a new bundle must."""
    absent = [earlier for earlier in range(1, part) if earlier not in taken]
    if absent:
        return CounterError("bundle_gap", part=absent[0], given=part)
    return CounterError("bundle_begins_later", given=part)


def take_in(ledger: BundleLedger, file: IO[bytes], step: Step) -> TakenPart:
    """Take in one part of a bundle of the hall; what was taken before an error stays, and may be given again.

    NotABundle, BundleCut, BundleDamaged, BundleUnsigned; CounterError `bundle_newer`, `bundle_wrong_way`,
    `bundle_other_hall`, `bundle_other_device`, `bundle_gap`, `bundle_begins_later`; HallRefused `fork`; FeedBroken.
    """
    part = part_in(file)
    identity = ledger.identity()
    _check_address(part, identity)
    reader = PartReader(part, identity.keys.box_private)
    message = reader.envelope()
    if not message.is_by(identity.hall_sign_public, BUNDLE_ANSWER):
        raise BundleUnsigned
    try:
        envelope = message.decode(HallBundle)
    except WireError:
        raise BundleUnsigned from None
    taking = _Taking(ledger, identity, part, envelope)
    done = 0
    taking.settle()
    for frame in reader.frames(envelope.answer.codec):
        match frame:
            case ReturnFrame():
                taking.take_back(frame)
            case FeedFrame():
                taking.take_feed(frame)
            case _:
                raise BundleUnsigned
        done += len(encoded(frame))
        step(done)
    taking.settle()  # where the hall had more than this machine, that has come back now
    ledger.store_bundle_part(envelope.made_ms, envelope.part)
    acknowledged, sharing = ledger.standing().acknowledged, envelope.answer.sharing if taking.is_newest else ""
    return TakenPart(
        envelope.made_ms, envelope.part, part.last, taking.events, taking.duplicates, acknowledged, sharing
    )


def _check_address(part: Part, identity: Identity) -> None:
    routing = part.routing
    if routing.to != TO_DEVICE:
        raise CounterError("bundle_wrong_way")
    if routing.hall != identity.hall:
        raise CounterError("bundle_other_hall", hall=routing.hall)
    if routing.device != identity.device:
        raise CounterError("bundle_other_device", device=routing.device, own=identity.device)


class _Taking:
    """One part on its way in: where its feed stands, and what it brought."""

    def __init__(self, ledger: BundleLedger, identity: Identity, part: Part, envelope: HallBundle) -> None:
        routing, answer = part.routing, envelope.answer
        if (envelope.made_ms, envelope.part) != (routing.made_ms, routing.part):
            raise BundleUnsigned
        if (answer.hall, answer.device) != (identity.hall, identity.device):
            raise BundleUnsigned
        self._ledger, self._identity, self._envelope = ledger, identity, envelope
        self._place: Place = envelope.feed_from
        self._settled = False
        self.events = self.duplicates = 0

    def settle(self) -> None:
        """Keep what the hall says of this device, once, unless it has said something newer meanwhile."""
        standing, answer = self._ledger.standing(), self._envelope.answer
        if self._settled or (answer.generation, answer.hall_time_ms) < (standing.generation, standing.hall_ms):
            return
        pending = self._ledger.pending_named(standing.head[0])
        self._settled = settle(self._ledger, answer, standing, pending, None, None) is not None
        signed = answer.second_stage
        if self._settled and signed is not None:
            self._ledger.store_second_stage(signed.accepted, answer.applied, signed)

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer than this answer was here, so that its word holds."""
        return self._settled

    def take_back(self, frame: ReturnFrame) -> None:
        before = self._ledger.standing().head[0]
        try:
            take_back(self._ledger, self._identity, frame)
        except NotTheHall:
            raise BundleUnsigned from None
        except journal_rules.JournalGap:
            raise self._missing() from None
        back = self._ledger.standing().head[0] - before
        self._count(back, len(frame.events) - back)

    def take_feed(self, frame: FeedFrame) -> None:
        """Store the events of the frame that lie behind the cursor; others were brought before."""
        n, f = self._ledger.standing().feed
        if self._place[0] > n:
            raise self._missing()
        if frame.last <= n:
            self._pass(frame, (n, f))
            return
        events = placed(frame, self._place, self._identity, self._ledger)
        if any(event.n == n and at != f for event, at in events):
            raise FeedBroken(n)
        new = [event for event, _ in events if event.n > n]
        self._ledger.store_feed(new, (frame.last, frame.head), sealed(frame))
        self._place = (frame.last, frame.head)
        foreign = sum(event.public is not None for event in new)
        self._count(foreign, sum(event.public is not None for event, _ in events) - foreign)

    def _pass(self, frame: FeedFrame, cursor: Place) -> None:
        """Go over a frame that is here already: the hall's signature on its end is enough."""
        if not is_trusted(frame, self._identity) or frame.first != self._place[0] + 1:
            raise FeedBroken(frame.first)
        if frame.last == cursor[0] and frame.head != cursor[1]:
            raise FeedBroken(frame.last)
        self._place = (frame.last, frame.head)
        self._count(0, sum(isinstance(entry, WholeEvent) for entry in frame.entries))

    def _count(self, new: int, known: int) -> None:
        self.events += new
        self.duplicates += known

    def _missing(self) -> CounterError:
        taken = self._ledger.bundle_parts(self._envelope.made_ms)
        return missing_part(self._envelope.part, taken)
