"""The service items that there are, each in the versions that cases may still need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from counter_app.domain.errors import NotFound
from counter_app.domain.service_item import ServiceItem
from forms.compiled_items import FILE_NAME, read_compiled
from forms.item_file import read_item


class Catalogue:
    """Items by code; of each the newest version is offered, older ones stay readable."""

    def __init__(self, items: Iterable[ServiceItem]) -> None:
        self._versions: dict[str, dict[str, ServiceItem]] = {}
        for item in sorted(items, key=lambda item: (item.code, int(item.version))):
            self._versions.setdefault(item.code, {})[item.version] = item

    @classmethod
    def load(cls) -> Catalogue:
        """The shipped items. Raises CounterError `item_file_invalid` if one was changed and is wrong now.

        They come from their compiled form: reading and checking the YAML again at every start would take longer
        than everything else a command does.
        """
        folder = files("forms") / "items"
        made = folder / FILE_NAME
        ready = read_compiled(made.read_bytes() if made.is_file() else b"")
        return cls(ready.item(name, content) or read_item(content, name) for name, content in _item_files(folder))

    @classmethod
    def load_from(cls, folder: Traversable) -> Catalogue:
        """The items of all *.yaml files in the folder. Raises CounterError `item_file_invalid`, see `read_item`."""
        return cls(read_item(content, name) for name, content in _item_files(folder))

    def items(self) -> tuple[ServiceItem, ...]:
        """The newest version of every item, by code."""
        return tuple(list(versions.values())[-1] for versions in self._versions.values())

    def get(self, code: str, version: str | None = None) -> ServiceItem:
        """The item in that version, else in its newest. Raises NotFound `item_unknown` or `item_version_unknown`."""
        versions = self._versions.get(code)
        if versions is None:
            raise NotFound("item_unknown", item=code[:40])
        if version is None:
            return list(versions.values())[-1]
        if version not in versions:
            raise NotFound("item_version_unknown", item=code, version=version[:10])
        return versions[version]

    def offered(self, agencies: Collection[str]) -> tuple[ServiceItem, ...]:
        """The items of the agencies with these role codes, newest versions, by code."""
        return tuple(item for item in self.items() if item.agency in agencies)


def _item_files(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            yield file.name, file.read_bytes()
