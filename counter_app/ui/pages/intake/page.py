"""登记: from an empty page to a case, without the mouse (desktop design section 7, pictures 03a, 03, 03b).

The page holds one application (`Current`) and shows it; who applies is the matter of `PersonDesk`, how ready it
is of `Readiness`, where the keyboard goes of `Movement`, what comes of it of `Finishing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.services.stored_facts import Draft
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.error_card import show_error
from counter_app.ui.file_dialogs import files_to_read
from counter_app.ui.help import Help
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.application import ASIDE, Application
from counter_app.ui.pages.intake.checks import to_line
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.drafts_dialog import KnownDraft, open_drafts, read_drafts
from counter_app.ui.pages.intake.faults import hinders
from counter_app.ui.pages.intake.field_help import help_of_place
from counter_app.ui.pages.intake.finishing import Finishing
from counter_app.ui.pages.intake.form_card import SITUATION
from counter_app.ui.pages.intake.guiding import Guiding
from counter_app.ui.pages.intake.movement import Movement
from counter_app.ui.pages.intake.moving import Moving
from counter_app.ui.pages.intake.parts import ACCEPT, RECEIVE, Parts
from counter_app.ui.pages.intake.person_desk import PersonDesk
from counter_app.ui.pages.intake.readiness import Readiness
from counter_app.ui.pages.intake.reading import Offered, read_offered
from counter_app.ui.pages.intake.scanning import Files, Scanning
from counter_app.ui.texts import tr
from counter_app.ui.wording import error_line

OF_THE_PERSON = ("applicant", "proxy", "received_at", "late_entry", "continues")
ASIDE_OF_THE_PERSON = ("card", "sources", "reuse", "proxy")


def ask_files(over: QWidget) -> Sequence[str]:
    """Scan files chosen in the system's dialog."""
    title, kinds = tr("ui.intake.materials.choose"), tr("ui.intake.materials.kinds")
    return [str(path) for path in files_to_read(over, title, kinds)]


