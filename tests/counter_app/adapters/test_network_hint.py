"""The hint of the system only wakes: it speaks when the machine comes back, and never twice for one return."""

from __future__ import annotations

from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QApplication

from counter_app.adapters.network_hint import SystemNetworkHint

R = QNetworkInformation.Reachability


def test_it_speaks_once_for_each_return_to_a_network(qapp: QApplication) -> None:
    hint, woken = SystemNetworkHint(), []
    hint._was_away = False
    hint.on_return(lambda: woken.append(True))
    for reachability in (R.Online, R.Disconnected, R.Local, R.Online, R.Unknown, R.Online, R.Online):
        hint._changed(reachability)
    assert len(woken) == 2


def test_a_machine_that_was_never_away_is_not_woken(qapp: QApplication) -> None:
    hint, woken = SystemNetworkHint(), []
    hint._was_away = False
    hint.on_return(lambda: woken.append(True))
    hint._changed(R.Site)
    hint._changed(R.Online)
    assert woken == []
