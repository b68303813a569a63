"""Lines of intake: good ones of the shipped items, and ten that nobody should take."""

from __future__ import annotations

import json
from typing import Any

from forms.catalogue import Catalogue
from forms.examples import example_line

_OUTCOMES = ("accept", "accept", "receive", "correct", "not_required", "refuse")
_ITEMS = Catalogue.load().items()
_ANYWHERE = [item for item in _ITEMS if item.entrustable]


def good_line(n: int, outcome: str = "") -> dict[str, Any]:
    """The n-th good line, of an item that a village may take in; each has a key of its own."""
    return example_line(_ANYWHERE[n % len(_ANYWHERE)], outcome or _OUTCOMES[n % len(_OUTCOMES)], n)


def accepted_line(item: str, n: int) -> dict[str, Any]:
    """A line of that item that ends accepted."""
    return example_line(next(row for row in _ITEMS if row.code == item), "accept", n)


def _changed(n: int, **more: Any) -> bytes:
    return json.dumps({**good_line(n), "key": f"bad-{n}", **more}, ensure_ascii=False).encode()


def _with_applicant(n: int, **more: Any) -> bytes:
    return _changed(n, applicant={**good_line(n)["applicant"], **more})


def bad_lines() -> dict[str, bytes]:
    """Ten lines by the code of the error that each must give."""
    plain = json.dumps(good_line(900)).encode()
    return {
        "item_unknown": _changed(901, item="dog_licence"),
        "line_key_unknown": _changed(902, colour="red"),
        "resident_number_check": _with_applicant(903, id_number="379901196805201017"),
        "line_not_json": plain[:-5],
        "line_key_doubled": plain[:-1] + b', "item": "elder_allowance"}',
        "line_has_nul": plain[:-1] + b"\0}",
        "line_not_one_of": _changed(906, outcome="perhaps"),
        "name_empty": _with_applicant(907, name="   "),
        "line_future": _changed(908, received_at="2099-01-01T09:00", late_entry={"reason": "x", "slip_no": "1"}),
        "line_not_object": b"[1, 2, 3]",
    }


def file_of(good: int) -> tuple[bytes, dict[int, str]]:
    """A file of so many good lines with the ten bad ones among them: its bytes, and code by line number."""
    rows = [json.dumps(good_line(n), ensure_ascii=False).encode() for n in range(good)]
    places = {}
    for index, (code, line) in enumerate(bad_lines().items()):
        at = index * max(1, good // 10) + index
        rows.insert(at, line)
        places[at + 1] = code
    return b"".join(row + b"\n" for row in rows), places
