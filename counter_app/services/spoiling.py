"""A paper of this station that is spoiled and made again, in one transaction (specs domain 8.1)."""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.events import NewEvent
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person
from counter_app.domain.scene import Scene
from counter_app.domain.spoiling import MAY_SPOIL, spoiled, to_spoil
from counter_app.services.papers import Papers
from counter_app.services.ports import Writing


def spoiled_here(
    writing: Writing, papers: Papers, scene: Scene, case: Case, given: Mapping[str, object]
) -> NewEvent:
    """The event that burns the number of a paper and issues the paper anew. Raises as `domain.spoiling.to_spoil`."""
    notice = to_spoil(case, scene.actors, scene.device, given)
    again = papers.issue_again(writing, notice, scene.item, scene.today)
    return spoiled(case, scene.person, notice, writing.events_of(case.id), given, again)


def can_be_spoiled(case: Case, notice: IssuedNotice, person: Person, device: str, *, entrusted: bool) -> bool:
    """Whether the person may spoil this paper of the case here, so that it can be offered."""
    is_ours = NoticeKind(notice.kind).facts.needs_number and notice.event.device == device
    is_open = notice.holds and not (case.frozen or case.continued_by)
    return is_ours and is_open and bool(person.actors(entrusted=entrusted) & MAY_SPOIL)
