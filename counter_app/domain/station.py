"""The station a home belongs to, as the hall described it at enrolment (sync design section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from counter_app.domain.notice import Agency, NumberStyle
from counter_app.domain.wire_values import Plain, rows_of, text_of

OWN, DESK = SHARINGS = ("own", "desk")
TOLD = "profile_told"
"""The hall's event in a station's feed: its profile is another one now. It says all but `sharing`, which each answer of
the hall says."""


@dataclass(frozen=True, slots=True)
class StationProfile:
    """level is village, town or county; entrusted None means every agency lets it accept; sharing own or desk.

    agencies are whole records by role code: what their papers must say.
    """

    code: str
    name: str
    level: str
    sharing: str
    entrusted: frozenset[str] | None
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    county: str = ""

    @property
    def shares(self) -> bool:
        """Whether its counters share their cases at a desk (sync design section 2)."""
        return self.sharing == DESK

    @property
    def is_village(self) -> bool:
        """Whether it is a village station, and no hall of a town or county."""
        return self.level == "village"

    def may_accept_for(self, agency: str) -> bool:
        """Whether the agency lets this station accept at all, and so leases it numbers.

        A town or county hall does for all; a village station only where the agency
        entrusted it (specs domain 5.3.1). Which items, `acceptance.py` says.
        """
        return not self.is_village or self.entrusted is None or agency in self.entrusted


def profile_from_plain(code: str, name: str, plain: Plain) -> StationProfile:
    """The profile of an enrolment answer. Unknown keys are ignored: a newer hall may say more."""
    entrusted = plain.get("entrusted", plain.get("agencies_entrusted"))
    records = rows_of(plain, "agency_records")
    return StationProfile(
        code=code,
        name=name,
        level=text_of(plain, "level") or "village",
        sharing=text_of(plain, "sharing") or OWN,
        entrusted=None if entrusted is None else frozenset(str(agency) for agency in cast("list[object]", entrusted)),
        agencies={text_of(record, "code"): _agency(record) for record in records},
        county=text_of(plain, "county"),
    )


def _agency(record: Plain) -> Agency:
    known = (
        "code", "name", "org_word", "credit_code", "phone", "supervision_phone", "review_body", "court", "address",
        "window",
    )
    style = text_of(record, "number_style")
    known_style = NumberStyle(style) if style in set(NumberStyle) else NumberStyle.OFFICIAL
    return Agency(**{key: text_of(record, key) for key in known}, number_style=known_style)


