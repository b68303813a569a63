"""What an act beside the state table becomes: the two parts of its event."""

from __future__ import annotations

from typing import NamedTuple


class Parts(NamedTuple):
    """What an event says: for everybody, and what may be forgotten."""

    data: dict[str, object]
    private: dict[str, object]
