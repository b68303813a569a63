"""The guide's appendix: every error number, what it means and what to do, in the program's own sentences.

The table stands in a block of the class `numbers`: style sheet and paper set it small.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from string import Formatter

from resources.error_numbers import error_numbers
from resources.texts import OF_PAPERS, catalogue

_SIGN = re.compile(r"[!-/:-@\[-`{-~]")


@dataclass(frozen=True)
class NumberWords:
    """What the appendix says beside the sentences of errors; themes by the letters of their numbers."""

    heading: str
    introduction: str
    head: Sequence[str]
    themes: Mapping[str, str]


def numbers_appendix(words: NumberWords) -> str:
    """The chapter as Markdown. KeyError names a theme without words. Numbers of errors that are gone are left out."""
    lines = [_line(words.head), _line("---" for _ in words.head)]
    for theme, numbers in groupby(error_numbers().items(), lambda row: row[0].partition("-")[0]):
        rows = [_line((number, *map(_plain, said))) for number, code in numbers if (said := _sentences(code))]
        lines += [_line((f"**{theme}**", f"**{_plain(words.themes[theme])}**", "")), *rows]
    table = "\n".join(lines)
    return f'\n# {words.heading}\n\n{words.introduction}\n\n<div class="numbers">\n\n{table}\n\n</div>\n'


def _sentences(code: str) -> tuple[str, str] | None:
    texts, key = catalogue(OF_PAPERS), f"errors.{code}"
    if f"{key}.message" not in texts:
        return None
    return texts[f"{key}.message"], texts[f"{key}.remedy"]


def _plain(sentences: str) -> str:
    """On one line, with … for what is filled in, and no sign that Markdown would read."""
    parts = Formatter().parse(sentences.replace("\n", ""))
    return _SIGN.sub(r"\\\g<0>", "".join(words if gap is None else f"{words}…" for words, gap, _, _ in parts))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
