"""The day at the real program under Xvfb, by keys alone: somebody known is accepted, a correction from its notice to
its end, the hand-over, the day close by who came, and its export. Each step waits for what a screen reader would say
has the focus, or for the store. There is no window manager: each window of the program must take the keys itself.

Half a minute and more of the display: COUNTER_KEYBOARD_DAY=1 runs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import pytest

from counter_app.adapters.card_readers.emulated_cards import sample_cards
from counter_app.adapters.card_readers.emulator import Emulator
from counter_app.bootstrap import open_station
from counter_app.domain.case import Case
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support import at_spi
from tests.support.homes import lease, make_home
from tests.support.xvfb import Screen, lacking

ROOT = Path(__file__).parents[2]
FIRST = Person("周敏", frozenset({Role.CLERK, Role.CHIEF, Role.ADMIN}))
NEXT = "马文浩"
PINS = {FIRST.name: "258036", NEXT: "222222"}
KNOWN = {"name": "张小满", "id_number": "110101195805219924", "phone": "13900000001"}  # of the first sample card
ITEM, BEFORE = "temporary_aid", "medical_enrolment"
NAME, SEALS, VILLAGE, STORY = "李大山", "章一枚", "柳林村", "受伤住院"
# beyond the text itself and the digits of a PIN
MOST_KEYS = {"somebody known": 25, "notice": 24, "papers handed in": 8, "hand-over": 6, "day close": 6}
PATIENCE_S = 120.0  # several people's tests may share the machine
MISSING = f"{lacking()} {at_spi.missing()}".strip()

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not on this machine: {MISSING}"),
    pytest.mark.skipif("COUNTER_KEYBOARD_DAY" not in os.environ, reason="long: COUNTER_KEYBOARD_DAY=1"),
]


@dataclass
class Desk:
    """The program at its display, a second look at its store, and what is heard of it."""

    station: Station
    screen: Screen
    ears: at_spi.Ears
    emulator: Emulator
    environment: Mapping[str, str]
    keys: int = 0

    def press(self, *keys: str) -> None:
        """Keys by the names of xdotool, counted."""
        for key in keys:
            self.keys += 1
            self.screen("key", key)

    def hear(self, words: str) -> None:
        self.ears.hear(words, PATIENCE_S)

    def go_on(self, key: str = "Return") -> str:
        """A key that leaves what has the focus; what has it then."""
        before = self.ears.name()
        self.press(key)
        self.until(lambda: self.ears.name() != before)
        return self.ears.name()

    def fill(self, label: str, text: str) -> None:
        """A field of this label: text, and Enter."""
        self.hear(label)
        self.screen.type(text)
        self.go_on()

    def choose(self, label: str, nth: int = 1) -> None:
        """The nth answer of a list, and Enter."""
        self.hear(label)
        self.press(*["Down"] * nth)
        self.go_on()

    def pin(self, name: str, label: str = "") -> None:
        """A PIN, and Enter; on when something else has the focus."""
        self.hear(label or f"{name} PIN")
        self.screen.type(PINS[name])
        self.go_on()

    @contextmanager
    def counting(self, act: str) -> Iterator[None]:
        """Say how many keys an act took; AssertionError for more than it may take."""
        self.keys = 0
        yield
        print(f"{self.keys} keys beyond the text: {act}")  # noqa: T201
        assert self.keys <= MOST_KEYS[act], act

    def until(self, condition: Callable[[], object]) -> None:
        give_up_at = monotonic() + PATIENCE_S
        while not condition():
            assert monotonic() < give_up_at, f"waited in vain at {self.ears.name()!r}"
            sleep(0.2)

    def cases(self) -> list[Case]:
        """Newest first."""
        return self.station.cases.search(CaseQuery())

    def of_draft(self, *path: str) -> object:
        """What the store has of the one draft."""
        found: object = next((dict(draft.line) for draft in self.station.drafts.all()), {})
        for name in path:
            found = found.get(name) or {} if isinstance(found, dict) else {}
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    own = {"COUNTER_PASSPHRASE": "correct horse battery", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    home = make_home(tmp_path / "home")
    station = open_station(home.path)
    prepare(station)
    with ExitStack() as until_the_end:
        until_the_end.callback(station.close)
        environment = until_the_end.enter_context(at_spi.reading_bus(tmp_path))
        emulator = Emulator(sample_cards())
        until_the_end.callback(emulator.unplug)
        ears = at_spi.Ears(environment)
        until_the_end.callback(ears.close)
        screen = Screen(environment["DISPLAY"])
        screen.give_keys(NAME + SEALS + VILLAGE + STORY)
        program = subprocess.Popen(
            [sys.executable, "-m", "counter_app", "--home", str(home.path)],
            cwd=ROOT,
            env={**environment, **own, "COUNTER_READER": f"sam:{emulator.device}", "PYTHONPATH": str(ROOT),
                 "TMPDIR": str(tmp_path), "CUPS_SERVER": str(tmp_path / "no-printer")},
        )  # fmt: skip
        until_the_end.callback(program.wait)
        until_the_end.callback(program.kill)
        yield Desk(station, screen, ears, emulator, environment)


def prepare(station: Station) -> None:
    """People, numbers of this year, and somebody who was here for something else."""
    catalogue = Catalogue.load()
    for agency in {catalogue.get(item).agency for item in (ITEM, BEFORE)}:
        for kind in ("N02", "N03-A", "N04"):
            lease(station, agency, kind, year=station.desk.today().year)
    station.people.add(None, FIRST.name, FIRST.roles, PINS[FIRST.name])
    station.people.add(FIRST, NEXT, {Role.CLERK}, PINS[NEXT])
    line = example_line(catalogue.get(BEFORE), "accept", 1)
    line["applicant"] |= KNOWN
    station.intake.take_in(FIRST, line)


def test_the_whole_day_at_the_real_window_by_keys_alone(desk: Desk) -> None:
    desk.pin(FIRST.name, "PIN")
    desk.until(desk.ears.name)
    with desk.counting("somebody known"):
        accept_somebody_known(desk)
    with desk.counting("notice"):
        tell_what_is_missing(desk)
    with desk.counting("papers handed in"):
        take_what_was_missing(desk)
    with desk.counting("hand-over"):
        hand_over(desk)
    with desk.counting("day close"):
        close_the_day(desk)
    export_what_is_shown(desk)


def accept_somebody_known(desk: Desk) -> None:
    desk.press("ctrl+n")
    desk.fill("办什么事", "lsjz")
    desk.emulator.control("place 1")
    desk.until(lambda: desk.of_draft("aside", "card"))
    desk.press("F4")
    desk.until(lambda: desk.of_draft("applicant", "phone") == KNOWN["phone"])
    desk.choose("办理情形")
    desk.fill("户籍地或居住地村", VILLAGE)
    desk.choose("申请人身份")
    desk.fill("共同生活的家庭人口", "3")
    desk.choose("遇到困难的原因")
    desk.fill("已经支出或损失的金额", "4000")
    desk.choose("正在享受低保", 2)
    desk.fill("困难情况说明", STORY)
    desk.fill("救助金账户", "6217009900000005678")
    desk.fill("事情发生的日期", f"{desk.station.desk.today():%Y%m%d}")
    while not isinstance(rows := desk.of_draft("materials"), list) or len(rows) < 3:
        before = rows
        desk.press("space")
        desk.until(lambda before=before: desk.of_draft("materials") != before)
    desk.press("F9")
    desk.hear("受理，先不打印")
    desk.press("Return")
    desk.until(lambda: len(desk.cases()) == 2)
    accepted = desk.cases()[0]
    assert (accepted.state, accepted.applicant.phone) == (CaseState.ACCEPTED, KNOWN["phone"])
    assert (accepted.fields["village"], accepted.fields["story"]) == (VILLAGE, STORY)
    desk.emulator.control("lift")


def tell_what_is_missing(desk: Desk) -> None:
    desk.fill("办什么事", "lsjz")
    desk.hear("手机")
    while "手工录入" not in desk.go_on("shift+Tab"):
        pass
    desk.press("Return")
    desk.fill("姓名", NAME)
    desk.fill("证件号", "379901197202070023")
    while "临时救助申请书" not in desk.go_on():
        pass
    desk.press("space")
    desk.until(lambda: desk.of_draft("materials"))
    desk.press("F8")
    desk.hear("请补交")
    while "看告知书" not in desk.go_on():
        pass
    desk.press("Return")
    desk.hear("告知，先不打印")
    desk.press("Return")
    desk.until(lambda: len(desk.cases()) == 3)
    told = desk.cases()[0]
    assert (told.applicant.name, told.state) == (NAME, CaseState.CORRECTING)


def take_what_was_missing(desk: Desk) -> None:
    told = desk.cases()[0]
    desk.hear("办什么事")
    desk.press("F3")
    desk.screen.type("lds")
    desk.press("Return")
    desk.hear("补正收齐")
    desk.press("Return")
    for n, gap in enumerate(told.gaps):
        desk.hear(desk.station.desk.item_of(told).material(gap.material).name)
        desk.press("space", *["Tab"] * (n < len(told.gaps) - 1))
    desk.go_on()
    desk.press("Return")
    desk.until(lambda: desk.cases()[0].state is CaseState.ACCEPTED)
    desk.hear("不打印")
    desk.press("Return")
    kinds = [event.kind for event in desk.station.cases.view(str(told.id)).events]
    assert kinds.count("received") == 1


def hand_over(desk: Desk) -> None:
    """On at the same case, in a window of the next person's own that has the keys by itself."""
    desk.hear("送中心办理")
    desk.press("ctrl+l")
    desk.hear("PIN")
    desk.press("F8")
    desk.fill("印章", SEALS)
    desk.pin(FIRST.name)
    desk.pin(NEXT)
    desk.hear("送中心办理")
    with desk.station.store.read() as reading:
        [event] = reading.own_events("entered")
    words = event.private or {}
    assert (event.user, words["receiver"], words["seals"]) == (FIRST.name, NEXT, SEALS)


