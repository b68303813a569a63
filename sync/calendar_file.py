"""A calendar as a file that the hall signed, for stations without a line (specs domain 6.4).

JSON, so that people can look into it: format, hall, calendar (version, source, published, off, worked, and the
hall's count n), signature. The signature is over ("calendar-file/1", hall id, canonical bytes of calendar).
"""

from __future__ import annotations

import json

import msgspec

from counter_app.domain.calendar_release import CalendarRelease, release_from_plain, release_to_plain
from counter_app.domain.errors import InvalidInput
from sync.wire import Signer, lp, verified

FORMAT = "counter-calendar/1"
LONGEST = 256 * 1024  # bytes; a year needs one
_LABEL = "calendar-file/1"
_KEYS = {"format", "hall", "calendar", "signature"}

_pack = msgspec.msgpack.Encoder(order="sorted").encode


def signed_file(release: CalendarRelease, hall: str, signer: Signer) -> bytes:
    """The file of a release."""
    calendar = release_to_plain(release)
    record = {
        "format": FORMAT,
        "hall": hall,
        "calendar": calendar,
        "signature": signer.sign(_signed(hall, calendar)).hex(),
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


def opened_file(content: bytes, hall: str, hall_sign_public: bytes) -> CalendarRelease:
    """The release of a file that this hall signed.

    InvalidInput `calendar_file_unreadable` (no such file at all), `calendar_file_unsigned` (a calendar nobody
    signed), `calendar_file_of_other_hall`, `calendar_file_tampered`, and the codes of `release_of`.
    """
    record = _record(content)
    if record.get("format") != FORMAT:
        raise InvalidInput("calendar_file_unsigned" if "published" in record else "calendar_file_unreadable")
    if set(record) != _KEYS or not isinstance(record["calendar"], dict):
        raise InvalidInput("calendar_file_unreadable")
    if record["hall"] != hall:
        raise InvalidInput("calendar_file_of_other_hall", hall=str(record["hall"])[:40])
    try:
        signature = bytes.fromhex(str(record["signature"]))
        genuine = verified(hall_sign_public, signature, _signed(hall, record["calendar"]))
    except (ValueError, TypeError, OverflowError, RecursionError):
        genuine = False
    if not genuine:
        raise InvalidInput("calendar_file_tampered")
    return release_from_plain(record["calendar"])


def _record(content: bytes) -> dict[str, object]:
    try:
        record = json.loads(content) if len(content) <= LONGEST else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise InvalidInput("calendar_file_unreadable")
    return record


def _signed(hall: str, calendar: object) -> bytes:
    return lp(_LABEL, hall, _pack(calendar))
