"""The hall is killed again and again in the middle of an upload; in the end each case is there exactly once."""

from __future__ import annotations

import os
import random
import signal
import socket
from urllib.parse import urlsplit

from counter_app.domain.events import NewEvent
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.test_hall_faults import body_of_next_try, hall_head, received

KILLS = int(os.environ.get("COUNTER_TEST_KILLS", "2"))
CASES = max(80, 25 * KILLS)


def test_kills_in_the_middle_of_an_upload_lose_and_double_nothing(own_hall: RealHall) -> None:
    village = own_hall.village("QX03")
    rng = random.Random(20)
    for _ in range(CASES):
        case = village.receive()
        note = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(2500))
        village.save_raw(NewEvent("annotated", case, 0, "u", {}, {"note": note}))
    last, _ = village.head()
    address = urlsplit(own_hall.url)
    before, kills = 0, 0
    while kills < KILLS:
        body = body_of_next_try(village)
        with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
            raw.sendall(f"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            raw.sendall(body[: rng.randrange(60_000, len(body) - 50)])  # one frame at least, never the last byte
            received(own_hall, village, at_least=before + 1)
            own_hall.stop(signal.SIGKILL)
        now = received(own_hall, village, at_least=0)
        kills += before < now < last
        own_hall.start()
        before = now
        village.station.acknowledged = now
    assert village.sync().error is None
    assert hall_head(own_hall, village) == village.head()
    rows = own_hall.command("cases").lines
    assert len(rows) == len({row["case_no"] for row in rows}) == CASES
    assert own_hall.command("exceptions").lines == []
