"""Settling with the hall: one run at a time, and what the clerk may know of it."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import local_date
from counter_app.domain.notice import ISSUED_AT_STATIONS, series_of
from counter_app.domain.number_register import Series
from counter_app.domain.station import SHARINGS
from counter_app.services.desk import Desk
from counter_app.services.final_numbers import register_final_numbers, series_waiting
from counter_app.services.in_hand import hand_to_desk
from counter_app.services.number_years import return_left
from counter_app.services.numbers import GIVEN_UP
from counter_app.services.ports import Writing
from sync.bundle_ports import BundleLedger
from sync.envelope import Claim
from sync.exchange import SyncResult, synchronise
from sync.ports import HallLink
from sync.retry import next_wait_s

LEAST_LEFT = 5  # numbers left in all blocks of a series when more are asked for, if two weeks need no more
USE_COUNTED_MS = timedelta(days=14) // timedelta(milliseconds=1)
# What the hall says, or wants, of a home that must not go on under its id; and the code of why it was set apart.
_PARTS = {"fork": "device_forked", "erased_event_wanted": "erased_event_wanted"}
NEXT_YEAR_FROM = (12, 1)  # month and day from which next year's blocks are wanted (specs domain 8.1)


class Ledger(BundleLedger, Protocol):
    """The exchange's side of the store, with the memory of a failure."""

    def store_failure(self, error: CounterError, next_try_ms: int | None) -> None: ...
    def set_apart(self, why: str) -> None: ...
    def bring_work(self) -> int:
        """After the home was enrolled again: put what was done under the closed ids into the journal."""


@dataclass(frozen=True, slots=True)
class ExchangeMeans:
    """What a run needs beside the desk; link makes a new connection to the hall, lock admits one run a home."""

    ledger: Ledger
    link: Callable[[], HallLink]
    lock: Callable[[], AbstractContextManager[None]]


class Exchange:
    """The exchange of this station."""

    def __init__(self, desk: Desk, means: ExchangeMeans) -> None:
        self._desk = desk
        self.means = means
        self._failures = 0

    def run(self, *, events_only: bool = False, over_budget: bool = False) -> SyncResult:
        """Exchange until nothing is left or it fails; the result says which. Scans end with the day's budget, unless
        over_budget.

        CounterError `busy` if one runs; `home_restored`, `device_forked`, `erased_event_wanted` where the home must be
        enrolled again first: it was set apart.
        """
        self.refuse_if_apart()
        with self.means.lock():
            self.prepare_numbers()
            result = self._synchronise(events_only=events_only, over_budget=over_budget)
            for more in (*self.due_after, self.hand_to_desk):
                if result.error is None and more():
                    more_sent = self._synchronise(events_only=events_only, over_budget=over_budget)
                    result = _after(result, more_sent)
        return self._noted(result)

    def claim(self, wishes: Sequence[Claim]) -> SyncResult:
        """Ask the hall for cases of the station's desk, with what is unsent going first; the journal says who got them.

        Raises as `run`. Nothing goes to the desk here: what was claimed must be there when it is needed.
        """
        self.refuse_if_apart()
        with self.means.lock():
            return self._noted(self._synchronise(events_only=True, claims=wishes))

    def _noted(self, result: SyncResult) -> SyncResult:
        """The run's end, remembered for the next one."""
        if result.error is None:
            self._failures = 0
        else:
            self._failures += 1
            self.means.ledger.store_failure(result.error, self._next_try_ms(result))
            self.set_apart_by(result.error)
        return result

    @property
    def due_after(self) -> tuple[Callable[[], object], ...]:
        """What is done once the hall was heard; each says whether there is something new to be sent."""
        return self.means.ledger.bring_work, self.register_final_numbers, self.wish_numbers

    def set_apart_by(self, error: CounterError) -> None:
        """Where the hall says that this home must not go on under its id, it does not."""
        if error.code in _PARTS:
            self.means.ledger.set_apart(_PARTS[error.code])

    def _synchronise(
        self, *, events_only: bool, over_budget: bool = False, claims: Sequence[Claim] = ()
    ) -> SyncResult:
        """By the clock that also dates the papers: its offset to the hall is what every event remembers."""
        result = synchronise(
            self.means.ledger,
            self.means.link(),
            events_only=events_only,
            over_budget=over_budget,
            claims=claims,
            acceptances=self.means.ledger,
            wall_ms=self._desk.now_ms,
        )
        self.note_sharing(result.sharing)
        return result

    def note_sharing(self, sharing: str) -> None:
        """The hall may have changed whether this station's counters share their cases; "" is no word of it."""
        with self._desk.store.read() as reading:
            known = reading.profile().sharing
        if sharing in SHARINGS and sharing != known:
            with self._desk.store.write() as writing:
                writing.save_sharing(sharing)

    def refuse_if_apart(self) -> None:
        """CounterError with why the home was set apart: nothing of it goes to the hall before it is enrolled again."""
        with self._desk.store.read() as reading:
            why = reading.set_apart()
        if why:
            raise CounterError(why)

    def register_final_numbers(self) -> bool:
        """Give papers under temporary numbers their final ones, as far as blocks have come; whether it wrote any."""
        with self._desk.store.write() as writing:
            return register_final_numbers(writing) > 0

    def hand_to_desk(self) -> bool:
        """Where the counters of a station share their cases: put this one's open ones there; whether there were any.

        Only once the hall was heard: a counter without a link keeps what it has, and can work.
        """
        before = self.means.ledger.standing().head
        more = True
        while more:
            with self._desk.store.write() as writing:
                more = hand_to_desk(writing, self._desk.now_ms())
        return self.means.ledger.standing().head != before

    def _next_try_ms(self, result: SyncResult) -> int:
        wait_s = next_wait_s(self._failures, random.random, result.retry_after_s)
        return self._desk.now_ms() + round(wait_s * 1000)

    def prepare_numbers(self) -> None:
        """Return what is left of earlier years, and append `block_wanted` where a series runs low: the hall leases with
        the same exchange or the next."""
        with self._desk.store.write() as writing:
            return_left(writing, self._desk.today().year)
        self.wish_numbers()

    def wish_numbers(self) -> bool:
        """Ask for the blocks that are wanted by what is known now, agencies that the hall has just told included;
        whether it wrote any."""
        with self._desk.store.write() as writing:
            # Before the first contact the blocks leased at enrolment are still on their way: nothing is asked for.
            wanted = _wanted(writing, self._desk) if writing.link().last_contact_ms is not None else []
            if wanted:
                writing.append(wanted)
        return bool(wanted)


