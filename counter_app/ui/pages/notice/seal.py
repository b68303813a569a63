"""加盖电子印章: which seal goes on the paper, its passphrase or PIN where it is not kept, and whoever must agree.

    open_seal(self, SealServices(person, seals, people), background, case, notice, done)     # done(sealed)

A refusal that another try can mend is said in the dialog; any other one closes it and is told in three parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person
from counter_app.domain.second_person import MAY_AGREE
from counter_app.services.people import People
from counter_app.services.seals import Sealed, SealOffer, Seals
from counter_app.ui.background import Background, Lane
from counter_app.ui.error_card import message_of, show_error
from counter_app.ui.pages.case.second import PIN_FAULTS, SecondPerson
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Sunken, pair_row
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import secret_field
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import notice_title

WRONG_SECRET = "seal_secret_wrong"


@dataclass(frozen=True, slots=True)
class SealServices:
    """What the dialog asks, for the person who is signed in."""

    person: Person
    seals: Seals
    people: People


def open_seal(
    over: QWidget,
    services: SealServices,
    background: Background,
    case: Case,
    notice: IssuedNotice,
    done: Callable[[Sealed], None],
) -> None:
    """Ask what sealing takes and open the dialog; done is called once the paper bears its seal."""

    def work() -> tuple[SealOffer, tuple[Person, ...]]:
        offer = services.seals.offer(services.person, str(case.id), notice.kind, notice.number)
        people = [Person(stored.name, stored.roles) for stored in services.people.all()] if offer.needs_second else []
        return offer, tuple(each for each in people if each.roles & MAY_AGREE and each.name != services.person.name)

    def show(found: tuple[SealOffer, tuple[Person, ...]]) -> None:
        SealDialog(over, services, background, (case, notice), *found, done).open()

    background.run(Lane.READ, work, show, lambda error: _refuse(over, error), over)


class SealDialog(Dialog):
    """Enter seals the paper; Esc leaves it as it is."""

    topic = "seal"

    def __init__(
        self,
        over: QWidget,
        services: SealServices,
        background: Background,
        paper: tuple[Case, IssuedNotice],
        offer: SealOffer,
        seconds: tuple[Person, ...],
        done: Callable[[Sealed], None],
    ) -> None:
        self._case, self._notice = case, notice = paper
        subtitle = tr("ui.table.dot").join((case.applicant.name, case.item.name, str(case.id)))
        super().__init__(over, tr("ui.seals.put_on"), subtitle=subtitle, width="small", icon="stamp")
        self._over, self._services, self._background, self._done = over, services, background, done
        self._working = False
        self.secret = secret_field(tr("ui.seals.secret"), tr("ui.seals.secret_line"))
        if offer.secret_kept:
            self.secret.hide()
        self._second = SecondPerson(seconds, may_be_absent=False) if offer.needs_second else None
        self.state = Banner("brand", "info", tr("ui.seals.effect"), tr("ui.seals.effect_line"))
        box = Sunken()
        title = notice_title(notice.kind, licence=case.item.licence)
        number = notice.shown_number
        box.rows.addWidget(pair_row(tr("ui.seals.paper"), tr("ui.table.dot").join(filter(None, (title, number)))))
        box.rows.addWidget(pair_row(tr("ui.seals.seal"), seal_words(offer), strong=True))
        if offer.setup.holder:
            box.rows.addWidget(pair_row(tr("ui.seals.certificate"), offer.setup.holder))
        for widget in (box, self.secret, *self._who_agrees(seconds), self.state):
            self.rows.addWidget(widget)
        self.doing = Button(tr("ui.seals.put_on"), "primary", key="Enter", icon="stamp")
        self.doing.acted.connect(self._try)
        self.foot(Button(tr("ui.seals.not_now"), "link", key="Esc"), self.doing)

    def _who_agrees(self, seconds: tuple[Person, ...]) -> list[QWidget]:
        if self._second is None:
            return []
        if not seconds:
            return [Label(tr("ui.seals.nobody_agrees"), "text", "warn", wrap=True)]
        self._second.grown.connect(self._cover)
        self._second.entered.connect(self._try)
        return [self._second]

    def close_dialog(self) -> None:
        if not self._working:  # how it ended must be seen
            super().close_dialog()

    def _try(self) -> None:
        if self._working:
            return
        if self.secret.isVisible() and not self.secret.value():
            self._wrong_secret(tr("ui.seals.secret_needed"))
            return
        if self._second is not None and self._second.fault():
            self._cover()
            return
        self._working = True
        self.doing.block(tr("ui.seals.working"))
        self.state.say("brand", "hourglass", tr("ui.seals.working"), tr("ui.seals.working_line"))
        secret = self.secret.value()
        chosen = self._second.given() if self._second is not None else None
        services, case, notice = self._services, self._case, self._notice

        def work() -> Sealed:
            second = services.people.sign_in(*chosen) if chosen is not None else None
            return services.seals.put_on(
                services.person, str(case.id), notice.kind, second, number=notice.number, secret=secret
            )

        self._background.run(Lane.DEVICES, work, self._ended, self._fail, self)

    def _ended(self, sealed: Sealed) -> None:
        self._working = False
        self.close_dialog()
        self._done(sealed)

    def _fail(self, error: CounterError) -> None:
        self._working = False
        self.doing.block("")
        self.state.say("brand", "info", tr("ui.seals.effect"), tr("ui.seals.effect_line"))
        if error.code == WRONG_SECRET:
            self._wrong_secret(message_of(error))
        elif self._second is not None and error.code in PIN_FAULTS:
            self._second.reject(error)
            self._cover()
        else:
            self.close_dialog()
            _refuse(self._over, error)

    def _wrong_secret(self, sentence: str) -> None:
        self.secret.show()
        self.secret.set_wrong(sentence)
        self.secret.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._cover()


def seal_words(offer: SealOffer) -> str:
    """The kind of seal and what stands on it."""
    return tr("ui.table.dot").join(filter(None, (tr(f"seals.kind.{offer.setup.kind}"), offer.setup.words)))


def _refuse(over: QWidget, error: CounterError) -> None:
    show_error(over, error, subtitle=tr("ui.seals.not_sealed"))
