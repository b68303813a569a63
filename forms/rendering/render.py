"""Notices as PDF: the same kind, template version and data always give the same bytes.

Data comes from the issuing event alone. `check_notice` tells before the event what
would stop the paper after it. This is the module that the rest of the program
imports; reportlab, pypdf and the fonts are loaded by its first use, not with it,
because they would cost every start a third of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import yaml

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from forms.checked_yaml import SAFE_LOADER
from forms.notice_templates import LIMITS_FILE, SAMPLE_FILE, NoticeTemplates, bundled_templates
from forms.rendering.composition import Paper, compose
from forms.rendering.notice_data import LISTS, NoticeData

if TYPE_CHECKING:
    from forms.rendering.seal_place import SealPlace

_OF_KIND = "of_kind"  # in the sample: what single kinds say otherwise
_LONGEST_LIST = 40


def render_notice(
    kind: NoticeKind,
    template_version: int,
    data: Mapping[str, object],
    templates: NoticeTemplates | None = None,
) -> bytes:
    """The notice as PDF.

    data is `NoticeData.to_mapping()` as the issuing event carries it. Raises what
    check_notice would return.
    """
    from forms.rendering.page import lay_out, to_pdf

    paper = _paper(kind, template_version, data, templates)
    return to_pdf(paper, lay_out(paper))


def render_for_seal(
    kind: NoticeKind,
    template_version: int,
    data: Mapping[str, object],
    templates: NoticeTemplates | None = None,
) -> tuple[bytes, SealPlace]:
    """The same notice as it is signed, and where its seal goes: it says 已加盖电子印章 instead of 待加盖.

    Raises as render_notice, and CounterError `paper_bears_no_seal`.
    """
    from forms.rendering.page import lay_out, to_pdf
    from forms.rendering.seal_place import seal_place

    paper = _paper(kind, template_version, data, templates)
    if not paper.seal:
        raise CounterError("paper_bears_no_seal", kind=kind.value)
    words = (templates or bundled_templates()).phrases["sealed"]
    sealed = replace(paper, seal=words, is_sealed=True)
    pages = lay_out(sealed)
    place = seal_place(pages)
    assert place is not None, "a paper with words for a seal has a place for it"
    return to_pdf(sealed, pages), place


def check_notice(
    kind: NoticeKind,
    template_version: int,
    data: Mapping[str, object],
    templates: NoticeTemplates | None = None,
) -> CounterError | None:
    """What would stop this paper, None if nothing.

    notice_template_unknown, notice_data_field, agency_data_missing,
    notice_data_missing (both name the facts) or glyph_missing (gives code points).
    """
    try:
        _paper(kind, template_version, data, templates)
    except CounterError as error:
        return error
    return None


def reprint_mark(pdf: bytes, when: datetime, count: int) -> bytes:
    """The kept PDF with the mark of a reprint (补打) on every page; text, fonts and page count stay.

    when is the moment of the reprint with its zone; count is 1 for the first print
    after the original. CounterError("kept_paper_damaged") if pdf cannot be read.
    """
    from forms.rendering.reprint import marked

    return marked(pdf, when, count)


def for_paper(pdf: bytes) -> bytes:
    """The kept PDF with its electronic seals drawn into the pages and without their signatures, to be printed or shown.

    CounterError("kept_paper_damaged") if pdf cannot be read.
    """
    from forms.rendering.reprint import for_paper as drawn

    return drawn(pdf)


def preview_sample(
    kind: NoticeKind, templates: NoticeTemplates | None = None, *, licence: bool = False, limits: bool = False
) -> bytes:
    """The current template of the kind with the data of nobody: for test pages and for editing templates.

    licence: as on an item that is one (行政许可); limits: with the longest names and lists.
    """
    version = (templates or bundled_templates()).current_version(kind)
    data = limit_data() if limits else {**sample_data(), **_read(SAMPLE_FILE)[_OF_KIND].get(kind.value, {})}
    return render_notice(kind, version, {**data, "copies": kind.facts.copies, "is_licence": licence}, templates)


@cache
def sample_data() -> Mapping[str, object]:
    """A notice of nobody, with every list and both limits filled."""
    return NoticeData.from_mapping(_common_sample()).to_mapping()


@cache
def limit_data() -> Mapping[str, object]:
    """The same with names of thirty characters, rare ones among them, and lists of forty rows."""
    sample = _common_sample()
    longest = {name: list(islice(cycle(sample[name]), _LONGEST_LIST)) for name in LISTS}
    return NoticeData.from_mapping({**sample, **longest, **_read(LIMITS_FILE)}).to_mapping()


def _common_sample() -> dict[str, Any]:
    """The sample without what single kinds say in its place."""
    return {key: value for key, value in _read(SAMPLE_FILE).items() if key != _OF_KIND}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((files("forms") / "notices" / name).read_bytes(), Loader=SAFE_LOADER)
    return found


def _paper(kind: NoticeKind, version: int, data: Mapping[str, object], templates: NoticeTemplates | None) -> Paper:
    templates = templates or bundled_templates()
    paper = compose(templates.get(kind, version), NoticeData.from_mapping(data), templates)
    _refuse_missing_glyphs(paper)
    return paper


def _refuse_missing_glyphs(paper: Paper) -> None:
    from forms.rendering.fonts import glyph_missing, typeface

    missing: dict[str, None] = {}
    for text, in_head in paper.texts():
        face = typeface("head" if in_head else "body")
        missing |= dict.fromkeys(face.missing(text.replace("\n", "")))
    if missing:
        raise glyph_missing(missing)
