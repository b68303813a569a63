"""Where a sheet lies in a picture, and the picture of the sheet alone: cut, straight, seen from above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from counter_app.services.pictures import Corner, Corners

Image = NDArray[Any]
"""Rows of dots as OpenCV has them: grey, or blue, green, red."""

LOOK_SIDE = 640  # the longer side of the copy in which edges are looked for
_LEAST_AREA = 0.12  # of the frame: smaller things are no sheet that somebody wants to keep
_WHOLE_FRAME = 0.97
_LEAST_FILL = 0.86  # of the four corners' area that the outline must fill
_FOCUS = 1.05  # of the longer side: a view of 50 degrees
_SMALL_PAPER = 0.55  # of the glass, both ways: more is a page
_LEAST_LINES = 0.05  # how sharply ink and no ink change from row to row where there are lines: 0.2 and more
_SOLID = 0.6  # of a small paper is darker than the glass; a few lines of writing are not
_WHITE_LID = 170  # what the rim of a scan shows above it is the lid, or the paper itself
_SHAVE = 0.004  # of each side: what lies around the sheet must not stand in the cut

# Known papers by the proportion of their sides: least, most, the true one, inches of the longer side.
_PAPERS = ((1.30, 1.52, 2**0.5, 11.69), (1.52, 1.68, 85.6 / 53.98, 3.37))


def find_sheet(image: Image) -> Corners | None:
    """The corners of the largest sheet, None where none is seen whole."""
    small = _small(image, LOOK_SIDE)
    height, width = small.shape[:2]
    best, best_area = None, _LEAST_AREA * width * height
    for mask in _masks(small):
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            area = cv2.contourArea(cv2.convexHull(outline))
            if best_area < area < _WHOLE_FRAME * width * height:
                corners = _four_corners(outline)
                if corners is not None:
                    best, best_area = corners, area
    return None if best is None else _in_parts(best, width, height)


def cut_out(image: Image, corners: Corners, dpi: int = 0) -> tuple[Image, int]:
    """The sheet alone and its dots an inch; dpi is that of the picture, or 0: then the paper's proportion tells."""
    height, width = image.shape[:2]
    points = np.array([(x * width, y * height) for x, y in corners], dtype=np.float32)
    across = max(_long(points[0], points[1]), _long(points[3], points[2]))
    down = max(_long(points[0], points[3]), _long(points[1], points[2]))
    if not dpi:
        across = down * _proportion(points, width, height, across / max(1.0, down))
        across, down, dpi = _as_paper(across, down)
    size = (max(1, round(across)), max(1, round(down)))
    shave_x, shave_y = size[0] * _SHAVE, size[1] * _SHAVE
    to = np.array(
        [
            (-shave_x, -shave_y),
            (size[0] + shave_x, -shave_y),
            (size[0] + shave_x, size[1] + shave_y),
            (-shave_x, size[1] + shave_y),
        ],
        dtype=np.float32,
    )
    way = cv2.getPerspectiveTransform(points, to)
    cut = cv2.warpPerspective(image, way, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cut, dpi


def lies_on_dark(image: Image) -> bool:
    """Whether the rim of a scan is dark: the lid is black, and the sheet can be told from it."""
    grey = _grey(_small(image, LOOK_SIDE))
    rim = np.concatenate([grey[:4].ravel(), grey[-4:].ravel(), grey[:, :4].ravel(), grey[:, -4:].ravel()])
    return float(np.median(rim)) < _WHITE_LID


def straight(image: Image) -> Image:
    """A picture from a glass with its lines level: turned by at most four degrees."""
    angle = _slant(image)
    if abs(angle) < 0.3:
        return image
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def without_margin(image: Image, dpi: int) -> Image:
    """A small paper (a card, a receipt) without the empty glass around it; a page that fills the glass stays whole."""
    small = _small(image, LOOK_SIDE)
    scale = image.shape[0] / small.shape[0]
    grey = _grey(small)
    dark = cv2.threshold(grey, 235, 255, cv2.THRESH_BINARY_INV)[1]
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    places = cv2.findNonZero(dark)
    if places is None:
        return image
    x, y, width, height = cv2.boundingRect(places)
    is_large = width > _SMALL_PAPER * small.shape[1] or height > _SMALL_PAPER * small.shape[0]
    if is_large or float(dark[y : y + height, x : x + width].mean()) < 255 * _SOLID:
        return image
    margin = max(4, dpi // 8)  # 3 mm
    top, left = max(0, int(y * scale) - margin), max(0, int(x * scale) - margin)
    bottom, right = int((y + height) * scale) + margin, int((x + width) * scale) + margin
    return image[top:bottom, left:right]


def _masks(small: Image) -> Iterator[Image]:
    """Ways to tell a sheet from what it lies on: it is brighter, it is duller in colour, it has an edge."""
    grey = cv2.GaussianBlur(_grey(small), (5, 5), 0)
    closing = np.ones((7, 7), np.uint8)
    bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    yield cv2.morphologyEx(bright, cv2.MORPH_CLOSE, closing)
    if small.ndim == 3:
        saturation = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2HSV)[:, :, 1], (5, 5), 0)
        dull = cv2.threshold(saturation, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
        yield cv2.morphologyEx(dull, cv2.MORPH_CLOSE, closing)
    edges = cv2.dilate(cv2.Canny(grey, 40, 120), np.ones((3, 3), np.uint8))
    yield cv2.morphologyEx(edges, cv2.MORPH_CLOSE, closing)


def _four_corners(outline: Image) -> Image | None:
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, closed=True)
    for tolerance in (0.02, 0.035, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * around, closed=True)
        if len(corners) == 4:
            break
    else:
        return None
    filled = cv2.contourArea(hull) / max(1.0, cv2.contourArea(corners))
    return corners.reshape(4, 2).astype(np.float32) if filled > _LEAST_FILL else None


