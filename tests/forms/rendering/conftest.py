"""Papers to look at: data of a notice, its PDF, and what poppler sees in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import render_notice, sample_data

KINDS = sorted({kind for kind, _ in bundled_templates().by_version})


@pytest.fixture(params=KINDS, ids=str)
def kind(request) -> NoticeKind:
    """Each kind that has a template."""
    return request.param


@pytest.fixture
def data() -> Callable[..., Mapping[str, object]]:
    """The sample's data with some fields changed."""

    def changed(**changes: object) -> Mapping[str, object]:
        return replace(NoticeData.from_mapping(sample_data()), **changes).to_mapping()

    return changed


@pytest.fixture
def render(data) -> Callable[..., bytes]:
    """A notice of the kind with some fields changed."""

    def rendered(kind: NoticeKind, **changes: object) -> bytes:
        return render_notice(kind, bundled_templates().current_version(kind), data(**changes))

    return rendered


class Poppler:
    """What independent readers see in a PDF."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "paper.pdf"

    def text(self, pdf: bytes) -> str:
        """All text in reading order, without any white space."""
        return re.sub(r"\s", "", self._run(pdf, "pdftotext", "-raw", "{}", "-"))

    def page_texts(self, pdf: bytes) -> list[str]:
        """The text of each page, without white space."""
        pages = self._run(pdf, "pdftotext", "-raw", "{}", "-").split("\f")[:-1]
        return [re.sub(r"\s", "", page) for page in pages]

    def fonts(self, pdf: bytes) -> list[tuple[str, str, str]]:
        """(name, embedded, has a Unicode table) of every font, the last two "yes" or "no"."""
        rows = [line.split() for line in self._run(pdf, "pdffonts", "{}").splitlines()[2:]]
        return [(row[0], row[-5], row[-3]) for row in rows]

    def properties(self, pdf: bytes) -> str:
        """Title, author and the like; not the size in bytes, which may look like any number."""
        return re.sub(r"(?m)^File size:.*$", "", self._run(pdf, "pdfinfo", "{}"))

    def words(self, pdf: bytes) -> list[tuple[int, float, float, float, float, str]]:
        """(page, left, top, right, bottom, text) of every word, from the upper left corner, in points."""
        found, page = [], 0
        for line in self._run(pdf, "pdftotext", "-bbox", "{}", "-").splitlines():
            page += "<page " in line
            if box := re.search(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', line):
                found.append((page, *(float(box[n]) for n in range(1, 5)), box[5]))
        return found

    def qr_codes(self, pdf: bytes) -> list[str]:
        """What zbar reads from the first page at 150 dpi."""
        image = self._path.with_suffix("")
        self._run(pdf, "pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", "{}", str(image))
        return self._run(pdf, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", f"{image}.png").splitlines()

    def _run(self, pdf: bytes, *command: str) -> str:
        self._path.write_bytes(pdf)
        arguments = [word.format(self._path) for word in command]
        return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def poppler(tmp_path) -> Poppler:
    return Poppler(tmp_path)
