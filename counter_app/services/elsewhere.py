"""Papers taken for a case of another station that this one has never seen (sync design section 2).

Anybody may take papers, always: the event names the case by the number on the applicant's slip. The
hall then lets this station take part, and the feed brings the case.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.domain.act_data import checked_beside
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Person
from counter_app.domain.wire_values import text_of
from counter_app.services.acts import may_act_beside
from counter_app.services.desk import Desk

TAKE_PAPERS = "take_papers"


class Elsewhere:
    """Cases of which this station has nothing but a number."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def is_unknown(self, words: str) -> bool:
        """Whether this is the local number of a case that no event here speaks of."""
        try:
            case = CaseId.parse(words)
        except InvalidInput:
            return False
        with self._desk.store.read() as reading:
            return reading.case(case) is None

    def continuable(self, words: str) -> CaseId:
        """The case of another station that an application may go on with.

        InvalidInput if that is no local number; MoveNotAllowed `continues_known` if the case is here.
        """
        case = CaseId.parse(words)
        with self._desk.store.read() as reading:
            known = reading.case(case)
        if known is not None:
            raise MoveNotAllowed("continues_known", case=str(case), holder=known.holder)
        return case

    def take_papers(self, person: Person, words: str, given: Mapping[str, object]) -> CaseId:
        """Write down the papers, durable before this returns; the case that they are for.

        given: `item` (its code, as on the slip) and `materials`. Raises InvalidInput, NotFound `item_unknown`,
        MoveNotAllowed `not_your_role`; nothing is written then.
        """
        case = CaseId.parse(words)
        may_act_beside(person, TAKE_PAPERS)
        code = text_of(given, "item").strip()
        if not code:
            raise InvalidInput("act_needs", field="item")
        data = checked_beside(TAKE_PAPERS, given, self._desk.catalogue.get(code))
        if not data:
            raise InvalidInput("act_needs", field="materials")
        with self._desk.store.write() as writing:
            writing.append([NewEvent("papers_taken", case, 0, person.name, data)])
        return case
