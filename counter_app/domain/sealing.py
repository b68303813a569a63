"""Which paper bears which seal, and who may put it there (specs domain 7.3, column "Seal", and 5.3).

The seals of 7.3 are three: the special seal of acceptance and licences (专用章), the seal of the window, and the
agency's own (机关印章). An electronic one is put on by whoever may do the act that the paper is about; the agency's
own needs a second person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Actor


class SealKind(StrEnum):
    """Whose mark a paper bears."""

    SPECIAL = "special"
    WINDOW = "window"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class SealRule:
    """Who may put a seal of this kind on a paper, and whether a second person must agree."""

    who: frozenset[Actor]
    needs_second: bool = False


RULES: Mapping[SealKind, SealRule] = {
    SealKind.SPECIAL: SealRule(frozenset({Actor.CLERK, Actor.CHIEF, Actor.BACK_OFFICE})),
    SealKind.WINDOW: SealRule(frozenset({Actor.CLERK, Actor.CHIEF})),
    SealKind.AGENCY: SealRule(frozenset({Actor.CHIEF, Actor.AGENCY_HEAD, Actor.BACK_OFFICE}), needs_second=True),
}

K = NoticeKind
SEAL_OF: Mapping[NoticeKind, SealKind] = {
    **dict.fromkeys(
        (
            K.RECEIPT, K.RECEIPT_SUPPLEMENT, K.ACCEPTANCE, K.NOT_REQUIRED, K.REFUSAL, K.CORRECTION, K.CORRECTION_AGAIN,
            K.TOLERANT_ACCEPTANCE, K.SPECIAL_PROCEDURE, K.EXTENSION, K.JOINT, K.RETURN, K.SERVICE_RECEIPT,
            K.HEARING_RIGHTS,
        ),
        SealKind.SPECIAL,
    ),
    **dict.fromkeys((K.FEE_LIST, K.WITHDRAWAL), SealKind.WINDOW),
    **dict.fromkeys((K.GRANT, K.DENIAL, K.PACKAGE), SealKind.AGENCY),
}
del K


@dataclass(frozen=True, slots=True)
class SealSetup:
    """An electronic seal as it was set up on this machine; nothing secret.

    words stand below the star (行政许可专用章), "" on an agency's own. scheme says how it signs; source is the key
    file's name in the home or the path of a token's module, token and label name what is on the token. tsa is the
    address of a time-stamp service, "" for none. fingerprint is the SHA-256 of its certificate in hex, holder the name
    in it, ends_ms until when it is valid; "" and 0 where it was set up before these were kept.
    """

    agency: str
    kind: SealKind
    scheme: str
    source: str = ""
    words: str = ""
    token: str = ""
    label: str = ""
    tsa: str = ""
    fingerprint: str = ""
    holder: str = ""
    ends_ms: int = 0

    @property
    def name(self) -> str:
        """What it is known by here: one seal of each kind an agency."""
        return f"{self.agency}-{self.kind}"


def seal_kind(given: str) -> SealKind:
    """The kind of that name. InvalidInput `seal_kind_unknown`."""
    if given not in set(SealKind):
        raise InvalidInput("seal_kind_unknown", given=given[:20], known=", ".join(SealKind))
    return SealKind(given)


def check_sealing(case: Case, notice: IssuedNotice, actors: frozenset[Actor]) -> SealKind:
    """The kind of seal that goes on the paper.

    MoveNotAllowed `paper_bears_no_seal`, `not_your_role`, `paper_holds_no_more`, `sealed_already`, `case_frozen`.
    """
    kind = SEAL_OF.get(NoticeKind(notice.kind))
    if kind is None:
        raise MoveNotAllowed("paper_bears_no_seal", kind=notice.kind)
    allowed = RULES[kind].who
    if not actors & allowed:
        raise MoveNotAllowed("not_your_role", action="seal", actors="".join(sorted(allowed)))
    if case.frozen:
        raise MoveNotAllowed("case_frozen")
    if not notice.holds:
        raise MoveNotAllowed("paper_holds_no_more", kind=notice.kind)
    if notice.seal:
        raise MoveNotAllowed("sealed_already", kind=notice.kind)
    return kind