class IntakePage(Page):
    """finished(Case, or Entrustment): it is durable, a fresh intake is on the page already. decision_wanted(number):
    it is a case that the same person decides now (即办件).

    closed(): the person wants to go back.
    """

    name = "intake"

    finished = Signal(object)
    decision_wanted = Signal(str)
    closed = Signal()

    def __init__(self, services: IntakeServices, background: Background, choose_files: Files = ask_files) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._today: date = services.today()
        self._offered: Offered | None = None
        self.parts = self._made_parts()
        self.current = Current(services, background, self)
        self.person = PersonDesk(self, services, background, self.parts, self.current, self._day)
        self.readiness = Readiness(services, background, self.parts, self.current, self._day, self._say_error)
        self.movement = self._made_movement()
        self.finishing = Finishing(
            self, services, background, self.parts, self.current, self.readiness, self.movement.commit
        )
        self.scanning = Scanning(
            self, services, background, self.parts.materials, self.current, choose_files, self._show_error
        )
        self.guiding = Guiding(self, services, background, self.parts.guide, self._item, self._agency)
        self._arrange()
        self.moving = Moving(
            self, services, background, self.parts.moving, self.current, self._store, self._say_error
        )
        self._connect()
        self.start()

    def _made_parts(self) -> Parts:
        return Parts(self._today)

    def _made_movement(self) -> Movement:
        return Movement(self, self.parts, self.current, self.person.open_fields)

    def _arrange(self) -> None:
        margin = tokens.INTAKE_MARGIN
        lines = QVBoxLayout(self)
        lines.setContentsMargins(margin, 12, margin - tokens.BAR, 0)
        lines.addWidget(self.parts.moving)
        lines.addWidget(self.parts.columns, 1)

    def _connect(self) -> None:
        parts, current = self.parts, self.current
        current.taken_up.connect(self._taken_up)
        current.shown_anew.connect(self._show)
        current.kept.connect(lambda draft: parts.head.show_saved(draft.saved_at_ms))
        current.not_kept.connect(self._not_kept)
        self.person.known.connect(self._go_on)
        self.person.wanted.connect(self.movement.go_to)
        self.person.said.connect(self._say)
        self.person.failed.connect(self._say_error)
        self.finishing.done.connect(self._finished)
        self.guiding.said.connect(self._say)
        self.guiding.failed.connect(self._say_error)
        self.moving.moved.connect(self._moved_over)
        parts.start.taken.connect(self.choose_item)
        parts.start.highlighted.connect(parts.guide.show_item)
        parts.form.settled.connect(self._field_settled)
        parts.form.edited.connect(self._field_edited)
        parts.form.rearranged.connect(self.movement.order_focus)
        parts.materials.changed.connect(self._materials_changed)
        parts.materials.moved.connect(self._show_material)
        parts.materials.scan_wanted.connect(lambda _material: self._press("scan"))
        parts.materials.left.connect(self.movement.leave_materials)
        parts.consequences.wanted.connect(self._go_to)
        parts.head.pressed.connect(self._press)
        parts.bar.back.acted.connect(self._back)
        for key, button in (*parts.outcomes().items(), ("other_outcomes", parts.other)):
            button.acted.connect(lambda key=key: self._press(key))
            button.refused.connect(lambda reason, key=key: self.refused(key, reason))
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a page is made after the application"
        app.focusChanged.connect(self._focus_changed)

    # what the frame asks ------------------------------------------------------------------

    def title(self) -> str:
        item = self.current.application.item
        return tr("ui.intake.new") if item is None else item.name

    def head(self) -> QWidget:
        return self.parts.head

    def outcome_bar(self) -> QWidget:
        return self.parts.bar

    def handlers(self) -> Handlers:
        return {
            "read_card": self.person.read_card,
            "take_over": self._take_over,
            "scan": self.scanning.scan,
            "receive": lambda: self.finishing.decide(RECEIVE),
            "correct": self.finishing.correct,
            "accept": lambda: self.finishing.decide(ACCEPT),
            "back": self._back,
            "new_intake": self._new,
            "drafts": self._open_drafts,
            "choose_item": self._other_item,
            "print": self.guiding.print,
            "other_outcomes": self.finishing.others,
            "section_before": lambda: self.movement.section(-1),
            "section_after": lambda: self.movement.section(1),
        }

    def blocked(self) -> Mapping[str, str]:
        buttons = {**self.parts.outcomes(), "other_outcomes": self.parts.other}
        found = {key: button.reason() for key, button in buttons.items() if button.reason()}
        if self.current.application.item is None:
            found["scan"] = tr("ui.intake.first_item")
        if self._services.open_reader is None:
            found["read_card"] = tr("ui.intake.card.no_reader_line")
        if self.guiding.why_not():
            found["print"] = self.guiding.why_not()
        return found

    def refused(self, key: str, reason: str) -> None:
        """Go to the first thing in the way, and say it where the outcomes are. What is being typed counts, and a key
        that came before the answer to the last change is served with it."""
        if key in self.parts.outcomes():
            self.movement.commit()
            hindering = hinders(key, self.readiness.faults)
            if hindering:
                self._go_to(hindering[0].place)
            elif self.readiness.once_known(lambda: self._press_if_open(key)):
                return
            reason = self.parts.outcomes()[key].reason() or reason
        self._say("danger", "octagon-alert", reason)

    def first_focus(self) -> None:
        if self.current.application.item is None:
            self.parts.start.search.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._go_on()

    def refresh(self) -> None:
        self._today = self._services.today()
        services = self._services
        self._background.run(Lane.READ, lambda: read_offered(services), self._show_offered, self._say_error, self)
        self.readiness.look()
        self.moving.look()
        self.person.want_card()

    def leave(self) -> None:
        self._store()
        self.person.stop()

    def help(self) -> Help:
        place = self.movement.here()[1]
        focus = self.window().focusWidget()
        buttons = {**self.parts.outcomes(), "other_outcomes": self.parts.other}
        place = next((key for key, button in buttons.items() if button is focus), place)
        return help_of_place(place, self.current.application.item) or super().help()

    def help_ways(self) -> Handlers:
        return {tr("ui.intake.guide.title"): self.guiding.show} if self._item() is not None else {}

    def has_work(self) -> bool:
        reading = self.person.reading
        is_reading = reading is not None and reading.busy()
        return self.finishing.deciding is not None or is_reading or self.scanning.busy()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.movement.order_focus()
        self.person.want_card()

    # beginning ----------------------------------------------------------------------------

    def start(self, item_code: str | None = None) -> None:
        """A fresh intake; what was there stays as a draft. The item of the code, else the last one, is offered."""
        self._store()
        self.current.last_item = item_code or self.current.last_item
        self.current.take_up(Application())
        self.parts.start.offer(self.current.last_item)
        self.first_focus()

    def begin(self, item: ServiceItem) -> None:
        """An intake of this item: for the person on the page, or a fresh one where an application is under way."""
        if self.current.application.item is not None:
            self.start(item.code)
        self.choose_item(item)

    def open_draft(self, draft_id: int) -> None:
        """Go on with a draft where it stopped; the present application stays as a draft."""
        self._store()
        services = self._services

        def read() -> tuple[Draft, ServiceItem | None]:
            draft = services.drafts.open(draft_id)
            return draft, services.drafts.item(draft)

        self._background.run(Lane.STORE, read, lambda read: self._open(*read), self._say_error, self)

    def _open(self, draft: Draft, item: ServiceItem | None) -> None:
        application = Application(item, dict(draft.line))
        place = str(application.aside().get("place") or "")  # before the cards move the focus about
        self.current.take_up(application, draft.id)
        self.parts.head.show_saved(draft.saved_at_ms)
        if not (place and self.movement.go_to(place)):
            self.first_focus()

    def _moved_over(self, draft: Draft | None) -> None:
        """The application has the version that is offered now; None: nothing was typed, its form opens anew."""
        if draft is not None and draft.id is not None:
            self.open_draft(draft.id)
        else:
            self.parts.form.show_item(self.current.application.item)
            self.current.anew()
            self._show_head()

    def _new(self) -> None:
        self.start()
        self.refresh()

    def _open_drafts(self) -> None:
        self._store()
        services = self._services

        def show(found: Sequence[KnownDraft]) -> None:
            open_drafts(self, found, self._today, self.open_draft, self._drop_draft)

        self._background.run(Lane.STORE, lambda: read_drafts(services.drafts), show, self._say_error, self)

    def _drop_draft(self, draft_id: int) -> None:
        if draft_id == self.current.keeping.draft_id():
            self.current.keeping.end()
            self.current.take_up(Application())
            self.first_focus()
        drafts = self._services.drafts
        self._background.run(
            Lane.STORE, lambda: drafts.drop(draft_id), lambda _none: self._open_drafts(), self._say_error, self
        )

    # the item -----------------------------------------------------------------------------

    def choose_item(self, item: ServiceItem) -> None:
        """Take an item: its form opens, with whoever is known already in it."""
        self.current.application.item = item
        self.current.last_item = item.code
        self.parts.form.show_item(item)
        self.current.anew()
        self.current.keeping.keep()
        self.person.look_for_earlier()
        self._go_on()

    def _other_item(self) -> None:
        """Back to the search with the person kept; the form's values stay with the draft of the old item."""
        before = self.current.application
        if before.item is None:
            self.first_focus()
            return
        self._store()
        kept: dict[str, object] = {key: before.line[key] for key in OF_THE_PERSON if key in before.line}
        kept[ASIDE] = {key: value for key, value in before.aside().items() if key in ASIDE_OF_THE_PERSON}
        self.current.take_up(Application(None, kept))
        self.parts.start.offer(before.item.code)
        self.first_focus()

    # form and materials -------------------------------------------------------------------

    def _field_settled(self, place: str, value: str) -> None:
        self._set_field(place, value)
        application = self.current.application
        application.is_own_now(place)
        self.parts.form.arrange(application)
        self.parts.materials.show_application(application)
        self.current.stored()

    def _field_edited(self, place: str, value: str) -> None:
        self._set_field(place, value)
        self.current.keeping.keep_soon()

    def _set_field(self, place: str, value: str) -> None:
        rule = self.parts.form.rule_of(place)
        if place == SITUATION:
            self.current.application.line[SITUATION] = value
        elif rule is not None:
            self.current.application.set_value(rule.id, to_line(rule, value))

    def _materials_changed(self) -> None:
        self.parts.materials.show_application(self.current.application)
        self._show_scans()
        self.current.stored()

    # showing ------------------------------------------------------------------------------

    def _taken_up(self) -> None:
        self.parts.head.show_saved(0)
        self.parts.form.show_item(self.current.application.item)

    def _show(self) -> None:
        application = self.current.application
        self.parts.show_start(application.item is None)
        self.parts.form.show_application(application)
        self.parts.materials.show_application(application)
        self._show_scans()
        self._show_head()
        self.movement.order_focus()

    def _show_offered(self, offered: Offered) -> None:
        self._offered = offered
        counts = (offered.counts, offered.today_counts)
        self.parts.start.show_items(offered.items, offered.agencies, *counts, self.current.last_item)
        self._show_head()

    def _show_head(self) -> None:
        item, offered = self.current.application.item, self._offered
        if item is None:
            self.parts.head.show_fresh(offered.nth_today if offered else 0)
        else:
            agency = self._agency(item.agency)
            self.parts.head.show_item(item, agency.name if agency else "")
        self.head_changed.emit()

    def _show_scans(self) -> None:
        with_form = self.current.application.item is not None
        self.parts.scans.show_row(self.parts.materials.rule() if with_form else None, self.current.application)

    def _show_material(self) -> None:
        self._show_scans()
        self.movement.show_material()

    # the end ------------------------------------------------------------------------------

    def _finished(self, case: Dossier) -> None:
        """A fresh intake, the last item offered again; what became of this one stands in the outcome bar.

        After an entrustment the person stays, and the next item joins it (再办一项); Ctrl+N is for somebody else.
        """
        of_agent = isinstance(case, Entrustment)
        self.current.take_up(self.current.application.next_of_person() if of_agent else Application())
        self.refresh()
        self.parts.start.offer(self.current.last_item)
        self.first_focus()
        number = next((notice.number for notice in reversed(case.notices) if notice.number), str(case.id))
        if isinstance(case, Entrustment):
            said = tr("ui.intake.entrusted", n=len(case.jobs), number=str(case.id))
        else:
            said = tr("ui.intake.finished", state=tr(f"states.{case.state.value}"), number=number)
        line = tr("ui.intake.entrusted_line" if of_agent else "ui.intake.finished_line")
        self.parts.bar.say("ok", "circle-check", said, line, aloud=True)
        self.finished.emit(case)
        if self.finishing.decided_next:
            self.decision_wanted.emit(str(case.id))

    def _back(self) -> None:
        self._store()
        self.closed.emit()

    # small things -------------------------------------------------------------------------

    def _day(self) -> date:
        return self._today

    def _store(self) -> None:
        self.movement.commit()
        self.current.keeping.keep()

    def _go_on(self) -> None:
        if self.current.application.item is not None:
            self.movement.go_on(self.readiness.faults)

    def _go_to(self, place: str) -> None:
        """Where something is to be mended; an item that has changed is moved over in a dialog."""
        if place == "item" and self.current.application.outdated:
            self.moving.open()
        else:
            self.movement.go_to(place)

    def _take_over(self) -> None:
        self.movement.commit()
        self.person.take_over()

    def _press(self, key: str) -> None:
        handler = self.guiding.show if key == "guide" else self.handlers().get(key)
        if handler is not None:
            handler()

    def _press_if_open(self, key: str) -> None:
        reason = self.blocked().get(key)
        if reason:
            self.refused(key, reason)
        elif self.isVisible():
            self._press(key)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        self.movement.bring_into_sight(now)
        section, place = self.movement.here()
        if place and place != "item":
            self.current.application.aside()["place"] = place
            self.current.keeping.at(section)

    def _agency(self, code: str) -> Agency | None:
        return self._offered.agencies.get(code) if self._offered else None

    def _item(self) -> ServiceItem | None:
        """The item that was chosen, else the one that the search stands on."""
        return self.current.application.item or self.parts.start.item()

    def _not_kept(self, error: CounterError) -> None:
        self.parts.head.show_not_saved()
        self._say_error(error)

    def _say(self, tone: str, icon: str, sentence: str) -> None:
        self.parts.bar.say(tone, icon, sentence, tr("ui.intake.kept_line"), aloud=True)

    def _say_error(self, error: CounterError) -> None:
        self._say("danger", "octagon-alert", error_line(error))

    def _show_error(self, error: CounterError) -> None:
        show_error(self, error)
