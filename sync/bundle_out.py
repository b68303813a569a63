"""The station's side of a bundle: everything that the hall has not acknowledged, in files (sync design section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from counter_app.domain.errors import CounterError
from sync import outgoing
from sync.bundle_part import CODEC, TO_HALL, Routing
from sync.bundle_ports import BundleLedger, GivenBundle
from sync.bundle_writing import BundleWriter, NewPart, Step, WrittenPart
from sync.envelope import MAX_ACCEPTED, DeviceBundle
from sync.frames import EventFrame, Frame
from sync.ports import Identity, PendingAttachment, Standing
from sync.wire import BUNDLE, signed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be written, read once at the beginning: own events behind `after`, and of files what is left.

    begun is the bundle that this one goes on with, None for a new one. missing fills while it is written: files that
    cannot be read here, and why.
    """

    made_ms: int
    identity: Identity
    standing: Standing
    after: int
    scans: tuple[PendingAttachment, ...]
    with_scans: bool
    begun: GivenBundle | None = None
    codec: int = CODEC
    missing: dict[bytes, CounterError] = field(default_factory=dict)


def prepared(ledger: BundleLedger, made_ms: int, *, events_only: bool) -> Outgoing:
    """A bundle of what the hall lacks now by its newest word. made_ms is the bundle's name."""
    standing = ledger.standing()
    scans = () if events_only else tuple(ledger.pending_named(standing.head[0]))
    return Outgoing(made_ms, ledger.identity(), standing, standing.acknowledged, scans, not events_only)


def continued(ledger: BundleLedger, *, events_only: bool) -> Outgoing:
    """The rest of a bundle that was not written to its end: a stick was full, or somebody stopped it.

    CounterError `bundle_not_begun` where there is none.
    """
    begun = ledger.given_bundle()
    if begun is None or begun.ended:
        raise CounterError("bundle_not_begun")
    bundle = prepared(ledger, begun.made_ms, events_only=events_only)
    place = begun.begun
    scans = [scan for scan in bundle.scans if scan.sha256 not in begun.done]
    if place is not None:
        scans = [scan._replace(held=max(scan.held, place[1])) if scan.sha256 == place[0] else scan for scan in scans]
    return replace(bundle, after=max(bundle.after, begun.seq), scans=tuple(scans), begun=begun)


def write_bundle(
    ledger: BundleLedger, bundle: Outgoing, new_part: NewPart, part_bytes: int, step: Step
) -> Iterator[WrittenPart]:
    """The parts as they are written; what each brings away is remembered when it stands whole. A file that cannot be
    read here holds up nothing else: it is noted in the bundle's missing, and does not count as brought away.

    InvalidInput `bundle_part_small`; what new_part and step raise: the whole parts stay good, and the same may be
    written again, or gone on with.
    """
    writer = BundleWriter(
        lambda part: Routing(TO_HALL, bundle.identity.hall, bundle.identity.device, bundle.made_ms, part),
        ledger.hall_box_public(),
        lambda part, first: _start(ledger, bundle, part, first),
        new_part,
        part_bytes,
        bundle.codec,
    )
    given = bundle.begun or GivenBundle(bundle.made_ms, bundle.after, 0, 0, frozenset(), None, ended=False)
    for part in writer.write(_frames(ledger, bundle, writer), step, given.part):
        content = part.content
        given = replace(
            given,
            part=part.number,
            seq=content.last or given.seq,
            done=given.done.union(content.whole),
            begun=content.begun,
        )
        ledger.store_bundle(given)
        yield part
    scans = given.seq if bundle.with_scans else 0
    missing = frozenset(bundle.missing)
    ledger.store_bundle(replace(given, scans=scans, done=frozenset(), begun=None, ended=True, missing=missing))


def _frames(ledger: BundleLedger, bundle: Outgoing, writer: BundleWriter) -> Iterator[Frame]:
    events = outgoing.event_frames(ledger, bundle.identity, replace(bundle.standing, acknowledged=bundle.after), writer)
    return chain(events, outgoing.pieces(ledger, bundle.scans, missing=bundle.missing))


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
        codec=bundle.codec,
        accepted=list(ledger.unsigned_acceptances(MAX_ACCEPTED)),
    )
    return signed(envelope, BUNDLE, bundle.identity.keys)
