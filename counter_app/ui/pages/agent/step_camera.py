"""拍照 on an agent's intake: the live camera beside the list of materials; without one what F6 does elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from counter_app.domain.errors import CounterError
from counter_app.services.pictures import ScannedPage
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.agent.step_materials import CapturePanel
from counter_app.ui.pages.scan import ScanServices
from counter_app.ui.widgets.live_camera import LiveCamera


class StepCamera(QObject):
    """taken carries (material, file, bytes before, bytes after) of a page that is kept; failed a CounterError."""

    taken = Signal(str, str, int, int)
    failed = Signal(object)

    def __init__(
        self, services: ScanServices | None, background: Background, panel: CapturePanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services, self._background, self._panel = services, background, panel
        self._material, self._broken = "", False
        self.view: LiveCamera | None = None
        if services is not None:
            self.view = LiveCamera(background, services.means.work)
            self.view.state_changed.connect(panel.show_camera)
            self.view.page_taken.connect(self._keep)
            self.view.failed.connect(self._fail)
            panel.add_view(self.view)

    def want(self, on: bool) -> None:
        """Show what the camera sees while materials are asked for; one that failed is tried again with the next."""
        if self.view is None or self._services is None:
            return
        if not on:
            self._broken = False
            if self.view.state() != "off":
                self.view.stop()
        elif self.view.state() == "off" and not self._broken:
            self.view.start(self._services.open_camera)

    def photograph(self, material: str) -> bool:
        """Take the page for a material; False where no camera looks at it."""
        if self.view is None or self.view.state() in ("off", "opening"):
            return False
        if self.view.state() != "taking":
            self._material = material
            self.view.capture()
        return True

    def _keep(self, page: ScannedPage) -> None:
        material, services = self._material, self._services
        assert services is not None, "a page comes from the camera of the services"

        def kept(file: str) -> None:
            self.taken.emit(material, file, page.before, page.after)

        self._background.run(Lane.STORE, lambda: services.scans.keep(page), kept, self.failed.emit, self)

    def _fail(self, error: CounterError) -> None:
        """The camera is gone: the scanner and files are still there, behind the same key."""
        self._broken = True
        if error.code != "camera_missing":  # a counter without a camera is no fault
            self.failed.emit(error)
