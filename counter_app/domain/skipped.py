"""Events that a person at the hall has said shall change nothing (sync design section 4)."""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL, EventId
from counter_app.domain.wire_values import number_of, text_of

EXCEPTION_SETTLED = "exception_settled"


def skipped_in(events: Iterable[Event]) -> frozenset[EventId]:
    """The places that the hall's word in this history takes out, wherever in it that stands."""
    return frozenset(
        EventId(text_of(event.data, "device"), number_of(event.data, "seq"))
        for event in events
        if event.kind == EXCEPTION_SETTLED and event.id.device == HALL and event.data.get("how") == "skip"
    )
