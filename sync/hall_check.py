"""Is it the enrolled hall that answers over a link? Asked before a new address or certificate of it is believed."""

from __future__ import annotations

from sync import wire
from sync.answers import trusted
from sync.envelope import HeadQuery
from sync.ports import HallLink, HallRefused, NotTheHall, StationLedger


def check_hall(ledger: StationLedger, link: HallLink) -> None:
    """Ask for the head, as after a broken request, and believe the answer only with the known hall's signature.

    NotTheHall also for an answer that names no device and no try: somebody may have kept it. LinkDown, LinkCut;
    HallRefused where it is the hall, and it wants nothing of this device. Whatever comes of it, the try brought the
    hall nothing: it is none that the next exchange must ask about.
    """
    identity, x = ledger.identity(), ledger.next_try()
    query = wire.signed(HeadQuery(identity.hall, identity.device, x), wire.HEAD, identity.keys)
    try:
        answer, _ = trusted(link.head(query), identity, x)
    finally:
        ledger.try_not_sent(x)
    if answer.x != x:
        raise NotTheHall("unread")
    if answer.error is not None and answer.error.code != "stale":  # the next exchange goes on with a higher try
        raise HallRefused(answer.error.code, answer.error.retry_after_s)
