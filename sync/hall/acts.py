"""What people at the hall do to a case. The law is the domain's; here it becomes an event of the hall."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from counter_app.domain.act_data import checked_beside
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed, NotHolder
from counter_app.domain.events import NewEvent
from counter_app.domain.hearing import (
    ASK_HEARING,
    HEARING_PAPERS,
    HOLD_HEARING_ACT,
    SET_HEARING,
    TELL_HEARING_RIGHTS,
    hearing_asked,
    hearing_held,
    hearing_rights_told,
    hearing_set,
)
from counter_app.domain.identifiers import HALL, desk_of, station_of_desk
from counter_app.domain.moves import Plan, plan
from counter_app.domain.notice import NoticeKind, format_number
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.scene import Scene
from counter_app.domain.second_person import answered, asked
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.spoiling import SPOIL, spoiled, to_spoil
from counter_app.domain.states import END_STATES, Action, CaseState
from counter_app.domain.station import DESK
from counter_app.domain.wire_values import list_of, text_of
from sync.hall import apply, calendars, cases, effects, items, lines, notice_templates, numbers, places, troubles
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.store import recovery_waits

RECALL, HAND_OVER, ANSWER = "recall", "hand_over", "answer"  # beside the table (specs domain 5.3.1)
_AS_CLERK = frozenset({Actor.CLERK})
_HEARINGS = {
    ASK_HEARING: ("hearing_asked", hearing_asked),
    SET_HEARING: ("hearing_set", hearing_set),
    HOLD_HEARING_ACT: ("hearing_held", hearing_held),
}
_DECISIONS = {Action.GRANT: NoticeKind.GRANT, Action.DENY: NoticeKind.DENIAL}


@again_if_crossed
def act(hall: Hall, text: str, action: str, given: Mapping[str, object], person: Person) -> Case:
    """Do it: the event in the hall's journal, the case moved and the stations' feeds told, all or nothing.

    text is a case number or a local number; the case as it stands afterwards. NotFound `case_unknown`,
    InvalidInput `action_unknown`, MoveNotAllowed `events_wait`, and what the domain's `plan` raises.
    """
    with hall.store.write() as conn:
        if recovery_waits(conn):
            raise MoveNotAllowed("hall_not_recovered")
        case = _locked(conn, hall, text, text_of(given, "to"))
        if action == lines.SETTLE:
            return _settled(conn, hall, case, given, person)
        if case.frozen and action in {RECALL, HAND_OVER}:
            raise MoveNotAllowed("case_frozen")
        if action == RECALL:
            new = _recalled(case, given, person)
        elif action == HAND_OVER:
            new = _handed_over(conn, case, given, person)
        elif action == TELL_HEARING_RIGHTS:
            new = _told_of_hearing(conn, hall, case, given, person)
        elif action in _HEARINGS:
            new = _heard(conn, hall, case, action, given, person)
        elif action == SPOIL:
            new = _spoiled(conn, hall, case, given, person)
        elif action == ANSWER:
            new = answered(case, person, checked_beside(action, given, _item_of(conn, case)))
        else:
            new = _moved(conn, hall, case, _action(action), given, person)
        batch = Batch(hall.records.on(conn))
        effects.append_own(batch, hall, new)
        batch.write()
        after = batch.case(case.id)
        assert after is not None, "a case is never removed"
        return after


def _settled(conn: Connection, hall: Hall, case: Case, given: Mapping[str, object], person: Person) -> Case:
    """A supervisor says which of two contradicting papers holds (sync design section 2)."""
    tx = hall.records.on(conn)
    news = lines.settled(tx, case, given, person)
    batch = Batch(tx)
    for new in news:
        assert new.case is not None
        hall_seq = effects.append_own(batch, hall, new)
        troubles.settle_late(conn, new.case, person.name, hall.now_ms, hall_seq)
    batch.write()
    after = batch.case(case.id)
    assert after is not None, "a case is never removed"
    return after


def _locked(conn: Connection, hall: Hall, text: str, to: str) -> Case:
    """The case as it is once nobody else can move it, nor write into the feeds that a move enters."""
    case_id = cases.find(conn, text).id
    apply.lock_case(hall.records.on(conn), case_id, to)
    case = cases.load(conn, case_id)
    assert case is not None, "a case is never removed"
    case = case.counted_by(calendars.newest(conn))
    if troubles.is_blocked(conn, case_id):
        raise MoveNotAllowed("events_wait", case=str(case_id))
    return case


def _moved(
    conn: Connection, hall: Hall, case: Case, action: Action, given: Mapping[str, object], person: Person
) -> NewEvent:
    item = _item_of(conn, case)
    scene = _scene(conn, hall, item, person)
    decision: Mapping[str, object] = {}
    if action in _DECISIONS and not text_of(given, "decision_no"):
        plan(case, action, {**given, "decision_no": "-"}, scene)  # no number is spent on what is not allowed
        decision = _numbered(conn, hall, case, _DECISIONS[action])
        given = {**given, "decision_no": decision["number"]}
    planned = plan(case, action, given, scene)
    if planned.to_ask is not None:
        return asked(case, person, action, planned.to_ask)
    data = {**planned.data, **_issued(conn, hall, case, planned, decision)}
    if planned.row.moves_baton == "station":
        data["to"] = _home_of(conn, case)
    return NewEvent(planned.row.event_kind, case.id, case.epoch, person.name, data, planned.private)


def _told_of_hearing(
    conn: Connection, hall: Hall, case: Case, given: Mapping[str, object], person: Person
) -> NewEvent:
    """The right to a hearing is told by who prepares the decision; the station renders and serves the papers."""
    item = _item_of(conn, case)
    scene = _scene(conn, hall, item, person)
    data, private = hearing_rights_told(case, checked_beside(TELL_HEARING_RIGHTS, given, item), scene)
    templates = notice_templates.known(conn)
    rows = [
        {
            "kind": kind.value,
            "template": str(templates.current_version(kind)),
            **_numbered(conn, hall, case, kind),
        }
        for kind in templates.printable(HEARING_PAPERS)
    ]
    return NewEvent("hearing_rights_told", case.id, case.epoch, person.name, {**data, "notices": rows}, private)


def _heard(
    conn: Connection, hall: Hall, case: Case, action: str, given: Mapping[str, object], person: Person
) -> NewEvent:
    """A hearing was asked for, told of with its day, or held (行政许可法 47, 48)."""
    kind, check = _HEARINGS[action]
    item = _item_of(conn, case)
    data, private = check(case, checked_beside(action, given, item), _scene(conn, hall, item, person))
    return NewEvent(kind, case.id, case.epoch, person.name, data, private)


def _scene(conn: Connection, hall: Hall, item: ServiceItem, person: Person) -> Scene:
    return Scene(
        person=person, device=HALL, entrusted=False, now_ms=hall.now_ms, calendar=calendars.newest(conn),
        item=item, at_hall=True,
    )


def _item_of(conn: Connection, case: Case) -> ServiceItem:
    return items.item_of(conn, case.item.code, case.item.version)


def _issued(
    conn: Connection, hall: Hall, case: Case, planned: Plan, decision: Mapping[str, object]
) -> dict[str, object]:
    """The papers that the act issues: the station that serves them renders them from this event. decision is the number
    that was taken for it, {} where the decision has one of the agency's own."""
    of_each = len(list_of(planned.data, "co_agencies")) if planned.row.action is Action.PASS_ON else 1
    templates = notice_templates.known(conn)
    rows = [
        {
            "kind": kind.value,
            "template": str(templates.current_version(kind)),
            **(_of_decision(planned, decision) if kind in _DECISIONS.values() else _numbered(conn, hall, case, kind)),
        }
        for kind in templates.printable(planned.papers)
        for _ in range(of_each)
    ]
    return {"notices": rows} if rows else {}


