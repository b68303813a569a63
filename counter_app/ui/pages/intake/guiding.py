"""办事指南 of the item that the page stands on: shown whole, and printed for the applicant to take home (Ctrl+P)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.guide import GuideCard, show_guide
from counter_app.ui.texts import tr


class Guiding(QObject):
    """item is the one that was chosen, else the one that the search stands on; agency finds one by its role code.

    said: (tone, icon, sentence) for the outcome bar; failed: a CounterError for it.
    """

    said = Signal(str, str, str)
    failed = Signal(object)

    def __init__(
        self,
        page: QWidget,
        services: IntakeServices,
        background: Background,
        card: GuideCard,
        item: Callable[[], ServiceItem | None],
        agency: Callable[[str], Agency | None],
    ) -> None:
        super().__init__(page)
        self._page, self._services, self._background = page, services, background
        self._item, self._agency = item, agency
        card.print.acted.connect(self.print)
        card.print.refused.connect(lambda _reason: self.print())
        if services.print_guide is None:
            card.print.block(tr("ui.intake.guide.no_printer"))

    def show(self) -> None:
        """The whole guide in a dialog."""
        item = self._item()
        if item is not None:
            show_guide(self._page, item, self.print)

    def why_not(self) -> str:
        """Why none can be printed now, in one line; "" if it can."""
        if self._services.print_guide is None:
            return tr("ui.intake.guide.no_printer")
        return "" if self._item() is not None else tr("ui.intake.first_item")

    def print(self) -> None:
        """Print it, or say why not."""
        item, printed = self._item(), self._services.print_guide
        if item is None or printed is None:
            self.said.emit("danger", "octagon-alert", self.why_not())
            return
        agency = self._agency(item.agency)
        self.said.emit("brand", "hourglass", tr("ui.intake.guide.printing"))
        self._background.run(
            Lane.DEVICES,
            lambda: printed(item, agency),
            lambda name: self.said.emit(
                "ok", "circle-check", tr("ui.intake.guide.printed", printer=name, item=item.name)
            ),
            self.failed.emit,
            self,
        )
