"""What a page is to the frame. See README.md of this folder for how to write one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from counter_app.ui.help import Help, help_of

Handlers = Mapping[str, Callable[[], None]]


class Page(QWidget):
    """A page of the window. Subclasses set `name` and override what they have.

    name is unique; the pages of the rail are today, intake, cases, sending, ledger, settings.
    rail is the rail entry that is lit while the page is shown (a case page lights cases). plain: neither rail nor
    新登记 stand beside it (the pages of the village agent's dress). topic: the page's help (`help.page.<topic>`), its
    name if there is none of its own.
    """

    name = ""
    rail = ""
    plain = False
    topic = ""

    head_changed = Signal()
    """title, context line, blocked reasons or outcome bar changed: the frame looks again."""

    say = Signal(str, str)
    """(sentence, tone): a result or reason, shown in the top bar until something else is shown, and read aloud. What is
    ok or danger stays while the page only looks again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def title(self) -> str:
        """The page name in the top bar."""
        raise NotImplementedError

    def context_line(self) -> str:
        """One line of context beside the title."""
        return ""

    def head(self) -> QWidget | None:
        """A widget in place of title, search and 新登记 (intake); made once and kept by the page."""
        return None

    def outcome_bar(self) -> QWidget | None:
        """The bar below the content (intake); made once and kept by the page."""
        return None

    def refresh(self) -> None:
        """Read again what is shown. Called each time the page is shown, and after exchanges."""

    def handlers(self) -> Handlers:
        """What the keys of `keys.py` do here, by key name. They go before those of the frame."""
        return {}

    def blocked(self) -> Mapping[str, str]:
        """Keys that cannot be used now, with the reason in one line."""
        return {}

    def refused(self, key: str, reason: str) -> None:
        """A blocked key was pressed: go to the first thing that blocks it, and say the reason."""
        self.say.emit(reason, "danger")

    def first_focus(self) -> None:
        """Give the focus to where work begins, called when the page is opened (not when returned to)."""

    def help(self) -> Help:
        """What F1 says now: of the place that has the focus, else of the page."""
        return help_of(f"page.{self.topic or self.name}")

    def help_ways(self) -> Handlers:
        """What the help leads to from here, by the word on its button."""
        return {}

    def has_work(self) -> bool:
        """Whether something is under way that must not be cut: no idle lock, and closing asks first."""
        return False

    def leave(self) -> None:
        """Another page is about to be shown: store what is open."""
