"""Duties as rows of the home list: time left and clock, person and item, why it is here, what Enter does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from counter_app.domain.clocks import Clock
from counter_app.domain.moments import local_date
from counter_app.domain.states import CaseState
from counter_app.services.duties import Duty, Group
from counter_app.ui.pages.today.reading import Home
from counter_app.ui.texts import has, tr
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row
from counter_app.ui.widgets.table import Group as GroupLine
from counter_app.ui.wording import as_sure, day, notice_title, relative_day, time_left, word

COLUMNS = (ColumnSpec("", 38), ColumnSpec("", 130), ColumnSpec("", 184, roomy=244), ColumnSpec("", 106, stretch=True))


@dataclass(frozen=True, slots=True)
class GroupLook:
    """How the rows of a group look, and how their time is said."""

    name: str
    tone: str
    icon: str
    when: Callable[[Duty, Home], str]


def key_of(duty: Duty) -> str:
    """What a row is known by: it stays the same while the duty does."""
    if duty.case is not None:
        return str(duty.case.id)
    if duty.whole is not None and duty.job is not None:
        return str(duty.whole.number(duty.job))
    return f"{duty.trouble.device}/{duty.trouble.seq}" if duty.trouble else ""


def duty_entries(home: Home) -> list[Row | GroupLine]:
    """All rows under the heads of their groups; the red one carries its consequence."""
    entries: list[Row | GroupLine] = []
    for group, duties in groupby(home.today.duties, key=lambda duty: duty.group):
        of_group = list(duties)
        entries += [_head(group, of_group, home), *_rows(group, of_group, home)]
    return entries


def _head(group: Group, duties: list[Duty], home: Home) -> GroupLine:
    name = _LOOKS[group].name
    if group is not Group.MUST_ANSWER:
        return GroupLine(tr(f"ui.today.group.{name}"), str(len(duties)))
    late = sum(1 for duty in duties if duty.clock is not None and duty.clock.due < home.today.day)
    in_time = len(duties) - late
    if in_time:
        title = tr("ui.today.must_answer", n=in_time, before=f"{home.closes_at:%H:%M}")
        line = tr("ui.today.consequence_late" if late else "ui.today.consequence", late=late)
    else:
        title, line = tr("ui.today.check_over", n=late), tr("ui.today.check_over_line")
    return GroupLine(title, "", line, "danger", "octagon-alert")


def _rows(group: Group, duties: list[Duty], home: Home) -> Iterator[Row]:
    look = _LOOKS[group]
    for duty in duties:
        when, clock, (who, what) = look.when(duty, home), _clock_word(duty), _subject(duty)
        why, action = _reason(duty, home.today.day), word("ui.today.action", duty.action)
        icon, tone = ("flag", "danger") if _is_over(duty, home) and look.tone == "warn" else (look.icon, look.tone)
        yield Row(
            key_of(duty),
            (
                Cell(icon=icon, tone=tone),
                Cell(when, clock, tone=tone, strong=True),
                Cell(who, what, strong=True),
                Cell(why, tone="ink2", whole=True),
            ),
            action=action,
            spoken=tr("ui.today.spoken", when=when, clock=clock, who=who, what=what, action=action),
            group_tone="danger" if group is Group.MUST_ANSWER else "",
        )


def _subject(duty: Duty) -> tuple[str, str]:
    if duty.case is not None:
        return duty.case.applicant.name, duty.case.item.name
    if duty.whole is not None and duty.job is not None:
        return duty.whole.applicant.name, duty.job.item.name
    trouble = duty.trouble
    if trouble is None:
        return "", ""
    return (str(trouble.case) if trouble.case else trouble.device), tr("ui.today.trouble_line", n=trouble.seq)


def _clock_word(duty: Duty) -> str:
    if duty.clock is not None:
        return word("clocks", duty.clock.code.value)
    return tr(f"ui.today.kind.{_LOOKS[duty.group].name}")


def _is_over(duty: Duty, home: Home) -> bool:
    return duty.clock is not None and duty.clock.due < home.today.day


def _reason(duty: Duty, today: date) -> str:
    """Why the case stands here; one that waits to be sent on says so."""
    code = duty.reason
    if duty.group is Group.DUE_NEXT:
        code = code.replace("_due", "_soon")
    waits_here = duty.case is not None and duty.case.state is CaseState.ACCEPTED
    keys = [f"duties.reasons.{code}_here"] if waits_here else []
    keys += [f"duties.reasons.{code}", "duties.reasons.unknown"]
    return tr(next(key for key in keys if has(key)), **_params(duty, today))


def _params(duty: Duty, today: date) -> Mapping[str, object]:
    case, clock = duty.case, duty.clock
    collected_ms = duty.job.collected_at_ms if duty.job is not None else None
    question = case.asked if case else None
    return {
        "asked": word("actions", question.action) if question else "",
        "by": question.by if question else "",
        "answered_by": question.answered_by if question else "",
        "collected": day(local_date(collected_ms), today) if collected_ms else "",
        "back": duty.job.back_paper if duty.job is not None else "",
        "received": day(local_date(case.received_at_ms), today) if case else "",
        "decided": day(local_date(case.decided_at_ms), today) if case and case.decided_at_ms else "",
        "papers": tr("ui.today.and").join(_titles(duty)),
        "due": day(clock.due, today) if clock else "",
        "was": day(clock.told.due, today) if clock and clock.told else "",
        "code": duty.trouble.code if duty.trouble else duty.reason,
    }


def _titles(duty: Duty) -> list[str]:
    # the short titles: those of licences are long and say the same
    return [notice_title(notice.kind, licence=False) for notice in duty.case.unprinted] if duty.case else []


def _countdown(duty: Duty, home: Home) -> str:
    if duty.clock is not None and _is_over(duty, home):
        return _over(duty.clock, home)
    return time_left(home.now, home.closes_at)


def _over(clock: Clock, home: Home) -> str:
    return tr("ui.today.over", n=(home.today.day - clock.due).days)


def _due(duty: Duty, home: Home) -> str:
    if duty.clock is None:
        return tr("ui.word.none")
    if _is_over(duty, home):
        return _over(duty.clock, home)
    return as_sure(relative_day(duty.clock.due, home.today.day), duty.clock)


def _until(duty: Duty, home: Home) -> str:
    if duty.clock is None:
        return tr("ui.today.waiting")
    return tr("ui.today.until", day=as_sure(day(duty.clock.due, home.today.day), duty.clock))


_LOOKS: dict[Group, GroupLook] = {
    Group.MUST_ANSWER: GroupLook("must_answer", "danger", "alarm-clock", _countdown),
    Group.DATE_TOO_LATE: GroupLook("date_too_late", "danger", "octagon-alert", _due),
    Group.DUE_TODAY: GroupLook("due_today", "warn", "triangle-alert", _due),
    Group.TO_AGREE: GroupLook("to_agree", "warn", "users", lambda _duty, _home: tr("ui.today.case_waits")),
    Group.DUE_NEXT: GroupLook("due_next", "brand", "clock", _due),
    Group.CORRECTIONS_IN: GroupLook("corrections_in", "brand", "inbox", _due),
    Group.ANSWER_CAME: GroupLook("answer_came", "brand", "users", lambda _duty, _home: tr("ui.today.answered")),
    Group.RESULTS_TO_HAND_OVER: GroupLook("results", "ok", "file-check", _until),
    Group.BAD_RATINGS: GroupLook("bad_ratings", "warn", "flag", _until),
    Group.TO_PRINT: GroupLook("to_print", "mute", "printer", lambda _duty, _home: tr("ui.today.unprinted")),
    Group.ANSWER_AWAITED: GroupLook("answer_awaited", "mute", "users", lambda _duty, _home: tr("ui.today.unanswered")),
    Group.EXCEPTIONS: GroupLook("exceptions", "pause", "diamond", lambda _duty, _home: tr("ui.today.undecided")),
}
