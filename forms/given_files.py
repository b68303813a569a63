"""What somebody hands in as a catalogue, by what it is: a workbook, a folder of text files, or a zip of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from counter_app.domain.errors import InvalidInput
from forms.given_items import GivenCatalogue
from forms.item_texts import ENDING, read_folder, read_texts, read_zip
from forms.workbook.opening import LONGEST
from forms.workbook.reading import read_workbook


def read_given(path: Path) -> GivenCatalogue:
    """The catalogue there. InvalidInput `given_missing`, and those of `read_workbook`, `read_folder`, `read_zip`."""
    if path.is_dir():
        return read_folder(path)
    if not path.is_file():
        raise InvalidInput("given_missing")
    if path.stat().st_size > LONGEST:
        raise InvalidInput("workbook_too_big", limit_mib=LONGEST >> 20)
    content = path.read_bytes()
    if path.name.endswith(ENDING):
        return read_texts([(path.name, content)])
    return read_zip(content) if _holds_texts(content) else read_workbook(content)


def _holds_texts(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return "xl/workbook.xml" not in names and any(name.endswith(ENDING) for name in names)
