"""What the application needs from the devices of a counter: printer, card reader, scanner and camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from counter_app.domain.identity_card import IdentityCard
from counter_app.services.pictures import Frame, Picture, ScannedPage


@dataclass(frozen=True, slots=True)
class PrintWay:
    """How sheets come out: both sides of each, turned over its long edge; two pages side by side on each."""

    duplex: bool = False
    two_up: bool = False


PLAIN = PrintWay()


class Printer(Protocol):
    """System printers."""

    def names(self) -> list[str]: ...
    def default(self) -> str | None: ...
    def abilities(self, printer: str) -> PrintWay:
        """What the printer says it can do beside plain sheets. CounterError `no_printer`."""

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        """Hand the bytes to the printer's queue; the job id. CounterError `no_printer`, `print_failed`.

        copies counts how often the whole file comes out.
        """

    def jobs(self, title: str) -> list[str]:
        """The ids of all jobs with that title that the print service remembers, ended ones too, oldest first."""

    def job_state(self, job: str) -> str:
        """`pending`, `printing`, `stopped`, `done` or `failed`."""

    def why_stopped(self, job: str) -> str:
        """What keeps the job: a code of `printing.why.*` such as `media_empty`; "" if nothing does or it is unknown."""

    def cancel(self, job: str) -> None: ...


class CardReader(Protocol):
    """An ID card reader (specs id-cards 7.3)."""

    def read(self, timeout_s: float) -> IdentityCard: ...
    def wait_lifted(self, timeout_s: float) -> bool: ...
    def module_id(self) -> str: ...
    def close(self) -> None: ...


OpenReader = Callable[[str], CardReader]


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A scanner or a camera of this machine: the name that opens it, and what people call it."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ScannerAbilities:
    """What a scanner can do. resolutions: the least and the most dots an inch, or every one that it knows."""

    feeder: bool
    glass: bool
    colour: bool
    resolutions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanWish:
    """How to scan: every sheet in the feeder, or the one on the glass; in colour or grey; dots an inch."""

    feeder: bool = False
    colour: bool = True
    dpi: int = 300


@dataclass(frozen=True, slots=True)
class ScanStep:
    """How far a scan is: the page on its way (from 1) and its percent, a page that is there now, and whether it ended.

    percent is None as long as the scanner says nothing of it.
    """

    page: int
    percent: int | None = None
    picture: Picture | None = None
    is_over: bool = False


class RunningScan(Protocol):
    """A scan that was started. It is asked for its steps until it is over, or cancelled."""

    def step(self, timeout_s: float) -> ScanStep:
        """Wait so long for the next page at most, and say how far it is.

        Pages that came before a failure are given first. CounterError `scanner_empty`, `scanner_jammed`,
        `scanner_open`, `scanner_busy`, `scanner_gone`, `scanner_not_allowed`, `scanner_failed`, `scanner_silent`.
        """

    def cancel(self) -> None:
        """End it: the scanner lets the sheet go, nothing of the page on its way is kept."""


class Scanner(Protocol):
    """The scanners of this machine. CounterError `scanner_not_installed` where the system's part is not there."""

    def devices(self) -> list[FoundDevice]:
        """What is switched on and connected now; takes some seconds."""

    def abilities(self, device: str) -> ScannerAbilities:
        """CounterError as `RunningScan.step`, `scanner_missing` for a name that nothing has."""

    def start(self, device: str, wish: ScanWish) -> RunningScan:
        """Start a scan; "" is the first scanner there is. CounterError `scanner_missing`, `scanner_no_feeder`."""


class Camera(Protocol):
    """A camera that is open."""

    def look(self) -> Frame:
        """The present view, small enough to be shown often. CounterError `camera_gone`."""

    def capture(self) -> Picture:
        """The present view as large as the camera gives it. CounterError `camera_gone`."""

    def close(self) -> None: ...


class PictureWork(Protocol):
    """What becomes of a picture of paper."""

    def page(self, picture: Picture) -> ScannedPage:
        """Cut to the sheet, made straight, put on its diet.

        InvalidInput `picture_not_readable`, CounterError `pictures_not_installed`.
        """

    def turned(self, page: ScannedPage) -> ScannedPage:
        """The page a quarter turned to the right."""


@dataclass(frozen=True, slots=True)
class PictureMeans:
    """Scanner, cameras and the work on their pictures. All of it may take long: never on the UI thread.

    open_camera: a camera by its name, "" is the first one there is. CounterError `pictures_not_installed`,
    `camera_missing`, `camera_busy`, `camera_not_allowed`.
    """

    scanner: Scanner
    cameras: Callable[[], list[FoundDevice]]
    open_camera: Callable[[str], Camera]
    work: PictureWork
