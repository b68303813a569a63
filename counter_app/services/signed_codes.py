"""The signed codes on receipts and acceptances: what a paper bears, and whether a paper that somebody shows is true.

Everything is verified without a line: with the keys that the feed has told, and the hall's own. What a code can prove
is that a device, or the hall, said so; the time is the device's own word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.device_keys import DeviceKey
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.moments import local_time
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import (
    ACCEPTANCES,
    BY_DEVICE,
    BY_HALL,
    CodeDamaged,
    CodeOfNobody,
    SignedCode,
    Statement,
    clean,
    is_signed_kind,
)
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading
from forms.rendering.notice_data import NoticeData
from resources.texts import paper_text
from sync import receipts
from sync.keys import DeviceKeys


class Answer(StrEnum):
    """What can be said of a code."""

    GENUINE = "genuine"
    EARLIER = "genuine_before_revocation"  # by a key that counts no more, before it was revoked
    REVOKED = "revoked"
    TAMPERED = "tampered"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_SCHEME = "unknown_scheme"
    UNSIGNED = "unsigned"  # of a paper printed before codes were signed
    NOT_OURS = "not_ours"


class Compared(StrEnum):
    """The hash in the code beside what this station has of the case."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_FOUND = "not_found"  # the case is here, the entry that the paper was made from is not
    NOT_HERE = "not_here"


GOOD = frozenset({Answer.GENUINE, Answer.EARLIER})


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """The answer, and what the code says; stage 0 and empty fields where it could not be believed.

    stage 1: the device's signature, 2: the hall's, which said so at accepted_at. uncertainty_s: None where the device
    had never heard the hall's clock. station and device: whose key it is. case_no: as known here.
    """

    answer: Answer
    reason: str = ""
    scheme: str = ""
    stage: int = 0
    kind: NoticeKind | None = None
    local_no: str = ""
    taken_at: datetime | None = None
    uncertainty_s: int | None = None
    accepted_at: datetime | None = None
    device: str = ""
    station: str = ""
    station_name: str = ""
    revoked_at: datetime | None = None
    compared: Compared = Compared.NOT_HERE
    case_no: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """By what this device signs, and what it believes."""

    keys: DeviceKeys
    hall: str
    hall_public: bytes


class SignedCodes:
    """The signed codes of this station."""

    def __init__(self, desk: Desk, signing: Signing) -> None:
        self._desk = desk
        self._by = signing

    def onto(self, data: NoticeData, reading: Reading, notice: IssuedNotice, issuing: Event) -> NoticeData:
        """The paper's facts with its code: the hall's if it has come, else this device's. The same each time."""
        taken = reading.taken_hash(issuing.id) if is_signed_kind(notice.kind) else None
        if taken is None:
            return data
        kind = NoticeKind(notice.kind)
        by_hall = reading.second_stage(issuing.id) if kind in ACCEPTANCES else None
        if by_hall is not None:
            return replace(data, signed_code=by_hall, code_note=code_note(kind, BY_HALL))
        stated = receipts.statement_of(issuing, kind, taken, self._by.keys.sign_public)
        code = receipts.signed_by_device(stated, self._by.hall, self._by.keys)
        return replace(data, signed_code=code.to_text(), code_note=code_note(kind, BY_DEVICE))

    def check(self, given: str) -> CheckedCode:
        """What is to be said of a code that was scanned or typed. InvalidInput `receipt_code_empty`."""
        words = clean(given)
        if not words:
            raise InvalidInput("receipt_code_empty")
        try:
            code = receipts.read(words)
        except receipts.SchemeUnknown:
            return CheckedCode(Answer.UNKNOWN_SCHEME)
        except CodeOfNobody as nobody:
            old = str(nobody.params.get("local_no", ""))
            return CheckedCode(Answer.UNSIGNED, local_no=old) if old else CheckedCode(Answer.NOT_OURS)
        except CodeDamaged as damaged:
            return CheckedCode(Answer.TAMPERED, reason=str(damaged.params["reason"]))
        with self._desk.store.read() as reading:
            return self._checked(reading, code)

    def _checked(self, reading: Reading, code: SignedCode) -> CheckedCode:
        keys = [key for key in self._keys(reading) if receipts.key_id(key.public) == code.statement.key]
        if code.hall is not None:
            if not receipts.is_by_hall(code, self._by.hall, self._by.hall_public):
                return CheckedCode(Answer.TAMPERED, reason="signature", scheme=code.scheme)
            return self._told(reading, code, keys[0] if keys else None, Answer.GENUINE)
        if not keys:
            return CheckedCode(Answer.UNKNOWN_DEVICE, scheme=code.scheme)
        signed_by = next((key for key in keys if receipts.is_by_device(code, self._by.hall, key.public)), None)
        if signed_by is None:
            return CheckedCode(Answer.TAMPERED, reason="signature", scheme=code.scheme)
        return self._told(reading, code, signed_by, _by_key(code.statement, signed_by))

    def _told(self, reading: Reading, code: SignedCode, key: DeviceKey | None, answer: Answer) -> CheckedCode:
        stated, word = code.statement, code.hall
        case = reading.case(stated.case)
        found = CheckedCode(
            answer=answer,
            scheme=code.scheme,
            stage=BY_DEVICE if word is None else BY_HALL,
            kind=stated.kind,
            local_no=str(stated.case),
            taken_at=local_time(stated.at_s * 1000),
            uncertainty_s=stated.uncertain_s,
            accepted_at=None if word is None else local_time(word.at_s * 1000),
            compared=_compared(reading, case, stated),
            case_no=case.case_no if case else "",
        )
        if key is None:
            return found
        since = None if key.revoked_ms is None or word is not None else local_time(key.revoked_ms)
        return replace(
            found, device=key.device, station=key.station, station_name=key.station_name, revoked_at=since
        )

    def _keys(self, reading: Reading) -> list[DeviceKey]:
        """Those that the feed told, and this device's own, which may not have come back yet."""
        told, profile = reading.device_keys(), reading.profile()
        if any(key.public == self._by.keys.sign_public for key in told):
            return told
        return [*told, DeviceKey(reading.device(), profile.code, profile.name, self._by.keys.sign_public)]


def code_note(kind: NoticeKind, stage: int = BY_DEVICE) -> str:
    """What stands under the code on the paper; "" on papers whose code is not signed."""
    if not is_signed_kind(kind):
        return ""
    if stage == BY_HALL:
        return paper_text("paper.code_note.by_hall")
    return paper_text("paper.code_note.acceptance" if kind in ACCEPTANCES else "paper.code_note.receipt")


def _by_key(stated: Statement, key: DeviceKey) -> Answer:
    if key.revoked_ms is None:
        return Answer.GENUINE
    return Answer.REVOKED if stated.at_s * 1000 >= key.revoked_ms else Answer.EARLIER


def _compared(reading: Reading, case: Case | None, stated: Statement) -> Compared:
    """A receipt is made from the event that opens its case; what else a paper is made from may still be on its way."""
    if case is None:
        return Compared.NOT_HERE
    events = reading.events_of(case.id)
    places = {event.id for event in events} | {event.origin.id for event in events if event.origin}
    if any(reading.taken_hash(place) == stated.taken for place in places):
        return Compared.SAME
    is_whole = stated.kind is NoticeKind.RECEIPT and not any(event.origin for event in events)
    return Compared.DIFFERENT if is_whole else Compared.NOT_FOUND
