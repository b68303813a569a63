"""Who runs the exchange: by key, by itself when its time has come, and at once when the network returns.

    exchanger = Exchanger(station.desk, station.exchange, station.sending, background)
    exchanger.start(); exchanger.start(events_only=True); exchanger.pause()
    exchanger.make_way()                    # before a claim: a long run goes on behind it
    exchanger.look()                        # every few seconds: runs if something waits and its time has come
    exchanger.changed.connect(page.look)    # began, moved, ended
    exchanger.ended.connect(...)            # SyncResult or CounterError
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.services.desk import Desk
from counter_app.services.exchange import Exchange
from counter_app.services.outbox import Outbox, Sending, Waiting
from counter_app.services.sentences import sentences
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.sending.pausing import PAUSED, pausable
from counter_app.ui.texts import tr
from sync.exchange import SyncResult

POLL_MS = 700
CONFIRMED_FOR_MS = 10 * 60 * 1000
_QUIET = frozenset({"link_down", "link_cut", "hall_busy", "no_progress", "busy", PAUSED})
FETCH_EVERY_MS = 10 * 60 * 1000  # news of the hall are fetched even if nothing waits here


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A row that the hall has whole, and when that was seen, ms UTC."""

    row: Waiting
    at_ms: int


class Exchanger(QObject):
    """One run at a time, on the network thread; what is shown comes from what the hall confirmed."""

    changed = Signal()
    ended = Signal(object)

    def __init__(
        self, desk: Desk, exchange: Exchange, sending: Sending, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._sending, self._background = desk, sending, background
        self._stop = Event()
        self._exchange = pausable(desk, exchange, self._stop)
        self._confirmed: deque[Confirmed] = deque(maxlen=500)
        self.running = self.events_only = self.over_budget = self.paused = False
        self.outbox: Outbox | None = None
        self._polling = self._over = self._makes_way = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def start(self, *, events_only: bool = False, over_budget: bool = False) -> None:
        """Run now; does nothing while one runs. A pause ends with it. over_budget: scans do not wait for tomorrow."""
        if self.running or self._over:
            return
        self.running, self.events_only, self.paused = True, events_only, False
        self.over_budget = over_budget
        self._stop.clear()
        self._timer.start()
        self._background.run(
            Lane.NETWORK,
            lambda: self._exchange.run(events_only=events_only, over_budget=over_budget),
            self._ended,
            self._failed,
            self,
        )
        self.changed.emit()

    def pause(self) -> None:
        """Stop before the next request, and wait until somebody starts again."""
        self.paused = True
        self._stop.set()
        self.changed.emit()

    def make_way(self) -> None:
        """A short question to the hall goes first: a run stops before its next request and goes on behind it."""
        if self.running and not self.paused:
            self._makes_way = True
            self._stop.set()

    def look(self) -> None:
        """Run if something waits that may go, and the time of the next try has come."""
        if not (self.running or self.paused or self._over):
            self._background.run(Lane.READ, self._sending.outbox, self._start_if_due, _nothing, self)

    def network_returned(self) -> None:
        """The machine is back in a network: do not wait for the next try."""
        if not self.paused:
            self.start()

    def poll(self) -> None:
        """Read again what waits; the answer comes by `changed`."""
        if not (self._polling or self._over):
            self._polling = True
            self._background.run(Lane.READ, self._sending.outbox, self._polled, self._not_polled, self)

    def confirmed(self) -> list[Confirmed]:
        """What the hall has received whole in the last ten minutes, newest first."""
        now = self._desk.now_ms()
        return [row for row in reversed(self._confirmed) if now - row.at_ms < CONFIRMED_FOR_MS]

    def stop_for_good(self) -> None:
        """The program ends: let go of the link as soon as possible."""
        self._over = True
        self._timer.stop()
        self._stop.set()

    def _start_if_due(self, outbox: Outbox) -> None:
        self._take(outbox)
        link, now = outbox.link, self._desk.now_ms()
        if link.next_try_ms is not None and now < link.next_try_ms:
            return
        stale = link.last_contact_ms is None or now - link.last_contact_ms > FETCH_EVERY_MS
        if outbox.is_due or stale:
            self.start()

    def _polled(self, outbox: Outbox) -> None:
        self._polling = False
        self._take(outbox)
        self.changed.emit()

    def _not_polled(self, _error: CounterError) -> None:
        self._polling = False

    def _take(self, outbox: Outbox) -> None:
        """Rows that are gone from what waits were confirmed: nothing else removes them."""
        if self.outbox is not None:
            left = {_key(row) for row in outbox.waiting}
            now = self._desk.now_ms()
            for row in self.outbox.waiting:
                if _key(row) not in left:
                    self._confirmed.append(Confirmed(row, now))
        self.outbox = outbox

    def _ended(self, result: SyncResult) -> None:
        is_paused = result.error is not None and result.error.code == PAUSED
        if self._makes_way and is_paused and not self.paused:
            self.running = self._makes_way = False
            self.start(events_only=self.events_only)
            return
        self._makes_way = False
        self.paused = self.paused or is_paused
        self._finish(result)

    def _failed(self, error: CounterError) -> None:
        self._finish(error)

    def _finish(self, outcome: SyncResult | CounterError) -> None:
        self.running = False
        self._timer.stop()
        self.poll()
        self.ended.emit(outcome)
        self.changed.emit()


def outcome_words(outcome: SyncResult | CounterError) -> tuple[str, str]:
    """What a run came to, in one line with its tone; offline is amber, a doubt about the hall is red."""
    error = outcome if isinstance(outcome, CounterError) else outcome.error
    if error is not None:
        tone = "warn" if error.code in _QUIET else "danger"
        return sentences(error).message, tone
    assert isinstance(outcome, SyncResult), "what is no error is a result"
    if outcome.pushed or outcome.attachments_sent or outcome.pulled:
        words = tr("ui.sending.settled", sent=outcome.pushed, scans=outcome.attachments_sent, news=outcome.pulled)
        return words, "ok"
    return tr("ui.sending.nothing_new"), "ok"


def _key(row: Waiting) -> tuple[CaseId, str]:
    return row.case.id, row.what


def _nothing(_error: CounterError) -> None:
    """What cannot be read now is read at the next look."""
