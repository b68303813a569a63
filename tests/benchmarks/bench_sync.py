"""What an exchange costs against the physical limit and against what one would write oneself.

    python -m tests.benchmarks.bench_sync [--cases 500] [--loopback 5000] [--rounds 3]
        [--links loopback,slow,lossy] [--rows cases,scans,ways,memory] [--memory 100000]

The same N records go up as this program's events, and in the same run as gzip batches of 100 by `peers/naive.py`; the
floor is zstd -19 of all of them as one blob over the link's rate and one round trip. `slow` is 256 kbit/s each way and
300 ms round trip, `lossy` the same with 3% of the packets lost each way (`peers/shaper.py`, packets in user space):
these need root, iproute2 and tcpdump. `scans`: 20 of 300 KB over each shaped link. `ways`: TLS against plain, and the
dictionary on and off. `memory`: the peak of two clients that send and fetch so many events on loopback.

Bytes are those of HTTP, request lines and headers with them. What is stored at the hall and at the second machine is
compared with the records, each run. Progress, and the figures of each row as soon as they are there, go to stderr.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.bench_peers import KINDS, NAIVE, OURS, Peer, Place, gen, place_of, say
from tests.benchmarks.bench_scans import scans

from floor import floor  # isort: skip  (beside the harness)

PRIMED, COLUMNS = "3", "2"  # codecs: columns with the shipped dictionary, and without
EVENTS_OF_A_CASE = 6
GOALS = {
    "bytes up against the floor": 0.75,
    "slow: seconds against the floor": 0.9,
    "lossy: seconds against the floor": 1.5,
    "slow: one new case, seconds": 0.85,
    "nothing new: bytes up": 600,
    "nothing new: bytes down": 600,
    "nothing new: requests": 1,
    "slow: scans, seconds against bytes over the rate": 1.03,
    "slow: scans cut twice, seconds without the link away": 1.05,
    "slow: scans cut twice, percent resent": 1,
    "memory: sending 100000 events, MiB": 150,
    "memory: fetching 100000 events, MiB": 150,
    "loopback: received against gzip batches": 0.5,
    "loopback: fetched by a second machine against gzip batches": 0.4,
}


@contextmanager
def peer_at(place: Place, program: list[str], folder: Path, cases: int) -> Iterator[Peer]:
    """A peer that serves, with the records at its first machine and a second machine beside it."""
    peer = Peer(place, program, folder)
    peer.serve()
    try:
        for client in ("c1", "c2"):
            peer.call("enroll", peer.client(client), place.url)
        records = folder / "records.jsonl"
        records.write_text("".join(gen.dumps(case) + "\n" for case in gen.cases(cases)), encoding="utf-8")
        peer.call("seed", peer.client("c1"), str(records))
        yield peer
    finally:
        peer.stop()


def same(peer: Peer, name: str, cases: int) -> None:
    """Stop where a side does not hold exactly the records."""
    found, wanted = peer.stored(name), gen.cases(cases)
    by_id = {record["id"]: record for record in found}
    if len(found) != len(wanted) or any(by_id.get(record["id"]) != record for record in wanted):
        raise SystemExit(f"{peer.folder.name}: {name} holds {len(found)} records that are not the {len(wanted)} sent")


def measured(place: Place, program: list[str], folder: Path, cases: int) -> dict[str, dict[str, Any]]:
    """One run: up, nothing new, down to the second machine, and the check."""
    with peer_at(place, program, folder, cases) as peer:
        found = {
            "up": peer.call("push", peer.client("c1"), place.url),
            "idle": peer.call("push", peer.client("c1"), place.url),
            "down": peer.call("pull", peer.client("c2"), place.url),
        }
        same(peer, "server", cases)
        same(peer, "c2", cases)
    say(f"{place.kind}: {folder.name}: {cases} cases: {found}")
    return found


def median(rows: list[dict[str, dict[str, Any]]], what: str, key: str) -> float:
    return statistics.median(float(row[what][key]) for row in rows)


def shaped(kind: str, cases: int, rounds: int, folder: Path) -> dict[str, float]:
    """N records, and one, over a link of packets."""
    figures: dict[str, float] = {}
    ours, naive, single = [], [], []
    for n in range(rounds):
        with place_of(kind, folder) as place:
            ours.append(measured(place, OURS, folder / f"{kind}-ours-{n}", cases))
        with place_of(kind, folder) as place:
            naive.append(measured(place, NAIVE, folder / f"{kind}-naive-{n}", cases))
    limit = floor(cases, kind, 19)
    figures["bytes up against the floor"] = median(ours, "up", "up") / limit["size"]
    figures[f"{kind}: seconds against the floor"] = median(ours, "up", "received_s") / limit["wall"]
    figures[f"{kind}: seconds until it is applied and told against the floor"] = (
        median(ours, "up", "wall") / limit["wall"]
    )
    figures[f"{kind}: seconds of gzip batches against the floor"] = median(naive, "up", "wall") / limit["wall"]
    figures[f"{kind}: fetched by a second machine, seconds against the floor"] = (
        median(ours, "down", "fetched_s") / limit["wall"]
    )
    figures |= {f"nothing new: {name}": median(ours, "idle", key) for name, key in _IDLE.items()}
    if kind == "slow":
        for n in range(9):
            with place_of(kind, folder) as place:
                single.append(measured(place, OURS, folder / f"{kind}-single-{n}", 1))
        figures["slow: one new case, seconds"] = median(single, "up", "received_s")
        figures["slow: one new case, seconds until it is applied and told"] = median(single, "up", "wall")
    return figures


_IDLE = {"bytes up": "up", "bytes down": "down", "requests": "requests"}


def on_loopback(cases: int, rounds: int, folder: Path) -> dict[str, float]:
    """N records without a link: what the work itself costs."""
    ours, naive = [], []
    for n in range(rounds):
        with place_of("loopback", folder) as place:
            ours.append(measured(place, OURS, folder / f"loopback-ours-{n}", cases))
            naive.append(measured(place, NAIVE, folder / f"loopback-naive-{n}", cases))
    up, down = (median(naive, what, "wall") for what in ("up", "down"))
    return {
        "loopback: seconds until all is received": median(ours, "up", "received_s"),
        "loopback: seconds until all is applied and told": median(ours, "up", "wall"),
        "loopback: seconds of gzip batches": up,
        "loopback: received against gzip batches": median(ours, "up", "received_s") / up,
        "loopback: applied against gzip batches": median(ours, "up", "wall") / up,
        "loopback: seconds until a second machine has fetched all": median(ours, "down", "fetched_s"),
        "loopback: seconds until it shows all": median(ours, "down", "wall"),
        "loopback: seconds of gzip batches fetched": down,
        "loopback: fetched by a second machine against gzip batches": median(ours, "down", "fetched_s") / down,
        "bytes up, quick codec, against the floor": median(ours, "up", "up") / floor(cases, "direct", 19)["size"],
    }


def ways(kind: str, cases: int, folder: Path) -> dict[str, float]:
    """N records and then nothing new, by TLS and without, with the dictionary and without it."""
    figures: dict[str, float] = {}
    for name, secure, codec in (
        ("plain", False, PRIMED), ("TLS", True, PRIMED), ("plain without dictionary", False, COLUMNS)
    ):
        for n in (cases, 1):
            with place_of(kind, folder, secure=secure) as place, codec_of(codec):
                found = measured(place, OURS, folder / f"{kind}-{name}-{n}".replace(" ", "-"), n)
            said = f"{kind}, {name}: {n} case{'s' if n > 1 else ''}"
            figures |= {f"{said}, seconds": found["up"]["wall"], f"{said}, bytes up": found["up"]["up"]}
    return figures


@contextmanager
def codec_of(codec: str) -> Iterator[None]:
    """`counter_peer` with that codec, whatever the link."""
    os.environ["COUNTER_PEER_CODEC"] = codec
    try:
        yield
    finally:
        del os.environ["COUNTER_PEER_CODEC"]


def memory(events: int, folder: Path) -> dict[str, float]:
    """Peak MiB of a client that sends so many events, and of a second machine that fetches them."""
    cases = events // EVENTS_OF_A_CASE
    with place_of("loopback", folder) as place:
        found = measured(place, OURS, folder / "memory", cases)
    figures = {f"memory: {what} {events} events, MiB": found[way]["peak_mib"] for what, way in _WAYS.items()}
    return figures | {f"memory: {what} {events} events, seconds": found[way]["wall"] for what, way in _WAYS.items()}


_WAYS = {"sending": "up", "fetching": "down"}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=500)
    asked.add_argument("--loopback", type=int, default=5000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--memory", type=int, default=100_000)
    asked.add_argument("--links", default="loopback,slow,lossy")
    asked.add_argument("--rows", default="cases,scans,ways,memory")
    given = asked.parse_args()
    links, rows = given.links.split(","), given.rows.split(",")
    if unknown := {*links} - {"loopback", *KINDS}:
        asked.error(f"no such link: {', '.join(unknown)}")
    figures: dict[str, float] = {}
    with TemporaryDirectory(prefix="bench-sync-") as temporary:
        folder = Path(temporary)
        table = {
            "cases": lambda kind: (
                on_loopback(given.loopback, given.rounds, folder)
                if kind == "loopback"
                else shaped(kind, given.cases, given.rounds, folder)
            ),
            "scans": lambda kind: {} if kind == "loopback" else scans(kind, folder),
            "ways": lambda kind: ways(kind, given.cases, folder) if kind == "slow" else {},
            "memory": lambda kind: memory(given.memory, folder) if kind == "loopback" else {},
        }
        for kind in links:
            for row in rows:
                say(f"{kind}: {row}")
                found = table[row](kind)
                figures |= found
                for name, value in found.items():
                    say(_line(name, value))
    for name, value in figures.items():
        sys.stdout.write(_line(name, value) + "\n")


def _line(name: str, value: float) -> str:
    goal = GOALS.get(name)
    return f"{name:<62}{value:>9.2f}{'' if goal is None else f'   goal {goal:g}'}"


if __name__ == "__main__":
    main()
