"""设置 · 人员: who may sign in here. Everybody changes the own PIN; Enter on somebody else shows what can be done.

    people = PeopleSettings(PeopleCard(person), services, background)
    people.say.connect(...); people.changed.connect(page.refresh); people.show(sight.people, sight.now_ms)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.people import Person, Role
from counter_app.services.hand_over import HandOver
from counter_app.services.people import People
from counter_app.services.stored_facts import StoredPerson
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.hand_over_card import HandOverCard, HandOverServices
from counter_app.ui.pages.settings.person_dialog import PersonDialog, posts_of, state_of
from counter_app.ui.person_form import PersonForm
from counter_app.ui.pin_form import NEW, OLD, OWN
from counter_app.ui.pins_dialog import Doing, PinsDialog, new_pin
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import DialogColumn
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import error_line

MOST_HEIGHT = 270


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """What the card asks, for the person who is signed in."""

    person: Person
    people: People
    hand_over: HandOver


class PeopleCard(Card):
    """A row a person, with what keeps them from signing in."""

    add_wanted = Signal()
    own_pin_wanted = Signal()

    def __init__(self, by: Person) -> None:
        super().__init__(tr("ui.settings.people"))
        self._by = by
        self.own_pin = Button(tr("ui.people.own_pin"), icon="key-round", height=tokens.CONTROL_IN_ROW)
        self.add_person = Button(tr("ui.settings.add_person"), icon="plus", height=tokens.CONTROL_IN_ROW)
        if Role.ADMIN not in by.roles:
            self.add_person.block(tr("ui.settings.admin_only"))
        self.own_pin.acted.connect(self.own_pin_wanted)
        self.add_person.acted.connect(self.add_wanted)
        self.head.addWidget(self.own_pin)
        self.head.addWidget(self.add_person)
        columns = (ColumnSpec("", 200, stretch=True),)
        self.table = RowTable(columns, name=tr("ui.settings.people"), action_width=164)
        self.rows.addWidget(self.table)

    def show_people(self, people: Sequence[StoredPerson], now_ms: int) -> None:
        """Show who is there and how each stands now."""
        self.table.set_rows([_row(person, self._by, now_ms) for person in people])
        self.table.setFixedHeight(min(self.table.content_height() + 2, MOST_HEIGHT))


class PeopleSettings(QObject):
    """The card with what it asks and does."""

    say = Signal(str, str)
    changed = Signal()

    def __init__(self, card: PeopleCard, services: PeopleServices, background: Background) -> None:
        super().__init__(card)
        self._card, self._services, self._background = card, services, background
        self._people: Sequence[StoredPerson] = ()
        self._now_ms = 0
        card.add_wanted.connect(self._ask_person)
        card.own_pin_wanted.connect(self._change_own)
        card.table.acted.connect(self._choose)
        card.add_person.refused.connect(lambda reason: self.say.emit(reason, "danger"))

    def show(self, people: Sequence[StoredPerson], now_ms: int) -> None:
        """Show who is there now."""
        self._people, self._now_ms = people, now_ms
        self._card.show_people(people, now_ms)

    def _choose(self, name: str) -> None:
        by = self._services.person
        if name == by.name:
            self._change_own()
            return
        person = next(person for person in self._people if person.name == name)
        acts: dict[str, Callable[[str], None]] = {
            "pin": self._give_pin, "unlock": self._unlock, "hand_over": self._hand_over, "remove": self._remove,
        }  # fmt: skip
        dialog = PersonDialog(self._card, by, person, self._people, self._now_ms)
        for act, do in acts.items():
            dialog.buttons[act].acted.connect(dialog.close_dialog)
            dialog.buttons[act].acted.connect(lambda do=do: do(name))
        dialog.open()

    # PINs -----------------------------------------------------------------------------------

    def _change_own(self) -> None:
        people, name = self._services.people, self._services.person.name
        PinsDialog(
            self._card,
            tr("ui.people.own_pin"),
            {OLD: tr("ui.pins.old"), **new_pin()},
            Doing(
                lambda given: people.change_pin(name, given[OLD], given[NEW]),
                lambda _person: self._done("ui.people.own_pin_done"),
                tr("ui.pins.change_do"),
            ),
            self._background,
            line=tr("ui.people.own_pin_line"),
        ).open()

    def _give_pin(self, name: str) -> None:
        people = self._services.people
        self._ask_signed("pin", name, lambda by, pin: people.set_pin(by, name, pin), with_new=True)

    def _unlock(self, name: str) -> None:
        people = self._services.people
        self._ask_signed("unlock", name, lambda by, _pin: people.unlock(by, name))

    def _remove(self, name: str) -> None:
        people = self._services.people
        self._ask_signed("remove", name, lambda by, _pin: people.remove(by, name), danger=True)

    def _ask_signed(
        self,
        act: str,
        name: str,
        do: Callable[[Person, str], None],
        *,
        with_new: bool = False,
        danger: bool = False,
    ) -> None:
        """An act on somebody, done after the own PIN was right: the window may stand open while nobody is there."""
        people, own = self._services.people, self._services.person.name
        PinsDialog(
            self._card,
            tr(f"ui.people.{act}"),
            {OWN: tr("ui.pin.of", name=own), **(new_pin() if with_new else {})},
            Doing(
                lambda given: do(people.sign_in(own, given[OWN]), given.get(NEW, "")),
                lambda _none: self._done(f"ui.people.{act}_done", name),
                tr(f"ui.people.{act}_do"),
                danger,
            ),
            self._background,
            subtitle=name,
            line=tr(f"ui.people.{act}_line", name=name),
        ).open()

    # who is there ---------------------------------------------------------------------------

    def _hand_over(self, name: str) -> None:
        """What an absent person had not finished goes to somebody else, signed by a chief or a supervisor."""
        giver = next(Person(person.name, person.roles) for person in self._people if person.name == name)
        services = HandOverServices(self._services.hand_over, self._services.people, lambda: None)
        dialog = Dialog(self._card, tr("ui.hand_over.title"), subtitle=name, icon="users")
        card = HandOverCard(services, giver, self._people, self._background, giver_is_away=True)
        column = DialogColumn()
        column.add(card)
        card.counted.connect(lambda: QTimer.singleShot(0, column, column.updateGeometry))
        dialog.rows.addWidget(column)

        def done(receiver: Person) -> None:
            dialog.close_dialog()
            self._done("ui.people.hand_over_done", receiver.name)

        card.took_over.connect(done)
        dialog.foot(Button(tr("ui.pins.not_now"), "link", key="Esc"))
        dialog.open()
        card.begin()

    def _ask_person(self) -> None:
        title, line = tr("ui.settings.add_person"), tr("ui.settings.add_person_line")
        dialog = Dialog(self._card, title, subtitle=line, icon="user")
        form = PersonForm()
        dialog.rows.addWidget(form)
        doing = Button(tr("ui.settings.add_person_do"), "primary", key="Enter")
        doing.acted.connect(lambda: self._add_person(form, dialog))
        dialog.foot(Button(tr("ui.settings.not_now"), "link", key="Esc"), doing)
        dialog.open()

    def _add_person(self, form: PersonForm, dialog: Dialog) -> None:
        new = form.given()
        if new is None:
            return
        people, by = self._services.people, self._services.person

        def added(person: Person) -> None:
            dialog.close_dialog()
            self._done("ui.settings.added", person.name)

        self._background.run(
            Lane.STORE,
            lambda: people.add(by, new.name, new.roles, new.pin),
            added,
            lambda error: form.say(error_line(error)),
            self._card,
        )

    def _done(self, key: str, name: str = "") -> None:
        self.say.emit(tr(key, name=name), "ok")
        self.changed.emit()


def _row(person: StoredPerson, by: Person, now_ms: int) -> Row:
    posts, state = posts_of(person), state_of(person, now_ms)
    title = tr("ui.table.dot").join(filter(None, (person.name, state)))
    cell = Cell(title, posts, tone="danger" if state else "", strong=True)
    action = tr("ui.people.own_pin" if person.name == by.name else "ui.people.look")
    return Row(person.name, (cell,), action=action, spoken=f"{title} {posts}")
