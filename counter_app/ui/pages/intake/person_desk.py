"""Who applies: the card, typing, people who were here before, the proxy. Works on the left column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.id_numbers import RESIDENT_ID
from counter_app.domain.identity_card import IdentityCard
from counter_app.services.memory import NOBODY, Remembered
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.card_reading import CardReading
from counter_app.ui.pages.intake.contact_card import MANUAL
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.earlier import open_people, take_over
from counter_app.ui.pages.intake.faults import number_fault
from counter_app.ui.pages.intake.parts import Parts
from counter_app.ui.texts import tr
from counter_app.ui.tones import CardTones

APPLICANT, PROXY = "applicant", "proxy"


class PersonDesk(QObject):
    """known: a person came from a card or an earlier case; wanted: the focus is wanted at a place;
    said: (tone, icon, sentence) for the outcome bar; failed: a CounterError for it."""

    known = Signal()
    wanted = Signal(str)
    said = Signal(str, str, str)
    failed = Signal(object)

    def __init__(
        self,
        page: QWidget,
        services: IntakeServices,
        background: Background,
        parts: Parts,
        current: Current,
        today: Callable[[], date],
    ) -> None:
        super().__init__(page)
        self._page, self._services, self._background = page, services, background
        self._parts, self._current, self._today = parts, current, today
        self._earlier = NOBODY
        self._looked_for = 0  # questions for earlier cases that are under way
        self._take_when_found = False
        self.reading: CardReading | None = None
        if services.open_reader is not None:
            self.reading = CardReading(services.open_reader, background, self)
            self.tones = CardTones(services.tones, background, self)
            self.reading.read.connect(self.tones.read)
            self.reading.failed.connect(self.tones.fault)
            self.reading.read.connect(self._read)
            self.reading.failed.connect(self._not_read)
            self.reading.still_there.connect(parts.card.show_still_there)
        parts.card.asked.connect(self.read_card)
        parts.card.manual.connect(self.type_in)
        parts.card.look_up.connect(self.look_up)
        parts.card.reveal.connect(self._reveal)
        parts.contact.settled.connect(self._settled)
        parts.contact.edited.connect(self._edited)
        parts.contact.proxy_switched.connect(self._switch_proxy)
        parts.earlier.wanted.connect(self.take_over)
        current.taken_up.connect(self._begin)
        current.shown_anew.connect(self._show)

    # the card -----------------------------------------------------------------------------

    def want_card(self) -> None:
        """Have the next card read by itself while the page is shown and nobody is known yet."""
        if self.reading is not None:
            self.reading.want(self._page.isVisible() and not self._current.person_is_known())

    def stop(self) -> None:
        """Leave the reader alone."""
        if self.reading is not None:
            self.reading.want(False)

    def read_card(self) -> None:
        """F2: read now; without a reader the person is typed in."""
        if self.reading is None:
            self.type_in()
            return
        if not self._current.application.aside().get("card"):
            self._parts.card.show_reading()
        self.reading.ask()

    def _read(self, card: IdentityCard) -> None:
        application = self._current.application
        for_proxy = PROXY in application.line and bool(application.person(APPLICANT).get("id_number"))
        values = {"name": card.name, "id_type": card.id_type, "id_number": card.number}
        if not for_proxy:
            values["address"] = card.newest_address or card.address
            application.aside()["card"] = card.facts()
            application.aside().setdefault("sources", {})["applicant.address"] = tr("ui.intake.card.source")
            self._current.manual = False
        for key, value in values.items():
            application.set_person(PROXY if for_proxy else APPLICANT, key, value)
        self._new_person()
        self._parts.card.announce_read(card.name)

    def _not_read(self, error: CounterError) -> None:
        if self._current.application.aside().get("card"):
            self.failed.emit(error)
        else:
            self._parts.card.show_fault(error)

    def _reveal(self) -> None:
        services = self._services
        self._background.run(
            Lane.STORE,
            lambda: services.acts.reveal(services.person, "id_number"),
            lambda _none: self._parts.card.known.show_whole(),
            self.failed.emit,
            self,
        )

    # typing -------------------------------------------------------------------------------

    def type_in(self) -> None:
        """Open the fields for the person and go to the first."""
        self.open_fields()
        self.wanted.emit("applicant.name")

    def open_fields(self) -> None:
        """Open the fields for the person; what is known stays in them."""
        self._current.manual = True
        self._show_card()
        self._current.anew()

    def _settled(self, who: str, key: str, value: str) -> None:
        application = self._current.application
        application.set_person(who, key, value)
        application.is_own_now(f"{who}.{key}")
        self._current.stored()
        if who == APPLICANT and key in MANUAL:
            self._parts.form.show_computed(application)
            self._parts.form.arrange(application)
            self._parts.materials.show_application(application)
            self._find_earlier()

    def _edited(self, who: str, key: str, value: str) -> None:
        self._current.application.set_person(who, key, value)
        self._current.keeping.keep_soon()

    def _switch_proxy(self, on: bool) -> None:
        self._current.application.set_proxy(on)
        self._current.anew()
        self._current.keeping.keep()
        if on:
            self.wanted.emit("proxy.name")

    # earlier cases ------------------------------------------------------------------------

    def take_over(self) -> None:
        """F4: fill what is still empty from earlier cases of this person, as soon as they are known."""
        self._take_when_found = bool(self._looked_for)
        if self._take_when_found:
            return
        if not self._earlier.cases:
            self.said.emit("mute", "info", tr("ui.intake.earlier.none"))
            return
        taken = take_over(self._current.application, self._earlier, self._today())
        self._current.anew()
        self._current.keeping.keep()
        self.known.emit()
        if taken:
            names = tr("paper.separator").join(taken)
            self.said.emit("brand", "history", tr("ui.intake.earlier.taken", names=names))

    def look_up(self) -> None:
        """Choose somebody out of earlier cases."""
        open_people(self._page, self._services.cases, self._background, self._today(), self._chosen)

    def _chosen(self, case: Case) -> None:
        self._current.manual = True
        for key in ("name", "id_type", "id_number"):
            self._current.application.set_person(APPLICANT, key, getattr(case.applicant, key))
        take_over(self._current.application, Remembered((case,), {}, None), self._today())
        self._new_person()

    def _new_person(self) -> None:
        self._show_card()
        self._current.anew()
        self._current.keeping.keep()
        self._find_earlier()
        self.known.emit()

    def _find_earlier(self) -> None:
        """Of somebody else than before, perhaps of nobody."""
        self._earlier, self._take_when_found = NOBODY, False
        self._parts.earlier.hide()
        self.look_for_earlier()

    def look_for_earlier(self) -> None:
        """What earlier cases offer to the item that is chosen now; what is shown stays until that is known."""
        application = self._current.application
        person = application.person(APPLICANT)
        number = person.get("id_number", "")
        if not number or number_fault(person.get("id_type", ""), number, self._today()):
            return

        def show(found: Remembered) -> None:
            self._looked_for -= 1
            if application is self._current.application:
                self._earlier = found
                self._parts.earlier.show_cases(found, self._today())
                if self._take_when_found and not self._looked_for:
                    self.take_over()

        def failed(error: CounterError) -> None:
            self._looked_for -= 1
            self._take_when_found = False
            self.failed.emit(error)

        self._looked_for += 1

        item, id_type = application.item, person.get("id_type") or RESIDENT_ID
        memory = self._services.memory
        self._background.run(Lane.READ, lambda: memory.of(number, item, id_type), show, failed, self)

    # showing ------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._show_card()
        self._find_earlier()

    def _show(self) -> None:
        application = self._current.application
        with_form = application.item is not None
        self._parts.contact.show_application(application, manual=self._current.manual, with_form=with_form)

    def _show_card(self) -> None:
        facts = self._current.application.aside().get("card")
        card = self._parts.card
        if facts:
            card.show_person(facts)
        elif self._current.manual:
            card.show_manual()
        else:
            card.show_waiting(self.reading is not None)
        self.want_card()
