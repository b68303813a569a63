"""The client's side of the exchange: until nothing is left, or it fails (sync design section 4).

Plain steps over two ports. What the hall acknowledged and what its feed brought
is stored as it comes, so a run can end at any byte and the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from counter_app.domain.data_budget import DataBudget
from counter_app.domain.errors import CounterError
from sync import outgoing, wire
from sync.answers import trusted
from sync.envelope import MAX_ACCEPTED, MAX_ASKED_ATTACHMENTS, PLAIN, Answer, Claim, ErrorNote, HeadQuery
from sync.feed_check import FeedBroken, checked
from sync.feed_return import sealed
from sync.frames import FeedFrame, Frame, ReturnFrame
from sync.ports import (
    HallLink,
    HallRefused,
    Identity,
    LinkCut,
    LinkDown,
    NotTheHall,
    PendingAttachment,
    SecondStages,
    Standing,
    StationLedger,
    Traffic,
)
from sync.settling import settle, take_back

IDLE_ROUNDS = 3  # requests in a row without any progress before a run gives up
MEASURED_BYTES = 8 * 1024  # a request must move so many to say something of the link
LOOK_S = 1.0  # between two looks at whether an event was saved while scans go
SLOWEST = 1024  # bytes per second; no link is planned for as slower
TELLS_PLACES = frozenset({"behind", "fork", "gap", "mismatch", "stale"})  # errors after the hall knew the device

Frames = Iterator[Frame]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a run did: `counter sync` prints it. error is None if nothing was left to do.

    sharing: the station's by the newest answer, "" if none said it.
    """

    pushed: int
    pulled: int
    attachments_sent: int
    bytes_up: int
    bytes_down: int
    requests: int
    seconds: float
    seq: int
    acknowledged: int
    error: CounterError | None
    sharing: str = ""

    @property
    def retry_after_s(self) -> int | None:
        """How long the hall asked to be left alone, with `hall_busy`."""
        wanted = self.error.params.get("retry_after_s") if self.error else None
        return wanted if isinstance(wanted, int) else None


