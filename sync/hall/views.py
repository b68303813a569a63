"""What the hall's commands print: the JSON of the contract (cli design), and one line for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from counter_app.domain.calendar_release import CalendarRelease
from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock
from counter_app.domain.day_close import shown
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_time
from counter_app.domain.states import ClockCode
from counter_app.domain.suspicion import Suspect
from counter_app.domain.wire_values import text_of
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.hall import calendars, cases, closed, messages, places, troubles
from sync.hall.days import CountedDay
from sync.hall.report import Report
from sync.hall.tables import devices

Plain = dict[str, Any]

_DUE = {"check": ClockCode.CHECK, "promise": ClockCode.PROMISE, "statutory": ClockCode.STATUTORY}


def moment(ms: int | None) -> str | None:
    """ISO time of China, to the second."""
    return None if ms is None else local_time(ms).isoformat(timespec="seconds")


def case_row(case: Case) -> Plain:
    """A line of the list: no personal data."""
    return {
        "case": str(case.id),
        "case_no": case.case_no or None,
        "station": case.station,
        "state": case.state.value,
        "holder": case.holder,
        "item": case.item.code,
        "continues": case.continues or None,
        "continued_by": case.continued_by or None,
        "frozen": case.frozen,
        "received_at": moment(case.received_at_ms),
        "changed_at": moment(case.changed_at_ms),
    }


def counted_day(counted: CountedDay) -> Plain:
    """A day that a station's machine closed, and what the hall counts of it now."""
    day, now = counted.day, counted.now
    differing = [{"case": row.case or None, "station": row.here, "hall": row.there} for row in now.differences]
    return {
        "station": counted.station,
        "device": day.device,
        "seq": day.seq,
        "day": day.day.isoformat(),
        "at": moment(day.at_ms),
        "code": shown(day.code),
        "hall_code": shown(now.code),
        "station_code": shown(counted.station_code),
        "agrees": now.agrees,
        "same": "=" if now.agrees else "≠",
        "events": day.events,
        "cases": day.cases,
        "totals": dict(day.totals),
        "by": day.by,
        "second": day.second,
        "drafts": day.drafts,
        "unsent": day.unsent,
        "unprinted": day.unprinted,
        "back_dated": [{"case": case, "day": on.isoformat()} for case, on in day.back_dated],
        "differences": differing,
        "differing": " ".join(row.case or "-" for row in now.differences) or None,
        "waiting": list(now.waiting),
        "left_out": counted.left_out,
    }


def case_view(conn: Connection, case: Case) -> Plain:
    """One case with its events, as `counter case` prints it, counted by the hall's calendar."""
    case = case.counted_by(calendars.newest(conn))
    history = cases.history(conn, case.id)
    received = next((event.at_ms for event, _ in history if event.kind == "numbered"), None)
    clocks = {name: case.clock(code) for name, code in _DUE.items()}
    return {
        "case": str(case.id),
        "case_no": case.case_no or None,
        "state": case.state.value,
        "holder": case.holder,
        "facts": {
            "saved": moment(case.opened_at_ms),
            "received": moment(received),
            "accepted": moment(case.accepted_at_ms),
            "decided": moment(case.decided_at_ms),
        },
        "due": {name: clock.due.isoformat() if clock else None for name, clock in clocks.items()},
        "clocks": [_clock(clock) for clock in case.clocks],
        "decision_no": case.decision_no or None,
        "continues": case.continues or None,
        "continued_by": case.continued_by or None,
        "frozen": case.frozen,
        "printed_as": case.printed_as or None,
        "clock_suspect": [suspect_day(suspect) for suspect in case.suspects],
        "events": [_event(event, late) for event, late in history],
        "notices": [
            {
                "kind": notice.kind,
                "number": notice.shown_number or str(case.id),
                "late": notice.late,
                "spoiled": bool(notice.spoiled),
            }
            for notice in case.notices
        ],
    }


def suspect_day(suspect: Suspect) -> Plain:
    """An event whose day is not sure."""
    place = {"device": suspect.event.device, "seq": suspect.event.seq}
    return {**place, "served": suspect.served.isoformat(), "by_hall": suspect.by_hall.isoformat()}


def stations(conn: Connection) -> Iterator[Plain]:
    """Every station with its devices and when each was last heard of."""
    known = conn.execute(select(devices).order_by(devices.c.device)).all()
    shut = closed.listed(conn, [row.device for row in known])
    clocks = Counter(row.event.device for row in troubles.listed(conn) if row.kind is troubles.Kind.CLOCK)
    for station in places.stations_listed(conn):
        own = [row for row in known if row.station == station.code]
        contacts = [row.last_contact_ms for row in own if row.last_contact_ms is not None]
        yield {
            "station": station.code,
            "name": station.name,
            "level": station.level,
            "sharing": station.sharing,
            "entrusted": None if station.entrusted is None else list(station.entrusted),
            "last_contact": moment(max(contacts, default=None)),
            "unsettled_clocks": sum(clocks[row.device] for row in own),
            "devices": [
                {
                    "device": row.device,
                    "last_contact": moment(row.last_contact_ms),
                    "applied": row.applied,
                    "clock_offset_ms": row.clock_offset_ms,
                    "revoked": row.revoked_ms is not None,
                    "closed": shut.get(row.device),
                }
                for row in own
            ],
        }


