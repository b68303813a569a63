"""上传日报: of what this machine wrote on each day, how much the hall has, and what came back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time

from counter_app.domain.masking import Sight
from counter_app.domain.moments import local_date, to_ms
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading
from counter_app.services.registers.frame import Line, Register
from resources.texts import text


def _lines(desk: Desk, reading: Reading, first: date, last: date, sight: Sight) -> Iterator[Line]:
    """A line for each day with events of the id in use; those of a closed one were confirmed or brought again by it."""
    device, received = reading.device(), reading.link().received
    refused = {trouble.seq for trouble in reading.troubles() if trouble.device == device}
    waiting, confirmed, returned = Counter[date](), Counter[date](), Counter[date]()
    people = defaultdict[date, set[str]](set)
    for event in reading.own_events_since(to_ms(datetime.combine(first, time()))):
        day = local_date(event.at_ms)
        if not first <= day <= last:
            continue
        (confirmed if event.id.seq <= received else waiting)[day] += 1
        if event.id.seq in refused:
            returned[day] += 1
            people[day].add(event.user)
    for day in sorted({*waiting, *confirmed}):
        yield Line(
            {
                "day": day.isoformat(),
                "waiting": waiting[day],
                "confirmed": confirmed[day],
                "returned": returned[day],
                "by": text("ledger.separator").join(sorted(people[day])),
            }
        )


REGISTERS = (Register("uploads", ("no", "day", "waiting", "confirmed", "returned", "by"), _lines),)