def synchronise(
    ledger: StationLedger,
    link: HallLink,
    *,
    events_only: bool = False,
    over_budget: bool = False,
    codec: int | None = None,
    claims: Sequence[Claim] = (),
    acceptances: SecondStages | None = None,
    wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> SyncResult:
    """Exchange until the hall has every event and file and this station has its whole feed, or until it fails.

    Files stop at the day's budget (`Standing.scans_left`), unless over_budget; that is no failure.
    claims: cases at the station's desk that this device wants; by what the feed brings it is known who got them.
    acceptances: those that the hall is asked to sign with what goes to it anyway.
    """
    run = _Run(
        ledger, link, ledger.identity(), events_only, over_budget, wall_ms, monotonic_s, codec, claims, acceptances
    )
    began, before = monotonic_s(), link.traffic()
    error: CounterError | None = None
    for step in (run.until_done, ledger.take_up_feed):  # what came before it failed is taken up as well
        try:
            step()
        except CounterError as failure:
            error = error or failure
    standing, after = ledger.standing(), link.traffic()
    return SyncResult(
        pushed=run.pushed,
        pulled=run.pulled,
        attachments_sent=run.attachments_sent,
        bytes_up=after.up - before.up,
        bytes_down=after.down - before.down,
        requests=run.requests,
        seconds=round(monotonic_s() - began, 3),
        seq=standing.head[0],
        acknowledged=standing.acknowledged,
        error=error,
        sharing=run.sharing,
    )


@dataclass
class _Run:
    """One run: the counters of its result, and the steps it is made of."""

    ledger: StationLedger
    link: HallLink
    identity: Identity
    events_only: bool
    over_budget: bool
    wall_ms: Callable[[], int]
    monotonic_s: Callable[[], float]
    codec: int | None = None  # as it suits the link
    claims: Sequence[Claim] = ()
    acceptances: SecondStages | None = None
    pushed: int = 0
    pulled: int = 0
    attachments_sent: int = 0
    requests: int = 0
    applied: int = 0
    sharing: str = ""
    moves: int = 0  # grows with everything that brings the run nearer to its end
    feed_broken: FeedBroken | None = None
    unknown: set[bytes] = field(default_factory=set)  # attachments no event at the hall names: not offered again
    missing: dict[bytes, CounterError] = field(default_factory=dict)  # those that cannot be read here: likewise

    def until_done(self) -> None:
        """One request after another; a failure that further requests cannot cure comes out as it is."""
        if self.ledger.standing().unanswered:
            self._ask_head()
        idle, done = 0, False
        while not done:
            moves, failure = self.moves, None
            try:
                done = self._exchange()
            except (LinkCut, NotTheHall) as broken:
                failure = broken
                self._after_broken_request()
            idle = 0 if self.moves > moves else idle + 1
            if not done and idle >= IDLE_ROUNDS:
                raise failure or HallRefused("no_progress")
        if self.feed_broken:
            raise self.feed_broken
        self._tell_missing()

    def _exchange(self) -> bool:
        """One request with its answer; whether nothing is left to do. LinkCut and NotTheHall: it did not end well."""
        standing, pending = self._standing(), self._pending()
        accepted = self.acceptances.unsigned_acceptances(MAX_ACCEPTED) if self.acceptances else ()
        x = self.ledger.next_try()
        plan = outgoing.Plan(
            x,
            self.codec,
            self.wall_ms(),
            pending,
            self.events_only,
            self.claims,
            self.missing,
            accepted,
            self._looking_for_events(standing),
        )
        body = outgoing.request_body(self.ledger, self.identity, standing, plan)
        began, before = self.monotonic_s(), self.link.traffic()
        answer, frames = self._answer(partial(self.link.exchange, body), x)
        self._settle(answer, standing, pending)
        for frame in frames:
            self._take(frame)
        self._measure(before, self.monotonic_s() - began)
        if answer.error is not None:
            self._cure(answer.error)
            return False
        if self.acceptances and accepted:
            self.acceptances.store_second_stage(accepted, answer.applied, answer.second_stage)
        return self._is_done(answer)

    def _ask_head(self) -> None:
        """Ask what the hall has, after a request whose answer did not come; once more with a higher try if stale."""
        for _ in range(2):
            standing, pending = self.ledger.standing(), self._pending()
            x = self.ledger.next_try()
            query = HeadQuery(
                self.identity.hall, self.identity.device, x, [attachment.sha256 for attachment in pending]
            )
            question = wire.signed(query, wire.HEAD, self.identity.keys)
            answer, _ = self._answer(partial(self.link.head, question), x)
            self._settle(answer, standing, pending)
            if answer.error is None:
                return
            self._cure(answer.error)

    def _answer(self, coming: Callable[[], Iterable[bytes]], x: int) -> tuple[Answer, Frames]:
        self.requests += 1
        try:
            return trusted(coming(), self.identity, x)
        except LinkDown:
            self.ledger.try_not_sent(x)
            raise

    def _settle(self, answer: Answer, standing: Standing, pending: Sequence[PendingAttachment]) -> None:
        """Store what the hall has of this device; where it has more, the lost events have to come back first."""
        if answer.error is not None and answer.error.code not in TELLS_PLACES:
            return
        self.sharing = answer.sharing or self.sharing
        offset_ms = answer.hall_time_ms - self.wall_ms()
        held = settle(self.ledger, answer, standing, pending, answer.x, offset_ms)
        if held is None:
            return
        self.moves += answer.feed_head[0] < standing.feed[0] and self.ledger.return_feed(answer.feed_head)
        seq = answer.received[0]
        self.pushed += max(0, seq - standing.acknowledged)
        self.moves += seq != standing.acknowledged or answer.applied > self.applied
        self.applied = answer.applied
        self.attachments_sent += held.whole
        self.moves += held.moved
        self.unknown |= held.unknown

    def _take(self, frame: Frame) -> None:
        """Store what a frame of the answer brings."""
        match frame:
            case FeedFrame():
                self._take_feed(frame)
            case ReturnFrame():
                take_back(self.ledger, self.identity, frame)
                self.moves += 1
            case _:
                raise NotTheHall("frame")

    def _take_feed(self, frame: FeedFrame) -> None:
        if self.feed_broken:
            return
        try:
            events = checked(frame, self.ledger.standing().feed, self.identity, self.ledger)
        except FeedBroken as broken:
            self.feed_broken = broken
            return
        self.ledger.store_feed(events, (frame.last, frame.head), sealed(frame))
        self.pulled += sum(event.public is not None for event in events)
        self.moves += 1

    def _cure(self, error: ErrorNote) -> None:
        """Make ready what lets the next request do better; HallRefused where nothing would."""
        match error.code:
            case "behind" | "gap":  # what the hall has was settled above, what it gave back is appended
                return
            case "stale" if error.last_x is not None:
                self.ledger.raise_try(error.last_x)
            case "mismatch" if self.codec != PLAIN:
                self.codec = PLAIN
            case _:
                raise HallRefused(error.code, error.retry_after_s)

    def _is_done(self, answer: Answer) -> bool:
        standing = self.ledger.standing()
        feed_n = standing.feed[0]
        if not self.feed_broken and feed_n < answer.feed_to:
            raise LinkCut("answer_short")
        if not answer.more and answer.feed_head != standing.feed:
            if self.ledger.cut_feed():
                self.moves += 1
                return False
            self.feed_broken = self.feed_broken or FeedBroken(feed_n)
        fed = self.feed_broken is not None or not answer.more
        return fed and standing.acknowledged == standing.head[0] and not self._pending()

    def _after_broken_request(self) -> None:
        """Send less at once; and where not even the beginning of an answer came, ask what the hall took."""
        standing = self.ledger.standing()
        if standing.link_bytes_per_s:
            self.ledger.store_link_rate(max(SLOWEST, standing.link_bytes_per_s // 2), None)
        if standing.unanswered:
            self._ask_head()

    def _looking_for_events(self, standing: Standing) -> Callable[[], bool]:
        """Whether an event was saved since the request began, looked for once a second: no scan holds it back."""
        looked = self.monotonic_s()

        def has_come() -> bool:
            nonlocal looked
            if self.monotonic_s() - looked < LOOK_S:
                return False
            looked = self.monotonic_s()
            return self.ledger.standing().head != standing.head

        return has_come

    def _standing(self) -> Standing:
        """Where the exchange stands, without the day's budget where somebody said not to wait for it."""
        standing = self.ledger.standing()
        return replace(standing, scans_left=None) if self.over_budget else standing

    def _pending(self) -> list[PendingAttachment]:
        if self.events_only or DataBudget(self._standing().scans_left).is_spent:
            return []
        left_out = self.unknown | self.missing.keys()
        pending = self.ledger.pending_attachments(MAX_ASKED_ATTACHMENTS + len(left_out))
        return [found for found in pending if found.sha256 not in left_out][:MAX_ASKED_ATTACHMENTS]

    def _tell_missing(self) -> None:
        """A file that is gone here holds up nothing else; where the hall lacks it, somebody must know."""
        if self.missing:
            left_out = len(self.unknown) + len(self.missing)
            for lacking in self.ledger.pending_attachments(MAX_ASKED_ATTACHMENTS + left_out):
                if lacking.sha256 in self.missing:
                    raise self.missing[lacking.sha256]

    def _measure(self, before: Traffic, seconds: float) -> None:
        after = self.link.traffic()
        moved = after.up - before.up + after.down - before.down
        if moved < MEASURED_BYTES or seconds <= 0:
            return
        known, rate = self.ledger.standing().link_bytes_per_s, int(moved / seconds)
        rate = max(SLOWEST, rate if known is None else (known + rate) // 2)
        self.ledger.store_link_rate(rate, after.round_trip_ms)
