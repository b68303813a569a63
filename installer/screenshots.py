"""Pictures of every page and state (`scenes.py`) over a copy of a home, into a folder.

    python installer/screenshots.py FOLDER [--all] [--only NAME ...]

In FOLDER itself they are 1366x768; --all makes the other five sizes of the desktop design in folders below it, and
removes pictures that no row of the table makes any more. The home is the one in COUNTER_HOME, else that of a village
day made for this. It is opened at the time of the sitting: today, or on the day when the first receipts must be
answered. The hall is not running: what is offline is shown offline. COUNTER_LANGUAGE=en makes them of
the window in English.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QSize, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from scenes import AGENT, CLERK, SITTINGS, Day, Scene, Sitting, Stage, Unseen
from village_day import scanner_and_camera

from counter_app import bootstrap
from counter_app.adapters.card_readers.emulated_cards import load_cards
from counter_app.adapters.card_readers.emulator import Emulator
from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.adapters.home import find_home
from counter_app.adapters.system_clock import MachineClock
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.states import ClockCode
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from counter_app.ui import tokens
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.background import Lane
from counter_app.ui.enrolment_page import EnrolmentPage
from counter_app.ui.garbage import collect_only_here, destroy_windows
from counter_app.ui.look import dress
from counter_app.ui.scale import TextSize
from counter_app.ui.sign_in import SignInPage
from sync.hall_address import hall_address

SETTLES_S = 0.3  # what lanes cannot tell: a reader that looks again, a picture that is scaled
STARTS_S = 60.0
CARDS = Path(__file__).parent / "scene_cards.toml"
BLENDS = (0.17, 0.33, 0.5, 0.67, 0.83)  # of an ink on its ground, at the edges of letters
MORNING = time_of_day(10, 42)


@dataclass(frozen=True)
class Format:
    """A folder below that of the pictures, the window in logical pixels, pixels a logical one, and the text size."""

    folder: str
    width: int
    height: int
    ratio: float = 1.0
    text: TextSize = TextSize.STANDARD


FORMATS: tuple[Format, ...] = (
    Format("", 1366, 768),
    Format("1280x680", 1280, 680),
    Format("1920x1080", 1920, 1080),
    Format("1920x1080-125", 1536, 864, 1.25),
    Format("1920x1080-150", 1280, 720, 1.5),
    Format("large-text", 1366, 768, text=TextSize.LARGE),
)


@dataclass(frozen=True)
class MovedClock:
    """The machine's clock at another time: it runs on from there."""

    ahead_ms: int

    def read(self) -> ClockReading:
        now = MachineClock().read()
        return ClockReading(now.wall_ms + self.ahead_ms, now.boot, now.monotonic_ms, now.offset_ms)


@dataclass
class Camera:
    """Takes what a window shows, once it has settled, in each of its formats."""

    app: QApplication
    folder: Path
    formats: Sequence[Format]
    only: frozenset[str] = frozenset()
    taken: set[str] = field(default_factory=set)
    desktop: Desktop | None = None

    def wait(self, until: Callable[[], bool], limit_s: float = STARTS_S) -> None:
        """Let the program run until something is true or the time is over."""
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends and not until():
            self.app.processEvents()
            time.sleep(0.01)

    def settle(self) -> None:
        """Let every answer arrive."""
        for _ in range(3):
            if self.desktop is not None:
                for lane in (Lane.STORE, Lane.READ):
                    answered = self.desktop.background.run(lane, lambda: None, lambda _none: None, _not_ours)
                    self.wait(answered.done)
            self.app.processEvents()
        self.wait(lambda: False, SETTLES_S)

    def take(self, window: QWidget, name: str) -> None:
        """The window as a picture of that name, in each format."""
        self.taken.add(f"{name}.png")
        if self.only and name not in self.only:
            return
        for form in self.formats:
            window.resize(QSize(form.width, form.height))
            self.settle()
            folder = self.folder / form.folder
            folder.mkdir(parents=True, exist_ok=True)
            _save(window, form, folder / f"{name}.png")
        window.resize(QSize(self.formats[0].width, self.formats[0].height))
        self.settle()


