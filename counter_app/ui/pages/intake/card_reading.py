"""Reading identity cards without a key: the reader is asked again and again while a card is wanted.

All calls are made on the devices' thread, one after the other; the reader is opened by the first one.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from counter_app.domain.errors import CounterError
from counter_app.domain.identity_card import IdentityCard
from counter_app.services.device_ports import CardReader
from counter_app.ui.background import Background, Lane

# A call that finds a card must also have time to read it (about a second); a longer one delays printing.
ONE_TRY_S = 4.0
# After these the hand that lays the card does the next step, so the reader is asked on.
_OF_THE_CARD = frozenset(
    {"card_moved", "card_not_whole", "garbled", "card_not_verified", "wrong_card", "card_kind_unknown"}
)


class CardReading(QObject):
    """The reader of this counter. read carries an IdentityCard, failed a CounterError.

    An error of the card leaves the reading on; one of the reader stops it until `ask` (F2).
    still_there: the card of the last applicant was not taken away.
    """

    read = Signal(object)
    failed = Signal(object)
    still_there = Signal()

    def __init__(
        self, open_reader: Callable[[], CardReader], background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._open_reader, self._background = open_reader, background
        self._reader: CardReader | None = None  # belongs to the devices' thread
        self._wanted = self._busy = self._asked = False

    def want(self, on: bool) -> None:
        """Read the next card that is laid down, or leave the reader alone."""
        self._wanted = on
        if on:
            self._next()

    def ask(self) -> None:
        """Read now, because somebody pressed the key: then also "no card" is said."""
        self._asked = True
        self._next()

    def busy(self) -> bool:
        """Whether somebody waits for an answer of the reader."""
        return self._asked

    def _next(self) -> None:
        if not self._busy and (self._wanted or self._asked):
            self._busy = True
            self._background.run(Lane.DEVICES, self._try, self._answered, self._refused, self)

    def _try(self) -> IdentityCard:
        if self._reader is None:
            self._reader = self._open_reader()
        return self._reader.read(ONE_TRY_S)

    def _answered(self, card: IdentityCard) -> None:
        self._busy = self._asked = self._wanted = False
        self.read.emit(card)

    def _refused(self, error: CounterError) -> None:
        asked, self._busy, self._asked = self._asked, False, False
        if error.code == "same_card" and not asked:
            if self._wanted:
                self.still_there.emit()
        elif error.code != "no_card" or asked:
            self._wanted = self._wanted and error.code in _OF_THE_CARD | {"no_card", "same_card"}
            self.failed.emit(error)
        self._next()
