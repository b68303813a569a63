"""Pictures of paper as a scanner and a camera see them: drawn, so that every corner and word is known."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]

PAGE = (1240, 1754)  # A4 at 150 dots an inch
DESK = (70, 90, 60)  # blue, green, red of a dull green mat


def page_of_text(size: tuple[int, int] = PAGE, *, seal: bool = False, photo: bool = False) -> Image:
    """A white page with lines of writing; a red seal or a photograph on it if wanted."""
    width, height = size
    page = np.full((height, width, 3), 255, np.uint8)
    for n, y in enumerate(range(height // 10, height - height // 6, height // 28)):
        words = f"{n:02d} the quick brown fox jumps over the lazy dog"
        cv2.putText(page, words, (width // 10, y), cv2.FONT_HERSHEY_SIMPLEX, width / 1500, (30, 30, 30), 2, cv2.LINE_AA)
    if seal:
        centre, radius = (int(width * 0.7), int(height * 0.82)), width // 12
        cv2.circle(page, centre, radius, (40, 30, 200), 6, cv2.LINE_AA)
        cv2.putText(page, "*", centre, cv2.FONT_HERSHEY_SIMPLEX, 3, (40, 30, 200), 6, cv2.LINE_AA)
    if photo:
        shades = np.tile(np.linspace(20, 230, width // 3, dtype=np.uint8), (height // 4, 1))
        page[height // 8 : height // 8 + height // 4, width // 2 : width // 2 + width // 3] = shades[:, :, None]
    return page


def on_desk(page: Image, corners: list[tuple[int, int]], size: tuple[int, int] = (1600, 1200)) -> Image:
    """The page as a camera sees it on a desk, its corners at these dots (top left, then clockwise); some light falls
    from one side, and there is noise.
    """
    height, width = page.shape[:2]
    of_page = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    way = cv2.getPerspectiveTransform(of_page, np.array(corners, np.float32))
    desk = np.full((size[1], size[0], 3), DESK, np.uint8)
    cv2.warpPerspective(page, way, size, dst=desk, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT)
    light = np.linspace(0.75, 1.0, size[0])[None, :, None]
    noise = np.random.default_rng(5).normal(0, 3, desk.shape)
    return np.clip(desk * light + noise, 0, 255).astype(np.uint8)


def png(image: Image) -> bytes:
    """The picture as a file without loss."""
    return bytes(cv2.imencode(".png", image)[1].tobytes())


def film(path: str, frames: list[Image]) -> str:
    """A film of the frames; its path."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), 10, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def seen_at_a_slant(page: Image, tilt: float, turn: float, size: tuple[int, int] = (1600, 1200)) -> Image:
    """The page as a camera above the desk sees it that leans by so many degrees, the sheet turned by so many."""
    width, height = page.shape[1] / max(page.shape), page.shape[0] / max(page.shape)
    focus, away = 1.2 * size[0], 1.75
    lean, about = np.radians(tilt), np.radians(turn)
    seen = []
    for x, y in ((-width, -height), (width, -height), (width, height), (-width, height)):
        across, along = (x * np.cos(about) - y * np.sin(about)) / 2, (x * np.sin(about) + y * np.cos(about)) / 2
        scale = focus / (away + along * np.sin(lean))
        seen.append((int(size[0] / 2 + across * scale), int(size[1] / 2 + along * np.cos(lean) * scale)))
    return on_desk(page, seen, size)
