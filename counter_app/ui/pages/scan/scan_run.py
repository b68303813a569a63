"""A scan on its way, step by step on the pictures' thread: what it needs is asked again and again, nothing waits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import PictureMeans, RunningScan, ScanStep, ScanWish
from counter_app.services.pictures import ScannedPage
from counter_app.ui.background import Background, Lane

STEP_S = 0.2

Stepped = tuple[ScanStep, ScannedPage | None]


class ScanRun(QObject):
    """One scan at a time. moved carries a ScanStep, page_taken a ScannedPage, ended None or the CounterError."""

    moved = Signal(object)
    page_taken = Signal(object)
    ended = Signal(object)

    def __init__(self, means: PictureMeans, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._means, self._background = means, background
        self._scan: RunningScan | None = None  # belongs to the pictures' thread
        self._round = 0  # answers of a scan that was cancelled are not taken
        self.running = False

    def start(self, device: str, wish: ScanWish) -> None:
        """Start, if nothing runs."""
        if self.running:
            return
        self.running = True
        self._round += 1
        self._go_on(lambda: self._begin(device, wish))

    def cancel(self) -> None:
        """End it; the page on its way is not taken. Pages that came stay."""
        if self.running:
            self._round += 1
            self.running = False
            self._background.run(Lane.PICTURES, self._let_go, _nothing, _nothing, self)

    def _go_on(self, work: Callable[[], Stepped]) -> None:
        this = self._round
        self._background.run(
            Lane.PICTURES,
            work,
            lambda stepped: self._stepped(this, stepped),
            lambda error: self._failed(this, error),
            self,
        )

    # the pictures' thread -----------------------------------------------------------------

    def _begin(self, device: str, wish: ScanWish) -> Stepped:
        self._scan = self._means.scanner.start(device, wish)
        return self._step()

    def _step(self) -> Stepped:
        assert self._scan is not None, "steps follow the begin"
        try:
            step = self._scan.step(STEP_S)
            page = None if step.picture is None else self._means.work.page(step.picture)
        except CounterError:
            self._let_go()
            raise
        return step, page

    def _let_go(self) -> None:
        scan, self._scan = self._scan, None
        if scan is not None:
            scan.cancel()

    # answers ------------------------------------------------------------------------------

    def _stepped(self, this: int, stepped: Stepped) -> None:
        if this != self._round:
            return
        step, page = stepped
        if page is not None:
            self.page_taken.emit(page)
        self.moved.emit(step)
        if this != self._round:
            return
        if step.is_over:
            self.running = False
            self.ended.emit(None)
        else:
            self._go_on(self._step)

    def _failed(self, this: int, error: CounterError) -> None:
        if this == self._round:
            self.running = False
            self.ended.emit(error)


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
