"""Which lines of law (B-*, R-* of domain reference 7.2) each paper must bear, so that an edited template loses none.

On items that are no licences (行政许可) the I-line of the same name stands in the place of a B-line; what the table
names for licences only, such as R-FS on N09, is not demanded of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import NoticeTemplates, Template
from forms.rendering.composition import lines_of
from forms.rendering.notice_data import NoticeData

K = NoticeKind


@dataclass(frozen=True, slots=True)
class Lines:
    """Codes on every such paper, on those of licences, on the others."""

    always: frozenset[str] = frozenset()
    licence: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()


def _row(basis: str = "", *, contested: bool = False, contested_licence: bool = False) -> Lines:
    rights = {"R-FS"} if contested else set()
    licence = {f"B-{basis}"} if basis else set()
    return Lines(
        frozenset({"R-JD", *rights}),
        frozenset(licence | ({"R-FS"} if contested_licence else set())),
        frozenset({f"I-{basis}"} if basis else ()),
    )


LEGAL_LINES: dict[NoticeKind, Lines] = {
    **dict.fromkeys(
        (K.RECEIPT, K.RECEIPT_SUPPLEMENT, K.SERVICE_RECEIPT, K.FEE_LIST, K.ENTRUSTMENT, K.HANDOVER_LIST, K.PICK_UP,
         K.WITHDRAWAL),
        _row(),
    ),
    K.ACCEPTANCE: _row("SL"),
    K.TOLERANT_ACCEPTANCE: _row("SL"),
    K.NOT_REQUIRED: _row("BSL1", contested=True),
    K.REFUSAL: _row("BSL2", contested=True),
    K.CORRECTION: _row("BZ"),
    K.CORRECTION_AGAIN: _row("BZ"),
    K.SPECIAL_PROCEDURE: _row("TB"),
    K.EXTENSION: _row("YQ"),
    K.JOINT: _row("LB"),
    K.RETURN: _row(contested_licence=True),
    K.GRANT: _row("ZY"),
    K.DENIAL: _row("BY", contested=True),
    K.HEARING_RIGHTS: _row("TZ"),
    **dict.fromkeys((K.FLOW, K.MINUTES, K.PACKAGE, K.FOLDER, K.ADDRESS_SHEET), Lines()),
}
del K
_OF_LAW = ("B-", "R-", "I-")


def demanded(kind: NoticeKind, data: NoticeData) -> set[str]:
    """The codes of the lines of law that a paper of the kind must bear with these facts."""
    lines = LEGAL_LINES[kind]
    codes = set(lines.always | (lines.licence if data.is_licence else lines.other))
    if kind is NoticeKind.ACCEPTANCE and data.deemed:
        codes.add("B-ST")
    if kind is NoticeKind.EXTENSION and data.is_licence and data.by_government:
        codes = codes - {"B-YQ"} | {"B-YQ2"}
    return codes


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line of law that a template loses or adds, with the first circumstances in which it does."""

    code: str
    lost: bool
    licence: bool


def wrong_lines(template: Template, templates: NoticeTemplates, sample: NoticeData) -> list[WrongLine]:
    """Every line of law that stands on the paper and should not, or should and does not, in any circumstances."""
    found: dict[tuple[str, bool], WrongLine] = {}
    for data in _circumstances(sample):
        there = [code for code in lines_of(template, data, templates) if code.startswith(_OF_LAW)]
        for wrong in _compared(there, demanded(template.kind, data), data.is_licence):
            found.setdefault((wrong.code, wrong.lost), wrong)
    return list(found.values())


def _compared(there: list[str], wanted: set[str], licence: bool) -> Iterator[WrongLine]:
    yield from (WrongLine(code, True, licence) for code in sorted(wanted - set(there)))
    extra = {code for code in there if code not in wanted or there.count(code) > 1}
    yield from (WrongLine(code, False, licence) for code in sorted(extra))


def _circumstances(sample: NoticeData) -> Iterable[NoticeData]:
    """Every mixture of what templates may ask about."""
    for licence, deemed, late, temporary, government, person, sparse in product((True, False), repeat=7):
        data = replace(
            sample, is_licence=licence, deemed=deemed, tolerant=deemed, late_entry=late, number_is_temporary=temporary,
            by_government=government, is_person=person, from_villager=person, copies=2 if late else 3,
        )
        yield _sparse(data) if sparse else data


def _sparse(data: NoticeData) -> NoticeData:
    """The same with nothing in what may be empty: a line of law may not hang on it."""
    return replace(
        data, proxy="", phone="", case_no="", promise=None, correction=None, reason="", rule="", contact_attempt="",
        note="", stand_in="", receiver="", waybill="", place="", refusal="", witness="", servers="", remark="",
        decision_no="", licence_no="", acceptance_no="", slip_number="", gaps_left="", accepted_on=None, signed_on=None,
        overdue="", foreseen="", reply_limit=None, meeting="", feedback="", absence="", advice="", validity="",
        publicity="", scope="", licence_name="", findings="", sheets_out="",
    )