def message(found: messages.Message) -> Plain:
    """A message as whoever sends it needs it."""
    return {
        "message": found.id,
        "case": str(found.case),
        "kind": found.kind,
        "phone": found.phone,
        "text": found.text,
        "queued_at": moment(found.queued_ms),
        "sent_at": moment(found.sent_ms),
    }


def exceptions(conn: Connection) -> Iterator[Plain]:
    """Everything that could not be taken as it came and that nobody has settled, oldest first."""
    for trouble in troubles.listed(conn):
        yield exception(conn, trouble)


def exception(conn: Connection, trouble: troubles.Trouble) -> Plain:
    """One exception with what there is to judge it by."""
    return {
        "device": trouble.event.device,
        "seq": trouble.event.seq,
        "kind": trouble.kind.value,
        "code": trouble.code,
        "case": None if trouble.case is None else str(trouble.case),
        "since": moment(trouble.since_ms),
        "behind": trouble.behind,
        "evidence": _evidence(conn, trouble),
    }


def settlements(conn: Connection) -> Iterator[Plain]:
    """What was settled, the newest first, each with who said what and why."""
    for found in troubles.settled(conn):
        yield settlement(conn, found)


def settlement(conn: Connection, found: troubles.Settlement) -> Plain:
    """One settled exception."""
    [word] = journal.read(conn, HALL, found.hall_seq - 1, 1)
    settled = {
        "how": found.how,
        "by": found.by,
        "at": moment(found.at_ms),
        "reason": text_of(word.private or {}, "reason"),
        "event": found.hall_seq,
    }
    return {**exception(conn, found.trouble), "settled": settled}


def _evidence(conn: Connection, trouble: troubles.Trouble) -> Plain:
    """What was noted with it, what the event is, and what the case shows now."""
    plain = troubles.evidence_of(conn, trouble.event, trouble.kind)
    for row in journal.rows(conn, trouble.event.device, trouble.event.seq - 1, trouble.event.seq):
        plain["hash"] = row.h.hex()
        try:
            event = event_of(trouble.event.device, row.seq, row.public, None)
        except EventNotReadable:
            break
        plain |= {"event": event.kind, "at": moment(event.at_ms), "user": event.user}
    case = None if trouble.case is None else cases.load(conn, trouble.case)
    if case is not None:
        plain |= next((suspect_day(found) for found in case.suspects if found.event == trouble.event), {})
        plain |= {"state": case.state.value, "holder": case.holder, "frozen": case.frozen}
    return plain


def number_rows(report: Plain) -> Iterator[Plain]:
    """The gap report for people: counts of each series."""
    for found in (*report["series"], *report["slips"]):
        names = {name: found[name] for name in ("agency", "kind", "year")}
        ends = {name: sum(row["last"] - row["first"] + 1 for row in found[name]) for name in ("spoiled", "returned")}
        left = sum(row["last"] - row["next"] + 1 for row in found["open"])
        yield {**names, "used": found["used"]["count"], **ends, "open": left}


def report(found: Report) -> Plain:
    """The outcome of `hall verify`."""
    return {
        "ok": not found.problems,
        "devices": [
            {"device": head.device, "station": head.station or None, "seq": head.seq, "head": head.head.hex()}
            for head in found.devices
        ],
        "cases": found.cases,
        "problems": [
            {
                "device": problem.device or None,
                "seq": problem.seq or None,
                "last": problem.last or None,
                "case": problem.case or None,
                "station": problem.station or None,
                "problem": problem.what,
            }
            for problem in found.problems
        ],
    }


def calendar(release: CalendarRelease) -> Plain:
    """A calendar; n is 0 for the one that came with the program."""
    return {
        "version": release.version,
        "n": release.n,
        "source": release.source,
        "published": list(release.published),
        "off": len(release.off),
        "worked": len(release.worked),
    }


def _clock(clock: Clock) -> Plain:
    return {
        "code": clock.code.value,
        "start": clock.start.isoformat(),
        "due": clock.due.isoformat(),
        "told": (clock.told.due if clock.told else clock.due).isoformat(),
        "calendar": clock.calendar,
        "provisional": clock.provisional,
        "ended_on": clock.ended_on.isoformat() if clock.ended_on else None,
    }


def _event(event: Event, late: bool) -> Plain:
    return {
        "device": event.id.device,
        "seq": event.id.seq,
        "kind": event.kind,
        "at": moment(event.at_ms),
        "user": event.user,
        "late": late,
    }
