"""Identities: a device, a case, an event. None of them is random (sync design section 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from counter_app.domain.errors import InvalidInput

MOST_CASES = 999_999_999  # of one device: the count is printed with at most nine digits
HALL = "hall"  # the hall's own device id, and its name as a holder of batons

_DESK = "-desk"  # in small letters as HALL: no device can be called so

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DEVICE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_LONGEST_DEVICE = 64
_LOCAL_NO = re.compile(rf"({_DEVICE.pattern})-(\d{{1,9}})-([0-9A-Z])")
_JOB_NO = re.compile(rf"({_DEVICE.pattern})-(\d{{1,9}})\.([1-9]\d{{0,2}})-([0-9A-Z])")


@dataclass(frozen=True, slots=True, order=True)
class CaseId:
    """A case: the device that opened it, and how many it had opened then (1, 2, 3 ...)."""

    device: str
    n: int

    def __str__(self) -> str:
        """The local number (本地编号) as printed: device, count, check character."""
        body = f"{self.device}-{self.n:04d}"
        return f"{body}-{_check_character(body)}"

    @property
    def can_be(self) -> bool:
        """Whether any device can have opened such a case: it can be printed, and typed again."""
        return (
            1 <= self.n <= MOST_CASES
            and len(self.device) <= _LONGEST_DEVICE
            and _DEVICE.fullmatch(self.device) is not None
        )

    @classmethod
    def parse(cls, text: str) -> CaseId:
        """The case of a printed local number; InvalidInput if it is none or its check is wrong."""
        match = _LOCAL_NO.fullmatch(text.strip().upper())
        if match is None:
            raise InvalidInput("not_a_local_number")
        case = cls(match[1], int(match[2]))
        if str(case)[-1] != match[3]:
            raise InvalidInput("local_number_check")
        return case


def counts_by_device(case_ids: Iterable[CaseId]) -> dict[str, list[int]]:
    """The counts of these cases by the device that opened them, all in order."""
    found: dict[str, list[int]] = {}
    for case_id in sorted(case_ids, key=attrgetter("device", "n")):
        found.setdefault(case_id.device, []).append(case_id.n)
    return found


@dataclass(frozen=True, slots=True, order=True)
class JobId:
    """One item that an agent was entrusted with (代办单): its entrustment, and which item of it (1, 2, 3 ...)."""

    entrustment: CaseId
    n: int

    def __str__(self) -> str:
        """The number as printed on the handover list: device, count, item, check character."""
        body = f"{self.entrustment.device}-{self.entrustment.n:04d}.{self.n}"
        return f"{body}-{_check_character(body)}"

    @classmethod
    def parse(cls, text: str) -> JobId:
        """The job of a printed number; InvalidInput if it is none or its check is wrong."""
        match = _JOB_NO.fullmatch(text.strip().upper())
        if match is None:
            raise InvalidInput("not_a_job_number")
        job = cls(CaseId(match[1], int(match[2])), int(match[3]))
        if str(job)[-1] != match[4]:
            raise InvalidInput("local_number_check")
        return job


@dataclass(frozen=True, slots=True, order=True)
class EventId:
    """An event's place in a journal. seq is 1, 2, 3 ... without a gap."""

    device: str
    seq: int


def desk_of(station: str) -> str:
    """The name as a holder of batons of a station's desk, which any of its counters may claim a case from."""
    return station + _DESK


def station_of_desk(holder: str) -> str | None:
    """The station whose desk this is; None for a device and for the hall."""
    return holder.removesuffix(_DESK) if holder.endswith(_DESK) else None


def station_of_device(device: str) -> str:
    """The station in the name of a device, which the hall makes of the station's code and a count; "" if there is none.

    The hall itself looks into its own table.
    """
    return device.rpartition("-")[0]


def _check_character(body: str) -> str:
    """The check of ISO 7064 MOD 37,36 over letters and digits; hyphens and points do not count."""
    product = 36
    for character in body.replace("-", "").replace(".", ""):
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
