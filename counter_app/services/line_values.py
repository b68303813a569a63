"""What a line of intake says, as values of the domain."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from counter_app.domain.case import Applicant, MaterialTaken, Proxy, StoredFile
from counter_app.domain.errors import InvalidInput
from counter_app.domain.id_numbers import normalised_number
from counter_app.domain.moments import to_ms
from counter_app.domain.wire_values import map_of, rows_of, text_of

Line = Mapping[str, Any]
QUERY_CODE_DIGITS = 6


def new_query_code() -> str:
    """Digits by which the applicant asks how far it is."""
    return "".join(str(secrets.randbelow(10)) for _ in range(QUERY_CODE_DIGITS))


def received_ms(line: Line, now_ms: int) -> int:
    """When the papers were truly taken, ms UTC; InvalidInput `received_in_future`."""
    given = text_of(line, "received_at")
    if not given:
        return now_ms
    received = to_ms(datetime.fromisoformat(given))
    if received > now_ms:
        raise InvalidInput("received_in_future")
    return received


def applicant_of(line: Line) -> Applicant:
    """Who applies."""
    given = map_of(line, "applicant")
    return Applicant(
        name=text_of(given, "name").strip(),
        id_type=text_of(given, "id_type") or "111",
        id_number=normalised_number(text_of(given, "id_number")),
        phone=text_of(given, "phone").strip(),
        address=text_of(given, "address").strip(),
    )


def proxy_of(given: Mapping[str, object]) -> Proxy:
    """Who hands in."""
    return Proxy(
        name=text_of(given, "name").strip(),
        id_type=text_of(given, "id_type") or "111",
        id_number=normalised_number(text_of(given, "id_number")),
        phone=text_of(given, "phone").strip(),
        relation=text_of(given, "relation").strip(),
    )


def materials_of(
    line: Line, files: Mapping[str, StoredFile], reused: Mapping[str, tuple[StoredFile, ...]]
) -> tuple[MaterialTaken, ...]:
    """What was handed in, with the scans that are stored or reused."""
    return tuple(
        MaterialTaken(
            id=text_of(row, "id"),
            form=text_of(row, "form"),
            copies=int(cast(int, row.get("copies", 1))),
            pages=int(cast(int, row.get("pages", 1))),
            files=reused.get(text_of(row, "id"))
            or tuple(files[path] for path in cast("list[str]", row.get("files") or []) if path in files),
        )
        for row in rows_of(line, "materials")
    )


def digest_of(line: Line) -> bytes:
    """What makes two lines the same content: everything but the key itself."""
    content = {name: value for name, value in line.items() if name != "key"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).digest()