def _after(first: SyncResult, second: SyncResult) -> SyncResult:
    """Two runs as one: what was moved is added up, where they ended is the second's word."""
    sums = ("pushed", "pulled", "attachments_sent", "bytes_up", "bytes_down", "requests", "seconds")
    return replace(second, **{name: getattr(first, name) + getattr(second, name) for name in sums})


def _wanted(writing: Writing, desk: Desk) -> list[NewEvent]:
    """A wish for each series of which less than two weeks' use is left, papers under temporary numbers included.

    A machine that was given up asks for those papers only.
    """
    today = local_date(desk.now_ms())
    years = [today.year, today.year + 1] if (today.month, today.day) >= NEXT_YEAR_FROM else [today.year]
    profile, blocks, temporary = writing.profile(), writing.blocks(), Counter(series_waiting(writing))
    accepted_for = [agency for agency in sorted(profile.agencies) if profile.may_accept_for(agency)]
    given_up, used = bool(writing.setting(GIVEN_UP)), writing.numbers_used(desk.now_ms() - USE_COUNTED_MS)
    beforehand = () if given_up else itertools.product(accepted_for, series_of(ISSUED_AT_STATIONS), years)
    wishes = []
    for key in sorted({*(Series(*each) for each in (*beforehand, *temporary))}):
        ours = [block for block in blocks if (block.agency, block.kind, block.year) == key]
        two_weeks = 0 if given_up or key.year not in years else max(LEAST_LEFT, used[key.agency, key.kind])
        least = temporary[key] + two_weeks
        missing = least - sum(block.left for block in ours)
        if missing > 0 and _not_asked(writing, *key, len(ours)):
            wishes.append(NewEvent("block_wanted", None, 0, "", {**key._asdict(), "count": missing}))
    return wishes


def _not_asked(writing: Writing, agency: str, series: str, year: int, blocks: int) -> bool:
    """Whether no wish is open: one is, from asking until the hall has leased one block more."""
    name = f"wish.{agency}.{series}.{year}"
    if writing.setting(name) == str(blocks):
        return False
    writing.save_setting(name, str(blocks))
    return True
