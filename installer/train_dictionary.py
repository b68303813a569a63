"""Make a dictionary of the exchange (`sync/dictionary.py`): `python installer/train_dictionary.py FILE`.

Its corpus is what the program itself writes: some days of invented cases at a village station and in its hall. Items
whose names somebody measures with are left out, so that a benchmark of ours is not trained for.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard
from village_day import AGENT, CHIEF, PASSPHRASES, Day, prepared_hall, say, serving, set_up_station

from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import dictionary, journal
from sync.column_packer import Packer
from sync.column_tree import Pair, Tree
from sync.hall.home import open_hall
from sync.hall.tables import devices

LEFT_OUT = frozenset({"pension_enrolment"})
OUTCOMES = ("accept", "receive", "correct", "accept", "refuse", "not_required")
CASES = 280
PRIMING = 160  # events that are known beforehand; the others teach zstd
ZSTD_BYTES = 16 * 1024
FRAMES = (1, 2, 6, 40)  # events in a frame, from one note to a day
ACTS = {
    "ACCEPTED": ("submit", "withdraw", "note"),
    "RECEIVED": ("note", "take_papers", "withdraw"),
    "CORRECTING": ("note", "withdraw"),
}


def main(file: Path) -> None:
    """Live the days, train, write the file."""
    os.environ |= PASSPHRASES
    with TemporaryDirectory() as folder:
        events = lived(Day(Path(folder)))
    known, rest = thinned(events)
    tree = Packer()
    tree.pack(known)
    samples: list[bytes | bytearray | memoryview[int]] = [*packed(rest, tree.tree)]
    taught = zstandard.train_dictionary(ZSTD_BYTES, samples, level=19)
    written = dictionary.written(known, taught.as_bytes())
    file.write_bytes(written)
    say(f"{len(events)} events, {len(known)} known beforehand, {len(samples)} samples: {len(written)} bytes")


def lived(day: Day) -> list[Pair]:
    """The events of the days, device by device."""
    port = prepared_hall(day)
    with serving(day, port):
        set_up_station(day, port)
        items = [item for item in Catalogue.load().items() if item.code not in LEFT_OUT]
        lines = [example_line(items[n % len(items)], OUTCOMES[n // 7 % len(OUTCOMES)], n) for n in range(CASES)]
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        day.counter("intake", "-", "--user", CHIEF, stdin=text, may_fail=True)
        for state, actions in ACTS.items():
            for n, row in enumerate(day.counter("cases", "--state", state, "--user", AGENT)[:12]):
                data = json.dumps({"signed": True, "note": "来电询问", "reason": "申请人撤回"}, ensure_ascii=False)
                action = actions[n % len(actions)]
                day.counter("act", row["case"], action, "--data", data, "--user", CHIEF, may_fail=True)
        day.counter("sync", "--user", AGENT)
        hall = open_hall(day.hall)
        with hall.store.read() as conn:
            writers = ["hall", *conn.scalars(devices.select().with_only_columns(devices.c.device))]
            return [(row.public, row.private) for writer in writers for row in journal.rows(conn, writer)]


def thinned(events: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Events from all over the days to be known beforehand, and the others."""
    step = max(1, len(events) // PRIMING)
    return list(islice(events, 0, None, step)), [event for n, event in enumerate(events) if n % step]


def packed(events: Sequence[Pair], known: Tree) -> Iterator[bytes]:
    """Frames of many sizes, as they come after the known events."""
    for size in FRAMES:
        for first in range(0, len(events), max(size, 3)):
            yield Packer(known.copy()).pack(events[first : first + size])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
