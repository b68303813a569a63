"""Is this machine fit for a day at the counter? Each thing it stands on: ok, warning or failed, with a remedy.

What is looked at comes in as probes; one that raises a CounterError has failed
with that error's sentences, and the others are still asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from counter_app.services.stored_facts import LinkState
from resources.texts import text
from sync.hall_address import HallAddress

LEAST_FREE_BYTES = 200 << 20  # below it the next scans may not fit
LITTLE_FREE_BYTES = 2 << 30
MOST_OFFSET_MS = 120_000  # a clock further off makes deadlines doubtful (sync design section 9)


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """code is stable (of the finding, or of the error); message and remedy are what people read."""

    name: str
    state: Health
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Probes:
    """Looks at the machine. Each may raise CounterError."""

    reader: Callable[[], str]  # the module number of the card reader that answers
    printers: Callable[[], Sequence[str]]
    absent_fonts: Callable[[], Sequence[str]]
    key_kind: Callable[[], str]  # "keyring" or "file"
    link: Callable[[], LinkState]
    free_bytes: Callable[[], int]
    reach_hall: Callable[[], HallAddress]  # where something listens
    set_apart: Callable[[], str]  # why the home must be enrolled again, "" if it need not


class Doctor:
    """`counter doctor`."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes

    def examine(self) -> list[Check]:
        """All checks, in the order of a day: what the work needs first."""
        probes = self._probes
        looks: dict[str, Callable[[], Check]] = {
            "keyring": lambda: _key(probes.key_kind()),
            "device": lambda: _device(probes.set_apart()),
            "disk": lambda: _disk(probes.free_bytes()),
            "clock": lambda: _clock(probes.link()),
            "fonts": lambda: _fonts(probes.absent_fonts()),
            "printers": lambda: _printers(probes.printers()),
            "readers": lambda: _found("readers", Health.OK, "reader_answers", module=probes.reader()),
            "link": lambda: _link(probes.reach_hall(), probes.link()),
        }
        return [_asked(name, look) for name, look in looks.items()]


# Work goes on without these: numbers can be typed, notices printed later, the hall reached tomorrow.
_CAN_WAIT = frozenset({"readers", "printers", "link"})


def _asked(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except CounterError as error:
        said = sentences(error)
        state = Health.WARNING if name in _CAN_WAIT else Health.FAILED
        return Check(name, state, error.code, said.message, said.remedy)


def _found(name: str, state: Health, code: str, **params: object) -> Check:
    message = text(f"doctor.{code}.message", **params)
    remedy = "" if state is Health.OK else text(f"doctor.{code}.remedy", **params)
    return Check(name, state, code, message, remedy)


def _key(kind: str) -> Check:
    if kind == "keyring":
        return _found("keyring", Health.OK, "key_in_keyring")
    return _found("keyring", Health.WARNING, "key_in_file")


def _device(why: str) -> Check:
    """A home that was set apart works on, with temporary numbers, until it is enrolled again."""
    if not why:
        return _found("device", Health.OK, "device_enrolled")
    said = sentences(CounterError(why))
    return Check("device", Health.WARNING, why, said.message, said.remedy)


def _disk(free: int) -> Check:
    mib = free >> 20
    if free < LEAST_FREE_BYTES:
        return _found("disk", Health.FAILED, "disk_nearly_full", mib=mib)
    if free < LITTLE_FREE_BYTES:
        return _found("disk", Health.WARNING, "disk_getting_full", mib=mib)
    return _found("disk", Health.OK, "disk_has_room", gib=free >> 30)


def _clock(link: LinkState) -> Check:
    if link.offset_ms is None:
        return _found("clock", Health.WARNING, "clock_never_compared")
    seconds = round(abs(link.offset_ms) / 1000)
    if abs(link.offset_ms) > MOST_OFFSET_MS:
        return _found("clock", Health.FAILED, "clock_wrong", seconds=seconds)
    return _found("clock", Health.OK, "clock_right", seconds=seconds)


def _fonts(absent: Sequence[str]) -> Check:
    if absent:
        return _found("fonts", Health.FAILED, "fonts_absent", fonts="、".join(absent))
    return _found("fonts", Health.OK, "fonts_there")


def _printers(names: Sequence[str]) -> Check:
    if not names:
        return _found("printers", Health.WARNING, "no_printer_set_up")
    return _found("printers", Health.OK, "printers_there", printers="、".join(names))


def _link(address: HallAddress, link: LinkState) -> Check:
    if link.last_error:
        return _found("link", Health.WARNING, "last_exchange_failed", why=link.last_error)
    if address.pin:
        return _found("link", Health.OK, "hall_answers_pinned", url=address.url, pin=address.pin)
    return _found("link", Health.OK, "hall_answers", url=address.url)
