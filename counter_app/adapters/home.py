"""The home folder: where it is, that it can be written, and who works in it now.

A lock is held by the open file, not by its presence: when its process ends in
whatever way, the lock is gone with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from counter_app.adapters.durable_file import refusals_named
from counter_app.domain.errors import CounterError

STORE_FILE = "store.db"
KEY_SERVICE = "counter"  # as the system's keyring shows it
PASSPHRASE = "COUNTER_PASSPHRASE"  # the variable that opens a key file
STORE_KEY, DEVICE_KEYS = "store", "device"  # names in the key vault
WINDOW_LOCK = "window.lock"
EXCHANGE_LOCK = "exchange.lock"


def find_home(option: Path | None) -> Path:
    """`--home`, else COUNTER_HOME, else the platform's data folder; absolute, not made yet."""
    named = option or os.environ.get("COUNTER_HOME")
    if named:
        return Path(os.path.expanduser(named)).absolute()  # an unknown ~name stays as it is, as in the shell
    from platformdirs import user_data_path

    return user_data_path("counter", appauthor=False)


def prepare_home(home: Path) -> Path:
    """Make the home, for its owner alone, and check that it can be written. CounterError `home_read_only`, `disk_full`.

    `home_not_a_folder` if something else has the name.
    """
    try:
        with refusals_named("home_read_only"):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if sys.platform != "win32" and home.stat().st_mode & 0o077:
                home.chmod(0o700)
    except (FileExistsError, NotADirectoryError):
        raise CounterError("home_not_a_folder") from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise CounterError("home_read_only")
    return home


@contextmanager
def store_beside(home: Path) -> Iterator[Path]:
    """Where a new store is made: it gets its name when the block ends well, else nothing of it stays."""
    unfinished = home / f"{STORE_FILE}.new"
    _clear(unfinished, "*")
    try:
        yield unfinished
        _clear(unfinished, "-*")
        unfinished.rename(home / STORE_FILE)
    except BaseException:
        _clear(unfinished, "*")
        raise


def _clear(unfinished: Path, ending: str) -> None:
    for leftover in unfinished.parent.glob(unfinished.name + ending):
        leftover.unlink()


@contextmanager
def window_lock(home: Path) -> Iterator[None]:
    """One window a home. A second gets CounterError `window_open` with the pid of the first (0: not known)."""
    with _locked(home / WINDOW_LOCK, "window_open"):
        yield


@contextmanager
def exchange_lock(home: Path) -> Iterator[None]:
    """One exchange or bundle at a time. A second gets CounterError `busy` with the pid of the first (0: not known)."""
    with _locked(home / EXCHANGE_LOCK, "busy"):
        yield


@contextmanager
def _locked(file: Path, taken: str) -> Iterator[None]:
    with refusals_named("home_read_only"):
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(descriptor):
            raise CounterError(taken, pid=_pid_in(descriptor))
        with refusals_named("home_read_only"):
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _pid_in(descriptor: int) -> int:
    written = os.pread(descriptor, 20, 0) if hasattr(os, "pread") else os.read(descriptor, 20)
    return int(written) if written.isdigit() else 0


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        """Lock one byte far behind the pid, which others must be able to read."""
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        """flock, not a POSIX record lock: two windows in one process exclude each other as well."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
