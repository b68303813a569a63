"""The law of a case written down once more, slowly and from the specification alone (specs domain 5.1-5.3, 6).

Nothing here uses the program's table, clocks or calendar: it is what the program is held against.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

import forms.items
import resources.calendars

DAY = timedelta(days=1)
_BEFORE_DECISION = ("RECEIVED", "CORRECTING", "ACCEPTED", "IN_REVIEW", "JOINT", "FORWARDED", "SUSPENDED")
_OPEN = (*_BEFORE_DECISION, "GRANTED", "DENIED", "DELIVERING", "DELIVERED")
_TOLERANT = ("ACCEPTED", "IN_REVIEW", "JOINT", "FORWARDED", "SUSPENDED")

# Table 5.3: from which states an event leads where ("" stays), and which papers go out with it.
MOVES: Mapping[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "received": (("DRAFT",), "RECEIVED", ("N01",)),
    "fixed_on_spot": (("RECEIVED",), "RECEIVED", ()),
    "not_required": (("RECEIVED",), "NOT_REQUIRED", ("N03-A",)),
    "refused": (("RECEIVED",), "REFUSED", ("N03-B", "N12")),
    "corrected": (("RECEIVED",), "CORRECTING", ("N04",)),
    "accepted": (("RECEIVED",), "ACCEPTED", ("N02",)),
    "deem_accepted": (("RECEIVED",), "ACCEPTED", ("N02",)),
    "accepted_tolerantly": (("RECEIVED",), "ACCEPTED", ("N05",)),
    "supplied_part": (("CORRECTING",), "RECEIVED", ("N01-S",)),
    "supplied_all": (("CORRECTING",), "ACCEPTED", ("N02",)),
    "corrected_again": (("CORRECTING",), "CORRECTING", ("N04-2",)),
    "given_up": (("CORRECTING",), "RETURNED", ("N09",)),
    "submitted": (("ACCEPTED",), "IN_REVIEW", ("FLOW",)),
    "passed_on": (("ACCEPTED",), "JOINT", ("N08",)),
    "joined": (("JOINT",), "IN_REVIEW", ("MINUTES",)),
    "forwarded_up": (("ACCEPTED", "IN_REVIEW"), "FORWARDED", ("PACKAGE",)),
    "suspended": (("IN_REVIEW", "JOINT"), "SUSPENDED", ("N06",)),
    "resumed": (("SUSPENDED",), "BACK", ()),
    "extended": (("IN_REVIEW",), "IN_REVIEW", ("N07",)),
    "granted": (("ACCEPTED", "FORWARDED", "IN_REVIEW"), "GRANTED", ("N10",)),
    "denied": (("FORWARDED", "IN_REVIEW"), "DENIED", ("N11",)),
    "sent_out": (("GRANTED", "DENIED"), "DELIVERING", ()),
    "delivered": (("DELIVERING",), "DELIVERED", ("N12",)),
    "closed": (("DELIVERED",), "CLOSED", ("FOLDER",)),
    "withdrawn": (_BEFORE_DECISION, "WITHDRAWN", ("N17",)),
    "returned": (("RECEIVED",), "RETURNED", ("N09",)),
    "voided": (_OPEN, "VOIDED", ()),
    "reopened": (("CLOSED",), "IN_REVIEW", ()),
    "tolerated_completed": (_TOLERANT, "", ("N01-S",)),
}


SHIPPED = "CN-2026.1"


def published_days() -> dict[date, bool]:
    """The days that the shipped calendar moves: True is worked, False is off."""
    assert resources.calendars.__file__ is not None
    table = json.loads((Path(resources.calendars.__file__).parent / "cn.json").read_text(encoding="utf-8"))
    return {date.fromisoformat(day): False for day in table["off"]} | {
        date.fromisoformat(day): True for day in table["worked"]
    }


def items_as_written() -> dict[str, Any]:
    """The item files, read as plain YAML."""
    assert forms.items.__file__ is not None
    files = Path(forms.items.__file__).parent.glob("*.yaml")
    found = (yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader) for file in files)
    return {item["code"]: item for item in found}


@dataclass
class SlowClock:
    """A deadline as somebody with a wall calendar would count it."""

    length: int
    unit: str
    start: date
    more: int = 0
    stops: list[tuple[date, date]] = field(default_factory=list)
    stopped_on: date | None = None
    open: bool = True
    calendar: str = ""

    def holds_until(self, name: str, calendars: Mapping[str, Mapping[date, bool]], newest: str) -> date:
        """The last day by the newest calendar; what the applicant was told stays where it is better for him (6.4)."""
        told, now = self.due(calendars[self.calendar]), self.due(calendars[newest])
        if name == "K_HEAR" and self.length == 5:
            return max(told, now)  # the applicant's own days to ask for it
        return {"K_PROM": min, "K_FIX": max, "K_TOL": max}.get(name, lambda _told, now: now)(told, now)

    def due(self, days: Mapping[date, bool]) -> date:
        """Day by day: the starting day is not counted, nor a day that is off or inside a stop.

        What a clock is extended by is working days, whatever the clock itself counts (行政许可法 42, 82).
        """
        end = _counted(self.start, self.length, self.unit, days, self.stops)
        return _counted(end, self.more, "working_day", days, []) if self.more else end


def _counted(
    start: date, length: int, unit: str, days: Mapping[date, bool], stops: Sequence[tuple[date, date]]
) -> date:
    if unit == "month":
        year, month = start.year + (start.month - 1 + length) // 12, (start.month - 1 + length) % 12 + 1
        day = start.day
        while True:
            try:
                return date(year, month, day)
            except ValueError:
                day -= 1
    day, left = start, -(-length // 24) if unit == "hour" else length
    while left:
        day += DAY
        works = unit != "working_day" or days.get(day, day.weekday() < 5)
        if works and not any(first <= day <= last for first, last in stops):
            left -= 1
    return day


@dataclass(frozen=True)
class Happened:
    """An event as the reference reads it: its kind, the day in China, and what it says."""

    kind: str
    day: date
    data: Mapping[str, Any]


class SlowCase:
    """State, clocks and papers of a case, told from its events."""

    def __init__(self, item: Mapping[str, Any], at_village: bool = False) -> None:
        """at_village: it was taken in at a village station, which may accept some items only (5.3.1)."""
        assert item["entrustable"] or not at_village, item["code"]
        self.item = item
        self.state, self.left = "DRAFT", ""
        self.granted = self.has_number = False
        self.rated: dict[str, SlowClock] = {}
        self.clocks: dict[str, SlowClock] = {}
        self.papers: list[str] = []
        self.received_on: date | None = None
        self.hearing_on: date | None = None

    def take(self, event: Happened) -> None:
        """AssertionError if the event leads out of the table."""
        if event.kind == "papers_taken":
            self.papers.append("N01-S")  # sync design section 2: a receipt of their own
        if event.kind not in MOVES:
            self._ratings(event)
            self._hearing(event)
            return
        sources, target, papers = MOVES[event.kind]
        assert self.state in sources, (self.state, event.kind)
        if event.kind == "suspended":
            self.left = self.state
        self.state = self.left if target == "BACK" else target or self.state
        times = len(event.data["co_agencies"]) if event.kind == "passed_on" else 1
        self.papers += [paper for paper in papers for _ in range(times)]
        self.papers += self._of_the_result(event)
        self._clocks(event)
        for row in event.data.get("clocks", []):
            self.clocks[row["code"]].calendar = row["calendar"]

    def _ratings(self, event: Happened) -> None:
        """15 working days for the answer to each bad rating; a second rating of a stage is none (12.3)."""
        if event.kind == "rated" and event.data["stage"] not in self.rated:
            self.rated[event.data["stage"]] = clock = SlowClock(15, "working_day", event.day)
            if "dissatisfied" in event.data["level"]:
                clock.calendar = event.data["clocks"][0]["calendar"]
                self.clocks["K_RATE"] = clock
        elif event.kind == "rating_answered" and event.data["stage"] in self.rated:
            self.rated[event.data["stage"]].open = False

    def _hearing(self, event: Happened) -> None:
        """5 working days to ask for it once its right is told, 20 to hold it from the day it was asked for (47), its
        day told 7 before (48)."""
        if event.kind == "hearing_rights_told":
            self.papers += ["N18", "N12"]
            self.clocks["K_HEAR"] = SlowClock(5, "working_day", event.day)
        elif event.kind == "hearing_asked" and self._may_ask_for_hearing():
            asked_on = date.fromisoformat(event.data["asked_on"])
            self.clocks["K_HEAR"] = SlowClock(20, "working_day", asked_on)
        elif event.kind == "hearing_set":
            self.hearing_on = date.fromisoformat(event.data["hearing_on"])
            assert (self.hearing_on - event.day).days >= 7, "told seven days before (48)"
            return
        elif event.kind == "hearing_held":
            assert self.hearing_on is not None, "held without a word to the applicant (48)"
            assert date.fromisoformat(event.data["held_on"]) >= self.hearing_on, "held before its day (48)"
            self._end("K_HEAR")
            return
        else:
            return
        self.clocks["K_HEAR"].calendar = event.data["clocks"][0]["calendar"]

    def _may_ask_for_hearing(self) -> bool:
        clock = self.clocks.get("K_HEAR")
        return clock is not None and clock.open and clock.length == 5

    def _of_the_result(self, event: Happened) -> list[str]:
        """A parcel has its sheet, a licence that is taken away its receipt; notes 5.3 and 7.3."""
        if event.kind in {"granted", "denied"}:
            self.granted, self.has_number = event.kind == "granted", bool(event.data.get("licence_no"))
        if event.kind == "sent_out" and event.data.get("way") == "post":
            return ["POST"]
        is_taken = event.data.get("service") in {"direct", "post", "entrusted"}
        if event.kind == "delivered" and self.granted and is_taken and (self.item["is_licence"] or self.has_number):
            return ["N16"]
        return []

    def _clocks(self, event: Happened) -> None:
        kind, day = event.kind, event.day
        if kind == "received":
            self.received_on = day
        if kind in {"received", "supplied_part"}:
            self._end("K_FIX")
            self._start("K_CHECK", self.item["limits"]["check"], day)
        if kind in {"not_required", "refused", "returned", "corrected", "accepted", "accepted_tolerantly",
                    "deem_accepted"}:
            self._end("K_CHECK")
        if kind == "corrected" and "fix" in self.item["limits"]:
            self._start("K_FIX", self.item["limits"]["fix"], day)
        if kind in {"accepted", "accepted_tolerantly", "supplied_all", "reopened", "deem_accepted"}:
            self._end("K_FIX")
            assert self.received_on is not None
            self._decision_clocks(self.received_on if kind == "deem_accepted" else day)
        if kind == "accepted_tolerantly":
            self.clocks["K_TOL"] = SlowClock(event.data["pledge_days"], "working_day", day)
        if kind == "tolerated_completed":
            self._end("K_TOL")
        if kind == "passed_on" and event.data.get("joint_by_law"):
            self.clocks["K_STAT"] = SlowClock(45, "working_day", self.clocks["K_STAT"].start)
        if kind == "extended":
            self.clocks["K_STAT"].more = 15 if self.clocks["K_STAT"].length == 45 else 10
        if kind == "forwarded_up":
            self._end("K_UP")
        self._stops(kind, day)
        if kind in {"granted", "denied"}:
            hearing = self.clocks.get("K_HEAR")
            assert hearing is None or not hearing.open or hearing.length == 5, "decided before the hearing (48)"
            self._end("K_STAT", "K_PROM", "K_UP", "K_HEAR")
        if kind == "granted":
            self._start("K_SERVE", self.item["limits"]["serve"], day)
        if kind == "delivered":
            self._end("K_SERVE")
        if kind in {"withdrawn", "voided", "given_up"}:
            self._end(*(name for name in self.clocks if name != "K_RATE"))

    def _decision_clocks(self, day: date) -> None:
        self._start("K_STAT", self.item["limits"]["statutory"], day)
        self._start("K_PROM", self.item["limits"]["promise"], day)
        if self.item["kind"] == "UPWARD":
            self.clocks["K_UP"] = SlowClock(20, "working_day", day)

    def _stops(self, kind: str, day: date) -> None:
        for name in ("K_STAT", "K_PROM", "K_UP"):
            clock = self.clocks.get(name)
            if clock is None or not clock.open:
                continue
            if kind == "suspended":
                clock.stopped_on = day
            elif kind == "resumed" and clock.stopped_on is not None:
                clock.stops.append((clock.stopped_on, day))
                clock.stopped_on = None

    def _start(self, name: str, limit: Mapping[str, Any], day: date) -> None:
        self.clocks[name] = SlowClock(limit["length"], limit["unit"], day)

    def _end(self, *names: str) -> None:
        for name in names:
            if name in self.clocks:
                self.clocks[name].open = False
