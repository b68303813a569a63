"""Pages that were scanned at this counter: kept sealed from the first moment, their originals until the hall confirms.

A page lies in the vault, never clear on the disk. An intake line names it among its files as `vault:` and the hash.
"""

from __future__ import annotations

import hashlib
from typing import cast

from counter_app.domain.wire_values import rows_of
from counter_app.services.desk import Desk
from counter_app.services.pictures import ScannedPage
from counter_app.services.ports import Writing
from counter_app.services.stored_facts import KeptScan

_IN_VAULT = "vault:"
FORSAKEN_MS = 24 * 3600 * 1000  # neither a case nor a draft names it for so long: a person took it away again


class Scans:
    """What is scanned here, until a case has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def keep(self, page: ScannedPage) -> str:
        """Seal the page and its original; the name by which a material's files have it. Durable on return.

        Raises CounterError `disk_full`, `home_read_only`.
        """
        settle_scans(self._desk)
        sha256, original = (hashlib.sha256(content).digest() for content in (page.content, page.taken.content))
        with self._desk.store.write() as writing:  # first: what a kill leaves in the vault is found by its row
            writing.keep_scan(KeptScan(sha256, original, self._desk.now_ms()))
        self._desk.vault.put(page.taken.content)
        self._desk.vault.put(page.content)
        return f"{_IN_VAULT}{sha256.hex()}"


def hash_in_vault(file: str) -> bytes | None:
    """The hash of a page that a line names so; None where the line names a file outside."""
    if not file.startswith(_IN_VAULT):
        return None
    try:
        return bytes.fromhex(file.removeprefix(_IN_VAULT))
    except ValueError:
        return None


def settle_scans(desk: Desk) -> None:
    """Delete originals whose page the hall has whole, and pages that nobody wants any more.

    Under the store's lock, so that no draft comes to name a page meanwhile.
    """
    with desk.store.read() as reading:
        if not any(_is_over(scan, desk.now_ms()) for scan in reading.kept_scans()):
            return
    with desk.store.write() as writing:
        named = _named_by_drafts(writing)
        for scan in writing.kept_scans():
            if _is_over(scan, desk.now_ms()) and (scan.named or scan.sha256 not in named):
                _let_go(desk, writing, scan)


def _is_over(scan: KeptScan, now_ms: int) -> bool:
    return scan.at_hall if scan.named else now_ms - scan.kept_ms > FORSAKEN_MS


def _let_go(desk: Desk, writing: Writing, scan: KeptScan) -> None:
    writing.forget_scan(scan.sha256)
    for sha256 in (scan.original, scan.sha256):
        if not writing.is_file_needed(sha256):
            desk.vault.delete(sha256)


def _named_by_drafts(writing: Writing) -> set[bytes]:
    rows = [row for draft in writing.drafts() for row in rows_of(draft.line, "materials")]
    found = (hash_in_vault(str(file)) for row in rows for file in cast("list[object]", row.get("files") or []))
    return {sha256 for sha256 in found if sha256 is not None}
