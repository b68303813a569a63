"""The user guide as HTML and PDF, out of docs/guide.zh.md, with pictures of the present program and the error numbers.

    python installer/guide.py [FOLDER]                   # build/guide; what `make guide` does
    python installer/guide.py FOLDER --pictures docs/screens    # with pictures taken before

The pictures are taken by `screenshots.py` at 1366x768: only the scenes that the guide shows. FOLDER is whole in itself:
guide.html, guide.pdf and screens/; the program's help (F1) opens it from build/guide or from where it was installed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tomllib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from guide_numbers import NumberWords, numbers_appendix
from guide_paper import write_pdf
from guide_text import GuideText, Words, body_html, read_guide
from PySide6.QtWidgets import QApplication

from counter_app.domain.moments import CHINA
from counter_app.ui.look import dress

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "guide.zh.md"
STYLE, WORDS = Path(__file__).parent / "guide.css", Path(__file__).parent / "guide.toml"
PICTURES = "screens"


class PictureMissing(Exception):
    """The guide shows a scene of which there is no picture."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures, write the guide."""
    asked = _parser().parse_args(arguments)
    folder: Path = asked.folder.absolute()
    guide = whole_guide()
    shutil.rmtree(folder / PICTURES, ignore_errors=True)
    (folder / PICTURES).mkdir(parents=True)
    if asked.pictures:
        for name in guide.pictures():
            shutil.copy(asked.pictures / f"{name}.png", folder / PICTURES)
    else:
        import screenshots  # it brings the whole program with it

        screenshots.main([str(folder / PICTURES), "--only", *guide.pictures()])
    build(guide, folder)
    print(f"{folder / 'guide.html'}\n{folder / 'guide.pdf'}")  # noqa: T201


def whole_guide() -> GuideText:
    """The source, and behind it what is made of the program's own tables."""
    return read_guide(SOURCE.read_text(encoding="utf-8") + numbers_appendix(NumberWords(**_given_words()["numbers"])))


def build(guide: GuideText, folder: Path, *, with_pictures: bool = True) -> None:
    """Write guide.html and guide.pdf into the folder. PictureMissing names the scenes that are not in its screens/."""
    if with_pictures:
        missing = [name for name in guide.pictures() if not (folder / PICTURES / f"{name}.png").is_file()]
        if missing:
            raise PictureMissing(*missing)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    dress(app)
    words = _words()
    (folder / "guide.html").write_text(_html(guide, words, with_pictures), encoding="utf-8")
    write_pdf(guide, folder, folder / "guide.pdf", words, with_pictures=with_pictures)


def _words() -> Words:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    words = _given_words()
    edition = words["edition"].format(version=project["version"], day=f"{datetime.now(CHINA):%Y-%m-%d}")
    return Words(edition, words["contents"], words["for_paper"])


def _given_words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _html(guide: GuideText, words: Words, with_pictures: bool) -> str:
    links = "\n".join(
        f'<a class="level{heading.level}" href="#{heading.anchor}">{escape(heading.words)}</a>'
        for heading in guide.headings
    )
    title, text = escape(guide.title), body_html(guide, with_pictures=with_pictures)
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{STYLE.read_text(encoding="utf-8")}</style></head>
<body>
<nav aria-label="{words.contents}">{links}</nav>
<main><h1 class="title">{title}</h1>
<p class="edition">{words.edition}　{words.for_paper} <a href="guide.pdf">PDF</a></p>
{text}</main>
</body>
</html>
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build" / "guide")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="pictures that were taken before")
    return parser


if __name__ == "__main__":
    main()
