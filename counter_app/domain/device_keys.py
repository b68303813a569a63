"""Whose signature is whose: the public keys of a hall's devices, as its feed tells every station (`device_keys`).

Each event brings rows [device, station, its name, key, ms UTC from which the key counts no more, or null]; the newest
row of a device holds. A key may have two rows of different devices only where somebody copied a home, which the hall
refuses at enrolment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from counter_app.domain.errors import InvalidInput
from counter_app.domain.wire_values import Plain, list_of

KIND = "device_keys"
MOST_ROWS = 400  # of one event, which must stay below 64 KiB
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The signing key of a device. revoked_ms: from then on nothing that it signs counts, None: it is in use."""

    device: str
    station: str
    station_name: str
    public: bytes
    revoked_ms: int | None = None


def rows_of_keys(keys: Iterable[DeviceKey]) -> list[list[object]]:
    """As an event holds them."""
    return [[key.device, key.station, key.station_name, key.public, key.revoked_ms] for key in keys]


def keys_of(data: Plain) -> Iterator[DeviceKey]:
    """The keys of such an event. InvalidInput `value_misshapen`."""
    for row in list_of(data, "rows"):
        match row:
            case [str(device), str(station), str(name), bytes(public), int() | None as revoked_ms] if (
                len(public) == _KEY_BYTES
            ):
                yield DeviceKey(device, station, name, public, revoked_ms)
            case _:
                raise InvalidInput("value_misshapen", field="rows")
