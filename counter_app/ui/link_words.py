"""How the link to the hall stands, in a pill, in the strip and in a sentence: the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.services.stored_facts import LinkState
from counter_app.ui.texts import has, tr
from counter_app.ui.wording import moment, rate

NEVER, DOWN, PAUSED, SLOW, THERE = "never", "down", "paused", "slow", "there"
SLOW_BELOW = 64 * 1024  # bytes a second: below half a megabit scans are felt to wait
_LOOKS = {
    NEVER: ("mute", "cloud"),
    DOWN: ("warn", "cloud-off"),
    PAUSED: ("pause", "circle-pause"),
    SLOW: ("brand", "cloud"),
    THERE: ("ok", "cloud-check"),
}
_NO_NETWORK = frozenset({"link_down", "link_cut"})


@dataclass(frozen=True, slots=True)
class LinkWords:
    """tone and icon; short for a pill, long for the strip."""

    tone: str
    icon: str
    short: str
    long: str


def link_words(link: LinkState, today: date) -> LinkWords:
    """What the last exchange says of the link; offline is amber, never red."""
    kind = standing_of(link)
    tone, icon = _LOOKS[kind]
    short = tr(f"ui.link.{kind}")
    if kind == DOWN and link.last_error not in _NO_NETWORK:
        short = tr("ui.link.failed")
    last = moment(link.last_contact_ms, today)
    if kind == NEVER:
        return LinkWords(tone, icon, short, short)
    if kind in (DOWN, PAUSED):
        more = tr("ui.link.last_contact", at=last) if last else tr("ui.link.never_yet")
    elif kind == SLOW and link.rate:
        more = tr("ui.link.measured", rate=rate(link.rate))
    else:
        more = tr("ui.link.settled", at=last)
    return LinkWords(tone, icon, short, f"{short}{tr('ui.table.dot')}{more}")


def standing_of(link: LinkState) -> str:
    """NEVER tried, DOWN since the last try, PAUSED by a person, SLOW, or THERE."""
    if link.last_try_ms is None and link.last_contact_ms is None:
        return NEVER
    if link.last_error:
        return PAUSED if link.last_error == "exchange_paused" else DOWN
    return SLOW if link.rate is not None and link.rate < SLOW_BELOW else THERE


def why_not_sent(link: LinkState) -> str:
    """Why the last try failed, in a few words; empty if it did not."""
    if not link.last_error:
        return ""
    key = f"ui.link.why.{link.last_error}"
    return tr(key) if has(key) else tr("ui.link.why.other", code=link.last_error)
