"""换人接着办: what one person hands over to the next, signed by both (desktop design section 7, specs domain 11.3).

Unfinished applications go over to the next person; who did what before stays as it is written. For somebody who is
absent a chief or a supervisor signs, with the reason (首席代表、督查可以替不在场的人交接). The record is an entry of
the register of shifts (交接班记录).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from counter_app.domain.case import MaterialTaken
from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.people import Actor, Person, Role
from counter_app.services.desk import Desk
from counter_app.services.duties import Duties, Group
from counter_app.services.ports import Reading
from counter_app.services.registers.entered import KIND, Entry, entries_of, in_hand
from counter_app.services.stamps import Stamps

BOOK = "shifts"
MAY_WORK = frozenset({Role.CLERK, Role.AGENT, Role.CHIEF})
MAY_STAND_IN = frozenset({Role.CHIEF, Role.SUPERVISOR})
_ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class InHand:
    """What lies on the desk of one person. drafts: their unfinished applications; to_stamp: papers that wait for a
    seal; originals: cases and jobs that hold an original of somebody; seals: what was written of them the last time."""

    must_answer: int
    due_today: int
    correcting: int
    drafts: int
    unsent: int
    to_stamp: int
    originals: int
    seals: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was written, and how many unfinished applications went over."""

    entry: Entry
    drafts: int


class HandOver:
    """Handing over at this machine."""

    def __init__(self, desk: Desk, duties: Duties) -> None:
        self._desk, self._duties = desk, duties

    def in_hand(self, giver: str) -> InHand:
        """What this person would hand over now."""
        today, to_stamp = self._duties.today(), len(Stamps(self._desk).waiting())
        groups = [duty.group for duty in today.duties]
        with self._desk.store.read() as reading:
            counts, known = in_hand(reading, self._desk.today()), entries_of(reading, BOOK)
            originals = sum(any(row.form == _ORIGINAL for row in rows) for rows in _materials_here(reading))
        return InHand(
            must_answer=groups.count(Group.MUST_ANSWER),
            due_today=groups.count(Group.DUE_TODAY),
            correcting=counts["correcting"],
            drafts=sum(draft.user == giver for draft in today.drafts),
            unsent=counts["unsent"],
            to_stamp=to_stamp,
            originals=originals,
            seals=known[-1].words.get("seals", "") if known else "",
        )

    def hand_over(self, giver: str, signer: Person, receiver: Person, seals: str, reason: str = "") -> HandedOver:
        """Hand over from giver to receiver; signer is the giver, or who stands in for one who is absent. Durable when
        this returns.

        InvalidInput `hand_over_needs_two`, `act_needs` (seals, and the reason where somebody stands in) and the codes
        of `check_free_text`; MoveNotAllowed `not_your_role`; NotFound `person_unknown`.
        """
        words = self._checked(giver, signer, receiver, seals, reason)
        found = self.in_hand(giver)
        with self._desk.store.write() as writing:
            if writing.person(giver) is None:
                raise NotFound("person_unknown")
            counts = in_hand(writing, self._desk.today())
            counts |= {"drafts": found.drafts, "originals": found.originals, "to_stamp": found.to_stamp}
            n = max((entry.n for entry in entries_of(writing, BOOK)), default=0) + 1
            data = {"register": BOOK, "n": n, "counts": counts, "signed": True}
            writing.append([NewEvent(KIND, None, 0, signer.name, data, words)])
            moved = [draft for draft in writing.drafts() if draft.user == giver]
            for draft in moved:
                writing.save_draft(replace(draft, user=receiver.name))
            entry = next(entry for entry in entries_of(writing, BOOK) if entry.n == n)
        return HandedOver(entry, len(moved))

    def _checked(self, giver: str, signer: Person, receiver: Person, seals: str, reason: str) -> dict[str, object]:
        if giver == receiver.name:
            raise InvalidInput("hand_over_needs_two")
        if not receiver.roles & MAY_WORK:
            raise MoveNotAllowed("not_your_role", action="hand_over_shift", actors=Actor.CLERK.value)
        words: dict[str, object] = {"seals": check_free_text(seals).strip(), "receiver": receiver.name}
        if not words["seals"]:
            raise InvalidInput("act_needs", field="seals")
        if signer.name == giver:
            return words
        if not signer.roles & MAY_STAND_IN:
            raise MoveNotAllowed("not_your_role", action="stand_in", actors=Actor.CHIEF.value)
        why = check_free_text(reason).strip()
        if not why:
            raise InvalidInput("act_needs", field="reason")
        return {**words, "absent": giver, "reason": why}


def _materials_here(reading: Reading) -> Iterator[tuple[MaterialTaken, ...]]:
    """The materials of each open case of this machine, and of each open job of an agent of this station."""
    for case in reading.cases_held():
        yield case.materials
    station = reading.profile().code
    for whole in reading.entrustments(only_open=True):
        if whole.station == station:
            for job in whole.jobs:
                if job.handed_at_ms is None:
                    yield job.materials
