"""用印: which printed papers wait for their seal (待加盖专用章), and who set it (specs domain 7.3, 11.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.notice import NoticeKind, seal_of
from counter_app.domain.people import Actor, Person, Role
from counter_app.services.desk import Desk, found_dossier
from counter_app.services.ports import Reading
from forms.notice_templates import bundled_templates

SHOWN_DAYS = 30  # papers of cases untouched for longer were stamped before anybody kept the register here
_DAY_MS = 24 * 3600 * 1000
_MAY_SET = frozenset({Role.CLERK, Role.CHIEF})
_TO_BE = "待加盖"


@dataclass(frozen=True, slots=True)
class ToStamp:
    """A paper that waits: copies printed and not yet stamped; seal in the words of its template; by: who issued it."""

    case: Case
    notice: IssuedNotice
    title: str
    seal: str
    copies: int
    by: str


class Stamps:
    """The seals at this station."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def waiting(self) -> list[ToStamp]:
        """Papers of the last 30 days that wait for their seal, the one issued first first."""
        with self._desk.store.read() as reading:
            station = reading.profile().code
            cases = reading.cases_touched(self._desk.now_ms() - SHOWN_DAYS * _DAY_MS)
            ours = [case for case in cases if not case.brought_from(station)]
            found = [to_stamp for case in ours for to_stamp in _waiting(reading, case)]
        return sorted(found, key=lambda row: (row.notice.at_ms, row.case.id, row.notice.part))

    def set(
        self,
        person: Person,
        words: str,
        kind: str,
        copies: int | None = None,
        number: str = "",
        without: int = 0,
        reason: str = "",
    ) -> IssuedNotice:
        """Write that the person stamped so many copies (None: all that wait) of the case's newest paper of the kind,
        or of the one with that number; without: copies that get no seal, and why. The paper as it is then.

        NotFound as `Papers.find`; MoveNotAllowed `not_your_role` (clerk or chief), `nothing_to_stamp`;
        InvalidInput `copies_to_stamp` where more are named than wait, `act_needs` without a reason.
        """
        if not person.roles & _MAY_SET:
            raise MoveNotAllowed("not_your_role", action="stamp", actors=Actor.CLERK.value)
        why = check_free_text(reason).strip()
        if without and not why:
            raise InvalidInput("act_needs", field="reason")
        with self._desk.store.write() as writing:
            case, notice = _found(writing, words, kind, number)
            waiting = notice.to_stamp
            if not waiting:
                raise MoveNotAllowed("nothing_to_stamp", kind=notice.kind)
            copies = waiting - without if copies is None else copies
            if copies < 0 or without < 0 or not 0 < copies + without <= waiting:
                raise InvalidInput("copies_to_stamp", waiting=waiting)
            data: dict[str, object] = {"kind": notice.kind, "number": notice.number, "copies": copies}
            seal = seal_of(notice.kind)
            data |= {"without": without, "seal": seal.value if seal else ""}
            private: dict[str, object] = {"reason": why} if why else {}
            writing.append([NewEvent("stamped", case.id, case.epoch, person.name, data, private)])
            return _found(writing, str(case.id), kind, number)[1]


def seal_words(notice: IssuedNotice) -> str:
    """The seal as papers of the kind name it, such as 专用章; "" for none."""
    templates, kind = bundled_templates(), NoticeKind(notice.kind)
    return templates.get(kind, templates.current_version(kind)).seal.removeprefix(_TO_BE)


def _waiting(reading: Reading, case: Case) -> Iterator[ToStamp]:
    papers = [notice for notice in case.notices if notice.to_stamp]
    events: dict[object, Event] = {event.id: event for event in reading.events_of(case.id)} if papers else {}
    for notice in papers:
        title = NoticeKind(notice.kind).facts.title_for(case.item.licence)
        issuing = events.get(notice.event)
        by = issuing.user if issuing else case.opened_by
        yield ToStamp(case, notice, title, seal_words(notice), notice.to_stamp, by)


def _found(reading: Reading, words: str, kind: str, number: str) -> tuple[Case, IssuedNotice]:
    case, _ = found_dossier(reading, words)
    if isinstance(case, Entrustment):
        raise MoveNotAllowed("nothing_to_stamp", kind=kind[:8])
    named = [notice for notice in case.notices if number and number in (notice.number, notice.shown_number)]
    found = next((notice for notice in named if notice.kind == kind.upper()), None) if number else None
    found = found or (None if number else case.notice(kind.upper()))
    if found is None:
        raise NotFound("notice_not_issued", kind=kind[:8], case=str(case.id))
    return case, found
