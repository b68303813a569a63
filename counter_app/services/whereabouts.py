"""Where this machine stands: its device, its station, and the hall that both belong to."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.station import StationProfile


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """As given at enrolment. hall is the hall's id, url where it is reached, plain whether without TLS."""

    device: str
    profile: StationProfile
    hall: str
    url: str
    plain: bool