def _numbered(conn: Connection, hall: Hall, case: Case, kind: NoticeKind) -> dict[str, object]:
    """The next number of the hall's own for a paper of the case, as its row of the event says it."""
    series = kind.facts.series
    if series is None:
        return {"number": case.next_copy(kind)}
    key = numbers.SeriesKey(case.item.agency, series.value, hall.year)
    n, agency = numbers.next_own(conn, key), places.agency(conn, case.item.agency)
    number = format_number(agency, kind, hall.year, n, is_licence=case.item.licence)
    return {"number": number, **key._asdict(), "n": n}


def _of_decision(planned: Plan, decision: Mapping[str, object]) -> Mapping[str, object]:
    return decision or {"number": text_of(planned.data, "decision_no")}


def _spoiled(
    conn: Connection, hall: Hall, case: Case, given: Mapping[str, object], person: Person
) -> NewEvent:
    """A paper of the hall is spoiled and issued again under the next number; its station renders it."""
    actors = person.actors(entrusted=False) | (_AS_CLERK if person.roles & {Role.SUPERVISOR} else frozenset())
    given = checked_beside(SPOIL, given, _item_of(conn, case))
    notice = to_spoil(case, actors, HALL, given)
    row = {
        "kind": notice.kind,
        "template": notice.template,
        "origin": {"device": notice.words.device, "seq": notice.words.seq, "part": notice.part},
        **_numbered(conn, hall, case, NoticeKind(notice.kind)),
    }
    history = [event for event, _ in cases.history(conn, case.id)]
    return spoiled(case, person, notice, history, given, ({"notices": [row]}, {}))


