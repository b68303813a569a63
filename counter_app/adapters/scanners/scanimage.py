"""Scanners through SANE's own program `scanimage` (`services.device_ports.Scanner`).

A program of its own, not the library inside ours: the scanners' drivers are of many makers and some crash or hang;
that ends one scan, not the window. It is cancelled by a signal, as SANE means it, and by a harder one if it hangs.
Pages lie in a folder in memory, for as long as they are not read: no clear scan comes onto the disk.
"""

from __future__ import annotations

import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import FoundDevice, RunningScan, ScannerAbilities, ScanStep, ScanWish
from counter_app.services.pictures import Picture

PROGRAM = "scanimage"
LIST_S = 25.0  # drivers ask the network, each in its turn
ASK_S = 15.0
SILENT_S = 90.0  # lamps warm up for half a minute
_STOP_S = 3.0
_FOLDER, _ABANDONED_S = "counter-scan-", 3600
_TAIL = 4000  # of what the program says, kept for its errors

_LAST_WORD, _FAULT, _EMPTY = "Batch terminated", "scanimage: sane_", "out of documents"

# SANE's words for what went wrong (sane_strstatus, in C), and ours; the first that fits.
_FAULTS = (
    (_EMPTY, "scanner_empty"),
    ("feeder jammed", "scanner_jammed"),
    ("cover is open", "scanner_open"),
    ("Device busy", "scanner_busy"),
    ("Access to resource has been denied", "scanner_not_allowed"),
    ("no SANE devices found", "scanner_missing"),
    ("Error during device I/O", "scanner_gone"),
    ("open of device .* failed", "scanner_missing"),
)
_FEEDER, _GLASS = re.compile("feeder|adf", re.IGNORECASE), re.compile("flatbed|glass|platen", re.IGNORECASE)
_COLOUR, _GREY = re.compile("colou?r", re.IGNORECASE), re.compile("gr[ae]y", re.IGNORECASE)
_OPTION = re.compile(r"^\s+--(?P<name>[a-z-]+) (?P<values>.+?)(?: \[(?P<now>[^]]*)\])?$", re.MULTILINE)
_PERCENT = re.compile(r"Progress: (\d+)")


