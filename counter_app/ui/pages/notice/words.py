"""Words that the papers' pages share."""

from __future__ import annotations

from counter_app.domain.masking import TAIL, mask_id_number
from counter_app.domain.moments import CHINA
from counter_app.domain.notice import seal_of
from counter_app.services.code_words import moment
from counter_app.services.seal_ports import SealFound, SealStanding
from counter_app.ui.pages.notice.dialog import Check
from counter_app.ui.texts import tr

_TONES = {SealStanding.TRUSTED: "ok", SealStanding.REVOKED_ROOT: "danger", SealStanding.ALTERED: "danger"}


def sheet_words(kind: str, *, sealed: bool = False) -> str:
    """On what a paper of this kind is printed, and what is to be done with a seal then; sealed: it has its electronic
    one."""
    if sealed:
        return tr("ui.notice.sheet_sealed")
    seal = seal_of(kind)
    return tr("ui.notice.sheet_plain") if seal is None else tr("ui.notice.sheet_to_seal", seal=tr(f"seals.kind.{seal}"))


def seal_check(kind: str, found: SealFound) -> Check:
    """Which electronic seal the paper bears, when it was put on, and how it stands."""
    said = tr(
        "ui.notice.seal",
        seal=tr(f"seals.kind.{seal_of(kind)}"),
        holder=found.holder,
        at=moment(found.signed_at.astimezone(CHINA) if found.signed_at else None),
    )
    standing = tr(f"seals.standing.{found.standing}")
    return Check(_TONES.get(found.standing, "warn"), said + standing if found.holder else standing)


def masked(number: str) -> str:
    """尾号 0024: the end of a number as the screen shows it; empty for none."""
    end = mask_id_number(number).removeprefix(TAIL)
    return tr("ui.word.tail", end=end) if end else ""


def person_line(name: str, number: str) -> str:
    """A person as compared with the paper: name and end of the number."""
    return tr("ui.table.dot").join(part for part in (name, masked(number)) if part)
