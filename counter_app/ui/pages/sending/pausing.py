"""A link that can be asked to stop: what the hall confirmed stays confirmed, nothing half sent counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from threading import Event

from counter_app.domain.errors import CounterError
from counter_app.services.desk import Desk
from counter_app.services.exchange import Exchange
from sync.ports import HallLink, Traffic

PAUSED = "exchange_paused"


class PausableLink:
    """`sync.ports.HallLink` over another one; stops before its next request, between the pieces of an answer, and ends
    a body that is made while it goes.
    """

    def __init__(self, link: HallLink, stop: Event) -> None:
        self._link, self._stop = link, stop

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        goes = body if isinstance(body, Sequence) else takewhile(lambda _: not self._stop.is_set(), body)
        return self._until_stopped(lambda: self._link.exchange(goes))

    def head(self, query: bytes) -> Iterable[bytes]:
        return self._until_stopped(lambda: self._link.head(query))

    def enrol(self, body: bytes) -> Iterable[bytes]:
        return self._link.enrol(body)

    def traffic(self) -> Traffic:
        return self._link.traffic()

    def _until_stopped(self, answer: Callable[[], Iterable[bytes]]) -> Iterable[bytes]:
        self._look()
        for piece in answer():
            self._look()
            yield piece

    def _look(self) -> None:
        if self._stop.is_set():
            raise CounterError(PAUSED)


def pausable(desk: Desk, exchange: Exchange, stop: Event) -> Exchange:
    """The same exchange, over a link that looks at stop."""
    make = exchange.means.link
    return Exchange(desk, replace(exchange.means, link=lambda: PausableLink(make(), stop)))
