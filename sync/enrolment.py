"""A new device gets its place at a station with a one-time code (sync design section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counter_app.domain.errors import CounterError
from sync import keys, wire
from sync.answers import signed_beginning
from sync.envelope import EnrolAnswer, EnrolRequest
from sync.keys import DeviceKeys
from sync.ports import HallLink, HallRefused, NotTheHall
from sync.wire import WireError


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What the hall gave. first_ratchet_key is secret and opens the journal; profile as in PROTOCOL.md section 3."""

    device: str
    station: str
    station_name: str
    hall: str
    hall_sign_public: bytes
    hall_box_public: bytes
    generation: int
    hall_time_ms: int
    profile: Mapping[str, Any]
    first_ratchet_key: bytes
    round_trip_ms: int | None = None


def enrol(link: HallLink, code_text: str, device_keys: DeviceKeys, ratchet_private: bytes) -> Enrolment:
    """Enrol these keys with a code as somebody typed it.

    Keep all keys before calling: the same code with the same keys gives the same answer again, so a lost answer
    costs nothing. Forget ratchet_private (`keys.new_ratchet_private`) once the journal is open. InvalidInput for a
    code that cannot be one; HallRefused code_unknown, code_used, code_expired, hall_busy; LinkDown, LinkCut;
    NotTheHall if the answer is not signed by the key whose fingerprint the code ends in. All of them say in
    `step` that this machine is not in use yet: nothing of its work waits anywhere, and nobody tries again for it.
    """
    try:
        return _enrolled(link, code_text, device_keys, ratchet_private)
    except CounterError as fault:
        fault.params["step"] = "enrolling"
        raise


def _enrolled(link: HallLink, code_text: str, device_keys: DeviceKeys, ratchet_private: bytes) -> Enrolment:
    code = keys.enrolment_code(code_text)
    request = EnrolRequest(
        code, device_keys.sign_public, device_keys.box_public, keys.public_of(ratchet_private)
    )
    chunks = link.enrol(wire.signed(request, wire.ENROL, device_keys))
    found, _ = signed_beginning(iter(chunks))
    answer = _trusted(found, code, device_keys.sign_public)
    if answer.error is not None:
        raise HallRefused(answer.error.code, answer.error.retry_after_s)
    return Enrolment(
        device=answer.device,
        station=answer.station,
        station_name=answer.station_name,
        hall=answer.hall,
        hall_sign_public=answer.hall_sign_public,
        hall_box_public=answer.hall_box_public,
        generation=answer.generation,
        hall_time_ms=answer.hall_time_ms,
        profile=answer.profile,
        first_ratchet_key=keys.first_ratchet_key(
            ratchet_private, answer.hall_box_public, answer.hall, answer.device
        ),
        round_trip_ms=link.traffic().round_trip_ms,
    )


def _trusted(found: wire.SignedEnvelope, code: str, own_key: bytes) -> EnrolAnswer:
    try:
        answer = found.decode(EnrolAnswer)
    except WireError as error:
        raise NotTheHall(error.code) from None
    if keys.fingerprint(answer.hall_sign_public) != keys.fingerprint_in(code):
        raise NotTheHall("fingerprint")
    if not found.is_by(answer.hall_sign_public, wire.ENROLLED):
        raise NotTheHall("signature")
    if answer.error is None and answer.sign_public != own_key:
        raise NotTheHall("other_request")
    return answer
