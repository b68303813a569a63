"""A display of its own for a program that shows a window, and hands at its keyboard."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# A server that resets when its last client leaves refuses the one that comes at that moment.
COMMAND = ("Xvfb", "-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset")


@contextmanager
def display() -> Iterator[str]:
    """The name of the display, as in DISPLAY; it is of the common size."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def lacking() -> str:
    """What this machine lacks for keys on a display; empty if nothing."""
    return " ".join(name for name in ("Xvfb", "xdotool", "xkbcomp", "import") if not shutil.which(name))


@dataclass
class Screen:
    """A display of its own, and keys on it. There is no window manager: who shows a window gives it the keys."""

    display: str

    def __call__(self, *arguments: str) -> str:
        """One command of xdotool; what it says, "" where it found nothing."""
        return self.run("xdotool", *arguments)

    def windows(self) -> set[str]:
        """All that are to be seen."""
        return set(self("search", "--onlyvisible", "--name", ".").split())

    def type(self, text: str) -> None:
        """Characters as a hand types them; those that no key bears must have been given keys."""
        self("type", "--delay", "60", text)

    def give_keys(self, characters: str) -> None:
        """Give keys that bear nothing to these characters. xdotool would lend one key to all of them, one after the
        other, and a program that is slow to hear of it would read some of them twice."""
        keymap = self.run("xkbcomp", self.display, "-")
        symbols = keymap.index("xkb_symbols")
        taken = set(re.findall(r"key\s+<(\w+)>", keymap[symbols:]))
        free = [name for name in re.findall(r"<(I\d+|FK\d+)>\s*=\s*\d+;", keymap[:symbols]) if name not in taken]
        wanted = dict.fromkeys(characters)
        lines = [f"key <{name}> {{ [ U{ord(one):04X} ] }};" for name, one in zip(free, wanted, strict=False)]
        assert len(lines) == len(wanted), "more characters than keys"
        end = keymap.index("\n};", symbols)
        changed = "\n".join((keymap[:end], *lines, keymap[end:]))
        self.run("xkbcomp", "-w", "0", "-", self.display, given=changed)

    def run(self, *command: str, given: str = "") -> str:
        """A program at this display; what it says."""
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(
            command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
        ).stdout
