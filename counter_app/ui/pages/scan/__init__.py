"""扫描: papers of a material through scanner or camera, put in order, and kept. The dialog is in `dialog.py`.

ScanDialog(page, services, background, subtitle=..., stack=PageStack()).open()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counter_app.services.device_ports import Camera, PictureMeans
from counter_app.services.scans import Scans


@dataclass(frozen=True, slots=True)
class ScanServices:
    """What scanning needs of a station. The names of scanner and camera are what the settings say ("": the first
    there is); they are read, and cameras opened, on Lane.PICTURES. scans keeps pages, on Lane.STORE.
    """

    means: PictureMeans
    scans: Scans
    scanner_name: Callable[[], str]
    camera_name: Callable[[], str]

    def open_camera(self) -> Camera:
        """The camera of the settings. CounterError as `PictureMeans.open_camera`."""
        return self.means.open_camera(self.camera_name())
