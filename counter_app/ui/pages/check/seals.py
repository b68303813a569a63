"""The electronic seals of a PDF that was brought: how each stands, whose it is, and what is missing to be sure."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.moments import CHINA
from counter_app.services.code_words import moment
from counter_app.services.seal_checks import CheckedSeals
from counter_app.services.seal_ports import SealFound, SealStanding
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.card import Card, Sunken, pair_row

NAME_WIDTH = 96
FINGERPRINT_SHOWN = 32  # hex digits
_LOOK = {
    SealStanding.TRUSTED: ("ok", "shield-check"),
    SealStanding.EXPIRED_SINCE: ("warn", "triangle-alert"),
    SealStanding.UNKNOWN_ROOT: ("warn", "circle-question-mark"),
    SealStanding.REVOKED_ROOT: ("danger", "octagon-alert"),
    SealStanding.ALTERED: ("danger", "octagon-alert"),
}


class SealsVerdict(Card):
    """A banner a seal, with what the certificate says below it."""

    def __init__(self) -> None:
        super().__init__(tr("ui.check.seals"), icon="stamp")
        self.banners: list[Banner] = []
        self._body = QWidget()
        self.rows.addWidget(self._body)

    def show_seals(self, name: str, found: CheckedSeals) -> None:
        """Show them in place of the ones before."""
        self.set_note(name)
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        self.banners = []
        for seal in found.seals:
            self.banners.append(_banner(seal, found.roots))
            lines.addWidget(self.banners[-1])
            lines.addWidget(_facts(seal))
        if not found.seals:
            self.banners.append(Banner("mute", "circle-slash", tr("ui.check.no_seal")))
            lines.addWidget(self.banners[-1])
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body

    def spoken(self) -> str:
        """All of it for readers."""
        return " ".join(banner.accessibleName() for banner in self.banners)


def _banner(seal: SealFound, roots: int) -> Banner:
    tone, icon = _LOOK[seal.standing]
    line = tr(f"seals.standing.{seal.standing}")
    if seal.standing is SealStanding.UNKNOWN_ROOT:
        line += tr("seals.which_roots", n=roots) if roots else tr("seals.no_roots")
    return Banner(tone, icon, tr(f"ui.check.seal_{seal.standing}"), line)


def _facts(seal: SealFound) -> QWidget:
    box = Sunken()
    pairs = (
        ("holder", seal.holder),
        ("signed_at", moment(seal.signed_at.astimezone(CHINA)) if seal.signed_at else ""),
        ("fingerprint", " ".join(seal.fingerprint[at : at + 4] for at in range(0, FINGERPRINT_SHOWN, 4))),
    )
    for name, value in pairs:
        if value:
            box.rows.addWidget(pair_row(tr(f"ui.check.{name}"), value, width=NAME_WIDTH))
    if not seal.holder:
        box.hide()
    return box
