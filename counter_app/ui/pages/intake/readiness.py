"""How ready the application is: faults at once, the services' answer a moment later; said in every place that says it.

Recomputed on every stored value. While an answer is under way the newest question waits, older ones are dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal

from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.consequences import Standing, blocked_sentence
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.faults import Fault, faults, hinders
from counter_app.ui.pages.intake.form_card import SITUATION
from counter_app.ui.pages.intake.guide import fee
from counter_app.ui.pages.intake.parts import ACCEPT, CORRECT, RECEIVE, Parts
from counter_app.ui.pages.intake.reading import Ahead, read_ahead
from counter_app.ui.texts import tr

_DONE, _WRONG, _GOING = ("circle-check", "ok"), ("octagon-alert", "danger"), ("circle-dot", "brand")


class Readiness(QObject):
    """faults is what is in the way now; ahead the services' answer, None until it came. looked: it was looked again."""

    looked = Signal()

    def __init__(
        self,
        services: IntakeServices,
        background: Background,
        parts: Parts,
        current: Current,
        today: Callable[[], date],
        say_error: Callable[[CounterError], None],
    ) -> None:
        super().__init__(current)
        self._services, self._background, self._parts = services, background, parts
        self._current, self._today, self._say_error = current, today, say_error
        self.faults: list[Fault] = []
        self.ahead: Ahead | None = None
        self._asking = self._ask_again = False
        self._once_known: Callable[[], None] | None = None
        current.taken_up.connect(self._forget)
        current.changed.connect(self.look)

    def look(self) -> None:
        """Look again; what waited for the answer before waits for nothing any more."""
        self._once_known = None
        self.faults = faults(self._current.application, self._today())
        self._show()
        self._ask()

    def once_known(self, do: Callable[[], None]) -> bool:
        """Have it done as soon as the answer that is under way has come, unless something is changed before; False
        if none is."""
        if self._asking:
            self._once_known = do
        return self._asking

    def why_not(self, name: str) -> str:
        """Why an outcome cannot be had now in one sentence, empty if it can."""
        hindering = hinders(name, self.faults)
        if hindering:
            return hindering[0].sentence
        return tr("ui.intake.looking") if self.ahead is None else self._standing(name, self.ahead).blocked

    def words(self, name: str) -> str:
        """The outcome as it is called here: an agent's receipt is an entrustment; what is decided next is done."""
        return name if self.ahead is None else self.ahead.outcomes[name].words

    def as_agent(self, name: str) -> bool:
        """Whether the outcome would be an entrustment."""
        return self.ahead is not None and self.ahead.outcomes[name].as_agent

    def decided_next(self, name: str) -> bool:
        """Whether the outcome is followed by the decision."""
        return self.ahead is not None and self.ahead.outcomes[name].decided_next

    def _forget(self) -> None:
        self.ahead = None

    def _ask(self) -> None:
        application = self._current.application
        item = application.item
        if item is None:
            return
        if self._asking:
            self._ask_again = True
            return
        self._asking = True
        line = application.line_for(ACCEPT)

        def answered(ahead: Ahead) -> None:
            self._asking = False
            if application is self._current.application:
                self.ahead = ahead
                self._show_ahead(ahead)
            if self._ask_again:
                self._ask_again = False
                self._ask()
                return
            do, self._once_known = self._once_known, None
            if do is not None:
                do()

        def failed(error: CounterError) -> None:
            self._asking, self._once_known = False, None
            self._say_error(error)

        self._background.run(Lane.READ, lambda: read_ahead(self._services, item, line), answered, failed, self)

    def _show_ahead(self, ahead: Ahead) -> None:
        item = self._current.application.item
        if item is not None:
            standings = {name: self._standing(name, ahead) for name in (ACCEPT, RECEIVE, CORRECT)}
            self._parts.consequences.show_standings(standings, self._today(), ahead.queue_place, fee(item))
            self._show()

    def _standing(self, name: str, ahead: Ahead) -> Standing:
        hindering = tuple(hinders(name, self.faults))
        outcome = ahead.outcomes[name]
        blocked = hindering[0].sentence if hindering else blocked_sentence(outcome)
        if not blocked and name == CORRECT and not self._has_gaps():
            blocked = tr("ui.intake.gaps.none")
        return Standing(outcome, blocked, hindering)

    def _has_gaps(self) -> bool:
        return bool(self._current.application.missing() or self._current.application.aside().get("gaps"))

    def _show(self) -> None:
        parts = self._parts
        if self._current.application.item is None:
            for button in (*parts.outcomes().values(), parts.other):
                button.block(tr("ui.intake.first_item"))
            parts.bar.say("mute", "circle-dashed", tr("ui.intake.first"), tr("ui.intake.kept_always"))
            return
        parts.other.block("")
        for name, button in parts.outcomes().items():
            button.block(self.why_not(name))
        parts.receive.say(tr(f"ui.intake.then.{self.words(RECEIVE)}"))
        parts.accept.say(tr("ui.intake.then.finish" if self.decided_next(ACCEPT) else "ui.intake.act.accept"))
        n = len(hinders(ACCEPT, self.faults))
        if n:
            parts.bar.say("danger", "octagon-alert", tr("ui.intake.faults", n=n), tr("ui.intake.kept_line"))
        elif self.ahead is None:
            parts.bar.say("mute", "hourglass", tr("ui.intake.looking"), tr("ui.intake.kept_line"))
        elif self.words(RECEIVE) != RECEIVE and not parts.receive.reason():
            parts.bar.say("ok", "circle-check", tr("ui.intake.ready_entrust"), tr("ui.intake.ready_entrust_line"))
        elif parts.accept.reason():
            parts.bar.say("warn", "triangle-alert", parts.accept.reason(), tr("ui.intake.kept_line"))
        else:
            parts.bar.say("ok", "circle-check", tr("ui.intake.ready"), tr("ui.intake.ready_line"))
        self._show_signs()
        self.looked.emit()

    def _show_signs(self) -> None:
        """The signs before the titles of the three sections."""
        application, parts = self._current.application, self._parts
        if self._current.manual and not application.aside().get("card"):
            parts.card.set_icon(*_sign([fault for fault in self.faults if fault.place.startswith("applicant.")]))
        of_form = [fault for fault in self.faults if fault.place == SITUATION or fault.place.startswith("field.")]
        n = sum(row.computed is None for row in application.shown_fields())
        n += bool(application.item and application.item.situations)
        note = tr("ui.intake.form.left", n=n, left=len(of_form)) if of_form else tr("ui.intake.form.all", n=n)
        parts.form.set_note(note, "danger" if _sign(of_form) == _WRONG else "")
        parts.form.set_icon(*_sign(of_form))
        parts.materials.set_icon(*(_GOING if application.missing() else _DONE))


def _sign(found: list[Fault]) -> tuple[str, str]:
    if any(fault.kind == "wrong" for fault in found):
        return _WRONG
    return _GOING if found else _DONE
