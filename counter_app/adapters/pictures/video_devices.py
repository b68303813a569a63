"""The cameras of this machine, without opening one: as the kernel names them."""

from __future__ import annotations

import sys
from pathlib import Path

from counter_app.services.device_ports import FoundDevice

KERNEL = Path("/sys/class/video4linux")
_OTHER_SYSTEMS = 3  # where cameras have numbers only, so many are offered


def video_devices(kernel: Path = KERNEL) -> list[FoundDevice]:
    """What can be opened by name. Of a camera with several channels the first is the one with the picture."""
    if not sys.platform.startswith("linux"):
        return [FoundDevice(str(n), str(n + 1)) for n in range(_OTHER_SYSTEMS)]
    found = []
    for device in sorted(kernel.glob("video*"), key=lambda place: int(place.name.removeprefix("video") or 0)):
        if _line(device / "index") in ("", "0"):
            found.append(FoundDevice(f"/dev/{device.name}", _line(device / "name") or device.name))
    return found


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
