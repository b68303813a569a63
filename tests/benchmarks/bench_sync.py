"""What an exchange costs against the physical limit and against what one would write oneself.

    python -m tests.benchmarks.bench_sync [--cases 500] [--loopback 5000] [--rounds 3] [--links loopback,slow,lossy]

The same N records go up as this program's events, and in the same run as gzip batches of 100 by `peers/naive.py`; the
floor is zstd -19 of all of them as one blob over the link's rate and one round trip. `slow` is 256 kbit/s each way and
300 ms round trip, `lossy` the same with 3% of the packets lost each way (`peers/shaper.py`, packets in user space):
these need root, iproute2 and tcpdump. Bytes are those of HTTP, request lines and headers with them. What is stored at
the hall and at the second machine is compared with the records, each run.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
sys.path.insert(0, str(PEERS))

import gen  # noqa: E402 - beside the harness
from floor import floor  # noqa: E402
from net import KINDS, Link  # noqa: E402

OURS, NAIVE = [str(HERE / "counter_peer.py")], [str(PEERS / "naive.py"), "batch"]
PORT = 8000
READY_S = 60
GOALS = {
    "bytes up against the floor": 0.75,
    "slow: seconds against the floor": 0.9,
    "lossy: seconds against the floor": 1.5,
    "slow: one new case, seconds": 0.85,
    "nothing new: bytes up": 600,
    "nothing new: bytes down": 600,
    "nothing new: requests": 1,
    "loopback: received against gzip batches": 0.5,
    "loopback: fetched by a second machine against gzip batches": 0.4,
}


@dataclass
class Place:
    """Where client and server run: this machine's loopback, or two namespaces with a link between."""

    kind: str
    link: Any = None

    @property
    def url(self) -> str:
        return f"http://{'127.0.0.1' if self.link is None else '10.77.0.2'}:{PORT}"

    def start(self, side: str, command: list[str], **options: Any) -> subprocess.Popen[str]:
        words = [sys.executable, *command]
        if self.link is None:
            return subprocess.Popen(words, **options)
        process: subprocess.Popen[str] = self.link.at(side, words, **options)
        return process


@dataclass
class Peer:
    """One program with its server and clients in a folder of its own."""

    place: Place
    program: list[str]
    folder: Path
    server: subprocess.Popen[str] | None = None
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        self.folder.mkdir(parents=True)
        with (self.folder / "server.log").open("w") as log:
            words = [*self.program, "server", str(self.folder / "server"), str(PORT)]
            self.server = self.place.start("server", words, stdout=log, stderr=log, env=self.environment)
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            listening = ["ss", "-ltn"]
            if self.place.link is not None:
                listening = ["ip", "netns", "exec", self.place.link.s, *listening]
            if f":{PORT} " in subprocess.run(listening, capture_output=True, text=True, check=True).stdout:
                return
            time.sleep(0.1)
        raise SystemExit((self.folder / "server.log").read_text())

    def call(self, verb: str, *arguments: str) -> dict[str, Any]:
        """One client call; the seconds and what it said of its bytes."""
        words = [*self.program, verb, *arguments]
        process = self.place.start(
            "client", words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment
        )
        out, err = process.communicate(timeout=1800)
        if process.returncode:
            raise SystemExit(f"{verb} failed:\n{out}{err}")
        told = [json.loads(line) for line in (*out.splitlines(), *err.splitlines()) if line.startswith("{")]
        return {key: value for row in told for key, value in row.items()}

    def client(self, name: str) -> str:
        return str(self.folder / name)

    def stored(self, name: str) -> list[dict[str, Any]]:
        """The records that a side holds."""
        self.call("dump", self.client(name), str(self.folder / f"{name}.jsonl"))
        return [json.loads(line) for line in (self.folder / f"{name}.jsonl").read_text().splitlines()]

    def stop(self) -> None:
        """By SIGKILL: what counts as kept must be on the disk."""
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()


@contextmanager
def place_of(kind: str, folder: Path) -> Iterator[Place]:
    """The link while the block lasts."""
    if kind == "loopback":
        yield Place(kind)
        return
    with Link(kind, "bs", folder) as link:
        yield Place(kind, link)


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
    figures[f"{kind}: seconds against the floor"] = median(ours, "up", "wall") / limit["wall"]
    figures[f"{kind}: seconds of gzip batches against the floor"] = median(naive, "up", "wall") / limit["wall"]
    figures[f"{kind}: fetched by a second machine, seconds against the floor"] = (
        median(ours, "down", "wall") / limit["wall"]
    )
    figures |= {f"nothing new: {name}": median(ours, "idle", key) for name, key in _IDLE.items()}
    if kind == "slow":
        for n in range(9):
            with place_of(kind, folder) as place:
                single.append(measured(place, OURS, folder / f"{kind}-single-{n}", 1))
        figures["slow: one new case, seconds"] = median(single, "up", "wall")
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
        "loopback: fetched by a second machine against gzip batches": median(ours, "down", "wall") / down,
        "bytes up, quick codec, against the floor": median(ours, "up", "up") / floor(cases, "direct", 19)["size"],
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=500)
    asked.add_argument("--loopback", type=int, default=5000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--links", default="loopback,slow,lossy")
    given = asked.parse_args()
    figures: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-sync-")))
        for kind in given.links.split(","):
            if kind == "loopback":
                figures |= on_loopback(given.loopback, given.rounds, folder)
            elif kind in KINDS:
                figures |= shaped(kind, given.cases, given.rounds, folder)
            else:
                asked.error(f"no such link: {kind}")
    for name, value in figures.items():
        goal = GOALS.get(name)
        sys.stdout.write(f"{name:<62}{value:>9.2f}{'' if goal is None else f'   goal {goal:g}'}\n")


if __name__ == "__main__":
    main()
