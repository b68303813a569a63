"""Where this machine stands: its device, its station, and the hall that both belong to."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.station import StationProfile
from sync.hall_address import HallAddress


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """As given at enrolment, and the hall's address of now. hall is the hall's id."""

    device: str
    profile: StationProfile
    hall: str
    address: HallAddress
