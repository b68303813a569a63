"""F6: the papers of one material through feeder, glass or camera; put in order, turned, thrown away and fetched back.

    dialog = ScanDialog(over, services, background, name, stack, check_file=intake.check_scan)
    dialog.kept.connect(attach)          # Kept: the names by which the line has the pages, and what each weighs
    dialog.open()

Esc ends a running scan; without one it closes, and the stack keeps its pages until the next F6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import ScanStep, ScanWish
from counter_app.services.pictures import Picture, ScannedPage
from counter_app.services.sentences import sentences
from counter_app.ui.background import Background, Lane
from counter_app.ui.keys import hint
from counter_app.ui.pages.scan import ScanServices
from counter_app.ui.pages.scan.page_view import PageView
from counter_app.ui.pages.scan.scan_run import ScanRun
from counter_app.ui.pages.scan.sources import CAMERA, FEEDER, Source, Sources, find_sources
from counter_app.ui.pages.scan.stack import PageStack
from counter_app.ui.pages.scan.words import placing_words, rows, source_words, step_words, total
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.live_camera import LiveCamera
from counter_app.ui.widgets.progress import Progress
from counter_app.ui.widgets.table import ColumnSpec, RowTable

MOST_PAGES = 50  # of a material, as an intake line has them
LIST_WIDTH, MOST_LIST_WIDTH = 330, 400
LEAST_HEIGHT = 120  # of the picture, on a low screen with a fault above it
_DIETED = (".jpg", ".jpeg", ".png")  # others may have several pages, or are no pictures: they are taken whole
Files = Callable[[QWidget], Sequence[str]]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page in the vault: the name by which a line has it, and its bytes before and after the diet."""

    file: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the person took: pages in their order, then files that stay where they are."""

    pages: tuple[KeptPage, ...]
    files: tuple[str, ...]


class ScanDialog(Dialog):
    """The dialog over the intake page. kept carries `Kept`, after everything is durable; the stack is empty then.

    already: how many files the material has.
    """

    topic = "scan"
    kept = Signal(object)

    def __init__(
        self,
        over: QWidget,
        services: ScanServices,
        background: Background,
        material: str,
        stack: PageStack,
        choose_files: Files,
        check_file: Callable[[str], None],
        already: int = 0,
    ) -> None:
        keys = {"scan": self._take, "case_before": lambda: self._move(-1), "case_after": lambda: self._move(1)}
        super().__init__(over, tr("ui.scan.title"), subtitle=material, width="large", tall=True, keys=keys)
        self._services, self._background, self.stack = services, background, stack
        self._choose_files, self._check_file = choose_files, check_file
        self._sources: tuple[Source, ...] = ()
        self._room = MOST_PAGES - already
        self._busy = 0  # pieces of work on pages that are under way
        self._came = 0  # pages of the scan that runs
        self._arriving = False  # a page is put into the list: the camera's view stays
        self.run = ScanRun(services.means, background, self)
        self.camera = LiveCamera(background, services.means.work)
        self.view = PageView()
        self._build()
        self._wire()
        self._show_pages("")
        self._find()

    # what stands where --------------------------------------------------------------------

    def _build(self) -> None:
        self.source = ChoiceField(tr("ui.scan.source"), [])
        self.colour = ChoiceField(
            tr("ui.scan.colour"), [("colour", tr("ui.scan.in_colour")), ("grey", tr("ui.scan.in_grey"))]
        )
        self.take = Button(tr("ui.scan.take"), key=hint("scan"), icon="scan")
        self.fault = Banner("danger", "octagon-alert", "")
        self.fault.hide()
        self.pictures = QStackedWidget()
        self.pictures.setMinimumHeight(LEAST_HEIGHT)
        self.pictures.addWidget(self.view)
        self.pictures.addWidget(self.camera)
        self.said, self.progress = Label("", "secondary", elided=True), Progress(tr("ui.scan.progress"))
        columns = (ColumnSpec("", 34), ColumnSpec("", 120, stretch=True), ColumnSpec("", 92, right=True))
        self.table = RowTable(columns, name=tr("ui.scan.pages"))
        self.total = Label("", "strong", elided=True)
        left, right = QVBoxLayout(), QVBoxLayout()
        for lines in (left, right):
            lines.setSpacing(8)
        above = QHBoxLayout()
        above.setSpacing(10)
        for widget, stretch in ((self.source, 1), (self.colour, 1), (self.take, 0)):
            above.addWidget(widget, stretch, Qt.AlignmentFlag.AlignBottom)
        left.addLayout(above)
        left.addWidget(self.fault)
        left.addWidget(self.pictures, 1)
        left.addWidget(self.said)
        left.addWidget(self.progress)
        right.addWidget(self.total)
        right.addWidget(self.table, 1)
        for caption in (tr("ui.scan.keys_order"), tr("ui.scan.keys_pages")):
            right.addWidget(Label(caption, "caption"))
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addLayout(left, 1)
        beside = QWidget()
        beside.setFixedWidth(min(px(LIST_WIDTH), MOST_LIST_WIDTH))
        beside.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        across.addWidget(beside)
        self.rows.addLayout(across, 1)
        self.again = Button(tr("ui.scan.find_again"), icon="refresh-cw")
        self.files = Button(tr("ui.scan.files"), icon="folder-open")
        self.keep = Button(tr("ui.scan.keep", n=0), "primary", key="Enter")
        self.foot(Button(tr("ui.scan.leave"), "link", key="Esc"), self.again, self.files, self.keep)

    def _wire(self) -> None:
        self.take.acted.connect(self._take)
        self.again.acted.connect(self._find)
        self.files.acted.connect(self._add_files)
        self.keep.acted.connect(self._keep)
        self.keep.refused.connect(self._say)
        for button in (self.take, self.again):
            button.refused.connect(self._say)
        self.source.settled.connect(lambda _key: self._source_chosen())
        self.table.row_changed.connect(self._show_page)
        self.table.acted.connect(lambda _key: self.keep.click())
        self.table.bind("rR", lambda key, _char: self._turn(key))
        self.table.bind("Del", lambda key, _char: self._throw_away(key))
        self.table.bind("vV", lambda key, _char: self._show_page(key))
        self.table.bind("zZ", lambda _key, _char: self._bring_back())
        self.table.bind(" ", lambda _key, _char: self._take())
        self.run.page_taken.connect(self._page_came)
        self.run.moved.connect(self._moved)
        self.run.ended.connect(self._ended)
        self.camera.page_taken.connect(self._page_came)
        self.camera.failed.connect(self._camera_failed)
        self.camera.state_changed.connect(self._camera_says)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._take()
        elif event.key() == Qt.Key.Key_Z:  # also when the last page was thrown away
            self._bring_back()
        else:
            super().keyPressEvent(event)

    def close_dialog(self) -> None:
        """Esc: ends a scan that runs; else closes, and the pages wait for the next F6."""
        if self.run.running:
            self._cancel()
            return
        self.camera.stop()
        super().close_dialog()

    # sources ------------------------------------------------------------------------------

    def _find(self) -> None:
        self.take.block(tr("ui.scan.finding"))
        self.view.say(tr("ui.scan.finding"))
        self.said.setText(tr("ui.scan.finding_line"))
        self.camera.stop()
        self._background.run(Lane.PICTURES, lambda: find_sources(self._services), self._found, self._failed, self)

    def _found(self, sources: Sources) -> None:
        before = self.source.value()
        self._sources = sources.found
        self.source.choice.set_options([(source.key, words) for source, words in source_words(sources.found)])
        if any(source.key == before for source in sources.found):
            self.source.set_value(before)
        self.take.block("" if sources.found else tr("ui.scan.no_source"))
        self.fault.hide()
        if sources.fault is not None and not sources.found:
            self._failed(sources.fault)
        self._source_chosen()
        if sources.found and not self.stack.pages:
            self.take.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_source(self, kind: str) -> None:
        """Take the first source of a kind, if there is one."""
        key = next((source.key for source in self._sources if source.kind == kind), "")
        if key:
            self.source.set_value(key)
            self._source_chosen()

    def _source(self) -> Source | None:
        return next((source for source in self._sources if source.key == self.source.value()), None)

    def _source_chosen(self) -> None:
        source = self._source()
        by_camera = source is not None and source.kind == CAMERA
        self.colour.setVisible(source is not None and not by_camera and source.colour)
        self.take.say(tr("ui.scan.photo" if by_camera else "ui.scan.take"))
        self.progress.setVisible(not by_camera)
        self.progress.show_part(0)
        if by_camera:
            self.pictures.setCurrentWidget(self.camera)
            self.camera.start(self._services.open_camera)
            return
        self.camera.stop()
        self.pictures.setCurrentWidget(self.view)
        words = tr("ui.scan.no_source") if source is None else placing_words(source)
        self.said.setText(words)
        if not self.stack.pages:
            self.view.say(words)

    # taking -------------------------------------------------------------------------------

    def _take(self) -> None:
        source = self._source()
        if self.take.reason() or source is None or self.run.running:
            return
        if len(self.stack) >= self._room:
            self._say(tr("ui.scan.full", most=MOST_PAGES))
            return
        self.fault.hide()
        if source.kind == CAMERA:
            self._photograph()
            return
        self._came = 0
        self._set_scanning(True)
        self.said.setText(tr("ui.scan.begins"))
        in_colour = self.colour.value() != "grey" and source.colour
        self.run.start(source.device, ScanWish(feeder=source.kind == FEEDER, colour=in_colour))

    def _photograph(self) -> None:
        """Take what the camera sees; where a page is looked at, or the camera was lost, show its view again first."""
        if self.pictures.currentWidget() is not self.camera:
            self.pictures.setCurrentWidget(self.camera)
        elif self.camera.state() == "off":
            self.camera.start(self._services.open_camera)
        else:
            self.camera.capture()

    def _set_scanning(self, on: bool) -> None:
        for button in (self.take, self.again):
            button.block(tr("ui.scan.scanning_now") if on else "")
        self.source.choice.setEnabled(not on)
        self._show_total()

    def _cancel(self) -> None:
        self.run.cancel()
        self._set_scanning(False)
        self.progress.show_part(0)
        self._say(tr("ui.scan.cancelled", n=self._came))
        if self.stack.pages:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _page_came(self, page: ScannedPage) -> None:
        self._came += 1
        self._arriving = True
        self._show_pages(self.stack.add(page))
        self._arriving = False
        if not self.run.running:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if len(self.stack) >= self._room and self.run.running:
            self._cancel()
            self._say(tr("ui.scan.full", most=MOST_PAGES))

    def _moved(self, step: ScanStep) -> None:
        if not step.is_over and step.picture is None:
            self.said.setText(step_words(step))
            self.progress.show_part((step.percent or 0) / 100)

    def _ended(self, fault: CounterError | None) -> None:
        self._set_scanning(False)
        self.progress.show_part(0)
        if fault is None:
            self._say(tr("ui.scan.ended", n=self._came))
        else:
            self.said.setText(tr("ui.scan.came", n=self._came))
            self._failed(fault)
        if self.stack.pages:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _camera_says(self, state: str) -> None:
        source = self._source()
        if source is not None and source.kind == CAMERA:
            self.said.setText(tr(f"ui.camera.state.{state}"))

    def _camera_failed(self, error: CounterError) -> None:
        self._failed(error)

    # pages --------------------------------------------------------------------------------

    def _show_pages(self, present: str) -> None:
        self.table.set_rows(rows(self.stack))
        if present:
            self.table.choose(present)
        self._show_total()
        source = self._source()
        if not self.stack.pages and (source is None or source.kind != CAMERA):
            self.view.say(placing_words(source) if source is not None else tr("ui.scan.finding"))

    def _show_total(self) -> None:
        self.total.setText(total(self.stack))
        self.keep.say(tr("ui.scan.keep", n=len(self.stack)))
        scanning, empty = tr("ui.scan.scanning_now"), tr("ui.scan.none_yet")
        self.keep.block(scanning if self.run.running or self._busy else "" if len(self.stack) else empty)

    def _show_page(self, key: str) -> None:
        page = self.stack.page(key)
        if page is None:
            return
        self.view.show_page(page)
        if not self._arriving:  # walking through the list shows pages, taking them the camera
            self.pictures.setCurrentWidget(self.view)

    def _move(self, by: int) -> None:
        key = self.table.current_key()
        if key:
            self.stack.move(key, by)
            self._show_pages(key)

    def _throw_away(self, key: str) -> None:
        if key.startswith("file-"):
            del self.stack.files[int(key.removeprefix("file-"))]
        else:
            self.stack.throw_away(key)
            self._say(tr("ui.scan.thrown_away"))
        self._show_pages("")

    def _bring_back(self) -> None:
        key = self.stack.bring_back()
        if key:
            self._show_pages(key)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, key: str) -> None:
        page, work = self.stack.page(key), self._services.means.work
        if page is not None and not self._busy:
            self._begin_work()
            self._background.run(
                Lane.PICTURES, lambda: work.turned(page), lambda made: self._turned(key, made), self._failed, self
            )

    def _turned(self, key: str, page: ScannedPage) -> None:
        self._busy = 0
        self.stack.put(key, page)
        self._show_pages(key)
        self._show_page(key)

    def _begin_work(self) -> None:
        self._busy = 1
        self._show_total()

    # files --------------------------------------------------------------------------------

    def _add_files(self) -> None:
        chosen = list(self._choose_files(self))[: max(0, self._room - len(self.stack))]
        if not chosen or self._busy:
            return
        self._begin_work()
        check, work = self._check_file, self._services.means.work

        def look() -> tuple[list[ScannedPage], list[str]]:
            pages, whole = [], []
            for path in chosen:
                check(path)
                if path.lower().endswith(_DIETED):
                    pages.append(work.page(Picture(Path(path).read_bytes())))
                else:
                    whole.append(path)
            return pages, whole

        self._background.run(Lane.PICTURES, look, lambda found: self._files_looked_at(*found), self._failed, self)

    def _files_looked_at(self, pages: Sequence[ScannedPage], whole: Sequence[str]) -> None:
        self._busy = 0
        self.stack.files += [path for path in whole if path not in self.stack.files]
        keys = [self.stack.add(page) for page in pages]
        self._show_pages(keys[-1] if keys else "")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # the end ------------------------------------------------------------------------------

    def _keep(self) -> None:
        self.keep.block(tr("ui.scan.keeping"))
        scans, pages = self._services.scans, [page for _key, page in self.stack.pages]
        files = tuple(self.stack.files)

        def keep() -> Kept:
            return Kept(tuple(KeptPage(scans.keep(page), page.before, page.after) for page in pages), files)

        self._background.run(Lane.STORE, keep, self._all_kept, self._failed, self)

    def _all_kept(self, kept: Kept) -> None:
        self.stack.pages.clear()
        self.stack.files.clear()
        self.close_dialog()
        self.kept.emit(kept)

    def _failed(self, error: CounterError) -> None:
        self._busy = 0
        said = sentences(error)
        self.fault.show()
        self.fault.say("danger", "octagon-alert", said.message, said.remedy)
        self._show_total()

    def _say(self, words: str) -> None:
        self.said.setText(words)
