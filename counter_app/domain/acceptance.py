"""Where an application may be answered: the one place of the rule (specs domain 5.3.1).

A town or county hall takes in every item. A village station is an acceptance point for those items that may be
entrusted to one (`entrustable`), of agencies that have entrusted it. What else is brought there becomes an agent job
(5.4), whoever sits at the counter. The rule is about T01-T14 and T30: a case that was accepted goes on under the
agency's entrustment alone, and one that was received before the rule was known is handed over to the hall.
The hall itself takes what a station did: which rule that one knew is no fault of the applicant.
"""

from __future__ import annotations

from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.scene import Scene
from counter_app.domain.states import CaseState, Transition

_UNANSWERED = frozenset({CaseState.DRAFT, CaseState.RECEIVED, CaseState.CORRECTING})
_RULES = {
    "item_not_entrustable": "服务事项目录：本事项不委托村（社区）受理",
    "station_not_entrusted": "站点资料：实施机关没有委托本站受理",
}


def why_not_here(scene: Scene) -> MoveNotAllowed | None:
    """MoveNotAllowed `item_not_entrustable` or `station_not_entrusted` where nobody may take this item in."""
    if scene.at_hall:
        return None
    if scene.at_village and not scene.item.entrustable:
        return MoveNotAllowed("item_not_entrustable", item=scene.item.name)
    return None if scene.entrusted else MoveNotAllowed("station_not_entrusted", agency=scene.item.agency)


def check_place(row: Transition, scene: Scene) -> None:
    """Raises what `why_not_here` gives, if the row answers an application."""
    why_not = why_not_here(scene) if row.sources <= _UNANSWERED else None
    if why_not is not None:
        raise why_not


def rule_of(why_not: CounterError) -> str:
    """What a refusal of this place stands on, "" for any other."""
    return _RULES.get(why_not.code, "")
