"""What scans cost against their bytes over the link's rate: 20 of 300 KB, in one go and with the link cut twice."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_peers import KINDS, OURS, Peer, Place, gen, place_of, say

SCANS = 20
CUT_S = 5  # the link is away so long, and all connections are reset
CUTS = (1 / 3, 2 / 3)  # of the bytes that the run without a cut took


@dataclass
class _Cutter:
    """Cuts the link at parts of the bytes that a whole run takes, as the harness does."""

    link: Any
    whole: int
    cuts: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        start = self.link.sent("client")
        for part in CUTS:
            while self.link.sent("client") - start < part * self.whole:
                if self._over.wait(0.02):
                    return
            self.cuts += 1
            self.link.cut(CUT_S)

    def end(self) -> None:
        self._over.set()


def scans(kind: str, folder: Path, count: int = SCANS) -> dict[str, float]:
    """Figures of scans over a shaped link; what lies at the hall is compared with them, each run."""
    rate, _, _ = KINDS[kind]
    floor_s = sum(len(gen.blob(n)) for n in range(count)) * 8 / rate
    clean = _sent(kind, folder / f"{kind}-scans", count, None)
    figures = {
        f"{kind}: scans, seconds against bytes over the rate": clean["wall"] / floor_s,
        f"{kind}: scans, HTTP bytes against bytes": clean["up"] / sum(len(gen.blob(n)) for n in range(count)),
        f"{kind}: scans, requests": clean["requests"],
    }
    say(f"{kind}: {count} scans: {clean}")
    cut = _sent(kind, folder / f"{kind}-scans-cut", count, clean["ip_up"])
    say(f"{kind}: {count} scans, cut: {cut}")
    away_s = cut["cuts"] * CUT_S
    return figures | {
        f"{kind}: scans cut twice, seconds with the link away": cut["wall"] / floor_s,
        f"{kind}: scans cut twice, seconds without the link away": (cut["wall"] - away_s) / floor_s,
        f"{kind}: scans cut twice, percent resent": 100 * (cut["ip_up"] - clean["ip_up"]) / clean["ip_up"],
    }


def _sent(kind: str, folder: Path, count: int, whole: int | None) -> dict[str, Any]:
    """One run; whole: the IP bytes of the run without a cut, None for that run."""
    with place_of(kind, folder.parent) as place:
        peer = Peer(place, OURS, folder)
        peer.serve()
        try:
            peer.call("enroll", peer.client("c1"), place.url)
            peer.call("seed-scans", peer.client("c1"), str(count))
            found = _pushed(place, peer, whole)
        finally:
            peer.stop()
    _compare(folder / "server" / "attachments", count)
    return found


def _pushed(place: Place, peer: Peer, whole: int | None) -> dict[str, Any]:
    before = place.link.sent("client")
    cutter = _Cutter(place.link, whole or 0)
    thread = threading.Thread(target=cutter.run)
    if whole is not None:
        thread.start()
    found = peer.call("push", peer.client("c1"), place.url)
    cutter.end()
    if whole is not None:
        thread.join()
    return {**found, "ip_up": place.link.sent("client") - before, "cuts": cutter.cuts}


def _compare(attachments: Path, count: int) -> None:
    stored = [hashlib.sha256(file.read_bytes()).digest() for file in attachments.rglob("*") if file.is_file()]
    if sorted(stored) != sorted(hashlib.sha256(gen.blob(n)).digest() for n in range(count)):
        raise SystemExit(f"the hall holds {len(stored)} files that are not the {count} scans sent")
