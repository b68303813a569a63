"""Closed device ids, their successors and a restored hall over plain dicts: the part of `ports.Records` that
`sync/hall/closed.py` and `went_back.py` answer for the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.wire_values import list_of, number_of
from sync.hall.closed import RESTORED
from sync.hall.troubles import Kind
from tests.simulation.disk import Transaction

if TYPE_CHECKING:
    from sync.hall.places import Device
    from sync.hall.ports import Proof
    from sync.journal_rules import JournalStore


@dataclass
class DictClosed:
    """What of a transaction's records is about ids that are used no more."""

    tx: Transaction
    hall: str
    step: Callable[[str], None]

    if TYPE_CHECKING:
        journals: JournalStore

        def device(self, device: str) -> Device | None: ...
        def record(self, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None: ...

    def note_evidence(self, event: EventId, kind: Kind, evidence: Mapping[str, object]) -> None:
        if self.tx.get("evidence", (event, kind)) is None:
            self.tx.put("evidence", (event, kind), dict(evidence))

    def waits_for_recovery(self) -> bool:
        return bool(self.tx.get("fact", "restored"))

    def generation(self) -> int:
        return self.tx.get("fact", "generation") or 1

    def note_went_back(self, proof: Proof, now_ms: int) -> None:
        if proof.generation:
            self.tx.put("fact", "restored", self.tx.get("fact", "restored") or now_ms)
            seen = self.tx.get("fact", "generation_seen") or 0
            self.tx.put("fact", "generation_seen", max(seen, proof.generation))
        self.record(EventId(proof.device, max(1, proof.seq)), Kind.WENT_BACK, "hall_went_back", None, now_ms)

    def enacted(self, device: str, after: int, last: int) -> Set[int]:
        return {seq for seq in range(after + 1, last + 1) if self.tx.get("ordered", EventId(device, seq)) is not None}

    def is_closed(self, device: str) -> bool:
        return self.tx.get("closed", device) is not None

    def close_device(self, device: str, since_seq: int, why: str, now_ms: int) -> bool:
        if self.is_closed(device):
            return False
        self.tx.put("closed", device, (since_seq, why))
        return True

    def touched_since(self, device: str, seq: int) -> list[CaseId]:
        touched = {case for event, case in self.tx.items("ordered") if event.device == device and event.seq >= seq}
        for (origin, n, _), place in self.tx.items("replay"):
            case = self.tx.get("ordered", place)
            if origin == device and n >= seq and case is not None:
                touched.add(case)
        return sorted(touched)

    def has_open_fork(self, device: str) -> bool:
        return any(kind is Kind.FORK and event.device == device for (event, kind), _ in self.tx.items("trouble"))

    def may_succeed(self, device: str, station: str) -> bool:
        known = self.device(device)
        if known is None:
            return device.startswith(f"{station}-")
        return known.station == station and self.is_closed(device)

    def succession(self, event: Event, station: str, now_ms: int) -> None:
        for device in _named(event):
            known = self.device(device)
            kept = number_of(event.data, "kept") if "kept" in event.data else 0
            if known is None or known.station != station:
                continue
            if self.close_device(device, kept + 1, RESTORED, now_ms):
                self.record(EventId(device, max(1, kept)), Kind.RESTORED, RESTORED, None, now_ms)

    def batons_of(self, event: Event, station: str) -> list[CaseId]:
        named = [device for device in _named(event) if self.may_succeed(device, station)]
        return [case for case, dossier in self.tx.items("case") if dossier.holder in named]

    def is_replayed(self, event: Event) -> bool:
        origin = event.origin
        assert origin is not None
        if self.journals.hash_at(origin.id.device, origin.id.seq) == origin.hash:
            return True
        place = self.tx.get("replay", (origin.id.device, origin.id.seq, origin.hash))
        return place is not None and place != event.id

    def note_replay(self, event: Event) -> None:
        origin = event.origin
        assert origin is not None
        key = (origin.id.device, origin.id.seq, origin.hash)
        if self.tx.get("replay", key) is None:
            self.tx.insert("replay", key, event.id)


def _named(event: Event) -> list[str]:
    return [device for device in list_of(event.data, "devices") if isinstance(device, str)]
