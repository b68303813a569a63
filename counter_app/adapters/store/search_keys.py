"""What a case is found by without looking at all cases: pieces of its words and numbers, each with the case's age.

A key is a tag and a piece. Names and initials stand here by every character and every two neighbours (two characters
of Chinese are too few for SQLite's trigram index), numbers by their letters from the end, and the two numbers of the
case also from the beginning; a query code stands whole, a paper's number by what it counts. Under one key the cases
stand by their age, so the newest are read first and no more than are wanted. Letters of A-Z are small here, others as
they are, which is how LIKE compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select

from counter_app.adapters.store import rows, schema
from counter_app.domain.identifiers import CaseId

PIECES = {"name": "n", "initials": "i"}  # column of `search`: tag
ENDS = {"id_number": "d", "phone": "p", "local_no": "l", "case_no": "c"}
LOCAL, OFFICIAL = "bl", "bc"  # from the beginning
QUERY_CODE = "q"
PAPER = "w"
HEAD = "hc"  # the part of the official number that many cases share

_BREAK = "\x1f"  # between what many cases share of a number and what is the case's own
_OWN_PART = 12  # of an official number: the day and the day's count, after the task's code (specs domain 8.2)
_BRACKETS = str.maketrans("[(（【［〈<", "〔" * 7) | str.maketrans("])）】］〉>", "〕" * 7)
_NUMBER_OF_PAPER = re.compile(
    "(?P<word>[^〔〕0-9]*?)字?(?:〔?(?P<year>[0-9]{4})[〕年 ])?第?0*(?P<n>[0-9a-z-]*[1-9][0-9]*)号?"
)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


def fold(text: str) -> str:
    """The text with A-Z small."""
    return text.translate(_SMALL)


def pieces(text: str) -> set[str]:
    """Every character, and every two neighbours."""
    return {*text, *(first + second for first, second in pairwise(text))}


def end(text: str) -> str:
    """A number as it is looked up by its end."""
    return text[::-1]


def beginning(head: str, tail: str) -> str:
    """A number as it is looked up from its beginning."""
    return f"{head}{_BREAK}{tail}"


def number_of_paper(text: str) -> tuple[str, str] | None:
    """The number of a paper as it is looked up: what counts it, then what stands before; None if it can be none.

    Brackets of any kind, 字, 第, 号 and leading zeros do not matter: `[2026]12` is 〔2026〕第0012号. What leaves out
    word or year lies inside the second part of the whole number.
    """
    read = _NUMBER_OF_PAPER.fullmatch(fold(text.strip()).translate(_BRACKETS))
    if read is None:
        return None
    return f"{read['n']}〕", f"{read['word'].strip()}〔{read['year'] or ''}"


def head_of_local(device: str) -> str:
    """What all local numbers of a device begin with."""
    return f"{device}-"


def keys_of(row: Mapping[str, Any]) -> set[str]:
    """The keys of a row of `search`."""
    found = {f"{tag}:{piece}" for column, tag in PIECES.items() for piece in pieces(fold(row[column]))}
    found |= {f"{tag}:{end(fold(row[column]))}" for column, tag in ENDS.items() if row[column]}
    head = head_of_local(row["case_device"])
    found.add(f"{LOCAL}:{fold(beginning(head, row['local_no'].removeprefix(head)))}")
    if row["case_no"]:
        head, tail = row["case_no"][:-_OWN_PART], row["case_no"][-_OWN_PART:]
        found |= {f"{OFFICIAL}:{fold(beginning(head, tail))}", f"{HEAD}:{fold(head)}"}
    if row["query_code"]:
        found.add(f"{QUERY_CODE}:{fold(row['query_code'])}")
    of_papers = (number_of_paper(number) for number in row["papers"].splitlines() if "〔" in number)
    found |= {f"{PAPER}:{n}{before}" for n, before in filter(None, of_papers)}
    return found


def rows_of(row: Mapping[str, Any], received_ms: int, keys: set[str] | None = None) -> list[dict[str, Any]]:
    """The rows of these keys (None: of all that the row of `search` has)."""
    case = {"received_ms": received_ms, "case_device": row["case_device"], "case_n": row["case_n"]}
    return [{"key": key, **case} for key in sorted(keys_of(row) if keys is None else keys)]


def put(connection: Connection, found: Sequence[tuple[Mapping[str, Any], int]]) -> None:
    """Write these rows of `search`, each with the age of its case, and their keys, as far as anything in them changed.
    To be called while `cases` has the old rows: they say under which age the old keys stand."""
    known = _known(connection, [row for row, _ in found])
    changed: list[Mapping[str, Any]] = []
    gone: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for row, received_ms in found:
        old = known.get((row["case_device"], row["case_n"]), {})
        if old == {**row, "received_ms": received_ms}:
            continue
        changed.append(row)
        old_keys, new_keys = keys_of(old) if old else set(), keys_of(row)
        kept = old_keys & new_keys if old.get("received_ms") == received_ms else set()
        gone += rows_of(old, old["received_ms"], old_keys - kept) if old else []
        new += rows_of(row, received_ms, new_keys - kept)
    rows.put(connection, schema.search, changed)
    if gone:
        table = schema.search_keys
        one = and_(*(column == bindparam(f"old_{column.name}") for column in table.primary_key))
        connection.execute(delete(table).where(one), [{f"old_{k}": v for k, v in each.items()} for each in gone])
    rows.add(connection, schema.search_keys, new)


def _known(
    connection: Connection, found: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """The rows of these cases as they are, each with the age under which its keys stand."""
    search, cases = schema.search.c, schema.cases.c
    same = and_(search.case_device == cases.case_device, search.case_n == cases.case_n)
    query = select(*search, cases.received_ms).join_from(schema.search, schema.cases, same)
    wanted = [CaseId(row["case_device"], row["case_n"]) for row in found]
    here = rows.of_cases(connection, query, search, wanted)
    return {(row.case_device, row.case_n): dict(row._mapping) for row in here}
