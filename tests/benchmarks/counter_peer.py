"""This program as a peer of the harness: `counter_peer.py VERB DIR ...` (see the harness's README).

A record becomes a `received` event and five dated notes; what the program does not carry (the record's own id and
number, the names of catalogue items) is kept in a file beside the home and put back for the comparison.
"""

from __future__ import annotations

import datetime
import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parents[1]), str(_HERE / "peers")]

import gen  # noqa: E402 - beside the harness
from common import dump_jsonl, measured, read_jsonl  # noqa: E402

PASSPHRASES = {"COUNTER_PASSPHRASE": "bench", "HALL_PASSPHRASE": "bench"}
os.environ |= PASSPHRASES | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
os.environ["PYTHONPATH"] = str(_HERE.parents[1])  # for the commands that it calls, wherever it was started

CHINA = datetime.timezone(datetime.timedelta(hours=8))
DAY_MS = 86_400_000
FORMS = ("original", "copy", "tolerated", "electronic", "not_applicable", "awaited")
STATION = "QX03"
BROKEN = frozenset({"link_down", "link_cut"})
RETRY_S = 1.0


def server(folder: str, port: str, *options: str) -> None:
    """Serve, the hall's home being made by the first enrolment."""
    _hall(folder)
    from sync.hall.__main__ import main

    main(["serve", "--listen", f"0.0.0.0:{port}", *(options or ["--plain"]), "--home", folder])


def enroll(folder: str, url: str) -> None:
    """One more machine of the station."""
    hall = str(Path(folder).parent / "server")
    added = _run("sync.hall", "station", "add", STATION, "石桥村便民服务站", "--home", hall, "--json")
    code = json.loads(added)["code"]
    plain = ["--plain"] if url.startswith("http:") else []
    _run("counter_app", "enrol", "--hall", url, "--code", code, *plain, "--home", folder, "--json")


def seed(folder: str, records: str) -> None:
    """Write the events of the records, each at its own time, in the order of time; file names with ids aside."""
    from sync import journal

    cases = read_jsonl(records)
    station = _station(folder)
    with station.store.write() as writing:
        device = writing.device()
        for clock, new in events_of(cases, device):
            journal.append(writing.connection, device, [new], clock)
    kept = {n: {"id": case["id"], "case_no": case["case_no"]} for n, case in enumerate(cases, 1)}
    Path(folder).parent.joinpath("ids.json").write_text(json.dumps(kept))


def seed_scans(folder: str, count: str) -> None:
    """Put so many scans into the vault, and write the one event that names them."""
    station, cases = _station(folder), gen.cases(1)
    kept = [station.desk.vault.put(gen.blob(n))[0] for n in range(int(count))]
    files = [{"sha256": sha256, "size": len(gen.blob(n)), "type": "image/jpeg"} for n, sha256 in enumerate(kept)]
    with station.store.write() as writing:
        _, new = next(iter(events_of(cases, writing.device())))
        scanned = {**new.data, "materials": [{**new.data["materials"][0], "files": files}]}
        writing.append([replace(new, data=scanned)])


def push(folder: str, url: str) -> None:
    """The exchange, the store opened before: until nothing is left, received by the hall and applied.

    received_s: until the hall has all of it, fetched_s: until this machine has its whole feed, both kept for good.

    A link that breaks is tried again after a second, as the file peers of the harness do.
    """
    import sync.http_link  # noqa: F401  as the other peers do: a window has it long before it meets the hall

    station = _station(folder)
    gc.freeze()  # as the program does
    _choose_codec()
    ledger, began, received, fetched = station.exchange.means.ledger, time.monotonic(), [], []
    store_answer, store_feed = ledger.store_answer, ledger.store_feed

    def noted(state: Any) -> None:
        store_answer(state)
        if state.received == ledger.standing().head[0]:
            received.append(time.monotonic() - began)

    def fed(*feed: Any) -> None:
        store_feed(*feed)
        fetched[:] = [time.monotonic() - began]

    ledger.store_answer, ledger.store_feed = noted, fed
    runs = []
    with measured():
        while not runs or runs[-1].error:
            if runs:
                time.sleep(RETRY_S)
            runs.append(station.exchange.run())
            if runs[-1].error and runs[-1].error.code not in BROKEN:
                raise runs[-1].error
    memory = {"peak_mib": _peak_mib()}
    kept = {name: found[0] for name, found in (("received_s", received), ("fetched_s", fetched)) if found}
    sys.stderr.write(json.dumps(_told(runs) | kept | memory) + "\n")


