"""What can be done for one person of this machine: a row an act, with what it is for or why it is not possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from counter_app.domain.moments import local_time
from counter_app.domain.people import Person, Role
from counter_app.services.hand_over import MAY_STAND_IN, MAY_WORK
from counter_app.services.people import may_help
from counter_app.services.stored_facts import StoredPerson
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label

ICONS = {"pin": "key-round", "unlock": "lock", "hand_over": "users", "remove": "log-out"}


class PersonDialog(Dialog):
    """`buttons` are the acts by their names."""

    def __init__(
        self, over: QWidget, by: Person, person: StoredPerson, people: Sequence[StoredPerson], now_ms: int
    ) -> None:
        about = tr("ui.table.dot").join(filter(None, (posts_of(person), state_of(person, now_ms))))
        super().__init__(over, person.name, subtitle=about, icon="user")
        why_not = dict(_why_not(by, person, people, locked=_is_locked(person, now_ms)))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        self.buttons: dict[str, Button] = {}
        for place, (act, icon) in enumerate(ICONS.items()):
            kind = "danger" if act == "remove" else "plain"
            button = Button(tr(f"ui.people.{act}"), kind, icon=icon, wide=True, from_left=True)
            button.block(why_not.get(act, ""))
            grid.addWidget(button, place, 0)
            words = why_not.get(act) or tr(f"ui.people.{act}_what")
            grid.addWidget(Label(words, "secondary", wrap=True), place, 1)
            self.buttons[act] = button
        self.rows.addLayout(grid)
        self.foot(Button(tr("ui.pins.not_now"), "link", key="Esc"))


def posts_of(person: StoredPerson) -> str:
    """Everything that somebody is here."""
    return tr("ui.strip.and").join(tr(f"roles.{role.value}") for role in sorted(person.roles))


def state_of(person: StoredPerson, now_ms: int) -> str:
    """What keeps somebody from signing in as usual, "" if nothing does."""
    if _is_locked(person, now_ms):
        return tr("ui.people.locked", until=f"{local_time(person.locked_until_ms):%H:%M}")
    return tr("ui.people.given") if person.pin_given else ""


def _is_locked(person: StoredPerson, now_ms: int) -> bool:
    return person.locked_until_ms > now_ms


def _why_not(
    by: Person, person: StoredPerson, people: Sequence[StoredPerson], *, locked: bool
) -> Iterator[tuple[str, str]]:
    if not may_help(by.roles, person, people):
        yield "pin", tr("ui.people.helpers_only")
        yield "unlock", tr("ui.people.helpers_only")
    elif not locked:
        yield "unlock", tr("ui.people.not_locked")
    others = [each for each in people if each.name != person.name]
    if not any(each.roles & MAY_STAND_IN for each in others) or not any(each.roles & MAY_WORK for each in others):
        yield "hand_over", tr("ui.people.nobody_stands_in")
    if Role.ADMIN not in by.roles:
        yield "remove", tr("ui.people.admin_removes")