def _in_parts(corners: Image, width: int, height: int) -> Corners:
    total, difference = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    order = (total.argmin(), difference.argmax(), total.argmax(), difference.argmin())

    def part(place: Any) -> Corner:
        x, y = corners[int(place)]
        return (float(x) / width, float(y) / height)

    return (part(order[0]), part(order[1]), part(order[2]), part(order[3]))


def _proportion(points: Image, width: int, height: int, seen: float) -> float:
    """Width by height of the sheet as it is, not as a camera at a slant sees it; seen where that cannot be.

    Z. Zhang and L.-W. He, Whiteboard scanning and image enhancement (2006), section 3: the camera's middle is the
    picture's, its dots are square. Its focus is taken as usual: the corners tell it too badly at a small slant.
    """
    middle = np.array([width / 2, height / 2])
    top_left, top_right, bottom_right, bottom_left = (np.append(point - middle, 1.0) for point in points)
    diagonal = np.cross(top_left, bottom_right)
    across = diagonal @ bottom_left / (np.cross(top_right, bottom_right) @ bottom_left) * top_right - top_left
    down = diagonal @ top_right / (np.cross(bottom_left, bottom_right) @ top_right) * bottom_left - top_left
    focus = (_FOCUS * max(width, height)) ** 2
    true = (across[:2] @ across[:2] / focus + across[2] ** 2) / (down[:2] @ down[:2] / focus + down[2] ** 2)
    found = float(np.sqrt(true))
    return found if 0.7 < found / seen < 1.5 else seen


def _as_paper(across: float, down: float) -> tuple[float, float, int]:
    """The sides as those of the paper that they are nearest to, and the dots an inch that they make of it."""
    long, short = max(across, down), max(1.0, min(across, down))
    for least, most, proportion, inches in _PAPERS:
        if least <= long / short < most:
            short = long / proportion
            sides = (long, short) if across > down else (short, long)
            return (*sides, round(long / inches))
    return across, down, 0


def _slant(image: Image) -> float:
    """Degrees by which the lines of writing are off the level, 0 where there are none to tell by."""
    small = _small(image, 500)
    dark = cv2.threshold(_grey(small), 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    height, width = dark.shape
    inner = dark[height // 20 : -height // 20, width // 20 : -width // 20]
    height, width = inner.shape

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        rows = cv2.warpAffine(inner, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum() / max(1.0, np.square(rows).sum()))

    angles = [quarter / 4 for quarter in range(-16, 17)]
    found = {angle: sharpness(angle) for angle in angles}
    best = max(found, key=lambda angle: found[angle])
    return best if found[best] > max(1.15 * found[0.0], _LEAST_LINES) else 0.0


def _small(image: Image, side: int) -> Image:
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def _long(one: Image, other: Image) -> float:
    return float(np.hypot(*(one - other)))
