"""Pads of blank receipt slips (specs domain 5.3.1): their numbers are reserved here, and each is used once."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.number_register import Fate, Run, Slip
from counter_app.domain.people import Actor, Person
from counter_app.domain.spoiling import MAY_SPOIL
from counter_app.services.desk import Desk
from counter_app.services.numbers import check_unused, given_reason, spoiled_unused
from counter_app.services.ports import Reading

MOST_SLIPS = 200  # of one pad


@dataclass(frozen=True, slots=True)
class Pad:
    """Slips of one print: their numbers and the PDF."""

    slips: tuple[Slip, ...]
    pdf: bytes


class Slips:
    """The slips of this machine."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reserve(self, person: Person, count: int) -> Pad:
        """A pad of so many slips. Their numbers are reserved before it leaves this machine: no two pads share one.

        InvalidInput `slips_out_of_range`, MoveNotAllowed `not_your_role`.
        """
        from forms.rendering.slips import SlipForm, render_slips

        if not 1 <= count <= MOST_SLIPS:
            raise InvalidInput("slips_out_of_range", count=count, most=MOST_SLIPS)
        with self._desk.store.write() as writing:
            _check_role(person)
            device, profile = writing.device(), writing.profile()
            first = 1 + max((b.last for b in writing.blocks() if b.agency == device), default=0)
            slips = tuple(Slip(device, n) for n in range(first, first + count))
            form = SlipForm(station=profile.name, window=writing.setting("window"))
            pdf = render_slips(form, [str(slip) for slip in slips])
            data = {"first": first, "last": first + count - 1}
            writing.append([NewEvent("slips_reserved", None, 0, person.name, data)])
        return Pad(slips, pdf)

    def spoil(self, person: Person, run: Run, reason: str) -> None:
        """Slips that were torn or lost. Raises as `Numbers.spoil`."""
        reason = given_reason(reason)
        with self._desk.store.write() as writing:
            _check_role(person)
            series = Slip(writing.device(), 1).series
            check_unused(writing, series, run)
            writing.append([spoiled_unused(person, series, run, reason)])


def check_slip(reading: Reading, slip_no: str) -> None:
    """Whether a late entry may name this slip: of a pad, it must be reserved and may be used once only.

    InvalidInput `slip_not_reserved`, `slip_used` with the case, `slip_spoiled`.
    """
    slip = Slip.parse(slip_no)
    if slip is None:
        return  # a number of the village's own book
    for entry in reading.entries_at(slip.series, slip.n, slip.n):
        if entry.fate is Fate.USED:
            raise InvalidInput("slip_used", slip=str(slip), case=str(entry.case))
        raise InvalidInput("slip_spoiled", slip=str(slip))
    ours = [b for b in reading.blocks() if b.agency == slip.device]
    if slip.device == reading.device() and not any(b.first <= slip.n <= b.last for b in ours):
        raise InvalidInput("slip_not_reserved", slip=str(slip))


def _check_role(person: Person) -> None:
    """Whoever takes papers may do so on paper: clerk, chief or agent."""
    if not person.actors(entrusted=True) & (MAY_SPOIL | {Actor.AGENT}):
        raise MoveNotAllowed("not_your_role", action="slips", actors=Actor.CLERK.value)
