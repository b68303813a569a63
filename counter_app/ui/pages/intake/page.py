"""登记: from an empty page to a case, without the mouse (desktop design section 7, pictures 03a, 03, 03b).

The page holds one `Application` and its `Keeping`; the cards show it and say what was changed; services are
asked what would happen. Several applications may be parked as drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QVBoxLayout, QWidget

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.identity_card import IdentityCard
from counter_app.domain.moments import local_time
from counter_app.domain.service_item import ServiceItem
from counter_app.services.ports import Draft
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.error_card import show_error
from counter_app.ui.keys import hint
from counter_app.ui.outcome_bar import OutcomeBar
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.application import ASIDE, Application
from counter_app.ui.pages.intake.card_panel import CardPanel
from counter_app.ui.pages.intake.card_reading import CardReading
from counter_app.ui.pages.intake.checks import to_line
from counter_app.ui.pages.intake.consequences import Consequences, Standing, blocked_sentence
from counter_app.ui.pages.intake.contact_card import MANUAL, ContactCard
from counter_app.ui.pages.intake.deciding import Deciding, Decision
from counter_app.ui.pages.intake.drafts_dialog import open_drafts
from counter_app.ui.pages.intake.earlier import EarlierBanner, open_people, take_over
from counter_app.ui.pages.intake.faults import Fault, faults, hinders
from counter_app.ui.pages.intake.form_card import SITUATION, FormCard
from counter_app.ui.pages.intake.gaps_dialog import Gaps, GapsDialog
from counter_app.ui.pages.intake.guide import GuideCard, fee, show_guide
from counter_app.ui.pages.intake.head import IntakeHead
from counter_app.ui.pages.intake.keeping import Keeping
from counter_app.ui.pages.intake.late_entry import open_late_entry, receipt_of
from counter_app.ui.pages.intake.materials_card import MaterialsCard, ScansCard
from counter_app.ui.pages.intake.other_outcomes import AFTER_RECEIPT, OtherOutcomes
from counter_app.ui.pages.intake.reading import Ahead, Offered, read_ahead, read_earlier, read_offered
from counter_app.ui.pages.intake.start_card import StartCard
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.line_edit import LineEdit, TextEdit
from counter_app.ui.wording import error_line

ACCEPT, RECEIVE, CORRECT = "accept", "receive", "correct"
OF_THE_PERSON = ("applicant", "proxy", "received_at", "late_entry")
SECTIONS = ("item", "applicant", "form", "materials")
Files = Callable[[QWidget], Sequence[str]]


def ask_files(over: QWidget) -> Sequence[str]:
    """Scan files chosen in the system's dialog."""
    found, _kind = QFileDialog.getOpenFileNames(
        over, tr("ui.intake.materials.choose"), "", tr("ui.intake.materials.kinds")
    )
    return list(found)


