"""The words that templates may use: each placeholder and flag, and how the data of a notice fills it.

An absent fact is "": a template leaves its row out by `when`, or the paper is refused.
Dates are in Arabic figures without leading zeros (GB/T 9704-2012).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime

from forms.rendering.notice_data import (
    CHINA,
    CoAgencyRow,
    EntrustedRow,
    FeeRow,
    FolderRow,
    GapRow,
    HandedRow,
    Limit,
    MaterialRow,
    NoticeData,
    OpinionRow,
)

Phrases = Mapping[str, str]

# The small words that lines.yaml must have, and what may stand in braces in each.
PHRASES: dict[str, frozenset[str]] = {
    "day": frozenset({"year", "month", "day"}),
    "minute": frozenset({"year", "month", "day", "hour", "minute"}),
    "limit": frozenset({"due_on", "length"}),
    "provisional_limit": frozenset({"due_on", "length"}),
    "you_person": frozenset(),
    "you_organisation": frozenset(),
    "materials": frozenset({"names", "count"}),
    "separator": frozenset(),
    "copies": frozenset(),
    "query": frozenset({"local_no", "query_code"}),
    "page": frozenset({"number", "page", "pages"}),
    "reprint": frozenset({"count", "when"}),
}

AGENCY_FACTS: dict[str, Callable[[NoticeData], str]] = {
    "agency_name": lambda data: data.agency.name,
    "agency_phone": lambda data: data.agency.phone,
    "supervision_phone": lambda data: data.agency.supervision_phone,
    "review_body": lambda data: data.agency.review_body,
    "court": lambda data: data.agency.court,
}

_FACTS: dict[str, Callable[[NoticeData, Phrases], str]] = {
    "you": lambda data, phrases: phrases["you_person" if data.is_person else "you_organisation"],
    "received_at": lambda data, phrases: minute_in_words(data.received_at, phrases),
    "received_on": lambda data, phrases: day_in_words(data.received_at.astimezone(CHINA).date(), phrases),
    "accepted_on": lambda data, phrases: day_in_words(data.accepted_on, phrases) if data.accepted_on else "",
    "issued_on": lambda data, phrases: day_in_words(data.issued_on, phrases),
    "statutory": lambda data, phrases: _limit_in_words(data.statutory, phrases),
    "promise": lambda data, phrases: _limit_in_words(data.promise, phrases),
    "correction": lambda data, phrases: _limit_in_words(data.correction, phrases),
    "completion": lambda data, phrases: _limit_in_words(data.completion, phrases),
    "reply_limit": lambda data, phrases: _limit_in_words(data.reply_limit, phrases),
    "hand_in_limit": lambda data, phrases: _limit_in_words(data.hand_in_limit, phrases),
    "handed_in_at": lambda data, phrases: minute_in_words(data.handed_in_at, phrases) if data.handed_in_at else "",
    "expected_end": lambda data, phrases: day_in_words(data.expected_end, phrases) if data.expected_end else "",
    "expected_due": lambda data, phrases: day_in_words(data.expected_due, phrases) if data.expected_due else "",
    "due_before": lambda data, phrases: day_in_words(data.due_before, phrases) if data.due_before else "",
    "new_due": lambda data, phrases: day_in_words(data.statutory.due_on, phrases) if data.statutory else "",
    "signed_on": lambda data, phrases: day_in_words(data.signed_on, phrases) if data.signed_on else "",
    "issued_at": lambda data, phrases: minute_in_words(data.issued_at, phrases) if data.issued_at else "",
    "material_names": lambda data, phrases: _material_names(data, phrases),
    "copies_word": lambda data, phrases: _copies_in_words(data.copies, phrases),
    "desk": lambda data, phrases: f"{data.station}{data.window}",
}

_PLAIN_FACTS = (
    "number",
    "local_no",
    "case_no",
    "query_code",
    "applicant",
    "id_type",
    "id_number",
    "phone",
    "proxy",
    "item_name",
    "basis",
    "clerk",
    "kind_label",
    "reason",
    "competent_agency",
    "fee_line",
    "delivery_line",
    "slip_number",
    "gaps_left",
    "acceptance_no",
    "rule",
    "contact_attempt",
    "ground",
    "needed",
    "extension",
    "addressee",
    "note",
    "decision_no",
    "licence_no",
    "served",
    "receiver",
    "stand_in",
    "service_way",
    "waybill",
    "address",
    "powers",
    "handing",
    "taking",
    "purpose",
    "entrustment_no",
    "place",
    "refusal",
    "servers",
    "witness",
    "remark",
    "total",
    "total_capitals",
    "opinion",
    "mail_address",
    "mail_phone",
    "hearing_matter",
    "hearing_when",
    "hearing_place",
    "overdue",
    "foreseen",
    "meeting",
    "feedback",
    "absence",
    "advice",
    "validity",
    "publicity",
    "scope",
    "licence_name",
    "findings",
    "sheets_out",
)

_FLAGS: dict[str, Callable[[NoticeData], bool]] = {
    "licence": lambda data: data.is_licence,
    "deemed": lambda data: data.deemed,
    "tolerant": lambda data: data.tolerant,
    "late_entry": lambda data: data.late_entry,
    "temporary_number": lambda data: data.number_is_temporary,
    "by_government": lambda data: data.by_government,
    "from_villager": lambda data: data.from_villager,
    "two_copies": lambda data: data.copies == 2,
}

PLACEHOLDERS = frozenset({*_PLAIN_FACTS, *_FACTS, *AGENCY_FACTS})
FLAGS = frozenset(_FLAGS)
ROW_PLACEHOLDERS = {
    "materials": frozenset(field.name for field in fields(MaterialRow)),
    "gaps": frozenset(field.name for field in fields(GapRow)),
    "missing": frozenset(field.name for field in fields(MaterialRow)),
    "co_agencies": frozenset(field.name for field in fields(CoAgencyRow)),
    "entrusted": frozenset(field.name for field in fields(EntrustedRow)),
    "handed": frozenset(field.name for field in fields(HandedRow)),
    "fees": frozenset(field.name for field in fields(FeeRow)),
    "opinions": frozenset(field.name for field in fields(OpinionRow)),
    "folder": frozenset(field.name for field in fields(FolderRow)),
}


def placeholder_values(data: NoticeData, phrases: Phrases) -> dict[str, str]:
    """Every placeholder with its text for this notice, "" where the fact is absent."""
    values = {name: getattr(data, name) for name in _PLAIN_FACTS}
    values |= {name: fact(data, phrases) for name, fact in _FACTS.items()}
    return values | {name: fact(data) for name, fact in AGENCY_FACTS.items()}


def flag_values(data: NoticeData) -> dict[str, bool]:
    """Every flag with its value for this notice."""
    return {name: flag(data) for name, flag in _FLAGS.items()}


def day_in_words(day: date, phrases: Phrases) -> str:
    """2026年2月5日."""
    return phrases["day"].format(year=day.year, month=day.month, day=day.day)


def minute_in_words(moment: datetime, phrases: Phrases) -> str:
    """2026年2月5日9时05分, in the time of China whatever the zone of the moment."""
    local = moment.astimezone(CHINA)
    return phrases["minute"].format(
        year=local.year, month=local.month, day=local.day, hour=local.hour, minute=local.minute
    )


def _limit_in_words(limit: Limit | None, phrases: Phrases) -> str:
    if limit is None:
        return ""
    phrase = phrases["provisional_limit" if limit.provisional else "limit"]
    return phrase.format(due_on=day_in_words(limit.due_on, phrases), length=limit.length)


def _material_names(data: NoticeData, phrases: Phrases) -> str:
    if not data.materials:
        return ""
    names = phrases["separator"].join(row.name for row in data.materials)
    return phrases["materials"].format(names=names, count=len(data.materials))


def _copies_in_words(copies: int, phrases: Phrases) -> str:
    words = phrases["copies"].split()
    return words[copies] if copies < len(words) else str(copies)