class ScanImage:
    """Every scanner that SANE knows. environment stands in for this program's own, for tests."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        self._environment = environment

    def devices(self) -> list[FoundDevice]:
        """Name and maker's words of each. CounterError `scanner_not_installed`, `scanner_silent`."""
        said = self._asked(["--formatted-device-list=%d\t%v %m%n"], LIST_S)
        rows = (line.partition("\t") for line in said.splitlines())
        return [FoundDevice(name, title.strip() or name) for name, tab, title in rows if tab]

    def abilities(self, device: str) -> ScannerAbilities:
        """What its options say. CounterError of `_FAULTS`."""
        return _abilities(self._options(device))

    def start(self, device: str, wish: ScanWish) -> RunningScan:
        """Start to scan. CounterError `scanner_missing` and the others of `_FAULTS`."""
        name = device or self._first()
        arguments = [_program(), "-d", name, *_arguments(self._options(name), wish)]
        return _Running(arguments, self._env(), wish)

    def _first(self) -> str:
        found = self.devices()
        if not found:
            raise CounterError("scanner_missing")
        return found[0].name

    def _options(self, device: str) -> dict[str, list[str]]:
        """The values of each option of a device that can be set now, by its name."""
        said = self._asked(["-d", device or self._first(), "--all-options"], ASK_S)
        found = {}
        for match in _OPTION.finditer(said):
            if match["now"] != "inactive":
                found[match["name"]] = match["values"].split("|")
        return found

    def _asked(self, arguments: Sequence[str], timeout_s: float) -> str:
        try:
            done = subprocess.run(
                [_program(), *arguments],
                env=self._env(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CounterError("scanner_silent") from None
        if done.returncode:
            raise _fault(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")

    def _env(self) -> dict[str, str]:
        return {**(os.environ if self._environment is None else self._environment), "LC_ALL": "C"}


class _Running:
    """A scan on its way (`services.device_ports.RunningScan`)."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], wish: ScanWish) -> None:
        self._wish = wish
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=_memory_folder()))
        self._process = subprocess.Popen(
            [*arguments, "--format=pnm", "--progress", f"--batch={self._folder}/%d.pnm", "--batch-print"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._said = selectors.DefaultSelector()
        self._said.register(self._process.stdout, selectors.EVENT_READ, "pages")
        self._said.register(self._process.stderr, selectors.EVENT_READ, "words")
        self._text = {"pages": "", "words": ""}
        self._taken = 0  # pages that were given out
        self._last_sign = time.monotonic()

    def step(self, timeout_s: float) -> ScanStep:
        """The next page, or how far it is after that time. CounterError of `_FAULTS`, `scanner_silent`."""
        until = time.monotonic() + timeout_s
        while True:
            ready = self._next_page()
            if ready is not None:
                return ready
            if not self._said.get_map() or self._hangs():
                return self._ended()
            left = until - time.monotonic()
            if left <= 0:
                return ScanStep(self._taken + 1, self._percent())
            self._listen(min(left, 0.5))

    def cancel(self) -> None:
        """End it and forget what lies in its folder."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)  # scanimage tells the driver, which lets the sheet go
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._close()

    def _listen(self, timeout_s: float) -> None:
        heard = self._said.select(timeout_s)
        for key, _events in heard:
            piece = os.read(key.fd, 65536)
            if not piece:
                self._said.unregister(key.fileobj)
            self._text[key.data] += piece.decode("utf-8", "replace")
        if heard:
            self._last_sign = time.monotonic()
        elif time.monotonic() - self._last_sign > SILENT_S:
            self.cancel()
            raise CounterError("scanner_silent")
        self._text["words"] = self._text["words"][-_TAIL:]

    def _next_page(self) -> ScanStep | None:
        file, end, rest = self._text["pages"].partition("\n")
        if not end:
            return None
        self._text["pages"] = rest
        self._taken += 1
        content = Path(file).read_bytes()
        Path(file).unlink()
        return ScanStep(self._taken, 100, Picture(content, self._wish.dpi, flat=True))

    def _percent(self) -> int | None:
        found = _PERCENT.findall(self._text["words"].rpartition("Scanning page")[2])
        return int(found[-1]) if found else None

    def _hangs(self) -> bool:
        """Whether it has said its last word and does not end: some drivers hang when the scanner is closed."""
        return _LAST_WORD in self._text["words"] and time.monotonic() - self._last_sign > _STOP_S

    def _ended(self) -> ScanStep:
        said = self._text["words"]
        good = _LAST_WORD in said if self._hangs() else self._process.wait() == 0
        self.cancel()
        is_empty = _EMPTY in said
        if not (is_empty and self._taken) and (is_empty or not good or _FAULT in said):
            raise _fault(said)
        return ScanStep(self._taken, is_over=True)

    def _close(self) -> None:
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _arguments(options: Mapping[str, Sequence[str]], wish: ScanWish) -> list[str]:
    """The wish in the words of this device; what it cannot be asked is left to it."""
    found = []
    source = _value(options.get("source", ()), _FEEDER if wish.feeder else _GLASS)
    if wish.feeder and source is None:
        raise CounterError("scanner_no_feeder")
    mode = _value(options.get("mode", ()), _COLOUR if wish.colour else _GREY)
    for name, value in (("source", source), ("mode", mode)):
        if value is not None:
            found.append(f"--{name}={value}")
    if "resolution" in options:
        found.append(f"--resolution={_nearest(_resolutions(options['resolution']), wish.dpi)}")
    if not wish.feeder:
        found.append("--batch-count=1")
    return found


def _abilities(options: Mapping[str, Sequence[str]]) -> ScannerAbilities:
    sources, modes = options.get("source", ()), options.get("mode", ())
    feeder = _value(sources, _FEEDER) is not None
    return ScannerAbilities(
        feeder=feeder,
        glass=not feeder or _value(sources, _GLASS) is not None,
        colour=_value(modes, _COLOUR) is not None,
        resolutions=_resolutions(options.get("resolution", ())),
    )


def _value(values: Sequence[str], wanted: re.Pattern[str]) -> str | None:
    return next((value for value in values if wanted.search(value)), None)


def _resolutions(values: Sequence[str]) -> tuple[int, ...]:
    """`75|150|300dpi` or `1..1200dpi (in steps of 1)`: every one, or the least and the most."""
    return tuple(int(number) for value in values for number in re.findall(r"\d+", value.partition("(")[0]))


def _nearest(known: Sequence[int], wanted: int) -> int:
    """The wanted one where a scanner says a range or knows it, else the next that is not below it."""
    if len(known) == 2:
        return min(max(wanted, known[0]), known[1])
    return min((one for one in known if one >= wanted), default=max(known, default=wanted))


def _fault(said: str) -> CounterError:
    for words, code in _FAULTS:
        if re.search(words, said):
            return CounterError(code)
    return CounterError("scanner_failed")


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found is None:
        raise CounterError("scanner_not_installed")
    return found


def _sweep() -> None:
    """Take away what a program that was killed in the middle of a scan has left."""
    for left in Path(_memory_folder() or tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(left)


def _memory_folder() -> str | None:
    """A folder that lies in memory and is this person's alone; None: the system's usual one."""
    for place in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if place and os.access(place, os.W_OK):
            return place
    return None
