"""The live view of a camera, with a frame that turns green when a sheet is seen whole and lies still. Usage:

    camera = LiveCamera(background, means.work)
    camera.page_taken.connect(show_page)              # a ScannedPage: cut, straight, light
    camera.ready_changed.connect(button.setEnabled)   # green or not
    camera.failed.connect(show_error)                 # CounterError; the camera was let go
    camera.start(lambda: means.open_camera(spec))     # called on the pictures' thread
    camera.capture()                                  # also while it is not green: then the whole view may be the page
    camera.stop()

Each look is one piece of work on `Lane.PICTURES`; the next is asked for when it was shown, so that a slow machine
shows fewer views and nothing waits in a queue.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import Camera, PictureWork
from counter_app.services.pictures import Corners, Frame, ScannedPage, SheetWatch
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr

OpenCamera = Callable[[], Camera]

FRAME_WIDTH = 4
SHEET_WIDTH = 3


class LiveCamera(QWidget):
    """What the camera sees. page_taken carries a ScannedPage, failed a CounterError.

    state() is `off`, `opening`, `no_sheet`, `moving`, `ready` or `taking`; state_changed carries it.
    """

    page_taken = Signal(object)
    failed = Signal(object)
    ready_changed = Signal(bool)
    state_changed = Signal(str)

    def __init__(self, background: Background, work: PictureWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background, self._work = background, work
        self._camera: Camera | None = None  # belongs to the pictures' thread
        self._open: OpenCamera | None = None
        self._hidden: OpenCamera | None = None  # to be opened again when the view is shown
        self._round = 0  # answers of a camera that was stopped meanwhile are not shown
        self._frame: Frame | None = None
        self._image = QImage()
        self._watch = SheetWatch()
        self._state = "off"
        self.setAccessibleName(tr("ui.camera.view"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def start(self, open_camera: OpenCamera) -> None:
        """Open the camera and show what it sees, until `stop` or a failure."""
        self.stop()
        self._open = open_camera
        self._say("opening")
        self._look()

    def stop(self) -> None:
        """Let the camera go."""
        self._round += 1
        self._hidden = None
        if self._open is not None:
            self._open = None
            self._background.run(Lane.PICTURES, self._let_go, _nothing, _nothing, self)
        self._frame, self._image, self._watch = None, QImage(), SheetWatch()
        self._say("off")

    def capture(self) -> None:
        """Take the page. Nothing happens while the camera is off or already takes one."""
        if self._open is None or self._state in ("opening", "taking"):
            return
        self._say("taking")
        this = self._round
        self._background.run(
            Lane.PICTURES,
            self._take,
            lambda page: self._taken(this, page),
            lambda error: self._refused(this, error),
            self,
        )

    def state(self) -> str:
        """How things stand, for the words beside the view."""
        return self._state

    def is_ready(self) -> bool:
        """Whether a sheet lies still and whole: the frame is green."""
        return self._state == "ready"

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._open is not None:  # behind the lock nobody is looked at
            open_camera = self._open
            self.stop()
            self._hidden = open_camera

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._hidden is not None:
            self.start(self._hidden)

    # the pictures' thread -----------------------------------------------------------------

    def _see(self, open_camera: OpenCamera) -> Frame:
        if self._camera is None:
            self._camera = open_camera()
        return self._camera.look()

    def _take(self) -> ScannedPage:
        assert self._camera is not None, "somebody looked through it before"
        return self._work.page(self._camera.capture())

    def _let_go(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    # answers ------------------------------------------------------------------------------

    def _look(self) -> None:
        this, open_camera = self._round, self._open
        if open_camera is None:
            return
        self._background.run(
            Lane.PICTURES,
            lambda: self._see(open_camera),
            lambda frame: self._seen(this, frame),
            lambda error: self._refused(this, error),
            self,
        )

    def _seen(self, this: int, frame: Frame) -> None:
        if this != self._round:
            return
        self._frame = frame
        self._image = QImage(frame.rgb, frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888)
        self._watch = self._watch.after(frame.sheet)
        if self._state != "taking":
            self._say("ready" if self._watch.is_still else "moving" if frame.sheet else "no_sheet")
        self.update()
        self._look()

    def _taken(self, this: int, page: ScannedPage) -> None:
        if this != self._round:
            return
        self._watch = SheetWatch()  # the next sheet has to come to rest anew
        self._say("moving")
        self.page_taken.emit(page)

    def _refused(self, this: int, error: CounterError) -> None:
        if this != self._round:
            return
        self.stop()
        self.failed.emit(error)

    def _say(self, state: str) -> None:
        if state == self._state:
            return
        was_ready, self._state = self._state == "ready", state
        self.setAccessibleDescription(tr(f"ui.camera.state.{state}"))
        self.state_changed.emit(state)
        if was_ready != (state == "ready"):
            self.ready_changed.emit(state == "ready")
        self.update()

    # drawing ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(tokens.RAIL))
        if self._frame is None:
            painter.setPen(QColor(tokens.RAIL_TEXT))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), tr(f"ui.camera.state.{self._state}"))
            return
        place = self._place(self._frame)
        painter.drawImage(place, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ready = self._state in ("ready", "taking")
        colour = QColor(tokens.OK if ready else tokens.WARN)
        if self._frame.sheet is not None:
            style = Qt.PenStyle.SolidLine if ready else Qt.PenStyle.DashLine  # told apart without colour too
            painter.setPen(QPen(colour, SHEET_WIDTH, style))
            painter.drawPolygon(_on(place, self._frame.sheet))
        painter.setPen(QPen(colour, FRAME_WIDTH))
        half = FRAME_WIDTH / 2
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))

    def _place(self, frame: Frame) -> QRectF:
        room = QRectF(self.rect())
        scale = min(room.width() / frame.width, room.height() / frame.height)
        place = QRectF(0, 0, frame.width * scale, frame.height * scale)
        place.moveCenter(room.center())
        return place


def _on(place: QRectF, sheet: Corners) -> QPolygonF:
    return QPolygonF([QPointF(place.x() + x * place.width(), place.y() + y * place.height()) for x, y in sheet])


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
