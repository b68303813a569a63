"""拍材料: what must be handed in, a large row each; and beside it the picture of what was taken last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from counter_app.domain.service_item import MaterialRule
from counter_app.services.scans import hash_in_vault
from counter_app.ui import icons, tokens
from counter_app.ui.keys import hint
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.materials_card import MaterialsCard, ScansCard, caption_of
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.paint import box
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable

MOST_COPIES = 9


class StepMaterials(MaterialsCard):
    """Enter on a row that was not received takes its picture; on one that was, it goes on to the next."""

    def made_table(self) -> RowTable:
        columns = (ColumnSpec("", 52), ColumnSpec("", 200, stretch=True))
        name, key = tr("ui.intake.materials.title"), hint("scan")
        return RowTable(columns, name=name, action_width=190, action_key=key, as_cards=True)

    def arrange(self) -> None:
        self.setProperty("role", "")
        self.rows.setContentsMargins(0, 0, 0, 0)
        for n in range(self.head.count()):
            item = self.head.itemAt(n)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
        self.scan.setParent(self)
        self.scan.hide()
        self.rows.addWidget(self.table)

    def set_icon(self, icon: str, tone: str) -> None:
        """No sign: the heading of the screen says what is missing."""

    def row_of(self, n: int, rule: MaterialRule, application: Application) -> Row:
        taken = application.taken(rule.id)
        if taken is None:
            caption, state, action = caption_of(rule), "", tr("ui.agent.photo")
            icon, tone = ("camera", "brand") if rule.required else ("circle", "ink3")
        else:
            files = len(taken.get("files", []))
            key = "photographed" if files else "on_paper"
            caption, state, action = tr(f"ui.agent.{key}", n=files), tr("ui.agent.good"), ""
            icon, tone = "circle-check", "ok"
        spoken = tr("ui.agent.material_spoken", n=n, name=rule.name, state=state or action, caption=caption)
        cells: tuple[Cell, ...] = (Cell(icon=icon, tone=tone), Cell(rule.name, caption, strong=True, whole=True))
        if state:  # stands where the action was
            cells = (*cells, Cell(state, tone=tone, strong=True))
        return Row(rule.id, cells, action=action, spoken=spoken)

    def act(self, material: str) -> None:
        application = self._application
        if application.taken(material) is None:
            self.scan_wanted.emit(material)
            return
        still = next((rule.id for rule in application.missing()), "")
        if still:
            self.table.choose(still)
        else:
            self.left.emit()

    def add_scans(self, material: str, paths: Sequence[str]) -> None:
        super().add_scans(material, paths)
        if paths:
            self._go_on(material)


class Picture(QWidget):
    """What the camera or the last scan shows, on a dark ground, with a frame in a tone around it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image, self._tone = QImage(), ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(px(110))

    def show_image(self, image: QImage, tone: str = "") -> None:
        """Show a picture, with a frame in a tone ("ok": green); a null picture shows a camera."""
        self._image, self._tone = image, tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        box(painter, whole, tokens.RADIUS_CONTROL, fill=tokens.RAIL)
        if self._image.isNull():
            size = px(48)
            at = QRectF(whole.center().x() - size / 2, whole.center().y() - size / 2, size, size)
            icons.draw(painter, "camera", tokens.RAIL_TEXT, at)
            return
        fitting = self._image.size().scaled(
            max(1, self.width() - 32), max(1, self.height() - 32), Qt.AspectRatioMode.KeepAspectRatio
        )
        spot = QRectF((self.width() - fitting.width()) / 2, (self.height() - fitting.height()) / 2,
                      fitting.width(), fitting.height())
        painter.drawImage(spot, self._image)
        if self._tone:
            border = tokens.TONES[self._tone].border
            box(painter, spot.adjusted(-4, -4, 4, 4), tokens.RADIUS_CONTROL, border=border, width=4)


