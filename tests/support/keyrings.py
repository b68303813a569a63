"""A system keyring for a test: a session bus of its own with gnome-keyring behind it, unlocked.

    with keyring(folder) as address, patch.dict(os.environ, DBUS_SESSION_BUS_ADDRESS=address): ...

Two of them are two machines. `NOWHERE` is a machine without one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
NOWHERE = "unix:path=/nonexistent/bus"
_PATIENCE_S = 30


def missing() -> str:
    """What this machine lacks for it; empty if nothing."""
    return " ".join(name for name in NEEDED if not shutil.which(name))


@contextmanager
def keyring(folder: Path) -> Iterator[str]:
    """The address of the bus on which it answers; its secrets lie in the folder."""
    folder.mkdir(mode=0o700)
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_DATA_HOME": str(folder)}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address=1", "--nofork", f"--address=unix:dir={folder}"],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert bus.stdout is not None, "it is a pipe"
    address = bus.stdout.readline().strip()
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env={**environment, "DBUS_SESSION_BUS_ADDRESS": address},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert daemon.stdin is not None, "it is a pipe"
        daemon.stdin.write(b"pw")
        daemon.stdin.close()
        _wait_for(address)
        yield address
    finally:
        for process in (daemon, bus):
            process.terminate()
            process.wait(_PATIENCE_S)
        bus.stdout.close()


def _wait_for(address: str) -> None:
    end = monotonic() + _PATIENCE_S
    with open_dbus_connection(address) as connection:
        question = message_bus.NameHasOwner("org.freedesktop.secrets")
        while connection.send_and_get_reply(question).body != (True,):
            assert monotonic() < end, "gnome-keyring does not answer"
            sleep(0.02)
