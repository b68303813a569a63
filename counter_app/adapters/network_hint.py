"""What the system says about the network, through Qt (`ui.backend.NetworkHint`).

The one adapter besides printing that uses PySide6: it is made by the desktop after its
QApplication, and only wakes the exchange; whether the hall can be reached the exchange finds out.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtNetwork import QNetworkInformation

_AWAY = (QNetworkInformation.Reachability.Disconnected, QNetworkInformation.Reachability.Unknown)


class SystemNetworkHint:
    """Without a backend of the system for this, it never says anything: the timer of the exchange still runs."""

    def __init__(self) -> None:
        known = QNetworkInformation.loadDefaultBackend()
        self._system = QNetworkInformation.instance() if known else None
        self._was_away = self._system is not None and self._system.reachability() in _AWAY
        self._then: list[Callable[[], None]] = []
        if self._system is not None:
            self._system.reachabilityChanged.connect(self._changed)

    def on_return(self, then: Callable[[], None]) -> None:
        """Have `then` called each time the machine comes back to a network."""
        self._then.append(then)

    def _changed(self, reachability: QNetworkInformation.Reachability) -> None:
        away = reachability in _AWAY
        if self._was_away and not away:
            for then in self._then:
                then()
        self._was_away = away