def close_the_day(desk: Desk) -> None:
    """Both sign; the page shows and says the code that the store has, and leaves the keys where the day was closed."""
    desk.press("alt+5")
    desk.hear(KNOWN["name"])
    while "日结并签字" not in desk.ears.name():
        desk.go_on("Tab")
    desk.press("Return")
    desk.pin(NEXT)
    desk.pin(FIRST.name)
    desk.until(lambda: desk.station.day_close.closed(date.min, date.max))
    [closed] = desk.station.day_close.closed(date.min, date.max)
    assert (closed.day, closed.by, closed.second) == (desk.station.desk.today(), NEXT, FIRST.name)
    assert closed.cases == len(desk.cases()) == 3
    shown = closed.shown_code
    said = f"{closed.day.month}月{closed.day.day}日 已日结，日结码 {shown}。"
    desk.until(lambda: {shown, said} <= {node.name for node in at_spi.walk(desk.environment)})
    desk.hear("打印这本台账")  # where the day was closed is nothing to press any more


def export_what_is_shown(desk: Desk) -> None:
    """The dialog for the file has the keys by itself, and the page has them again afterwards."""
    here, file = desk.ears.name(), desk.station.home.parent / "out.xlsx"
    desk.go_on("ctrl+s")
    desk.screen.type(str(file))
    desk.press("Return")
    desk.until(file.exists)
    desk.hear(here)
    desk.go_on("ctrl+s")
    desk.press("Escape")
    desk.hear(here)
