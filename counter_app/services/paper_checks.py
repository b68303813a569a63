"""Checking a paper that somebody brought as a file: the signed code on it, and the electronic seal of a PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from counter_app.domain.errors import CounterError
from counter_app.domain.receipt_codes import is_marked
from counter_app.services.seal_checks import CheckedSeals, SealChecks
from counter_app.services.signed_codes import CheckedCode, SignedCodes


class CheckedFile(NamedTuple):
    """code: None where the file bears none that can be read; seals: None for a picture. One of both is there."""

    name: str
    code: CheckedCode | None
    seals: CheckedSeals | None


class PaperChecks:
    """Checks of files at this station; codes_in reads the codes of a picture or PDF (`adapters.code_pictures`)."""

    def __init__(self, codes: SignedCodes, seals: SealChecks, codes_in: Callable[[Path], list[str]]) -> None:
        self._codes, self._seals, self._codes_in = codes, seals, codes_in

    def code_of(self, file: Path) -> str:
        """The text of the code on a picture or PDF: of several the first that this program makes. As `codes_in`."""
        found = self._codes_in(file)
        return next((text for text in found if is_marked(text)), found[0])

    def check(self, file: Path) -> CheckedFile:
        """What is to be said of the file. As `codes_in` and `SealChecks.check`: then nothing can be said of it."""
        seals = self._seals.check(file) if file.suffix.lower() == ".pdf" else None
        try:
            code = self._codes.check(self.code_of(file))
        except CounterError:
            if seals is None or not seals.seals:
                raise
            code = None
        return CheckedFile(file.name, code, seals)
