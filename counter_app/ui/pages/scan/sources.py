"""Where pages can come from at this counter: feeder and glass of each scanner, the camera. Asked on Lane.PICTURES."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import FoundDevice
from counter_app.ui.pages.scan import ScanServices

FEEDER, GLASS, CAMERA = "feeder", "glass", "camera"


@dataclass(frozen=True, slots=True)
class Source:
    """One way to get pages. kind is feeder, glass or camera; device the name that opens it."""

    kind: str
    device: str
    title: str
    colour: bool = True

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return f"{self.kind}:{self.device}"


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found, the likeliest first; fault is why there is no scanner, None if there is one."""

    found: tuple[Source, ...]
    fault: CounterError | None = None


def find_sources(services: ScanServices) -> Sources:
    """Ask scanners and cameras. What fails is no reason to leave out the others."""
    cameras = tuple(Source(CAMERA, device.name, device.title) for device in _cameras(services))
    try:
        scanners = _scanners(services)
    except CounterError as fault:
        return Sources(cameras, fault)
    return Sources((*scanners, *cameras), None if scanners else CounterError("scanner_missing"))


def _cameras(services: ScanServices) -> list[FoundDevice]:
    chosen = services.camera_name()
    found = services.means.cameras()
    known = [device for device in found if device.name == chosen]
    return known or ([FoundDevice(chosen, "")] if chosen else found)


def _scanners(services: ScanServices) -> tuple[Source, ...]:
    scanner, chosen = services.means.scanner, services.scanner_name()
    devices = [FoundDevice(chosen, chosen)] if chosen else scanner.devices()
    found: list[Source] = []
    for device in devices:
        can = scanner.abilities(device.name)
        ways = [kind for kind, there in ((FEEDER, can.feeder), (GLASS, can.glass)) if there]
        found += [Source(kind, device.name, device.title, can.colour) for kind in ways]
    return tuple(found)
