"""Scanner, cameras and picture work as one, each loaded by its first use: OpenCV costs half a second of a start."""

from __future__ import annotations

from importlib.util import find_spec

from counter_app.adapters.scanners.scanimage import ScanImage
from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import Camera, FoundDevice, PictureMeans
from counter_app.services.pictures import Picture, ScannedPage


def picture_means() -> PictureMeans:
    """The means of this machine; nothing is loaded and no device is touched yet."""
    return PictureMeans(scanner=ScanImage(), cameras=_cameras, open_camera=_open_camera, work=_Work())


def _cameras() -> list[FoundDevice]:
    from counter_app.adapters.pictures.video_devices import video_devices

    return video_devices()


def _open_camera(spec: str) -> Camera:
    _require_parts()
    from counter_app.adapters.pictures.camera import open_camera

    return open_camera(spec)


class _Work:
    """`services.device_ports.PictureWork`."""

    def page(self, picture: Picture) -> ScannedPage:
        """Cut, straight and light."""
        _require_parts()
        from counter_app.adapters.pictures.work import OpenCvPictures

        return OpenCvPictures().page(picture)

    def turned(self, page: ScannedPage) -> ScannedPage:
        """A quarter turned."""
        _require_parts()
        from counter_app.adapters.pictures.work import OpenCvPictures

        return OpenCvPictures().turned(page)


def _require_parts() -> None:
    if find_spec("cv2") is None:
        raise CounterError("pictures_not_installed")
