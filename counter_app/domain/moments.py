"""Moments and days. The zone is fixed: Asia/Shanghai, +08:00, no summer time (sync design section 9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def local_time(ms: int) -> datetime:
    """The wall time in China of a moment in ms UTC."""
    return datetime.fromtimestamp(ms / 1000, CHINA)


def local_date(ms: int) -> date:
    """The day in China of a moment in ms UTC."""
    return local_time(ms).date()


def to_ms(moment: datetime) -> int:
    """Milliseconds UTC of an aware moment; a naive one is taken as China time."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    return round(moment.timestamp() * 1000)