class CapturePanel(ScansCard):
    """The picture of the present row, and what is said of it on the list: form, pages, copies.

    paper: it was received and needs no picture; drop: the last picture is not good; form, more, fewer and copies
    change the row. picture_wanted carries the path of the file to be shown, "" none.
    """

    paper = Signal()
    drop = Signal()
    form = Signal()
    more = Signal()
    fewer = Signal()
    copies = Signal(str)
    picture_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("ui.agent.camera"))

    def arrange(self) -> None:
        high = tokens.CONTROL_AGENT
        self.picture, self._sign = Picture(), Icon("circle-check", "ok", 20)
        self._said, self._how = Label("", "title", elided=True), Label("", "secondary", wrap=True)
        self.take_paper = Button("-", key=tr("ui.agent.space"), height=high, wide=True)
        self.drop_last = Button(tr("ui.agent.drop"), key="Del", height=high, wide=True)
        self._form, self._copies = (Button("-", height=high, wide=True) for _ in range(2))
        self._pages = Label("", "text")
        self._fewer, self._more = Button("−", height=high), Button("+", height=high)
        for button in (self._fewer, self._more):
            button.setMinimumWidth(px(tokens.CONTROL_AGENT))
        self._fewer.setAccessibleName(tr("ui.agent.page_less"))
        self._more.setAccessibleName(tr("ui.agent.page_more"))
        self._n_copies, self.path = 1, ""
        self._view: QWidget | None = None
        self._state, self._n_files, self._received = "", 0, False
        self._place()
        for button, signal in (
            (self.take_paper, self.paper), (self.drop_last, self.drop), (self._form, self.form),
            (self._more, self.more), (self._fewer, self.fewer),
        ):
            button.acted.connect(signal)
        self._copies.acted.connect(lambda: self.copies.emit(str(self._n_copies % MOST_COPIES + 1)))

    def add_view(self, view: QWidget) -> None:
        """Put the live view of a camera in the place of the pictures; it is shown once the camera sees something."""
        view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        view.setMinimumHeight(px(130))
        self.rows.insertWidget(1, view, 1)
        view.hide()
        self._view = view

    def show_camera(self, state: str) -> None:
        """The camera says how the paper lies: a state of `LiveCamera`."""
        is_on = state != "off"
        if self._view is not None:
            self._view.setVisible(is_on)
        self.picture.setVisible(not is_on)
        self._state = state if is_on else ""
        self._say()

    def _place(self) -> None:
        self.rows.addWidget(self.picture, 1)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._sign)
        line.addWidget(self._said, 1)
        self.rows.addLayout(line)
        self.rows.addWidget(self._how)
        self.rows.addWidget(self.take_paper)
        self.rows.addWidget(self.drop_last)
        self._details = QWidget()
        grid = QGridLayout(self._details)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._form, 0, 0)
        grid.addWidget(self._copies, 0, 1)
        pages = QHBoxLayout()
        pages.addWidget(self._pages, 1)
        pages.addWidget(self._fewer)
        pages.addWidget(self._more)
        grid.addLayout(pages, 1, 0, 1, 2)
        self.rows.addWidget(self._details)

    def show_row(self, rule: MaterialRule | None, application: Application) -> None:
        row = application.taken(rule.id) if rule is not None else None
        files = (row or {}).get("files", [])
        if rule is None:
            return
        self.set_title(rule.name)
        self._n_files, self._received = len(files), row is not None
        self._say()
        how = "again" if files else "add" if row is not None else "photo"
        self._how.setText(tr(f"ui.agent.{how}_how", key=hint("scan")))
        self.take_paper.say(tr("ui.agent.not_received" if row is not None else "ui.agent.paper"))
        self.drop_last.setVisible(bool(files))
        self._details.setVisible(row is not None)
        if row is not None:
            self._n_copies = int(row.get("copies", 1))
            self._form.say(tr(f"ui.intake.form.{row['form']}"))
            self._copies.say(tr("ui.word.copies", n=self._n_copies))
            self._pages.setText(tr("ui.agent.pages", n=int(row.get("pages", 1))))
        last = str(files[-1]) if files else ""
        path = "" if PurePath(last).suffix.lower() == ".pdf" or hash_in_vault(last) is not None else last
        if path != self.path or not path:
            self.picture_wanted.emit(path)

    def _say(self) -> None:
        """What was taken of the row; before that, how the paper lies."""
        if self._received:
            said, tone, icon = tr("ui.agent.taken" if self._n_files else "ui.agent.received", n=self._n_files), "ok", ""
        elif self._state:
            tone = {"ready": "ok", "taking": "ok", "opening": "brand"}.get(self._state, "warn")
            said, icon = tr(f"ui.agent.camera_{self._state}"), "triangle-alert" if tone == "warn" else ""
        else:
            said, tone, icon = tr("ui.agent.put_down"), "brand", "camera"
        self._sign.show_icon(icon or "circle-check", tone)
        self._said.setText(said)
        self._said.set_tone(tone)