def _peak_mib() -> float:
    """Of this program alone: `ru_maxrss` begins with what whoever started it had."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def pull(folder: str, url: str) -> None:
    push(folder, url)


def dump(folder: str, out: str) -> None:
    """The records as the journal at the hall, or the feed at the other machine, has them."""
    ids = json.loads(Path(folder).parent.joinpath("ids.json").read_text())
    dump_jsonl(out, records_of(list(_stored(folder)), ids))


def events_of(cases: list[dict[str, Any]], device: str) -> Iterator[tuple[Any, Any]]:
    """(clock, event) in the order of time."""
    from counter_app.domain.events import ClockReading

    chance = random.Random(5)
    rows = []
    for n, case in enumerate(cases, 1):
        for at_ms, new in _events_of_case(case, n, device, chance):
            rows.append((at_ms, n, new))
    rows.sort(key=lambda row: row[:2])
    for at_ms, _, new in rows:
        day = at_ms // DAY_MS
        boot = f"{random.Random(day).getrandbits(128):032x}"
        yield ClockReading(at_ms, boot, at_ms - day * DAY_MS + chance.randrange(2), 1200), new


def _events_of_case(case: dict[str, Any], n: int, device: str, chance: random.Random) -> Iterator[tuple[int, Any]]:
    from counter_app.domain.events import NewEvent
    from counter_app.domain.identifiers import CaseId

    id_ = CaseId(device, n)
    at_ms = _ms(case["accepted_at"]) + chance.randrange(500)
    day = datetime.datetime.fromtimestamp(at_ms / 1000, CHINA).date()
    first = day + datetime.timedelta(1)
    clock = {
        "calendar": "CN-2026.1", "code": "K_CHECK", "due": (day + datetime.timedelta(7)).isoformat(),
        "first": first.isoformat(), "length": 5, "rule": "行政许可法第三十二条第一款第四项",
        "start": day.isoformat(), "unit": "working_day",
    }
    item = {
        "agency": "county_social_insurance", "code": "pension_enrolment", "kind": "INSTANT", "licence": False,
        "name": "城乡居民基本养老保险参保登记", "version": "1",
    }  # the one shipped item that the dictionary was not made with; the record's own is the situation
    materials = [
        {"id": f"m{row['no']}", "form": FORMS[gen.STATUS.index(row["status"])], "copies": row["copies"], "pages": 1}
        for row in case["materials"]
    ]
    data = {
        "channel": "1", "clocks": [clock], "item": item, "materials": materials,
        "notices": [{"kind": "N01", "number": "", "template": "1"}], "received_at": at_ms, "seen": 24,
        "situation": case["item_code"], "station": STATION,
    }
    person = case["applicant"]
    applicant = {"address": person["address"], "id_number": person["id_number"], "id_type": "111",
                 "name": person["name"], "phone": person["phone"]}
    query_code = f"{chance.randrange(10**6):06d}"
    private = {"applicant": applicant, "fields": {"notes": case["notes"]}, "query_code": query_code}
    yield at_ms, NewEvent("received", id_, 0, case["history"][0]["operator"], data, private)
    for row in case["history"]:
        private = {"note": row["remark"]} if row["remark"] else {}
        noted = {"step": row["event"], "desk": row["clerk"]}
        noted_ms = _ms(row["time"]) + 500 + chance.randrange(500)
        yield noted_ms, NewEvent("annotated", id_, 0, row["operator"], noted, private)


def records_of(events: list[Any], ids: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records again, out of their events."""
    events.sort(key=lambda event: event.case.n)
    names = {code: name for code, name, _ in gen.ITEMS}
    for n, group in groupby(events, key=lambda event: event.case.n):
        received = None
        history = []
        for event in group:
            if event.kind == "received":
                received = event
            else:
                history.append(event)
        assert received is not None
        person, code = received.private["applicant"], received.data["situation"]
        materials = next(names for known, _, names in gen.ITEMS if known == code)
        yield {
            "id": ids[str(n)]["id"], "case_no": ids[str(n)]["case_no"], "item_code": code, "item_name": names[code],
            "applicant": {"name": person["name"], "id_type": "居民身份证", "id_number": person["id_number"],
                          "phone": person["phone"], "address": person["address"]},
            "accepted_at": _iso(received.at_ms), "channel": "离线窗口", "state": history[-1].data["step"],
            "materials": [
                {"no": place, "name": name, "required": place <= 4, "status": gen.STATUS[FORMS.index(row["form"])],
                 "copies": row["copies"]}
                for place, (name, row) in enumerate(zip(materials, received.data["materials"], strict=True), 1)
            ],
            "history": [
                {"time": _iso(event.at_ms), "event": event.data["step"], "clerk": event.data["desk"],
                 "operator": event.user, "remark": event.private.get("note", "")}
                for event in history
            ],
            "notes": received.private["fields"]["notes"],
        }


