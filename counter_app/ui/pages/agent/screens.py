"""The screens of an agent's intake in their order, their four steps, and what each still waits for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.faults import Fault
from counter_app.ui.pages.intake.form_card import SITUATION
from counter_app.ui.texts import tr

SEEN = "seen"  # under ASIDE of a draft: the screens that somebody went through


class Screen(StrEnum):
    """One thing to do. DONE comes after the papers were printed."""

    ITEM = "item"
    CARD = "card"
    PERSON = "person"
    FORM = "form"
    MATERIALS = "materials"
    PRINT = "print"
    DONE = "done"


ORDER = (Screen.ITEM, Screen.CARD, Screen.PERSON, Screen.FORM, Screen.MATERIALS, Screen.PRINT)
STEPS = ("card", "person", "materials", "print")
"""刷身份证, 核对人, 拍材料, 签字打印."""

STEP_OF = {
    Screen.ITEM: 0, Screen.CARD: 1, Screen.PERSON: 2, Screen.FORM: 2, Screen.MATERIALS: 3, Screen.PRINT: 4,
    Screen.DONE: 5,
}
"""Which of the four is under way; 0 is before the first, 5 after the last."""

MAY_BE_SKIPPED = frozenset({Screen.CARD, Screen.FORM, Screen.MATERIALS})


def screen_of(place: str) -> Screen:
    """Where a place of the application is mended."""
    group = place.partition(".")[0]
    if group in ("item", "card"):
        return Screen(group)
    if group == SITUATION or group == "field":
        return Screen.FORM
    return Screen.MATERIALS if group in ("material", "materials") else Screen.PERSON


def waiting(screen: Screen, application: Application, faults: Sequence[Fault], *, person_known: bool) -> str:
    """What the screen still waits for in one sentence, empty if one can go on."""
    if screen is Screen.CARD:
        return "" if person_known else tr("ui.agent.no_person")
    if screen is Screen.MATERIALS:
        n = len(application.missing())
        return tr("ui.agent.missing", n=n) if n else ""
    return next((fault.sentence for fault in faults if screen_of(fault.place) is screen), "")


def has_form(application: Application) -> bool:
    """Whether the item asks anything that is not computed."""
    asks = any(row.computed is None for row in application.shown_fields())
    return asks or bool(application.item and application.item.situations)


def first_unfinished(application: Application, faults: Sequence[Fault], *, person_known: bool) -> Screen:
    """Where to go on; a screen that somebody went through is not asked for again."""
    if application.item is None:
        return Screen.ITEM
    if not person_known:
        return Screen.CARD
    for screen in (Screen.PERSON, Screen.FORM, Screen.MATERIALS):
        is_open = screen is Screen.PERSON or waiting(screen, application, faults, person_known=True)
        if is_open and screen not in seen(application):
            return screen
    return Screen.PRINT


def seen(application: Application) -> list[str]:
    """The screens that somebody went through."""
    return list(application.aside().get(SEEN, []))


def see(application: Application, screen: Screen) -> None:
    """Remember with the draft that somebody went through it."""
    if screen not in seen(application):
        application.aside()[SEEN] = [*seen(application), screen.value]


def after(screen: Screen, application: Application) -> Screen:
    """The next screen; one that asks nothing is left out."""
    following = ORDER[ORDER.index(screen) + 1]
    return Screen.MATERIALS if following is Screen.FORM and not has_form(application) else following


def before(screen: Screen, application: Application) -> Screen:
    """The screen before it."""
    previous = ORDER[ORDER.index(screen) - 1]
    return Screen.PERSON if previous is Screen.FORM and not has_form(application) else previous
