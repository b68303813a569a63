"""From what a device took to a page that can be kept (`services.device_ports.PictureWork`)."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from counter_app.adapters.pictures.diet import diet, jpeg
from counter_app.adapters.pictures.sheets import Image, cut_out, find_sheet, lies_on_dark, straight, without_margin
from counter_app.domain.errors import InvalidInput
from counter_app.services.pictures import Picture, ScannedPage

_ORIGINAL_QUALITY = 90
_TURNS = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}
_JPEG = b"\xff\xd8\xff"


class OpenCvPictures:
    """Pictures worked by OpenCV. Each call takes up to a second for a page: never on the UI thread."""

    def page(self, picture: Picture) -> ScannedPage:
        """The page that was taken. InvalidInput `picture_not_readable`."""
        return _page(picture, 0)

    def turned(self, page: ScannedPage) -> ScannedPage:
        """The page turned a quarter to the right, made anew of what was taken."""
        return _page(page.taken, (page.turned + 1) % 4)


def _page(picture: Picture, turned: int) -> ScannedPage:
    image = decoded(picture.content)
    taken = picture
    if not picture.content.startswith(_JPEG):
        taken = replace(picture, content=jpeg(image, _ORIGINAL_QUALITY))
    sheet = None if picture.flat and not lies_on_dark(image) else find_sheet(image)
    dpi = picture.dpi
    if sheet is not None:
        image, dpi = cut_out(image, sheet, picture.dpi)
    elif picture.flat:
        image = without_margin(straight(image), picture.dpi)
    if turned:
        image = cv2.rotate(image, _TURNS[turned])
    light = diet(image, dpi)
    return ScannedPage(
        taken=taken,
        content=light.content,
        media_type=light.media_type,
        preview=light.preview,
        width=light.width,
        height=light.height,
        dpi=light.dpi,
        ink=light.ink,
        cut=sheet is not None,
        turned=turned,
    )


def decoded(content: bytes) -> Image:
    """The dots of a picture's file, grey or in colour. InvalidInput `picture_not_readable`."""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if image is None:
        raise InvalidInput("picture_not_readable")
    return image
