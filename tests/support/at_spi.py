"""What a screen reader reads: a display, a session bus and the accessibility bus of their own, and a walk over AT-SPI.

    with reading_bus(folder) as environment:          # for programs that show windows
        ... Popen([...], env=environment)
        for node in walk(environment): print(node.role, node.name)

Real parts: Xvfb, dbus-daemon, at-spi2-core, and Qt's own bridge. Orca asks over the same bus.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NEEDED = ("Xvfb", "dbus-daemon")
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
ACCESSIBLE, PROPERTIES = "org.a11y.atspi.Accessible", "org.freedesktop.DBus.Properties"
REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")


def missing() -> str:
    """What this machine lacks to be read; empty if nothing."""
    return " ".join([name for name in NEEDED if not shutil.which(name)] + [str(LAUNCHER)] * (not LAUNCHER.exists()))


@dataclass(frozen=True, slots=True)
class Node:
    """One accessible object: its role in AT-SPI's words, and what is read out."""

    role: str
    name: str
    description: str


@contextmanager
def reading_bus(folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment of programs on a bus and a display of their own."""
    with ExitStack() as stack:
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        number = _first_line(stack, ["Xvfb", "-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"], {})
        environment = {
            **os.environ,
            "DISPLAY": f":{number}",
            "XDG_RUNTIME_DIR": str(runtime),
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        command = ["dbus-daemon", "--session", "--print-address=1", "--nofork", f"--address=unix:dir={runtime}"]
        session_bus = _first_line(stack, command, environment)
        with open_dbus_connection(session_bus) as session:  # the launcher is started by the question
            bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            [environment["AT_SPI_BUS_ADDRESS"]] = _ask(session, bus, "GetAddress")
            # without the session bus itself: keys of homes must not be looked for in a keyring there
            yield environment


def walk(environment: Mapping[str, str], most: int = 2000) -> Iterator[Node]:
    """All objects of all programs on the bus, parents first, at most so many."""
    with open_dbus_connection(environment["AT_SPI_BUS_ADDRESS"]) as connection:
        waiting = [REGISTRY]
        while waiting and most:
            name, path = waiting.pop()
            most -= 1
            here = DBusAddress(path, name, ACCESSIBLE)
            [role] = _ask(connection, here, "GetRoleName")
            texts = (_property(connection, name, path, key) for key in ("Name", "Description"))
            yield Node(role, *texts)
            [children] = _ask(connection, here, "GetChildren")
            waiting += reversed(children)


def _property(connection: DBusConnection, name: str, path: str, key: str) -> str:
    [value] = _ask(connection, DBusAddress(path, name, PROPERTIES), "Get", "ss", (ACCESSIBLE, key))
    return str(value[1])


def _ask(connection: DBusConnection, at: DBusAddress, method: str, form: str = "", given: tuple[Any, ...] = ()) -> Any:
    answer = connection.send_and_get_reply(new_method_call(at, method, form or None, given), timeout=5)
    if answer.header.message_type.name == "error":
        return [[]] if method == "GetChildren" else [("s", "")] if method == "Get" else [""]  # it has gone meanwhile
    return answer.body


def _first_line(stack: ExitStack, command: list[str], environment: Mapping[str, str]) -> str:
    started = stack.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment or None, text=True)
    )
    stack.callback(started.wait)
    stack.callback(started.terminate)
    assert started.stdout is not None
    return started.stdout.readline().strip()