def main(arguments: Sequence[str] | None = None) -> None:
    """All pictures into the folder."""
    asked = _parser().parse_args(arguments)
    app = QApplication(sys.argv[:1])
    dress(app)
    collect_only_here(app)
    formats = FORMATS if asked.all else FORMATS[:1]
    taken: set[str] = set()
    with _village() as village:
        for text in TextSize:
            of_size = [form for form in formats if form.text is text]
            if of_size:
                camera = Camera(app, asked.folder.absolute(), of_size, frozenset(asked.only))
                _all_of_a_size(camera, village, text)
                taken |= camera.taken
    if asked.all and not asked.only:
        _drop_old(asked.folder, taken)
    destroy_windows(app)


def _all_of_a_size(camera: Camera, village: Path, text: TextSize) -> None:
    with _copy_of(village) as home:
        dress(camera.app, text)
        if text is not TextSize.STANDARD:
            _choose_text(home, text)
        _first_start(camera)
        for sitting in SITTINGS:
            if not camera.only or camera.only & {sitting.sign_in, *(scene.name for scene in sitting.scenes)}:
                _sit(camera, home, sitting)


def _sit(camera: Camera, home: Path, sitting: Sitting) -> None:
    reader = Emulator(load_cards(CARDS))
    try:
        with _at_work(camera, home, sitting, reader) as desktop:
            stage = Stage(desktop, reader, sitting.person, camera.settle, camera.wait)
            for scene in sitting.scenes:
                _show(camera, stage, scene)
    finally:
        reader.unplug()


def _show(camera: Camera, stage: Stage, scene: Scene) -> None:
    try:
        scene.show(stage)
        camera.settle()
        camera.take(stage.window, scene.name)
    except Unseen:
        print(f"{scene.name}: nothing to show", file=sys.stderr)  # noqa: T201
    stage.tidy()


def _save(window: QWidget, form: Format, file: Path) -> None:
    picture = QPixmap(QSize(form.width, form.height) * form.ratio)
    picture.setDevicePixelRatio(form.ratio)
    picture.fill(Qt.GlobalColor.white)
    window.render(picture)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    with Image.open(io.BytesIO(buffer.data().data())) as whole:
        few = whole.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)
        few.save(file, optimize=True)


@cache
def _palette() -> Image.Image:
    """The colours of the tokens, so that none becomes another, and blends: a third of the bytes of a whole picture."""
    white, tones = tokens.SURFACE, tokens.TONES.values()
    on = [(ink, white) for ink in (*tokens.INKS.values(), tokens.FIELD)] + [(tone.ink, tone.tint) for tone in tones]
    on += [(tokens.INK, tokens.TONES["brand"].tint), (tokens.INK2, tokens.BG)]
    on += [(ink, tokens.RAIL) for ink in (white, tokens.RAIL_TEXT)] + [(white, tokens.RAIL_SELECTED)]
    names = {value for name, value in vars(tokens).items() if name.isupper() and str(value).startswith("#")}
    names |= {colour for tone in tones for colour in (tone.ink, tone.tint, tone.border)}
    colours = [QColor(name) for name in sorted(names)]
    colours += [_blend(QColor(ink), QColor(ground), part) for ink, ground in on for part in BLENDS]
    flat = [value for colour in colours[:256] for value in (colour.red(), colour.green(), colour.blue())]
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat)
    return palette


def _blend(ink: QColor, ground: QColor, part: float) -> QColor:
    pairs = ((ink.red(), ground.red()), (ink.green(), ground.green()), (ink.blue(), ground.blue()))
    red, green, blue = (round(a * part + b * (1 - part)) for a, b in pairs)
    return QColor(red, green, blue)


@contextmanager
def _village() -> Iterator[Path]:
    """The home of COUNTER_HOME, or that of a village day that is gone through now."""
    given = os.environ.get("COUNTER_HOME")
    with nullcontext() if given else tempfile.TemporaryDirectory() as folder:
        if folder:
            _village_day(Path(folder))
        with tempfile.TemporaryDirectory() as devices:
            os.environ.update(scanner_and_camera(Path(devices)))
            yield find_home(Path(os.environ["COUNTER_HOME"]))


