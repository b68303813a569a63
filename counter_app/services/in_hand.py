"""Cases that somebody at this counter is at work on: they stay here when the others go to the station's desk."""

from __future__ import annotations

import json

from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId, desk_of
from counter_app.services.ports import Reading, Writing

HELD_MS = 30 * 60 * 1000  # a case that was claimed and forgotten goes back after that
AT_ONCE = 50  # cases handed over in one transaction

_SETTING = "in_hand"


def take_in_hand(writing: Writing, case: CaseId, now_ms: int) -> None:
    """Somebody begins with the case: it stays at this counter until `put_down`, or for HELD_MS."""
    _save(writing, {**_in_hand(writing), str(case): now_ms})


def put_down(writing: Writing, case: CaseId) -> None:
    """What was begun with the case is done, or was given up."""
    known = _in_hand(writing)
    if str(case) in known:
        _save(writing, {name: since for name, since in known.items() if name != str(case)})


def hand_to_desk(writing: Writing, now_ms: int) -> bool:
    """Hand open cases of this counter to the desk of its station, if it has one; whether there may be more.

    Those in hand stay, and those that a person has to look at first.
    """
    profile = writing.profile()
    if not profile.shares:
        return False
    known = _in_hand(writing)
    busy = {name for name, since in known.items() if 0 <= now_ms - since < HELD_MS}
    if busy != set(known):
        _save(writing, {name: known[name] for name in busy})
    in_doubt = {trouble.case for trouble in writing.troubles()}
    left = [
        case
        for case in writing.cases_held()
        if str(case.id) not in busy and case.id not in in_doubt and not case.frozen
    ]
    if left:
        writing.append([_handed_over(case, desk_of(profile.code)) for case in left[:AT_ONCE]])
    return len(left) > AT_ONCE


def _handed_over(case: Case, desk: str) -> NewEvent:
    return NewEvent("handed_over", case.id, case.epoch, "", {"to": desk})


def _in_hand(reading: Reading) -> dict[str, int]:
    known: dict[str, int] = json.loads(reading.setting(_SETTING, "{}"))
    return known


def _save(writing: Writing, known: dict[str, int]) -> None:
    writing.save_setting(_SETTING, json.dumps(known))
