"""Items as text files (`*.yaml`), in a folder or a zip: read with everything that is wrong, named by file and line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from zlib import error as ZlibError

import yaml

from counter_app.domain.errors import CounterError, InvalidInput
from forms.flaws import JsonPath
from forms.given_items import Fault, GivenCatalogue, GivenItem, Place
from forms.item_document import Document, document_of
from forms.item_file import item_of_document, line_at, read_document

ENDING = ".yaml"
MOST_FILES = 5000
LONGEST_FILE = 1 << 20  # bytes of one item's text
LONGEST_UNPACKED = 64 << 20


def read_folder(folder: Path) -> GivenCatalogue:
    """The items of all *.yaml files in the folder. InvalidInput `items_too_big`."""
    files = sorted(file for file in folder.iterdir() if file.name.endswith(ENDING) and file.is_file())
    if len(files) > MOST_FILES or any(file.stat().st_size > LONGEST_FILE for file in files):
        raise InvalidInput("items_too_big", limit_kib=LONGEST_FILE >> 10)
    return read_texts((file.name, file.read_bytes()) for file in files)


def read_zip(content: bytes) -> GivenCatalogue:
    """The items of all *.yaml files in the archive. InvalidInput `items_too_big`, `items_zip_unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if part.filename.endswith(ENDING)]
            too_long = any(part.file_size > LONGEST_FILE for part in parts)
            if too_long or len(parts) > MOST_FILES or sum(part.file_size for part in parts) > LONGEST_UNPACKED:
                raise InvalidInput("items_too_big", limit_kib=LONGEST_FILE >> 10)
            texts = [(PurePosixPath(part.filename).name, archive.read(part)) for part in parts]
    except (zipfile.BadZipFile, ZlibError, OSError, EOFError, RuntimeError, ValueError):  # RuntimeError: locked
        raise InvalidInput("items_zip_unreadable") from None
    return read_texts(sorted(texts))


def zip_of(documents: Sequence[Document]) -> bytes:
    """The items as an archive of text files; reading it gives the same items."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            named = zipfile.ZipInfo(f"{document['code']}{ENDING}")  # without a time: equal items, equal bytes
            words = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
            archive.writestr(named, words, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def read_texts(texts: Iterator[tuple[str, bytes]] | Sequence[tuple[str, bytes]]) -> GivenCatalogue:
    """The items of texts with their names."""
    items: list[GivenItem] = []
    faults: list[Fault] = []
    for name, content in texts:
        try:
            document, node, found = read_document(content, name)
        except CounterError as error:
            place = Place(file=name, line=int(str(error.params["line"])))
            faults.append(Fault(place, "text", {"problem": error.params["problem"]}))
            continue
        faults += [Fault(_place(name, node, flaw.path), flaw.code, flaw.params) for flaw in found]
        if not found:
            assert isinstance(document, dict)
            items.append(_given(name, node, document))
    if not items and not faults:
        faults.append(Fault(Place(file=ENDING), "no_items"))
    return GivenCatalogue(tuple(items), (*faults, *_doubled(items)))


def _given(name: str, node: yaml.Node, document: Mapping[str, object]) -> GivenItem:
    """A text says its version, which is that of its program: what the hall has made of it since is not its matter."""
    whole = document_of(item_of_document(document))
    places: dict[JsonPath, Place] = {(): Place(file=name, line=1)}
    places |= {(key,): _place(name, node, (key,)) for key in whole}
    return GivenItem({**whole, "version": "1"}, "", places)


def _doubled(items: Sequence[GivenItem]) -> Iterator[Fault]:
    seen = set[str]()
    for item in items:
        if item.code in seen:
            yield Fault(item.place(("code",)), "doubled_id", {"id": item.code})
        seen.add(item.code)


def _place(name: str, node: yaml.Node, path: JsonPath) -> Place:
    return Place(file=name, line=line_at(node, path) + 1)
