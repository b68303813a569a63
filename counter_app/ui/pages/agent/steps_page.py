"""新代办: an intake in four steps, 刷身份证, 核对人, 拍材料, 签字打印; one thing to do on each screen (picture 11).

It is the intake page with its parts arranged one after the other: what may be done, what is missing and what comes
of it is asked of the same services in the same way, and every key of the full page works here too.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.dossiers import Dossier
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.page import Handlers
from counter_app.ui.pages.agent.screens import (
    MAY_BE_SKIPPED,
    Screen,
    after,
    before,
    first_unfinished,
    screen_of,
    see,
    waiting,
)
from counter_app.ui.pages.agent.step_camera import StepCamera
from counter_app.ui.pages.agent.step_parts import StepParts
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.movement import Movement
from counter_app.ui.pages.intake.page import IntakePage, ask_files
from counter_app.ui.pages.intake.parts import ACCEPT, CORRECT, RECEIVE
from counter_app.ui.pages.intake.scanning import Files
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button

SHOWN_PIXELS = 1600  # longest side of a picture on the screen


class StepMovement(Movement):
    """As on the full page, with the screen of a place brought up first."""

    def __init__(
        self,
        page: QWidget,
        parts: StepParts,
        current: Current,
        type_person: Callable[[], None],
        show: Callable[[Screen], None],
    ) -> None:
        super().__init__(page, parts, current, type_person)
        self._of_steps, self._show = parts, show

    def go_to(self, place: str) -> bool:
        self._show(screen_of(place))
        return super().go_to(place)

    def leave_materials(self) -> None:
        self._of_steps.bar.next.setFocus(Qt.FocusReason.TabFocusReason)

    def order_focus(self) -> None:
        super().order_focus()
        bar = self._of_steps.bar
        if bar.window() is self._page.window():
            for first, second in ((self._of_steps.accept, bar.skip), (bar.skip, bar.next)):
                QWidget.setTabOrder(first, second)

    def bring_into_sight(self, widget: QWidget) -> None:
        for column in self._of_steps.areas:
            if column.isAncestorOf(widget):
                column.ensureWidgetVisible(widget, 0, 32)


class StepsPage(IntakePage):
    """The signals are those of the intake page."""

    plain = True
    topic = "agent_intake"

    parts: StepParts

    def __init__(self, services: IntakeServices, background: Background, choose_files: Files = ask_files) -> None:
        super().__init__(services, background, choose_files)
        self.camera = StepCamera(services.scanning, background, self.parts.scans, self)
        self.camera.taken.connect(self._photographed)
        self.camera.failed.connect(self._say_error)
        self.readiness.looked.connect(self._show_step)
        self.current.changed.connect(self._show_step)
        self.parts.consequences.settled.connect(self._show_step)
        self.parts.start.highlighted.connect(lambda _item: self._show_step())
        self._show_step()

    def _made_parts(self) -> StepParts:
        return StepParts(self._today)

    def _made_movement(self) -> Movement:
        return StepMovement(self, self.parts, self.current, self.person.open_fields, self.show_screen)

    def _arrange(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 14, tokens.PAGE_MARGIN - tokens.BAR, 0)
        lines.addWidget(self.parts.moving)
        lines.addWidget(self.parts.whole, 1)

    def _connect(self) -> None:
        super()._connect()
        bar, panel, materials = self.parts.bar, self.parts.scans, self.parts.materials
        bar.next.acted.connect(self._next)
        bar.next.refused.connect(self._say_why)
        bar.skip.acted.connect(self._skip)
        panel.paper.connect(lambda: materials.toggle(materials.table.current_key()))
        panel.drop.connect(lambda: materials.drop_scan(materials.table.current_key()))
        panel.form.connect(lambda: materials.next_form(materials.table.current_key()))
        panel.more.connect(lambda: materials.pages(materials.table.current_key(), "+"))
        panel.fewer.connect(lambda: materials.pages(materials.table.current_key(), "-"))
        panel.copies.connect(lambda n: materials.copies(materials.table.current_key(), n))
        panel.picture_wanted.connect(self._show_picture)

    def title(self) -> str:
        item = self.current.application.item
        return tr("ui.agent.new") if item is None else tr("ui.agent.of_item", item=item.name)

    def handlers(self) -> Handlers:
        return {**super().handlers(), "choose_item": self._choose_again, "scan": self._photograph}

    def has_work(self) -> bool:
        return super().has_work() or (self.camera.view is not None and self.camera.view.state() == "taking")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.camera.want(self.parts.screen is Screen.MATERIALS)

    def first_focus(self) -> None:
        if self.current.application.item is None:
            self.show_screen(Screen.ITEM)
            self._focus()
        else:
            self._go_on()

    def leave(self) -> None:
        self.camera.want(False)
        if self.parts.screen is Screen.DONE:
            self._forget()
        super().leave()

    # going from screen to screen ----------------------------------------------------------

    def _go_on(self) -> None:
        """To the first screen that nobody went through."""
        application = self.current.application
        if application.item is None:
            return
        known = self.current.person_is_known()
        self.show_screen(first_unfinished(application, self.readiness.faults, person_known=known))
        self._focus()

    def _next(self) -> None:
        screen, application = self.parts.screen, self.current.application
        if screen is Screen.DONE:
            self._forget()
            self.closed.emit()
        elif screen is Screen.ITEM:
            item = self.parts.start.item()
            if item is not None:
                self.choose_item(item)
        elif screen is not Screen.PRINT:
            self.movement.commit()
            if not self._waits():  # what was just left may be wrong
                self._go_through(screen, application)

    def _skip(self) -> None:
        screen = self.parts.screen
        if screen is Screen.DONE:
            self.show_screen(Screen.ITEM)
            self._focus()
        elif screen is Screen.CARD:
            self.person.type_in()
        else:
            self._go_through(screen, self.current.application)

    def _go_through(self, screen: Screen, application: Application) -> None:
        see(application, screen)
        self.current.keeping.keep()
        self.show_screen(after(screen, application))
        self._focus()

    def _back(self) -> None:
        screen = self.parts.screen
        if screen in (Screen.ITEM, Screen.DONE):
            if screen is Screen.DONE:
                self._forget()
            super()._back()
        elif screen is Screen.CARD:
            self._choose_again()
        else:
            self.movement.commit()
            self.show_screen(before(screen, self.current.application))
            self._focus()

    def _choose_again(self) -> None:
        """Another item for the same person; what was typed for this one stays as a draft."""
        self._other_item()
        self.show_screen(Screen.ITEM)
        self._focus()

    def _forget(self) -> None:
        """The person who was taken in goes; nothing of them is left to be stored."""
        self.current.keeping.end()
        self.current.take_up(Application())
        self.parts.start.offer(self.current.last_item)
        self.show_screen(Screen.ITEM)

    def _finished(self, case: Dossier) -> None:
        super()._finished(case)
        self.parts.done.show_done(case, self._today, printed=self.finishing.is_printed)
        self.show_screen(Screen.DONE)
        self._focus()

    def _say_why(self, reason: str) -> None:
        """The one button was pressed while something is missing: go there, and say it."""
        screen = self.parts.screen
        place = next((fault.place for fault in self.readiness.faults if screen_of(fault.place) is screen), "")
        if place and screen is not Screen.CARD:
            self.movement.go_to(place)
        self._say("danger", "octagon-alert", reason)

    # showing ------------------------------------------------------------------------------

    def show_screen(self, screen: Screen) -> None:
        """Show a screen with what is known by now."""
        if screen is Screen.PRINT:
            self.parts.summary.show_application(self.current.application)
        if screen is not self.parts.screen:
            self.parts.show(screen)
        self._show_step()
        if self.isVisible():
            self.camera.want(screen is Screen.MATERIALS)
            self.movement.order_focus()
            self.person.want_card()

    def _waits(self) -> str:
        known = self.current.person_is_known()
        return waiting(self.parts.screen, self.current.application, self.readiness.faults, person_known=known)

    def _show_step(self) -> None:
        """Heading and buttons of the screen as things stand."""
        screen, parts = self.parts.screen, self.parts
        name = self.current.application.person("applicant").get("name", "")
        reason = self._waits() if screen not in (Screen.ITEM, Screen.DONE, Screen.PRINT) else ""
        parts.heading.setText(self._heading(screen, name))
        if screen is Screen.PRINT:
            parts.bar.show_outcomes(self._outcomes())
            return
        if screen is Screen.ITEM and parts.start.item() is None:
            reason = tr("ui.intake.first_item")
        skip = ""
        if (reason and screen in MAY_BE_SKIPPED and not self._is_wrong(screen)) or screen is Screen.DONE:
            skip = tr(f"ui.agent.skip.{screen.value}")
        word, goes_back = tr(f"ui.agent.next.{screen.value}"), screen is not Screen.DONE
        parts.bar.show_next(word, reason, skip, has_way_back=goes_back)

    def _is_wrong(self, screen: Screen) -> bool:
        """Whether a value stands there that nobody can take: it may be left out, not left wrong."""
        return any(fault.kind == "wrong" and screen_of(fault.place) is screen for fault in self.readiness.faults)

    def _heading(self, screen: Screen, name: str) -> str:
        missing = len(self.current.application.missing())
        if screen is Screen.MATERIALS:
            return tr("ui.agent.heading.materials" if missing else "ui.agent.heading.complete", name=name, n=missing)
        return tr(f"ui.agent.heading.{screen.value}", name=name)

    def _outcomes(self) -> dict[Button, bool]:
        parts, way = self.parts, self.parts.consequences.way or RECEIVE
        if parts.consequences.as_agent:
            return {parts.receive: True}
        buttons = {ACCEPT: parts.accept, CORRECT: parts.correct, RECEIVE: parts.receive}
        return {parts.other: False, **{button: name == way for name, button in buttons.items()}}

    def _focus(self) -> None:
        """Give the focus to the one thing to do."""
        parts, screen = self.parts, self.parts.screen
        reason = Qt.FocusReason.OtherFocusReason
        if screen is Screen.ITEM:
            parts.start.search.setFocus(reason)
        elif screen is Screen.CARD:
            (parts.bar.next if not parts.bar.next.reason() else parts.bar.skip).setFocus(reason)
        elif screen is Screen.MATERIALS:
            still = next((rule.id for rule in self.current.application.missing()), "")
            parts.materials.table.choose(still)
            parts.materials.table.setFocus(reason)
        elif screen is Screen.PRINT:
            way = parts.consequences.way or RECEIVE
            parts.outcomes()[way].setFocus(reason)
        elif screen is Screen.DONE or not self._focus_field():
            parts.bar.next.setFocus(reason)

    def _focus_field(self) -> bool:
        """To the first field of the screen that wants something; False if none does."""
        screen = self.parts.screen
        wanting = [fault.place for fault in self.readiness.faults if screen_of(fault.place) is screen]
        if screen is Screen.PERSON and not self.current.application.person("applicant").get("phone"):
            wanting.append("applicant.phone")
        return any(self.movement.go_to(place) for place in wanting)

    def _photograph(self) -> None:
        """F6: the page that lies under the camera; without a camera the scanner, or files."""
        material = self.parts.materials.table.current_key()
        if self.parts.screen is not Screen.MATERIALS or not self.camera.photograph(material):
            self.scanning.scan()

    def _photographed(self, material: str, file: str, before_bytes: int, after_bytes: int) -> None:
        self.current.application.note_scan(file, before_bytes, after_bytes)
        self.parts.materials.add_scans(material, [file])
        self.parts.materials.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_picture(self, path: str) -> None:
        """Read a picture off the thread of the window; an unreadable one shows nothing."""
        panel = self.parts.scans
        panel.path = path
        panel.picture.show_image(QImage())
        if not path:
            return

        def show(image: QImage) -> None:
            if panel.path == path:  # another row may be the present one by now
                panel.picture.show_image(image, "ok")

        self._background.run(Lane.DEVICES, lambda: _small(path), show, self._say_error, self)


def _small(path: str) -> QImage:
    image = QImage(path)
    side = Qt.AspectRatioMode.KeepAspectRatio
    return image if image.isNull() else image.scaled(SHOWN_PIXELS, SHOWN_PIXELS, side)
