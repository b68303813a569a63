"""The station's side of a bundle: everything that the hall has not acknowledged, in files (sync design section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from counter_app.domain.errors import CounterError
from sync import outgoing
from sync.bundle_part import CODEC, TO_HALL, Routing
from sync.bundle_ports import BundleLedger, GivenBundle
from sync.bundle_writing import BundleWriter, NewPart, Step, WrittenPart
from sync.envelope import DeviceBundle
from sync.frames import EventFrame, Frame
from sync.ports import Identity, PendingAttachment, Standing
from sync.wire import BUNDLE, signed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a bundle will hold, read once at its beginning."""

    made_ms: int
    identity: Identity
    standing: Standing
    scans: tuple[PendingAttachment, ...]


def prepared(ledger: BundleLedger, made_ms: int, *, events_only: bool) -> Outgoing:
    """What the hall lacks now by its newest word. made_ms is the bundle's name."""
    standing = ledger.standing()
    scans = () if events_only else tuple(ledger.pending_named(standing.head[0]))
    return Outgoing(made_ms, ledger.identity(), standing, scans)


def write_bundle(
    ledger: BundleLedger, bundle: Outgoing, new_part: NewPart, part_bytes: int, step: Step
) -> Iterator[WrittenPart]:
    """The parts as they are written; what each brings away is remembered when it stands whole.

    InvalidInput `bundle_part_small`; what new_part and step raise: the whole parts stay good, and the same may be
    written again.
    """
    writer = BundleWriter(
        lambda part: Routing(TO_HALL, bundle.identity.hall, bundle.identity.device, bundle.made_ms, part),
        ledger.hall_box_public(),
        lambda part, first: _start(ledger, bundle, part, first),
        new_part,
        part_bytes,
    )
    seq = bundle.standing.acknowledged
    for part in writer.write(_frames(ledger, bundle, writer), step):
        seq = part.content.last or seq
        ledger.store_bundle(GivenBundle(bundle.made_ms, seq, 0))
        yield part
    if bundle.scans:
        ledger.store_bundle(GivenBundle(bundle.made_ms, seq, seq))


def _frames(ledger: BundleLedger, bundle: Outgoing, writer: BundleWriter) -> Iterator[Frame]:
    events = outgoing.event_frames(ledger, bundle.identity, bundle.standing, writer)
    return chain(events, outgoing.pieces(ledger, bundle.scans))


def _start(ledger: BundleLedger, bundle: Outgoing, part: int, first: Frame | None) -> bytes:
    """The signed beginning of a part: base is the place before its first event, or the head where it has none."""
    seq = first.first - 1 if isinstance(first, EventFrame) else bundle.standing.head[0]
    base = ledger.own_hash(seq)
    if base is None:
        raise CounterError("journal_damaged", device=bundle.identity.device, seq=seq)
    envelope = DeviceBundle(
        hall=bundle.identity.hall,
        device=bundle.identity.device,
        made_ms=bundle.made_ms,
        part=part,
        generation=bundle.standing.generation,
        head=bundle.standing.head,
        base=(seq, base),
        feed=bundle.standing.feed,
        codec=CODEC,
    )
    return signed(envelope, BUNDLE, bundle.identity.keys)