def _stored(folder: str) -> Iterator[Any]:
    from sqlalchemy import select

    from counter_app.adapters.store import schema
    from sync import journal
    from sync.canonical import event_of
    from sync.hall.home import open_hall
    from sync.hall.tables import devices

    if (Path(folder) / "hall.json").exists() or "server" in Path(folder).name:
        with open_hall(Path(folder)).store.read() as conn:
            for device in conn.scalars(select(devices.c.device)):
                yield from (event for event in journal.read(conn, device) if event.kind in {"received", "annotated"})
        return
    foreign = schema.foreign_events.c
    with _station(folder).store.read() as reading:
        query = select(foreign.device, foreign.seq, foreign.public, foreign.private).where(foreign.device != "hall")
        for row in reading.connection.execute(query.order_by(foreign.device, foreign.seq)):
            yield event_of(row.device, row.seq, bytes(row.public), bytes(row.private))


def _told(runs: list[Any]) -> dict[str, Any]:
    names = {"up": "bytes_up", "down": "bytes_down", "requests": "requests", "pushed": "pushed"}
    return {key: sum(getattr(run, name) for run in runs) for key, name in names.items()}


def _choose_codec() -> None:
    """COUNTER_PEER_CODEC: the number of a codec instead of the one that suits the link."""
    from counter_app.services import exchange

    if codec := os.environ.get("COUNTER_PEER_CODEC"):
        exchange.synchronise = partial(exchange.synchronise, codec=int(codec))


def _station(folder: str) -> Any:
    from counter_app.adapters.system_clock import MachineClock
    from counter_app.bootstrap import open_station

    return open_station(Path(folder), MachineClock())


def _hall(folder: str) -> None:
    if not (Path(folder) / "hall.db").exists():
        _run("sync.hall", "init", "--sample", "--home", folder, "--json")


def _run(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def _ms(moment: str) -> int:
    return int(datetime.datetime.fromisoformat(moment).timestamp()) * 1000


def _iso(at_ms: int) -> str:
    return datetime.datetime.fromtimestamp(at_ms // 1000, CHINA).isoformat()


if __name__ == "__main__":
    verbs = {"server": server, "enroll": enroll, "seed": seed, "seed-scans": seed_scans, "push": push, "pull": pull}
    verbs |= {"dump": dump}
    verbs[sys.argv[1]](*sys.argv[2:])
