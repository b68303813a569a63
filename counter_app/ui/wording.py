"""How days, moments, sizes and codes are said on the screen (desktop design section 9).

Codes may come from a newer hall: one without a word is shown as it is, never a failure.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from counter_app.domain.clocks import Clock
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_time
from counter_app.domain.notice import NoticeKind
from counter_app.services.sentences import holder_name, sentences
from counter_app.ui.states import STATE_LOOKS, Look
from counter_app.ui.texts import has, tr

KB = 1024
THIN_SPACE = "\u2009"
_NOTICE_KINDS = frozenset(NoticeKind)
_UNKNOWN_STATE = Look("mute", "circle-question-mark")


def word(area: str, code: str) -> str:
    """The word of a code in an area of the catalogue (`states`, `events`, `clocks` ...), else the code itself."""
    key = f"{area}.{code}"
    return tr(key) if has(key) else code


def state_look(code: str) -> Look:
    """How a state looks; one that this version does not know gets a question mark."""
    return STATE_LOOKS.get(code, _UNKNOWN_STATE)


def holder_word(holder: str, device: str) -> str:
    """Who has the case, in a word: the hall, this machine, the station's desk, or the other one by its name."""
    if holder == HALL:
        return tr("ui.word.hall")
    return tr("ui.word.here") if holder == device else holder_name(holder, device)


def notice_title(kind: str, *, licence: bool) -> str:
    """The title that stands on a notice; of a kind that this version does not know, its code."""
    return NoticeKind(kind).facts.title_for(licence) if kind in _NOTICE_KINDS else kind


def error_line(error: CounterError) -> str:
    """What happened and what to do, in one line."""
    said = sentences(error)
    return one_line(said.message, said.remedy.splitlines()[0] if said.remedy else "")


def one_line(first: str, second: str) -> str:
    """Two sentences one after the other; one of them may be empty."""
    return tr("ui.word.sentences", first=first, second=second).strip()


def day(of: date, today: date) -> str:
    """11月23日 this year, 2027年1月5日 otherwise."""
    if of.year == today.year:
        return tr("ui.word.day", month=of.month, day=of.day)
    return tr("ui.field.date", year=of.year, month=of.month, day=of.day)


def as_sure(said: str, clock: Clock) -> str:
    """A last day as it was put into words, with 暂定 where the calendar of its year is not out."""
    return tr("ui.word.provisional_day", day=said) if clock.provisional else said


def day_and_weekday(of: date, today: date) -> str:
    """11月23日 星期一."""
    return f"{day(of, today)} {tr(f'ui.weekday.{of.isoweekday()}')}"


def moment(ms: int | None, today: date) -> str:
    """10:42 today, 11月2日 09:14 otherwise; empty for None."""
    if ms is None:
        return ""
    at = local_time(ms)
    return f"{at:%H:%M}" if at.date() == today else f"{day(at.date(), today)} {at:%H:%M}"


def relative_day(of: date, today: date) -> str:
    """今天, 明天, 昨天, else the day."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((of - today).days)
    return tr(f"ui.word.{near}") if near else day(of, today)


def time_left(now: datetime, closes_at: time) -> str:
    """剩 6 小时 48 分 until the counter closes today; after that it says so."""
    left = datetime.combine(now.date(), closes_at, now.tzinfo) - now
    if left <= timedelta():
        return tr("ui.word.after_hours")
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return tr("ui.word.left_hours", h=hours, m=minutes) if hours else tr("ui.word.left_minutes", m=minutes)


def number(n: int) -> str:
    """Thousands by thin space from 1 000."""
    return f"{n:,}".replace(",", THIN_SPACE)


def size(of_bytes: int) -> str:
    """Bytes as KB or MB; small ones in KB with one decimal."""
    if of_bytes >= 1000 * KB:
        return f"{of_bytes / KB / KB:.1f} MB"
    kb = of_bytes / KB
    return f"{kb:.0f} KB" if kb >= 10 or not of_bytes else f"{max(kb, 0.1):.1f} KB"


def about(seconds: int | None) -> str:
    """约 8 分钟; from ten minutes on only minutes; None: never measured."""
    if seconds is None:
        return tr("ui.word.never_measured")
    return tr("ui.word.about", time=duration(seconds))


def duration(seconds: int) -> str:
    """38 秒, 3 分 52 秒, 12 分钟."""
    if seconds < 60:
        return tr("ui.word.seconds", n=max(1, seconds))
    if seconds < 600 and seconds % 60:
        return tr("ui.word.minutes_seconds", m=seconds // 60, s=seconds % 60)
    return tr("ui.word.minutes", n=-(-seconds // 60))


def rate(bytes_a_second: int) -> str:
    """256 kbit/s, as lines are sold."""
    return f"{max(1, round(bytes_a_second * 8 / 1000))} kbit/s"


def grouped(case_no: str) -> str:
    """A long official number shortened for reading: its ends, with an ellipsis between."""
    return f"{case_no[:8]}…{case_no[-12:-4]} {case_no[-4:]}" if len(case_no) > 24 else case_no
