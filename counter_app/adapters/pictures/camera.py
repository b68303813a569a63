"""Cameras (UVC) through OpenCV, and files in their place for demonstrations and tests.

A spec is "" (the first camera there is), the path of a video device, a number (systems without such paths),
`film:FILE` (a video, which ends as a camera that is pulled out does) or `picture:FILE` (one view for ever).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import cv2

from counter_app.adapters.pictures.diet import jpeg
from counter_app.adapters.pictures.sheets import Image, find_sheet
from counter_app.adapters.pictures.video_devices import video_devices
from counter_app.domain.errors import CounterError
from counter_app.services.pictures import Frame, Picture

FILM, STILL = "film:", "picture:"
SHOWN_SIDE = 960
_WANTED = (2592, 1944)  # five megapixels: A4 at 220 dots an inch; the driver takes the nearest that it has
_ORIGINAL_QUALITY = 92
_STILL_EVERY_S = 0.05
_FIRST_VIEWS = 3  # a camera that just opened gives some dark ones


def open_camera(spec: str) -> CvCamera | StillView:
    """The camera of a spec. CounterError `camera_missing`, `camera_busy`, `camera_not_allowed`."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what goes wrong is said by our own errors
    if spec.startswith(STILL):
        return StillView(Path(spec.removeprefix(STILL)))
    if spec.startswith(FILM):
        return CvCamera(_film(spec.removeprefix(FILM)), "")
    device = spec or _first()
    return CvCamera(_video(device), device)


class CvCamera:
    """A video device or film that OpenCV reads (`services.device_ports.Camera`)."""

    def __init__(self, video: cv2.VideoCapture, device: str) -> None:
        self._video, self._device = video, device

    def look(self) -> Frame:
        """The present view. CounterError `camera_gone`."""
        return shown(self._view())

    def capture(self) -> Picture:
        """The present view whole. CounterError `camera_gone`."""
        return Picture(jpeg(self._view(), _ORIGINAL_QUALITY))

    def close(self) -> None:
        """Let it go, so that other programs can have it."""
        self._video.release()

    def _view(self) -> Image:
        is_there, image = self._video.read()
        if not is_there or image is None:
            self.close()
            raise CounterError("camera_gone")
        return image


class StillView:
    """One picture for ever: a camera of a machine without one, for demonstrations."""

    def __init__(self, file: Path) -> None:
        image = cv2.imread(str(file)) if file.is_file() else None
        if image is None:
            raise CounterError("camera_missing")
        self._image = image

    def look(self) -> Frame:
        """The view."""
        time.sleep(_STILL_EVERY_S)
        return shown(self._image)

    def capture(self) -> Picture:
        """The view whole."""
        return Picture(jpeg(self._image, _ORIGINAL_QUALITY))

    def close(self) -> None:
        """Nothing is held."""


def shown(view: Image) -> Frame:
    """A view for the screen, with the sheet in it."""
    scale = min(1.0, SHOWN_SIDE / max(view.shape[:2]))
    small = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    return Frame(cv2.cvtColor(small, cv2.COLOR_BGR2RGB).tobytes(), width, height, find_sheet(small))


def _first() -> str:
    found = video_devices()
    if not found:
        raise CounterError("camera_missing")
    return found[0].name


def _film(file: str) -> cv2.VideoCapture:
    video = cv2.VideoCapture(file, cv2.CAP_FFMPEG)
    if not video.isOpened():
        raise CounterError("camera_missing")
    return video


def _video(device: str) -> cv2.VideoCapture:
    if device.isdecimal():
        video = cv2.VideoCapture(int(device), cv2.CAP_DSHOW if sys.platform == "win32" else cv2.CAP_ANY)
        _require(video, "camera_missing")
    else:
        if not Path(device).exists():
            raise CounterError("camera_missing")
        if not os.access(device, os.R_OK | os.W_OK):
            raise CounterError("camera_not_allowed")
        video = cv2.VideoCapture(device, cv2.CAP_V4L2)
        _require(video, "camera_busy")
    video.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG")))  # raw views are slow over USB 2
    video.set(cv2.CAP_PROP_FRAME_WIDTH, _WANTED[0])
    video.set(cv2.CAP_PROP_FRAME_HEIGHT, _WANTED[1])
    views = [video.read()[0] for _ in range(_FIRST_VIEWS)]
    if not any(views):  # another program streams: it opens and gives nothing
        video.release()
        raise CounterError("camera_busy")
    return video


def _require(video: cv2.VideoCapture, code: str) -> None:
    if not video.isOpened():
        raise CounterError(code)