def _recalled(case: Case, given: Mapping[str, object], person: Person) -> NewEvent:
    """A supervisor of the hall takes the baton from whoever has it, with a reason (sync design section 2)."""
    if not person.roles & {Role.SUPERVISOR, Role.OPERATOR}:
        raise MoveNotAllowed("not_your_role", action=RECALL, actors=Role.SUPERVISOR.value)
    if case.holder == HALL:
        raise MoveNotAllowed("held_here_already", case=str(case.id))
    if case.state in END_STATES - {CaseState.CLOSED}:  # a closed one may be reopened (T32)
        states = ",".join(sorted(frozenset(CaseState) - END_STATES | {CaseState.CLOSED}))
        raise MoveNotAllowed("wrong_state_for_action", action=RECALL, state=case.state.value, states=states)
    reason = text_of(given, "reason").strip()
    if not reason:
        raise InvalidInput("act_needs", field="reason")
    return NewEvent("recalled", case.id, case.epoch, person.name, {"to": HALL}, {"reason": reason})


def _handed_over(conn: Connection, case: Case, given: Mapping[str, object], person: Person) -> NewEvent:
    """The hall gives the case to a device or to a station's desk, by default back to where it was opened."""
    if case.holder != HALL:
        raise NotHolder(case.holder)
    to = text_of(given, "to") or _home_of(conn, case)
    if station_of_desk(to) is None:
        _check_device(conn, to)
    elif not _shares(conn, to):
        raise MoveNotAllowed("no_desk_there", desk=to[:40])
    note = text_of(given, "note")
    return NewEvent("handed_over", case.id, case.epoch, person.name, {"to": to}, {"note": note} if note else {})


def _check_device(conn: Connection, to: str) -> None:
    device = places.device(conn, to)
    if device is None:
        raise CounterError("device_unknown", device=to[:64])
    if device.revoked:
        raise MoveNotAllowed("device_is_revoked", device=to)


def _home_of(conn: Connection, case: Case) -> str:
    """Where a case goes when the hall is done with it: the desk of its station, or the device that opened it."""
    desk = desk_of(cases.station_of(conn, case.id.device) or "")
    return desk if _shares(conn, desk) else case.id.device


def _shares(conn: Connection, desk: str) -> bool:
    """Whether a station of this hall shares its cases at that desk."""
    code = cases.station_of(conn, desk)
    return code is not None and places.station(conn, code).sharing == DESK


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError:
        raise InvalidInput("action_unknown", action=name[:40]) from None