@contextmanager
def _copy_of(home: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(home, Path(folder) / "copy"))


def _village_day(folder: Path) -> None:
    from village_day import AGENT as AGENT_NAME
    from village_day import CHIEF, Day, decided_at_the_hall, prepared_hall, serving, set_up_station, settle, take_in

    day = Day(folder / "day")
    port = prepared_hall(day)
    with serving(day, port):
        set_up_station(day, port)
        take_in(day, 0, 16, with_scans=True)
        settle(day)
        decided_at_the_hall(day)
        assert (CLERK.name, AGENT.name) == (CHIEF, AGENT_NAME)
    os.environ.update(day.environment())


def _choose_text(home: Path, text: TextSize) -> None:
    station = bootstrap.open_station(home)
    with station.desk.store.write() as transaction:
        transaction.save_setting("text_size", text.name)
    station.close()


def _clock(home: Path, day: Day) -> MovedClock:
    """The middle of the morning, today or when the first receipts must be answered; never before what was done."""
    station = bootstrap.open_station(home)
    with station.desk.store.read() as reading:
        cases = list(reading.cases(CaseQuery(limit=1000)))
        today = station.desk.today()
    now_ms = station.desk.now_ms()
    station.close()
    dues = [clock.due for case in cases if (clock := case.clock(ClockCode.CHECK)) is not None]
    ahead = min(dues, default=today) - today if day is Day.ANSWER else timedelta()
    then = datetime.combine((datetime.now(CHINA) + ahead).date(), MORNING, CHINA)
    newest = max((case.changed_at_ms for case in cases), default=0)
    return MovedClock(max(to_ms(then), newest) - now_ms)


@contextmanager
def _at_work(camera: Camera, home: Path, sitting: Sitting, reader: Emulator) -> Iterator[Desktop]:
    """The window of a signed-in person."""
    clock = _clock(home, sitting.day)
    desktop = Desktop(camera.app, _backend(lambda: bootstrap.open_station(home, clock), f"sam:{reader.device}"))
    camera.desktop = desktop
    desktop.start()
    desktop.entry.resize(camera.formats[0].width, camera.formats[0].height)
    camera.wait(lambda: isinstance(desktop.entry.currentWidget(), SignInPage))
    if sitting.sign_in:
        camera.take(desktop.entry, sitting.sign_in)
    page = desktop.entry.currentWidget()
    assert isinstance(page, SignInPage), "the home has people"
    page.signed_in.emit(sitting.person)
    camera.wait(lambda: desktop.place is not None and desktop.place.standing is not None)
    assert desktop.place is not None
    desktop.place.window.resize(camera.formats[0].width, camera.formats[0].height)
    try:
        yield desktop
    finally:
        desktop.close()
        camera.desktop = None


def _first_start(camera: Camera) -> None:
    def nothing_here() -> Station:
        raise CounterError("not_enrolled", home="-")

    desktop = Desktop(camera.app, _backend(nothing_here, "auto"))
    desktop.start()
    camera.wait(lambda: isinstance(desktop.entry.currentWidget(), EnrolmentPage))
    camera.take(desktop.entry, "00-enrolment")
    desktop.close()
    desktop.entry.hide()


def _backend(open_home: Callable[[], Station], reader_spec: str) -> Backend:
    return Backend(
        open_home=open_home,
        enrol=lambda url, code, plain, _pin: bootstrap.enrol_home(None, hall_address(url, plain=plain), code),
        only_window=nullcontext,
        export=export_ledger,
        doctor=lambda: bootstrap.doctor(None).examine(),
        printer=bootstrap.system_printer(),
        open_reader=bootstrap.open_card_reader,
        reader_spec=reader_spec,
        pictures=bootstrap.picture_means(),
        camera_spec=os.environ.get("COUNTER_CAMERA", ""),
    )


def _not_ours(error: CounterError) -> None:
    raise error


def _drop_old(folder: Path, taken: set[str]) -> None:
    for form in FORMATS:
        for file in (folder / form.folder).glob("*.png"):
            if file.name not in taken:
                file.unlink()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="all six sizes, not 1366x768 alone")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="these pictures")
    return parser


if __name__ == "__main__":
    main()
