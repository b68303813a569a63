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
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.support.xvfb import display

PATIENCE_S = 60  # a program that makes a page answers nobody meanwhile, and several may share the machine
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
        environment = {
            **os.environ,
            "DISPLAY": stack.enter_context(display()),
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


class Ears:
    """Hears what has the focus, as a screen reader does: `ears.hear("手机")` waits until a name with it has it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._said: deque[Message] = deque()
        self._connection = open_dbus_connection(environment["AT_SPI_BUS_ADDRESS"])
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member="StateChanged")
        self._connection.send_and_get_reply(message_bus.AddMatch(rule))
        self._filter = self._connection.filter(rule, queue=self._said)
        self._filter.__enter__()
        registry = "org.a11y.atspi.Registry"
        at = DBusAddress("/org/a11y/atspi/registry", registry, registry)
        _ask(self._connection, at, "RegisterEvent", "sass", ("object:state-changed:focused", [], ""))
        self._here = ("", "")

    def close(self) -> None:
        """Hear no more."""
        self._filter.__exit__(None, None, None)
        self._connection.close()

    def name(self) -> str:
        """What is read out for what has the focus now, its key and its state with it; "" before anything had it."""
        with suppress(TimeoutError):
            while True:
                self._connection.recv_messages(timeout=0)
        while self._said:
            message = self._said.popleft()
            if message.body[:2] == ("focused", 1):
                fields = message.header.fields
                self._here = fields[HeaderFields.sender], fields[HeaderFields.path]
        return _property(self._connection, *self._here, "Name") if any(self._here) else ""

    def hear(self, words: str, patience_s: float) -> None:
        """Wait until a name with these words has the focus; AssertionError, with what has it, if none ever has."""
        give_up_at = monotonic() + patience_s
        while words not in (name := self.name()):
            assert monotonic() < give_up_at, f"{words!r} was never there, but {name!r}"
            sleep(0.05)


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
    answer = connection.send_and_get_reply(new_method_call(at, method, form or None, given), timeout=PATIENCE_S)
    if answer.header.message_type.name == "error":
        return [[]] if method == "GetChildren" else [("s", "")] if method == "Get" else [""]  # it has gone meanwhile
    return answer.body


def _first_line(stack: ExitStack, command: list[str], environment: Mapping[str, str]) -> str:
    started = stack.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
    )
    stack.callback(started.wait)
    stack.callback(started.terminate)
    assert started.stdout is not None
    return started.stdout.readline().strip()
