"""Service of a paper (送达): what each way of serving must be told (specs domain 7.3 N12, 民事诉讼法).

The way in which a result goes out (`way`: counter, station, post ...) and the way in which its paper is served
(`service`) are two things; the first gives the second where nothing else is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from counter_app.domain.case import Case
from counter_app.domain.errors import InvalidInput
from counter_app.domain.scene import Scene
from counter_app.domain.wire_values import date_of, list_of, map_of, text_of

SERVICES = ("direct", "left", "post", "electronic", "entrusted", "announced")
RECEIVERS = ("applicant", "proxy", "family", "staff")
IN_PERSON = "本人"  # how people write that it was the applicant
ANNOUNCED_FOR = timedelta(days=30)  # 民事诉讼法 on service by announcement: served when thirty days have passed
WAYBILL = re.compile(r"[0-9A-Za-z]{8,30}")
_SERVICE_OF_WAY = {"post": "post", "electronic": "electronic"}

Given = Mapping[str, object]


def service_of(given: Given, case: Case) -> str:
    """How the paper is served: as given, else as the way of the result has it."""
    way = text_of(given, "way") or case.way
    return text_of(given, "service") or _SERVICE_OF_WAY.get(way, "direct")


def receiver_of(given: Given, case: Case) -> str:
    """Who takes it: one of RECEIVERS, as given or as the name tells; "" leaves it open on the paper."""
    name, said = text_of(given, "receiver"), text_of(given, "receiver_as")
    if said:
        return said
    if name in (case.applicant.name, IN_PERSON):
        return "applicant"
    return "proxy" if case.proxy is not None and name == case.proxy.name else ""


def check_service(case: Case, given: Given, scene: Scene) -> None:
    """InvalidInput names what the way of serving still needs."""
    _CHECKS[service_of(given, case)](case, given, scene)


def check_waybill(waybill: str) -> None:
    """InvalidInput `waybill_needed`, `waybill_misshapen`: 8 to 30 letters and figures."""
    if not waybill:
        raise InvalidInput("waybill_needed")
    if WAYBILL.fullmatch(waybill) is None:
        raise InvalidInput("waybill_misshapen")


def _direct(case: Case, given: Given, scene: Scene) -> None:
    if not text_of(given, "receiver") or given.get("identity_checked") is not True:
        raise InvalidInput("receiver_not_checked")
    _receiver(case, given)


def _receiver(case: Case, given: Given) -> None:
    """Whoever stands in for the applicant: a proxy with the letter, an adult of the family with the relation."""
    receiver = receiver_of(given, case)
    known_proxy = case.proxy is not None and text_of(given, "receiver") == case.proxy.name
    if receiver == "proxy" and not known_proxy and given.get("entrustment") is not True:
        raise InvalidInput("entrustment_not_seen")
    if receiver == "family":
        if given.get("adult") is not True:
            raise InvalidInput("receiver_not_adult")
        if not text_of(map_of(given, "proxy"), "relation"):
            raise InvalidInput("act_needs", field="relation")


def _left(case: Case, given: Given, scene: Scene) -> None:
    """留置: why it was refused, where it was left, two who served it and a witness."""
    for key in ("refusal", "place", "witness"):
        _must(given, key)
    servers = {str(name) for name in list_of(given, "servers")}
    if len(servers) < 2:
        raise InvalidInput("two_servers_needed")
    if text_of(given, "witness") in servers:
        raise InvalidInput("witness_is_server")


def _post(case: Case, given: Given, scene: Scene) -> None:
    """邮寄: the parcel's number, who signed for it and when."""
    check_waybill(text_of(given, "waybill") or case.waybill)
    _must(given, "receiver")
    _must(given, "signed_on")
    if date_of(given, "signed_on") > scene.today:
        raise InvalidInput("day_in_future", field="signed_on")


def _electronic(case: Case, given: Given, scene: Scene) -> None:
    """电子: only with the receiver's consent."""
    _must(given, "receiver")
    if given.get("consent") is not True:
        raise InvalidInput("consent_needed")


def _entrusted(case: Case, given: Given, scene: Scene) -> None:
    _must(given, "entrusted_to")
    _must(given, "receiver")


def _announced(case: Case, given: Given, scene: Scene) -> None:
    _must(given, "place")
    _must(given, "announced_on")
    served_on: date = date_of(given, "announced_on") + ANNOUNCED_FOR
    if scene.today < served_on:
        raise InvalidInput("announcement_runs", until=served_on.isoformat())


def _must(given: Given, key: str) -> None:
    if not given.get(key):
        raise InvalidInput("act_needs", field=key)


_CHECKS: dict[str, Callable[[Case, Given, Scene], None]] = {
    "direct": _direct,
    "left": _left,
    "post": _post,
    "electronic": _electronic,
    "entrusted": _entrusted,
    "announced": _announced,
}
