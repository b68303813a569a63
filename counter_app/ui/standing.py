"""How the station stands, for strip, badges and sign-in: read at once, shown everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from counter_app.domain.moments import local_time
from counter_app.domain.people import Person
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.duties import Group, Today
from counter_app.services.outbox import Outbox
from counter_app.ui.backend import Station
from counter_app.ui.link_words import link_words
from counter_app.ui.pages.today.reading import closing_time
from counter_app.ui.posts import post_of
from counter_app.ui.station_panel import Fact
from counter_app.ui.strip import StripCell
from counter_app.ui.texts import tr
from counter_app.ui.wording import day, duration, number

MOST_OFFSET_S = 120  # a clock further off makes deadlines doubtful (sync design section 9)
LOW_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """numbers: what is left in the leased blocks of this year; window: the name of this counter."""

    now: datetime
    today: Today
    outbox: Outbox
    closes_at: time
    numbers: int
    nearest: date | None
    window: str
    calendar: WorkingCalendar


def read_standing(station: Station, person: Person | None = None) -> Standing:
    """Everything as of now, for the person who is signed in; for the reading thread."""
    desk, today = station.desk, station.duties.today(person)
    with desk.store.read() as reading:
        numbers = sum(block.left for block in reading.blocks() if block.year == today.day.year)
        nearest = reading.nearest_due()
        window = reading.setting("window") or reading.profile().name
    return Standing(
        now=local_time(desk.now_ms()),
        today=today,
        outbox=station.sending.outbox(),
        closes_at=closing_time(desk),
        numbers=numbers,
        nearest=nearest,
        window=window,
        calendar=desk.calendar,
    )


def strip_cells(standing: Standing, person: Person) -> Sequence[StripCell]:
    """The cells of the strip, from the left."""
    link, today = standing.outbox.link, standing.today.day
    words = link_words(link, today)
    who = tr("ui.table.dot").join((person.name, post_of(person), standing.window))
    return (
        StripCell("user", who),
        StripCell(words.icon, words.long, words.tone if words.tone != "mute" else ""),
        StripCell("send", not_at_hall(standing.outbox)),
        _clock_cell(link.offset_ms),
        StripCell("stamp", tr("ui.strip.numbers", n=number(standing.numbers)), _low(standing.numbers)),
    )


def deadline_cell(standing: Standing) -> StripCell | None:
    """The nearest legal deadline: red only for what the law answers itself."""
    must, before, over = standing.today.must_answer, f"{standing.closes_at:%H:%M}", standing.today.over
    if over:
        key = "ui.strip.both" if must > over else "ui.strip.period_over"
        return StripCell("octagon-alert", tr(key, n=must - over, over=over, before=before), "danger")
    if must:
        return StripCell("octagon-alert", tr("ui.strip.must_answer", n=must, before=before), "danger")
    due = sum(1 for duty in standing.today.duties if duty.group is Group.DUE_TODAY)
    if due:
        return StripCell("triangle-alert", tr("ui.strip.due_today", n=due), "warn")
    if standing.nearest is not None:
        return StripCell("clock", tr("ui.strip.nearest", day=day(standing.nearest, standing.today.day)))
    return None


def agent_cells(standing: Standing, person: Person) -> Sequence[StripCell]:
    """The cells of an agent's strip, in plain words."""
    words, outbox = link_words(standing.outbox.link, standing.today.day), standing.outbox
    offline = words.tone == "warn"
    sent = tr("ui.agent.strip.unsent", n=number(outbox.cases)) if outbox.cases else tr("ui.agent.strip.all_sent")
    clock = _clock_cell(outbox.link.offset_ms)
    return (
        StripCell("user", tr("ui.table.dot").join((person.name, post_of(person)))),
        StripCell(words.icon, tr("ui.agent.strip.offline") if offline else words.long, "warn" if offline else ""),
        StripCell("send", sent),
        *((clock,) if clock.tone else ()),
    )


def agent_deadline(standing: Standing) -> StripCell | None:
    """What the law answers itself comes first; then what must go to the window today."""
    due = sum(duty.group is Group.DUE_TODAY and duty.job is not None for duty in standing.today.duties)
    if standing.today.must_answer or not due:
        return deadline_cell(standing)
    return StripCell("triangle-alert", tr("ui.agent.strip.due_today", n=due), "warn")


def panel_facts(standing: Standing, device: str) -> Sequence[Fact]:
    """The lines at the foot of the dark panel: nothing of any applicant."""
    link = standing.outbox.link
    words = link_words(link, standing.today.day)
    return (
        Fact(words.icon, tr("ui.sign_in.link"), words.long),
        Fact("hard-drive", tr("ui.sign_in.machine"), tr("ui.strip.kept", n=standing.outbox.cases)),
        Fact("clock", tr("ui.sign_in.clock"), clock_words(link.offset_ms)),
        Fact("shield-check", tr("ui.sign_in.device"), device),
    )


def not_at_hall(outbox: Outbox) -> str:
    """未到中心 12 件, or that all are there."""
    return tr("ui.strip.unsent", n=number(outbox.cases)) if outbox.cases else tr("ui.strip.all_there")


def clock_words(offset_ms: int | None) -> str:
    """How this machine's clock stands to the hall's."""
    if offset_ms is None:
        return tr("ui.strip.clock_unknown")
    seconds = round(abs(offset_ms) / 1000)
    key = "ui.strip.clock_off" if seconds > MOST_OFFSET_S else "ui.strip.clock_right"
    return tr(key, time=duration(seconds))


def _clock_cell(offset_ms: int | None) -> StripCell:
    doubtful = offset_ms is not None and abs(offset_ms) > MOST_OFFSET_S * 1000
    return StripCell("clock", clock_words(offset_ms), "danger" if doubtful else "")


def _low(numbers: int) -> str:
    return "warn" if numbers < LOW_NUMBERS else ""
