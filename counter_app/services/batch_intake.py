"""Many applications from a file: each line its own transaction, a bad one never stops the others (cli design)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from counter_app.domain.case import IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Person
from counter_app.services.intake import Intake, TakenIn
from counter_app.services.papers import Papers
from forms.json_lines import read_lines


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line. number counts from 1; papers has each notice with its file, None if it is not rendered."""

    number: int
    taken: TakenIn | None
    error: CounterError | None
    papers: tuple[tuple[IssuedNotice, str | None], ...] = ()


class BatchIntake:
    """Lines as other systems export them."""

    def __init__(self, intake: Intake, papers: Papers) -> None:
        self._intake = intake
        self._papers = papers

    def take_in(self, person: Person, stream: BinaryIO) -> Iterator[LineResult]:
        """Each line's result, as soon as it is durable."""
        for number, line in read_lines(stream):
            if isinstance(line, CounterError):
                yield LineResult(number, None, line)
                continue
            try:
                taken = self._intake.take_in(person, line)
            except CounterError as error:
                yield LineResult(number, None, error)
            else:
                yield LineResult(number, taken, None, self._with_files(taken))

    def _with_files(self, taken: TakenIn) -> tuple[tuple[IssuedNotice, str | None], ...]:
        made = taken.case or taken.entrustment
        if made is None:
            return ()
        case: CaseId = made.id
        return tuple((notice, self._papers.kept_path(case, notice)) for notice in taken.notices)
