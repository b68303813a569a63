"""Where the hall is reached, and whom to trust there: checked once, kept in the store, used for every link."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from counter_app.domain.errors import InvalidInput

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_BETWEEN_DIGITS = re.compile(r"[\s:]")


@dataclass(frozen=True, slots=True)
class HallAddress:
    """url without a slash at its end; plain: http beyond this machine is wanted.

    pin: SHA-256 of the one certificate that is trusted, 64 hex digits; "" is the system's trust.
    """

    url: str
    plain: bool = False
    pin: str = ""


def hall_address(url: str, *, plain: bool = False, pin: str | None = None) -> HallAddress:
    """What somebody typed, if it can be used; the hex digits of pin may be large and have colons or spaces between.

    InvalidInput `hall_url` for what is no address, `plain_http` for http beyond this machine unless plain, `hall_pin`
    for what is no SHA-256, `pin_without_tls` for one with http, where no certificate is shown.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.query and parts.port != 0
    except ValueError:
        raise InvalidInput("hall_url") from None
    if not usable:
        raise InvalidInput("hall_url")
    if parts.scheme == "http" and not plain and not _is_loopback(parts.hostname or ""):
        raise InvalidInput("plain_http")
    digits = "" if pin is None else fingerprint_of(pin)
    if digits and parts.scheme == "http":
        raise InvalidInput("pin_without_tls")
    return HallAddress(url.strip().rstrip("/"), plain, digits)


def fingerprint_of(given: str) -> str:
    """The 64 small hex digits of a SHA-256 that somebody typed. InvalidInput `hall_pin`."""
    digits = _BETWEEN_DIGITS.sub("", given).lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise InvalidInput("hall_pin")
    return digits


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
