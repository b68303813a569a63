"""A print service of our own: bus, avahi, cupsd and a real IPP printer, on loopback and ports that are free.

Nothing of the system's print service is touched (specs components 2).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

QUEUE = "counter1"
_PROGRAMS = {
    "cupsd": "cups",
    "lpadmin": "cups-client",
    "ippeveprinter": "cups-ipp-utils",
    "ipptool": "cups-ipp-utils",
    "avahi-daemon": "avahi-daemon",
    "dbus-daemon": "dbus",
}

_CUPSD = """
Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
WebInterface No
LogLevel warn
<Location />
  Allow all
</Location>
<Location /admin>
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Allow all
  </Limit>
</Policy>
"""
_FILES = """
ServerRoot {b}/etc
RequestRoot {b}/spool
TempDir {b}/tmp
CacheDir {b}/cache
StateDir {b}/state
AccessLog {b}/log/access_log
ErrorLog {b}/log/error_log
PageLog {b}/log/page_log
User lp
Group lp
SystemGroup root lpadmin
Sandboxing relaxed
"""
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={b}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""
_AVAHI = """[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
[wide-area]
enable-wide-area=no
[publish]
[reflector]
[rlimits]
"""
# A job that is cancelled while the printer waits for paper: ippeveprinter says so; its command has to stop.
_CANCELLED = """{{
  NAME "the job is cancelled"
  OPERATION Get-Job-Attributes
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR integer job-id $JOB
  ATTR name requesting-user-name $user
  STATUS successful-ok
  EXPECT job-state-reasons WITH-VALUE "processing-to-stop-point"
}}
"""
# What the printer does with a job: wait while it is out of paper, then keep the page.
_COMMAND = """#!/bin/sh
if [ -e {b}/empty ]; then
  echo "STATE: +media-empty-error" >&2
  while [ -e {b}/empty ]; do
    if ipptool -q -d JOB="$IPP_JOB_ID" ipp://localhost:{printer_port}/ipp/print {b}/cancelled.test; then
      echo "STATE: -media-empty-error" >&2
      touch {b}/taken_back
      exit 0
    fi
    sleep 0.1
  done
  echo "STATE: -media-empty-error" >&2
fi
if [ -e {b}/broken ]; then
  sleep 3  # it fails in the middle of the page; of one that fails at once CUPS says "completed"
  exit 1
fi
n=$(ls {b}/received | wc -l)
cp "$1" {b}/received/part && printf '%s' "$IPP_JOB_NAME" > {b}/names/$n \\
  && printf '%s' "$IPP_SIDES" > {b}/sides/$n && mv {b}/received/part {b}/received/$n.pdf
"""


class PrintService:
    """The queue counter1 and the printer behind it, which can be switched off and run out of paper."""

    def __init__(self, folder: Path, port: int, printer_port: int, bus: str) -> None:
        self._folder = folder
        self.server = f"127.0.0.1:{port}"
        self._printer_port = printer_port
        self._environment = {**os.environ, "CUPS_SERVER": self.server, "DBUS_SYSTEM_BUS_ADDRESS": bus}
        self._printer: subprocess.Popen[bytes] | None = None

    def switch_on(self) -> None:
        """Start the printer; returns when it listens."""
        command = [
            "ippeveprinter", "-2", "-p", str(self._printer_port), "-n", "localhost", "-d", f"{self._folder}/ipp", "-k",
            "-f", "application/pdf,image/jpeg,image/pwg-raster", "-F", "application/pdf",
            "-c", f"{self._folder}/command.sh", "Counter1",
        ]
        with (self._folder / "ippeveprinter.log").open("ab") as log:
            self._printer = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        until(lambda: _listens(self._printer_port), f"ippeveprinter listens, see {log.name}")

    def switch_off(self) -> None:
        """Kill the printer as a pulled plug does."""
        if self._printer is not None:
            self._printer.kill()
            self._printer.wait()
            self._printer = None

    def take_out_paper(self) -> None:
        (self._folder / "taken_back").unlink(missing_ok=True)
        (self._folder / "empty").touch()

    def put_in_paper(self) -> None:
        (self._folder / "empty").unlink(missing_ok=True)

    def took_back(self) -> bool:
        """Whether the printer dropped a job that waited for paper, since the paper was taken out."""
        return (self._folder / "taken_back").exists()

    def break_down(self) -> None:
        (self._folder / "broken").touch()

    def mend(self) -> None:
        (self._folder / "broken").unlink(missing_ok=True)

    def add_queue(self) -> None:
        """Make the queue as an administrator does; returns when it takes PDF.

        CUPS asks the printer after lpadmin has returned; a job of that moment it aborts ("cannot be printed").
        """
        uri = f"ipp://localhost:{self._printer_port}/ipp/print"
        self.run("lpadmin", "-p", QUEUE, "-E", "-v", uri, "-m", "everywhere")
        until(self._takes_pdf, f"{QUEUE} takes PDF")

    def _takes_pdf(self) -> bool:
        asked = subprocess.run(
            ["ipptool", "-tv", f"ipp://{self.server}/printers/{QUEUE}", "get-printer-attributes.test"],
            env=self._environment, capture_output=True, text=True, timeout=60,
        )
        return re.search(r"document-format-supported .*application/pdf", asked.stdout) is not None

    def run(self, *command: str) -> None:
        """A command of CUPS' own tools against this service."""
        subprocess.run(command, env=self._environment, check=True, capture_output=True, timeout=60)

    def received(self) -> list[bytes]:
        """The documents that came out of the printer, in order."""
        files = sorted((self._folder / "received").glob("*.pdf"), key=lambda file: int(file.stem))
        return [file.read_bytes() for file in files]

    def received_sides(self) -> list[str]:
        """How each document was to lie on its sheets, in the words of IPP."""
        return [file.read_text() for file in sorted((self._folder / "sides").iterdir(), key=lambda f: int(f.name))]

    def received_names(self) -> list[str]:
        """The titles of the jobs that came out."""
        return [file.read_text() for file in sorted((self._folder / "names").iterdir(), key=lambda f: int(f.name))]


def until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for a state of another program."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(0.02)


@contextmanager
def print_service() -> Iterator[PrintService]:
    """A running service with its printer on; everything started here is stopped at the end."""
    _check_machine()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="cups-", dir="/tmp"))  # pytest's own folders are closed to lp
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port, printer_port = _free_ports(2)
        _write_configuration(folder, port, printer_port)
        bus = f"unix:path={folder}/bus"
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus}
        _start(stack, folder, environment, "dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork")
        until((folder / "bus").exists, "the bus is there")
        # Its pid file has a fixed place: a private /run lets it run beside the system's.
        own_run = "mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon"
        avahi = f"exec avahi-daemon -f {folder}/avahi.conf --no-drop-root --no-chroot --no-rlimits"
        _start(stack, folder, environment, "unshare", "-m", "sh", "-c", f"{own_run} && {avahi}")
        until(lambda: "Server startup complete" in (folder / "unshare.log").read_text(), "avahi is up")
        files = ("-c", f"{folder}/etc/cupsd.conf", "-s", f"{folder}/etc/cups-files.conf")
        _start(stack, folder, environment, "cupsd", "-f", *files)
        until(lambda: _listens(port), "cupsd listens")
        service = PrintService(folder, port, printer_port, bus)
        stack.callback(service.switch_off)
        service.switch_on()
        service.add_queue()
        yield service


def _check_machine() -> None:
    missing = sorted({package for program, package in _PROGRAMS.items() if shutil.which(program) is None})
    if missing:
        pytest.fail(f"the print tests need these packages: apt-get install {' '.join(missing)}")
    if os.geteuid() != 0:
        pytest.fail("the print tests start a cupsd of their own, which needs root")


def _write_configuration(folder: Path, port: int, printer_port: int) -> None:
    folder.chmod(0o755)
    for name in ("etc", "spool", "tmp", "cache", "state", "log", "ipp", "received", "names", "sides"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "lp", "lp")
    for name, words in (
        ("etc/cupsd.conf", _CUPSD), ("etc/cups-files.conf", _FILES), ("bus.conf", _BUS), ("avahi.conf", _AVAHI),
        ("command.sh", _COMMAND), ("cancelled.test", _CANCELLED),
    ):
        (folder / name).write_text(words.format(b=folder, port=port, printer_port=printer_port))
    (folder / "command.sh").chmod(0o755)


def _start(stack: ExitStack, folder: Path, environment: dict[str, str], *command: str) -> None:
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    stack.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
