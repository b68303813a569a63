"""What every notice of nobody looked like when somebody last looked at it: its text, its fonts, a small grey picture.

After a change that is meant: look at the pages (`make notices`), then `python -m tests.forms.rendering.golden`.
"""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.render import preview_sample

FOLDER = Path(__file__).with_name("golden")
KINDS = sorted({kind for kind, _ in bundled_templates().by_version})
DPI = 30  # a page of 248 x 351 points, a few kB; a line of text is two points high
_STEP = 17  # of grey: sixteen greys are enough
_BLUR = 2.5  # points: what poppler draws otherwise in another version is a fraction of one
TOLERANCE = 14  # of 255, after the blur


class Seen(NamedTuple):
    """A paper as poppler sees it: all text with its lines, its fonts, its first page in grey."""

    text: str
    fonts: str
    picture: Image.Image


def seen(pdf: bytes) -> Seen:
    """Text, fonts and picture of the first page of a PDF."""
    with TemporaryDirectory() as name:
        path = Path(name) / "paper.pdf"
        path.write_bytes(pdf)
        text = _run("pdftotext", "-raw", path, "-")
        fonts = "\n".join(sorted(_font(line) for line in _run("pdffonts", path).splitlines()[2:]))
        _run("pdftoppm", "-r", DPI, "-gray", "-png", "-singlefile", path, Path(name) / "page")
        picture = Image.open(BytesIO((Path(name) / "page.png").read_bytes())).convert("L")
    return Seen(text, f"{fonts}\n", picture)


def difference(one: Image.Image, other: Image.Image) -> int:
    """How far two pictures differ where they differ most, 0 to 255, beyond what a renderer's version changes."""
    if one.size != other.size:
        return 255
    blurred = (picture.filter(ImageFilter.GaussianBlur(_BLUR)) for picture in (one, other))
    return max(ImageChops.difference(*blurred).getextrema())  # type: ignore[type-var]


def _font(line: str) -> str:
    """Name without the random-looking tag of the subset, and whether it is embedded, a subset, with a Unicode table."""
    words = line.split()
    return f"{re.sub(r'^[A-Z]{6}[+]', '', words[0])} embedded={words[-5]} subset={words[-4]} unicode={words[-3]}"


def _coarse(grey: int) -> int:
    return round(grey / _STEP) * _STEP


def _run(*command: object) -> str:
    arguments = [str(word) for word in command]
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout


def keep(kind: NoticeKind) -> None:
    """Take the notice as it is now for what is right."""
    found = seen(preview_sample(kind))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{kind.value}.txt").write_text(found.text, encoding="utf-8")
    (FOLDER / f"{kind.value}.fonts").write_text(found.fonts, encoding="utf-8")
    found.picture.point(_coarse).save(FOLDER / f"{kind.value}.png", optimize=True)


if __name__ == "__main__":
    for each in KINDS:
        keep(each)
