"""What clerks and officials do: events as the application writes them, as far as the exchange can tell."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.number_register import Series
from counter_app.domain.states import END_STATES, CaseState, transition_of_event
from sync.hall import apply, effects
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.items import shipped_items
from sync.hall.ports import ExchangeHall
from tests.simulation.hall_dicts import AGENCIES

YEAR = 2026
ITEM = "elder_allowance"
SERIES = Series(AGENCIES[1], "N02", YEAR)
PERSON = {"name": "王秀兰", "id_type": "111", "id_number": "11010519491231002X", "phone": "13800000000"}
MOVES: Mapping[CaseState, tuple[str, ...]] = {
    CaseState.RECEIVED: ("accepted", "accepted", "corrected", "fixed_on_spot", "withdrawn"),
    CaseState.CORRECTING: ("supplied_part", "supplied_all"),
    CaseState.ACCEPTED: ("submitted", "submitted", "withdrawn"),
    CaseState.GRANTED: ("sent_out",),
    CaseState.DENIED: ("sent_out",),
    CaseState.DELIVERING: ("delivered",),
    CaseState.DELIVERED: ("closed",),
}
POISON = (
    ("granted", {"to": "nobody"}, {}),  # the hall's to do
    ("accepted", {"accepted_on": 7}, {}),  # no date
    ("supplied_all", {"materials": "all"}, {}),  # no list
    ("handed_over", {"to": "NOBODY-01"}, {}),  # a baton for nobody
    ("of_tomorrow", {}, {}),  # an unknown kind waits for an upgrade
)


def received(case: CaseId, station: str, now_ms: int, continues: str = "") -> NewEvent:
    """Papers are taken: a case begins."""
    item = shipped_items().get(ITEM)
    data: dict[str, object] = {
        "station": station,
        "item": {
            "code": item.code, "version": item.version, "name": item.name, "kind": item.kind.value,
            "licence": item.is_licence, "agency": item.agency,
        },
        "channel": "counter",
        "received_at": now_ms,
        **({"continues": continues} if continues else {}),
    }
    return NewEvent("received", case, 0, "clerk", data, {"applicant": PERSON, "query_code": "482913"})


def move(case: Case, kind: str, number: int | None) -> NewEvent:
    """A lifecycle event of the holder. number: of the paper that an acceptance issues."""
    data: dict[str, Any] = {}
    if kind in ("accepted", "supplied_all"):
        data["accepted_on"] = "2026-11-23"
    if kind == "accepted" and number is not None:
        text = f"云民受〔{YEAR}〕{number}号"
        row = {"kind": "N02", "number": text, "template": "1", "n": number}
        data["notices"] = [{**row, "agency": SERIES.agency, "series": SERIES.kind, "year": YEAR}]
    if kind == "corrected":
        data["gaps"] = [{"material": "photo", "problem": "missing"}]
    if kind == "supplied_part":
        data["materials"] = [{"id": "photo", "form": "paper", "copies": 1, "pages": 1}]
    if kind == "submitted":
        data["to"] = HALL
    return NewEvent(kind, case.id, case.epoch, "clerk", data, {"note": "-"})


def papers_taken(case: CaseId, epoch: int, files: Sequence[Mapping[str, object]] = ()) -> NewEvent:
    """Papers may be taken by anyone, always; files: the scans of them."""
    photo = {"id": "photo", "form": "paper", "copies": 1, "pages": 1, **({"files": list(files)} if files else {})}
    return NewEvent("papers_taken", case, epoch, "clerk", {"materials": [photo]})


def annotated(case: Case, text: str) -> NewEvent:
    """A note needs no baton."""
    return NewEvent("annotated", case.id, case.epoch, "clerk", {}, {"note": text})


def handed_over(case: Case, to: str) -> NewEvent:
    """The holder gives the baton to another device, or to the hall."""
    return NewEvent("handed_over", case.id, case.epoch, "clerk", {"to": to})


def poison(case: Case, rng: random.Random) -> NewEvent:
    """What a defective or a later program may write."""
    kind, data, private = rng.choice(POISON)
    return NewEvent(kind, case.id, case.epoch, "clerk", data, private)


def wanted() -> NewEvent:
    """Numbers run low."""
    return NewEvent("block_wanted", None, 0, "clerk", {**SERIES._asdict(), "count": 1})


@again_if_crossed
def at_hall(hall: ExchangeHall, case_id: CaseId, rng: random.Random, devices: list[str]) -> str:
    """An official does what the case's state lets him do; the kind of the event, "" if nothing. CounterError."""
    to = rng.choice(devices)
    with hall.records.write() as tx:
        if tx.waits_for_recovery():
            return ""
        apply.lock_case(tx, case_id, to)
        batch = Batch(tx)
        case = batch.case(case_id)
        if case is None or case.frozen or case_id in batch.blocked:
            return ""
        new = _of_official(case, rng, to)
        if new is None:
            return ""
        effects.append_own(batch, hall, new)
        batch.write()
        return new.kind


def _of_official(case: Case, rng: random.Random, to: str) -> NewEvent | None:
    if case.holder != HALL:
        may_recall = case.state not in END_STATES and not case.continued_by and rng.random() < 0.5
        return NewEvent("recalled", case.id, case.epoch, "chief", {"to": HALL}, {"reason": "-"}) if may_recall else None
    if case.continued_by:
        return None
    if case.state is CaseState.IN_REVIEW and rng.random() < 0.7:
        paper = {"kind": "N10", "number": f"D-{case.id}", "template": "1"}
        data = {"to": case.id.device, "decision_no": f"D-{case.id}", "notices": [paper]}
        return NewEvent(rng.choice(("granted", "denied")), case.id, case.epoch, "chief", data)
    return NewEvent("handed_over", case.id, case.epoch, "chief", {"to": to})


def may(case: Case, device: str, kind: str) -> bool:
    """Whether the law of the baton and the table let the device do that."""
    return case.holder == device and transition_of_event(case.state, kind) is not None


def attempt(act: Callable[[], object]) -> str:
    """Do it; "" if it was done, else the code of the refusal."""
    try:
        act()
    except CounterError as refused:
        return refused.code
    return ""
