"""The service items that there are, each in the versions that cases may still need."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

from counter_app.domain.errors import NotFound
from counter_app.domain.service_item import ServiceItem
from forms.item_file import read_item


class Catalogue:
    """Items by code; of each the newest version is offered, older ones stay readable."""

    def __init__(self, items: Iterable[ServiceItem]) -> None:
        self._versions: dict[str, dict[str, ServiceItem]] = {}
        for item in sorted(items, key=lambda item: (item.code, int(item.version))):
            self._versions.setdefault(item.code, {})[item.version] = item

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Catalogue:
        """The items of all *.yaml files in the folder, by default those that are shipped.

        Raises CounterError `item_file_invalid`, see `read_item`.
        """
        place = folder or files("forms") / "items"
        names = sorted((file for file in place.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
        return cls(read_item(file.read_bytes(), file.name) for file in names)

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
