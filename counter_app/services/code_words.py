"""What a clerk is told about a checked code: what is certain, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counter_app.domain.receipt_codes import ACCEPTANCES, BY_HALL
from counter_app.services.signed_codes import GOOD, Answer, CheckedCode, Compared
from resources.texts import text

_MINUTE_S, _HOUR_S = 60, 3600


@dataclass(frozen=True, slots=True)
class CodeWords:
    """title in a word or two; compared is "" where nothing in the code can be believed."""

    title: str
    certain: str
    uncertain: str
    compared: str


def words_of(checked: CheckedCode) -> CodeWords:
    """The answer in sentences."""
    answer = checked.answer
    facts = {
        "paper": checked.kind.facts.title_for(False) if checked.kind else "",
        "maker": maker(checked),
        "clock": clock(checked),
        "local_no": checked.local_no,
        "accepted_at": moment(checked.accepted_at),
        "revoked_at": moment(checked.revoked_at),
    }
    return CodeWords(
        text(f"signed_code.title.{_title(checked)}"),
        text(f"signed_code.certain.{_certain(checked)}", **facts),
        text(f"signed_code.uncertain.{_uncertain(checked)}", **facts),
        text(f"signed_code.compared.{checked.compared.value}") if answer in GOOD else "",
    )


def maker(checked: CheckedCode) -> str:
    """Whose signature it is."""
    if not checked.device:
        return text("signed_code.somebody")
    return text("signed_code.maker", station=checked.station_name or checked.station, device=checked.device)


def clock(checked: CheckedCode) -> str:
    """How sure the time is."""
    off_s = checked.uncertainty_s
    if off_s is None:
        return text("signed_code.never_set")
    unit, size = ("seconds", 1) if off_s < 2 * _MINUTE_S else ("minutes", _MINUTE_S)
    if off_s >= 2 * _HOUR_S:
        unit, size = "hours", _HOUR_S
    return text("signed_code.within", time=text(f"signed_code.{unit}", n=-(-off_s // size)))


def _title(checked: CheckedCode) -> str:
    if checked.answer in GOOD and checked.compared is Compared.DIFFERENT:
        return "different"
    return "acceptance" if _uncertain(checked) == "acceptance" else checked.answer.value


def _certain(checked: CheckedCode) -> str:
    return "by_hall" if checked.stage == BY_HALL else checked.answer.value


def _uncertain(checked: CheckedCode) -> str:
    if checked.answer is Answer.GENUINE and checked.stage != BY_HALL and checked.kind in ACCEPTANCES:
        return "acceptance"
    return _certain(checked)


def moment(at: datetime | None) -> str:
    """A day with its time, to the minute; "" where there is none."""
    if at is None:
        return ""
    clock = f"{at:%H:%M}"
    return text("signed_code.moment", year=at.year, month=at.month, day=at.day, clock=clock)