class IntakePage(Page):
    """finished(Case): it is durable, a fresh intake is on the page already. closed(): the person wants to go back."""

    name = "intake"

    finished = Signal(object)
    closed = Signal()

    def __init__(self, services: IntakeServices, background: Background, choose_files: Files = ask_files) -> None:
        super().__init__()
        self._services, self._background, self._choose_files = services, background, choose_files
        self._today: date = services.today()
        self._offered: Offered | None = None
        self._application = Application()
        self._keeping = self._keep(self._application, None)
        self._faults: list[Fault] = []
        self._ahead: Ahead | None = None
        self._asking = self._ask_again = False
        self._manual = False
        self._last_item: str | None = None
        self._earlier: Sequence[Case] = ()
        self._deciding: Deciding | None = None
        self._reading = (
            CardReading(services.open_reader, background, self) if services.open_reader is not None else None
        )
        self._make()
        self._arrange()
        self._connect()
        self.start()

    # building -----------------------------------------------------------------------------

    def _make(self) -> None:
        today = self._today
        self.card, self.contact = CardPanel(), ContactCard(today)
        self.earlier = EarlierBanner()
        self.tip = Banner("brand", "info", tr("ui.intake.tip"), tr("ui.intake.tip_line"))
        self.late = Button(tr("ui.intake.late.open"), "link", icon="history", height=32)
        self.start_card, self.guide = StartCard(), GuideCard()
        self.form, self.materials, self.scans = FormCard(today), MaterialsCard(), ScansCard()
        self.consequences = Consequences()
        self._head = IntakeHead()
        outcome = tokens.CONTROL_OUTCOME
        self.other = Button(tr("ui.intake.act.other"), key=hint("other_outcomes"), height=outcome)
        self.receive = Button(tr("ui.intake.act.receive"), key=hint("receive"), height=outcome)
        self.correct = Button(tr("ui.intake.act.correct"), key=hint("correct"), height=outcome)
        self.accept = Button(tr("ui.intake.act.accept"), "primary", key=hint("accept"), height=outcome)
        self.bar = OutcomeBar(self.other, self.receive, self.correct, self.accept)

    def _arrange(self) -> None:
        self._left = Column(tokens.SIDE_LEFT, wide=tokens.SIDE_LEFT_WIDE)
        self._middle = Column()
        self._right = Column(tokens.SIDE_RIGHT, wide=tokens.SIDE_RIGHT_WIDE)
        columns: tuple[tuple[Column, tuple[QWidget, ...]], ...] = (
            (self._left, (self.card, self.contact, self.late, self.earlier, self.tip)),
            (self._middle, (self.start_card, self.form, self.materials, self.scans)),
            (self._right, (self.guide, self.consequences)),
        )
        for column, widgets in columns:
            for widget in widgets:
                column.add(widget)
        margin = tokens.INTAKE_MARGIN
        lines = QVBoxLayout(self)
        lines.setContentsMargins(margin, 12, margin - tokens.BAR, 0)
        lines.addWidget(Columns(self._left, self._middle, self._right, drawer=self._right))

    def _connect(self) -> None:
        self.start_card.taken.connect(self._choose_item)
        self.start_card.highlighted.connect(self.guide.show_item)
        self.card.asked.connect(self._read_card)
        self.card.manual.connect(self._type_person)
        self.card.look_up.connect(self._look_up)
        self.card.reveal.connect(self._reveal)
        self.contact.settled.connect(self._person_settled)
        self.contact.edited.connect(self._person_edited)
        self.contact.proxy_switched.connect(self._proxy_switched)
        self.earlier.wanted.connect(self._take_over)
        self.late.acted.connect(self._late_entry)
        self.form.settled.connect(self._field_settled)
        self.form.edited.connect(self._field_edited)
        self.form.rearranged.connect(self._order_focus)
        self.materials.changed.connect(self._materials_changed)
        self.materials.moved.connect(self._show_material)
        self.materials.scan_wanted.connect(lambda _key: self._scan())
        self.materials.left.connect(self._leave_materials)
        self.consequences.wanted.connect(self.go_to)
        self._head.pressed.connect(self._press)
        self.bar.back.acted.connect(self._back)
        for key, button in (("receive", self.receive), ("correct", self.correct), ("accept", self.accept)):
            button.acted.connect(self.handlers()[key])
            button.refused.connect(lambda reason, key=key: self.refused(key, reason))
        self.other.acted.connect(self._other_outcomes)
        self.other.refused.connect(lambda reason: self.refused("other_outcomes", reason))
        if self._reading is not None:
            self._reading.read.connect(self._card_read)
            self._reading.failed.connect(self._card_failed)
            self._reading.still_there.connect(self.card.show_still_there)
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a page is made after the application"
        app.focusChanged.connect(self._focus_changed)

    # what the frame asks ------------------------------------------------------------------

    def title(self) -> str:
        return tr("ui.intake.new") if self._application.item is None else self._application.item.name

    def head(self) -> QWidget:
        return self._head

    def outcome_bar(self) -> QWidget:
        return self.bar

    def handlers(self) -> Handlers:
        return {
            "read_card": self._read_card,
            "take_over": self._take_over,
            "scan": self._scan,
            "receive": lambda: self._decide(RECEIVE),
            "correct": self._correct,
            "accept": lambda: self._decide(ACCEPT),
            "back": self._back,
            "new_intake": self._new,
            "drafts": self._open_drafts,
            "choose_item": self._other_item,
            "other_outcomes": self._other_outcomes,
            "guide": self._guide,
            "section_before": lambda: self._section(-1),
            "section_after": lambda: self._section(1),
        }

    def blocked(self) -> Mapping[str, str]:
        reasons = {"receive": self.receive, "correct": self.correct, "accept": self.accept}
        found = {key: button.reason() for key, button in reasons.items() if button.reason()}
        if self._application.item is None:
            found |= {"other_outcomes": tr("ui.intake.first_item"), "scan": tr("ui.intake.first_item")}
        if self._services.open_reader is None:
            found["read_card"] = tr("ui.intake.card.no_reader_line")
        return found

    def refused(self, key: str, reason: str) -> None:
        """Go to the first thing in the way, and say it where the outcome is."""
        hindering = hinders(key, self._faults)
        if hindering and key in (ACCEPT, RECEIVE, CORRECT):
            reason = hindering[0].sentence
            self.go_to(hindering[0].place)
        self.bar.say("danger", "octagon-alert", reason, tr("ui.intake.kept_line"), aloud=True)

    def first_focus(self) -> None:
        if self._application.item is None:
            self.start_card.search.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._go_on()

    def refresh(self) -> None:
        self._today = self._services.today()
        self._background.run(
            Lane.READ, lambda: read_offered(self._services), self._show_offered, self._say_error, self
        )
        self._ask_ahead()
        self._want_card()

    def leave(self) -> None:
        self._commit_focus()
        self._keeping.keep()
        if self._reading is not None:
            self._reading.want(False)

    def has_work(self) -> bool:
        return self._deciding is not None or (self._reading is not None and self._reading.busy())

    # starting -----------------------------------------------------------------------------

    def start(self, item_code: str | None = None) -> None:
        """A fresh intake; what was there stays as a draft. The item of the code, else the last one, is offered."""
        self._commit_focus()
        self._keeping.keep()
        self._take_up(Application(), None)
        self._last_item = item_code or self._last_item
        self.start_card.offer(self._last_item)
        self.start_card.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_draft(self, draft_id: int) -> None:
        """Go on with a draft where it stopped; the present application stays as a draft."""
        self._commit_focus()
        self._keeping.keep()
        drafts = self._services.drafts

        def read() -> tuple[Draft, Sequence[ServiceItem]]:
            return drafts.open(draft_id), self._services.items()

        self._background.run(Lane.STORE, read, self._open, self._say_error, self)

    def _open(self, opened: tuple[Draft, Sequence[ServiceItem]]) -> None:
        draft, items = opened
        item = next((item for item in items if item.code == draft.item), None)
        application = Application(item, dict(draft.line))
        place = str(application.aside().get("place") or "")  # before the cards move the focus about
        self._take_up(application, draft.id)
        self._head.show_saved(draft.saved_at_ms)
        if not (place and self.go_to(place)):
            self.first_focus()

    def _take_up(self, application: Application, draft_id: int | None) -> None:
        """Show another application."""
        self._keeping.deleteLater()
        self._application = application
        self._keeping = self._keep(application, draft_id)
        self._ahead, self._earlier = None, ()
        self._manual = bool(application.person("applicant")) and not application.aside().get("card")
        self.earlier.hide()
        self._head.show_saved(0)
        self._show_card()
        self.form.show_item(application.item)
        self._show_all()
        self._find_earlier()

    def _keep(self, application: Application, draft_id: int | None) -> Keeping:
        keeping = Keeping(self._services.drafts, self._services.person, self._background, application, draft_id, self)
        keeping.saved.connect(lambda draft: self._head.show_saved(draft.saved_at_ms))
        keeping.failed.connect(self._not_saved)
        return keeping

    def _not_saved(self, error: CounterError) -> None:
        self._head.show_not_saved()
        self._say_error(error)

    # showing ------------------------------------------------------------------------------

    def _show_offered(self, offered: Offered) -> None:
        self._offered = offered
        self.start_card.show_items(offered.items, offered.agencies, offered.counts, offered.today_counts)
        if not self.start_card.search.text():
            self.start_card.offer(self._last_item)
        self._show_head()

    def _show_head(self) -> None:
        item = self._application.item
        if item is None:
            self._head.show_fresh(self._offered.nth_today if self._offered else 0)
        else:
            agency = self._offered.agencies.get(item.agency) if self._offered else None
            self._head.show_item(item, agency.name if agency else "")
        self.head_changed.emit()

    def _show_all(self) -> None:
        """Show everything anew: for another application, another item, or values that came from elsewhere."""
        application, with_form = self._application, self._application.item is not None
        at_start: tuple[QWidget, ...] = (self.start_card, self.guide, self.tip)
        in_form: tuple[QWidget, ...] = (self.form, self.materials, self.consequences, self.late)
        for widget in at_start:
            widget.setVisible(not with_form)
        for widget in in_form:
            widget.setVisible(with_form)
        self.contact.show_application(application, manual=self._manual, with_form=with_form)
        self.form.show_application(application)
        self.materials.show_application(application)
        self._show_scans()
        self._show_late()
        self._show_head()
        self._check()
        self._order_focus()

    def _show_card(self) -> None:
        facts = self._application.aside().get("card")
        if facts:
            self.card.show_person(facts)
        elif self._manual:
            self.card.show_manual()
        else:
            self.card.show_waiting(self._reading is not None)
        self._want_card()

    def _show_scans(self) -> None:
        has_form = self._application.item is not None
        self.scans.show_row(self.materials.rule() if has_form else None, self._application)

    def _show_late(self) -> None:
        received = receipt_of(self._application)
        if received is None:
            self.late.say(tr("ui.intake.late.open"))
        else:
            slip = (self._application.line.get("late_entry") or {}).get("slip_no", "")
            at = f"{received:%H:%M}"
            self.late.say(tr("ui.intake.late.is", month=received.month, day=received.day, at=at, slip=slip))

    # changes ------------------------------------------------------------------------------

    def _choose_item(self, item: ServiceItem) -> None:
        self._application.item = item
        self._last_item = item.code
        self.form.show_item(item)
        self._show_all()
        self._stored()
        self._go_on()

    def _other_item(self) -> None:
        """Back to the search with the person kept; the form's values go with the old item."""
        if self._application.item is None:
            self.first_focus()
            return
        self._commit_focus()
        self._keeping.keep()
        before = self._application
        kept: dict[str, object] = {key: before.line[key] for key in OF_THE_PERSON if key in before.line}
        kept[ASIDE] = {key: value for key, value in before.aside().items() if key in ("card", "sources", "proxy")}
        application = Application(None, kept)
        self._take_up(application, None)
        self.start_card.offer(before.item.code if before.item else None)
        self.first_focus()

    def _person_settled(self, who: str, key: str, value: str) -> None:
        self._application.set_person(who, key, value)
        self._application.aside().get("sources", {}).pop(f"{who}.{key}", None)
        self._stored()
        if who == "applicant" and key in MANUAL:
            self.form.show_computed(self._application)
            self.form.arrange(self._application)
            self.materials.show_application(self._application)
            self._find_earlier()

    def _person_edited(self, who: str, key: str, value: str) -> None:
        self._application.set_person(who, key, value)
        self._keeping.keep_soon()

    def _proxy_switched(self, on: bool) -> None:
        self._application.set_proxy(on)
        self._show_all()
        self._stored()
        if on:
            self.go_to("proxy.name")

    def _field_settled(self, place: str, value: str) -> None:
        self._set_field(place, value)
        self._application.aside().get("sources", {}).pop(place, None)
        self.form.arrange(self._application)
        self.materials.show_application(self._application)
        self._stored()

    def _field_edited(self, place: str, value: str) -> None:
        self._set_field(place, value)
        self._keeping.keep_soon()

    def _set_field(self, place: str, value: str) -> None:
        rule = self.form.rule_of(place)
        if place == SITUATION:
            self._application.line[SITUATION] = value
        elif rule is not None:
            self._application.set_value(rule.id, to_line(rule, value))

    def _materials_changed(self) -> None:
        self.materials.show_application(self._application)
        self._show_scans()
        self._stored()

    def _stored(self) -> None:
        """Something was changed for good: store it, and see what it means."""
        self._keeping.keep()
        self._check()

    # what would happen --------------------------------------------------------------------

    def _check(self) -> None:
        """The faults at once; the services' answer follows."""
        self._faults = faults(self._application, self._today)
        self._show_readiness()
        self._ask_ahead()

    def _ask_ahead(self) -> None:
        item = self._application.item
        if item is None:
            return
        if self._asking:
            self._ask_again = True
            return
        self._asking = True
        line, application = self._application.line_for(ACCEPT), self._application

        def show(ahead: Ahead) -> None:
            self._asking = False
            if application is self._application:
                self._show_ahead(ahead)
            self._ask_next()

        def failed(error: CounterError) -> None:
            self._asking = False
            self._say_error(error)

        self._background.run(Lane.READ, lambda: read_ahead(self._services, item, line), show, failed, self)

    def _ask_next(self) -> None:
        if self._ask_again:
            self._ask_again = False
            self._ask_ahead()

    def _show_ahead(self, ahead: Ahead) -> None:
        self._ahead = ahead
        item = self._application.item
        if item is None:
            return
        standings = {name: self._standing(name, ahead) for name in (ACCEPT, RECEIVE, CORRECT)}
        self.consequences.show_standings(standings, self._today, ahead.queue_place, fee(item))
        self._show_readiness()

    def _standing(self, name: str, ahead: Ahead) -> Standing:
        hindering = tuple(hinders(name, self._faults))
        outcome = ahead.outcomes[name]
        blocked = hindering[0].sentence if hindering else blocked_sentence(outcome)
        if not blocked and name == CORRECT and not self._gaps_possible():
            blocked = tr("ui.intake.gaps.none")
        return Standing(outcome, blocked, hindering)

    def _gaps_possible(self) -> bool:
        return bool(self._application.missing() or self._application.aside().get("gaps"))

    def _show_readiness(self) -> None:
        item = self._application.item
        buttons = {ACCEPT: self.accept, RECEIVE: self.receive, CORRECT: self.correct}
        if item is None:
            for button in (*buttons.values(), self.other):
                button.block(tr("ui.intake.first_item"))
            self.bar.say("mute", "circle-dashed", tr("ui.intake.first"), tr("ui.intake.kept_always"))
            return
        self.other.block("")
        for name, button in buttons.items():
            button.block(self._why_not(name))
        n = len(hinders(ACCEPT, self._faults))
        if n:
            self.bar.say("danger", "octagon-alert", tr("ui.intake.faults", n=n), tr("ui.intake.kept_line"))
        elif self._why_not(ACCEPT):
            self.bar.say("warn", "triangle-alert", self._why_not(ACCEPT), tr("ui.intake.kept_line"))
        else:
            self.bar.say("ok", "circle-check", tr("ui.intake.ready"), tr("ui.intake.ready_line"))
        self._show_sections()

    def _why_not(self, name: str) -> str:
        hindering = hinders(name, self._faults)
        if hindering:
            return tr("ui.intake.faults", n=len(hindering)) if name == ACCEPT else hindering[0].sentence
        if self._ahead is None:
            return tr("ui.intake.looking")
        return self._standing(name, self._ahead).blocked

    def _show_sections(self) -> None:
        """The signs before the titles of applicant, form and materials."""
        if not self._application.aside().get("card") and self._manual:
            of_person = [fault for fault in self._faults if fault.place.startswith("applicant.")]
            wrong_person = any(fault.kind == "wrong" for fault in of_person)
            sign = ("octagon-alert", "danger") if wrong_person else ("circle-dot", "brand")
            self.card.set_icon(*(sign if of_person else ("circle-check", "ok")))
        in_form = [fault for fault in self._faults if fault.place == SITUATION or fault.place.startswith("field.")]
        shown = [row for row in self._application.shown_fields() if row.computed is None]
        n = len(shown) + bool(self._application.item and self._application.item.situations)
        wrong = any(fault.kind == "wrong" for fault in in_form)
        note = tr("ui.intake.form.all", n=n) if not in_form else tr("ui.intake.form.left", n=n, left=len(in_form))
        self.form.set_note(note, "danger" if wrong else "")
        for card, open_faults, is_wrong in (
            (self.form, bool(in_form), wrong),
            (self.materials, bool(self._application.missing()), False),
        ):
            done, fault, going = ("circle-check", "ok"), ("octagon-alert", "danger"), ("circle-dot", "brand")
            card.set_icon(*(fault if is_wrong else going if open_faults else done))

    # moving -------------------------------------------------------------------------------

    def places(self) -> dict[str, QWidget]:
        """Every place of the page with the widget that takes the focus there, in the order of the keyboard."""
        found: dict[str, QWidget] = {"item": self.start_card.search, "card": self.card.read_button}
        found |= dict(self.contact.places())
        found |= dict(self.form.places())
        found["materials"] = self.materials.table
        return found

    def go_to(self, place: str) -> bool:
        """Give the focus to a place, opening the manual fields for a person that was read; False if it is not shown."""
        if place.startswith("material."):
            self.materials.table.choose(place.removeprefix("material."))
            place = "materials"
        if place.startswith("applicant.") and place.removeprefix("applicant.") in MANUAL and not self._manual:
            self._type_person(focus=False)
        widget = self.places().get(place)
        if widget is None or widget.isHidden():
            return False
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(widget, LineEdit):
            widget.end(False)
        return True

    def _go_on(self) -> None:
        """To the first place that wants something, in the order of the keyboard."""
        order = list(self.places())
        wanting = {fault.place for fault in self._faults}
        if any(place.startswith("material.") for place in wanting):
            wanting.add("materials")
        wanting |= {place for place in ("applicant.phone",) if not self._application.person("applicant").get("phone")}
        if not self._application.person("applicant").get("name") and not self._manual and self._reading is not None:
            # the card is expected: it fills the person in, so the keyboard begins after it
            wanting -= {f"applicant.{key}" for key in MANUAL}
        for place in order:
            if place in wanting and self.go_to(place):
                return
        self.accept.setFocus(Qt.FocusReason.TabFocusReason)

    def _leave_materials(self) -> None:
        button = self.correct if self.accept.reason() and not self.correct.reason() else self.accept
        button.setFocus(Qt.FocusReason.TabFocusReason)

    def _order_focus(self) -> None:
        """Tab and Enter follow the columns, then the outcome bar."""
        if self.bar.window() is not self.window():
            return
        order = [*self.places().values(), self.bar.back, self.other, self.receive, self.correct, self.accept]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._order_focus()

    def _section(self, by: int) -> None:
        firsts = {
            "item": "item",
            "applicant": next((place for place in self.places() if place.startswith("applicant.")), ""),
            "form": next(iter(dict(self.form.places())), ""),
            "materials": "materials",
        }
        here = SECTIONS.index(self._here()[0])
        order = range(here + by, len(SECTIONS)) if by > 0 else range(here + by, -1, -1)
        for n in order:
            if self.go_to(firsts[SECTIONS[n]]):
                return

    def _here(self) -> tuple[str, str]:
        """(section, place) of the focus."""
        widget = self.focusWidget()
        place = next((place for place, known in self.places().items() if known is widget), "")
        if place == "materials":
            return "materials", f"material.{self.materials.table.current_key()}"
        if place == SITUATION or place.startswith("field."):
            return "form", place
        if place == "item" or (not place and self._application.item is None):
            return "item", "item"
        return "applicant", place

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        self._bring_into_sight(now)
        section, place = self._here()
        if place and place != "item":
            self._application.aside()["place"] = place
            self._keeping.at(section)

    def _bring_into_sight(self, widget: QWidget) -> None:
        for column in (self._left, self._middle):
            if column.isAncestorOf(widget) and widget is not self.materials.table:
                column.ensureWidgetVisible(widget, 0, 32)
        if widget is self.materials.table:
            self._show_material()

    def _show_material(self) -> None:
        """The present row of the list is in sight, and its scans are shown."""
        self._show_scans()
        table, content = self.materials.table, self._middle.widget()
        row = table.visualRect(table.currentIndex())
        if table.hasFocus() and row.isValid() and content is not None:
            at = table.viewport().mapTo(content, row.center())
            self._middle.ensureVisible(at.x(), at.y(), 0, row.height() + 24)

    def _commit_focus(self) -> None:
        """What is being typed is stored as if its field had been left."""
        widget = self.focusWidget()
        if isinstance(widget, LineEdit | TextEdit) and self.isAncestorOf(widget):
            widget.left.emit()

    # the card -----------------------------------------------------------------------------

    def _want_card(self) -> None:
        if self._reading is not None:
            known = bool(self._application.person("applicant").get("name")) or self._manual
            self._reading.want(self.isVisible() and not known)

    def _read_card(self) -> None:
        if self._reading is None:
            self._type_person()
            return
        if not self._application.aside().get("card"):
            self.card.show_reading()
        self._reading.ask()

    def _card_read(self, card: IdentityCard) -> None:
        facts = card.facts()
        for_proxy = "proxy" in self._application.line and bool(self._application.person("applicant").get("id_number"))
        who = "proxy" if for_proxy else "applicant"
        values = {"name": card.name, "id_type": card.id_type, "id_number": card.number}
        if who == "applicant":
            values["address"] = card.newest_address or card.address
            self._application.aside()["card"] = facts
            self._application.aside().setdefault("sources", {})["applicant.address"] = tr("ui.intake.card.source")
            self._manual = False
        for key, value in values.items():
            self._application.set_person(who, key, value)
        self._show_card()
        self._show_all()
        self._stored()
        self._find_earlier()
        self.card.announce_read(card.name)
        if self._application.item is not None:
            self._go_on()

    def _card_failed(self, error: CounterError) -> None:
        if self._application.aside().get("card"):
            self._say_error(error)
        else:
            self.card.show_fault(error)

    def _type_person(self, *, focus: bool = True) -> None:
        self._manual = True
        if not self._application.aside().get("card"):
            self.card.show_manual()
        self._want_card()
        self._show_all()
        if focus:
            self.go_to("applicant.name")

    def _reveal(self) -> None:
        services = self._services
        self._background.run(
            Lane.STORE,
            lambda: services.acts.reveal(services.person, "id_number"),
            lambda _none: self.card.known.show_whole(),
            self._say_error,
            self,
        )

    # earlier cases ------------------------------------------------------------------------

    def _find_earlier(self) -> None:
        number = self._application.person("applicant").get("id_number", "")
        if not number or any(fault.place == "applicant.id_number" for fault in self._faults):
            self.earlier.hide()
            return
        application = self._application

        def show(found: Sequence[Case]) -> None:
            if application is self._application:
                self._earlier = found
                self.earlier.show_cases(found, self._today)

        self._background.run(Lane.READ, lambda: read_earlier(self._services, number), show, self._say_error, self)

    def _take_over(self) -> None:
        if not self._earlier:
            self.bar.say("mute", "info", tr("ui.intake.earlier.none"), tr("ui.intake.kept_line"), aloud=True)
            return
        self._commit_focus()
        taken = take_over(self._application, self._earlier, self._today)
        self._show_all()
        self._stored()
        self._go_on()
        if taken:
            names = tr("paper.separator").join(taken)
            self.bar.say("brand", "history", tr("ui.intake.earlier.taken", names=names), aloud=True)

    def _look_up(self) -> None:
        def chosen(case: Case) -> None:
            self._manual = True
            for key in ("name", "id_type", "id_number"):
                self._application.set_person("applicant", key, getattr(case.applicant, key))
            self._earlier = [case]
            take_over(self._application, [case], self._today)
            self._show_card()
            self._show_all()
            self._stored()
            self._find_earlier()
            self.first_focus()

        open_people(self, self._services.cases, self._background, self._today, chosen)

    # scans --------------------------------------------------------------------------------

    def _scan(self) -> None:
        material = self.materials.table.current_key()
        if not material:
            return
        paths = self._choose_files(self)
        if not paths:
            return
        intake = self._services.intake

        def look() -> Sequence[str]:
            for path in paths:
                intake.check_scan(path)
            return paths

        def attach(found: Sequence[str]) -> None:
            self.materials.add_scans(material, found)
            self.materials.table.setFocus(Qt.FocusReason.OtherFocusReason)

        self._background.run(Lane.DEVICES, look, attach, lambda error: self._show_error(error), self)

    # outcomes -----------------------------------------------------------------------------

    def _decide(
        self, outcome: str, *, gaps: Gaps | None = None, reason: str = "", agency: str = ""
    ) -> None:
        item = self._application.item
        if item is None or self._deciding is not None:
            return
        self._commit_focus()
        line = self._application.line_for(outcome, gaps=gaps or (), reason=reason, competent_agency=agency)
        self._keeping.keep()
        decision = Decision(outcome, item, line)
        self._deciding = Deciding(self, self._services, self._background, self._keeping, decision)
        self._deciding.taken_in.connect(self._finish)
        self._deciding.left.connect(self._not_decided)
        self._deciding.start()

    def _not_decided(self) -> None:
        self._deciding = None
        self._check()

    def _finish(self, case: Case) -> None:
        self._deciding = None
        self._take_up(Application(), None)
        self.refresh()
        self.start_card.offer(self._last_item)
        self.start_card.search.setFocus(Qt.FocusReason.OtherFocusReason)
        number = next((notice.number for notice in reversed(case.notices) if notice.number), str(case.id))
        title = tr(f"states.{case.state.value}")
        self.bar.say(
            "ok", "circle-check", tr("ui.intake.finished", state=title, number=number), tr("ui.intake.finished_line")
        )
        self.finished.emit(case)

    def _correct(self) -> None:
        self._commit_focus()
        issue = partial(self._decide, CORRECT)
        GapsDialog(self, self._application, self._keeping.keep_soon, lambda gaps: issue(gaps=gaps)).open()

    def _other_outcomes(self) -> None:
        self._commit_focus()
        hindering = hinders(RECEIVE, self._faults)
        blocked = {}
        for name in ("not_required", "refuse"):
            if hindering:
                blocked[name] = hindering[0].sentence
            elif self._ahead is not None:
                blocked[name] = blocked_sentence(self._ahead.outcomes[name])
        for name in AFTER_RECEIPT:
            blocked[name] = tr(f"ui.intake.other.{name}_why")

        def decide(outcome: str, reason: str, agency: str) -> None:
            self._decide(outcome, reason=reason, agency=agency)

        OtherOutcomes(self, blocked, decide, self._late_entry).open()

    def _late_entry(self) -> None:
        def stored() -> None:
            self._show_late()
            self._stored()

        open_late_entry(self, self._application, local_time(self._services.now_ms()), stored)

    # other keys ---------------------------------------------------------------------------

    def _press(self, key: str) -> None:
        handler = self.handlers().get(key)
        if handler is not None:
            handler()

    def _back(self) -> None:
        self._commit_focus()
        self._keeping.keep()
        self.closed.emit()

    def _new(self) -> None:
        self.start()
        self.refresh()

    def _open_drafts(self) -> None:
        self._commit_focus()
        self._keeping.keep()
        services = self._services

        def read() -> tuple[Sequence[Draft], Sequence[ServiceItem]]:
            return services.drafts.all(), services.items()

        def show(found: tuple[Sequence[Draft], Sequence[ServiceItem]]) -> None:
            drafts, items = found
            known = {item.code: item for item in items}
            open_drafts(self, drafts, known, self._today, self.open_draft, self._drop_draft)

        self._background.run(Lane.STORE, read, show, self._say_error, self)

    def _drop_draft(self, draft_id: int) -> None:
        if draft_id == self._keeping.draft_id():
            self._keeping.end()
            self._take_up(Application(), None)
            self.first_focus()
        drafts = self._services.drafts
        self._background.run(
            Lane.STORE, lambda: drafts.drop(draft_id), lambda _none: self._open_drafts(), self._say_error, self
        )

    def _guide(self) -> None:
        item = self._application.item or self.start_card.item()
        if item is None:
            return
        rule = self.form.rule_of(self._here()[1])
        parts = [rule.name, rule.hint, rule.source] if rule is not None and (rule.hint or rule.source) else []
        show_guide(self, item, tr("ui.table.dot").join(part for part in parts if part))

    def _say_error(self, error: CounterError) -> None:
        self.bar.say("danger", "octagon-alert", error_line(error), aloud=True)

    def _show_error(self, error: CounterError) -> None:
        show_error(self, error)
