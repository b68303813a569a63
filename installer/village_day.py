"""`make run`: a village station against a hall of its own on this machine, with invented people.

With a display it opens the desktop; without one it goes through the same day by
command, says what it does, and leaves papers, ledger and pictures in a folder.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageDraw, ImageFont

from forms.catalogue import Catalogue
from forms.examples import example_line

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
STATION, STATION_NAME = "QX03", "石桥村便民服务站"
AGENT, CHIEF, PIN = "何秀兰", "周敏", "135790"
PASSPHRASES = {"COUNTER_PASSPHRASE": "demonstration", "HALL_PASSPHRASE": "demonstration"}
READY_S = 30
ENDED_BY_SIGNAL = 15
LETTER = (
    "    兹证明本村村民李大山，户籍在石桥村三组，",
    "一直居住在本村，家中五口人，现有宅基地一处。",
    "因房屋年久，拟在原址翻建，四邻无争议。",
    "    特此证明。",
)
OUTCOMES = ("accept", "receive", "correct", "accept", "refuse", "accept", "not_required", "accept")


@dataclass(frozen=True)
class Day:
    """Where a demonstration lives: the hall, the station's home, the reader's device, what is left for people."""

    folder: Path

    @property
    def hall(self) -> Path:
        return self.folder / "hall"

    @property
    def home(self) -> Path:
        return self.folder / "station"

    @property
    def reader(self) -> Path:
        return self.folder / "card-reader"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def environment(self) -> dict[str, str]:
        """What the programs are started with: no keyring of the person who tries it is touched."""
        return {
            **os.environ,
            **PASSPHRASES,
            "COUNTER_HOME": str(self.home),
            "HALL_HOME": str(self.hall),
            "COUNTER_PIN": PIN,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def counter(self, *arguments: str, stdin: str | None = None, may_fail: bool = False) -> list[dict[str, Any]]:
        """One command of the station; its JSON answers, one a line."""
        return self._run("counter_app", arguments, stdin, may_fail)

    def hall_command(self, *arguments: str) -> list[dict[str, Any]]:
        """One command of the hall."""
        return self._run("sync.hall", arguments, None, may_fail=False)

    def _run(self, module: str, arguments: tuple[str, ...], stdin: str | None, may_fail: bool) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", module, *arguments, "--json"]
        ended = subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=self.environment(), cwd=ROOT, check=False
        )
        answers = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
        if ended.returncode and not may_fail:
            sys.exit(f"{' '.join(command[2:])} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return answers


def main() -> int:
    """With a display the desktop, else the day by command."""
    shown = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform in {"win32", "darwin"}
    return open_desktop(Day(DEMO / "desktop")) if shown else headless_day(Day(DEMO / "headless"))


def open_desktop(day: Day) -> int:
    """The desktop against the embedded hall; the folder is kept, so that tomorrow goes on from today."""
    fresh = not (day.home / "store.db").exists()
    port = prepared_hall(day)
    with serving(day, port), card_reader(day, "--rotate"):
        if fresh:
            set_up_station(day, port)
            take_in(day, 0, 10)
            day.counter("sync", "--user", AGENT)
        say(f"登录：{AGENT}（代办员）或 {CHIEF}（首席代表），PIN {PIN}。读卡器自己换卡，登记页上 F2 读证、F6 扫描。")
        devices = scanner_and_camera(day.folder)
        command, environment = [sys.executable, "-m", "counter_app"], {**day.environment(), **devices}
        window = subprocess.run(command, env=environment, cwd=ROOT, check=False)
    return window.returncode


def headless_day(day: Day) -> int:
    """The same day step by step; everything of an earlier one is replaced."""
    shutil.rmtree(day.folder, ignore_errors=True)
    day.results.mkdir(parents=True)
    port = prepared_hall(day)
    with serving(day, port), card_reader(day) as reader:
        set_up_station(day, port)
        read_cards(day, reader)
        take_in(day, 0, 16, with_scans=True)
    say("中心停了，村里照常：收件、查询、文书、台账。")
    offline = take_in(day, 16, 4)
    found = day.counter("cases", "--query", offline[0]["case"], "--user", AGENT)
    say(f"  离线查询找到 {len(found)} 件")
    say("中心又通了。")
    with serving(day, port):
        settle(day)
        decided_at_the_hall(day)
        check_both_sides(day)
    leave_results(day)
    say(f"\n这一天办完了。文书、台账和每一页的截图在：{day.results}")
    return 0


def prepared_hall(day: Day) -> int:
    """The hall's home, made once; the port it listens on, chosen once because the station remembers it."""
    remembered = day.folder / "port"
    if not remembered.exists():
        day.folder.mkdir(parents=True, exist_ok=True)
        day.hall_command("init", "--sample")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            remembered.write_text(str(free.getsockname()[1]))
    return int(remembered.read_text())


@contextmanager
def serving(day: Day, port: int) -> Iterator[None]:
    """The hall's server while the block lasts."""
    command = [sys.executable, "-m", "sync.hall", "serve", "--listen", f"127.0.0.1:{port}", "--plain"]
    with (day.folder / "hall.log").open("ab") as log:
        environment = day.environment()
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=ROOT, text=True)
        try:
            assert server.stdout is not None
            ready = server.stdout.readline().strip()
            if not ready:
                sys.exit(f"the hall did not start: see {day.folder / 'hall.log'}")
            say(ready)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(READY_S)


@contextmanager
def card_reader(day: Day, *options: str) -> Iterator[IO[str]]:
    """The emulated reader: a real serial protocol on a pseudo-terminal. Lines written to it are hands and accidents."""
    module = "counter_app.adapters.card_readers.emulator"
    command = [sys.executable, "-m", module, "--link", str(day.reader), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdout.readline()
        try:
            yield reader.stdin
        finally:
            reader.send_signal(signal.SIGTERM)


def set_up_station(day: Day, port: int) -> None:
    """Enrol the station and its two people."""
    code = day.hall_command("station", "add", STATION, STATION_NAME, "--level", "village")[0]["code"]
    enrolled = day.counter("enrol", "--hall", f"http://127.0.0.1:{port}", "--code", code, "--plain")[0]
    os.environ["COUNTER_NEW_PIN"] = PIN
    day.counter("user", "add", AGENT, "--role", "agent")
    day.counter("user", "add", CHIEF, "--role", "chief,supervisor", "--user", AGENT)
    say(f"登记了机器 {enrolled['device']}，{STATION_NAME}；人员 {AGENT}、{CHIEF}")


def read_cards(day: Day, reader: IO[str]) -> None:
    """A good read, and each way it goes wrong with its own words."""

    def hands(line: str) -> None:
        reader.write(line + "\n")
        reader.flush()

    for fault in ("none", "wrong_checksum", "half_frame", "lifted", "no_card"):
        hands("lift")
        hands("fault none" if fault == "no_card" else f"fault {fault}")
        if fault != "no_card":
            hands("place 1")
        [answer] = day.counter("read-card", "--reader", f"sam:{day.reader}", "--timeout", "4", may_fail=True)
        outcome = answer["error"]["message"] if "error" in answer else f"读到 {answer['name']}"
        say(f"  读卡（{fault}）：{outcome}")
    hands("fault none")


def take_in(day: Day, first: int, count: int, with_scans: bool = False) -> list[dict[str, Any]]:
    """Invented applications for what a village station takes, of all outcomes, and one that is wrong on purpose."""
    items = [item for item in Catalogue.load().items() if item.entrustable]
    lines = [example_line(items[n % len(items)], OUTCOMES[n % len(OUTCOMES)], n) for n in range(first, first + count)]
    if with_scans:
        for n, line in enumerate(lines[:4]):
            line["materials"][0]["files"] = [str(a_scan(day, n))]
    wrong = example_line(items[0], "receive", first + 90) | {"key": f"wrong-{first}"}
    wrong["applicant"]["id_number"] = wrong["applicant"]["id_number"][:-2]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in [*lines, wrong])
    answers = day.counter("intake", "-", "--user", CHIEF, stdin=text, may_fail=True)
    taken = [answer for answer in answers if "error" not in answer]
    say(f"收了 {len(taken)} 件，出了 {sum(len(answer['notices']) for answer in taken)} 份文书")
    for answer in answers:
        if "error" in answer:
            say(f"  第 {answer['line']} 行没有收：{answer['error']['message']}")
    return taken


def a_scan(day: Day, n: int) -> Path:
    """A page as a camera would have taken it."""
    folder = day.folder / "scans"
    folder.mkdir(exist_ok=True)
    page = Image.new("L", (1240, 1754), 250)
    draw = ImageDraw.Draw(page)
    for row in range(40):
        draw.line((120, 160 + row * 36, 1120 - (row * 37 + n * 91) % 400, 160 + row * 36), fill=60, width=3)
    file = folder / f"scan-{n}.jpg"
    page.save(file, quality=70)
    return file


def scanner_and_camera(folder: Path) -> dict[str, str]:
    """SANE's own test scanner (a glass, a feeder with ten sheets), and a camera that sees a paper on a desk."""
    scanner = folder / "sane"
    scanner.mkdir(exist_ok=True)
    (scanner / "dll.conf").write_text("test\n")
    (scanner / "test.conf").write_text('number_of_devices 1\ntest-picture "Grid"\nbr_x 200.0\nbr_y 200.0\n')
    view = folder / "desk.jpg"
    paper_on_a_desk().save(view, quality=90)
    return {"SANE_CONFIG_DIR": str(scanner), "COUNTER_CAMERA": f"picture:{view}"}


def paper_on_a_desk() -> Image.Image:
    """A village's letter with its seal, as a document camera of five megapixels sees it."""
    page = Image.new("RGB", (1240, 1754), (246, 244, 238))
    draw = ImageDraw.Draw(page)
    faces = {size: ImageFont.truetype(str(ROOT / "resources/fonts/NotoSerifSC-Regular.ttf"), size) for size in (64, 34)}
    draw.text((470, 150), "证  明", (30, 30, 30), faces[64])
    for row, line in enumerate(LETTER):
        draw.text((150, 330 + row * 80), line, (40, 40, 40), faces[34])
    draw.ellipse((780, 1120, 1060, 1400), outline=(200, 40, 40), width=9)
    draw.text((842, 1238), STATION_NAME[:5], (200, 40, 40), faces[34])
    desk = Image.new("RGB", (2592, 1944), (74, 92, 78))
    turned = page.rotate(4, expand=True, fillcolor=(74, 92, 78))
    desk.paste(turned, ((2592 - turned.width) // 2, (1944 - turned.height) // 2))
    return desk


def settle(day: Day) -> None:
    """One exchange, and what it cost."""
    done = day.counter("sync", "--user", AGENT)[0]
    say(
        f"传送：上行 {done['pushed']} 条、{done['attachments_sent']} 份扫描，下行 {done['pulled']} 条，"
        f"{done['bytes_up']} 字节去、{done['bytes_down']} 字节回，{done['seconds']} 秒"
    )


def decided_at_the_hall(day: Day) -> None:
    """The first accepted case through to the archive."""
    case = next(row["case"] for row in day.counter("cases", "--state", "ACCEPTED", "--user", AGENT))
    day.counter("act", case, "submit", "--user", AGENT)
    settle(day)
    told = {"validity": "长期有效", "publicity": "县人民政府网站"}  # what a licence must say
    day.hall_command("act", case, "grant", "--data", json.dumps(told, ensure_ascii=False))
    settle(day)
    state = day.counter("case", case, "--user", AGENT)[0]
    say(f"{case}：中心决定后是“{state['state_name']}”")
    receiver = json.dumps({"receiver": "本人", "identity_checked": True}, ensure_ascii=False)
    for action, data in (("send_out", "{}"), ("deliver", receiver), ("close", "{}")):
        state = day.counter("act", case, action, "--data", data, "--user", AGENT)[0]
    settle(day)
    say(f"{case}：送达归档后是“{state['state_name']}”")


def check_both_sides(day: Day) -> None:
    """Both sides read everything again and must agree."""
    here, there = day.counter("verify")[0], day.hall_command("verify")[0]
    heads = {device["device"]: device["head"] for device in there["devices"]}
    agreed = here["ok"] and there["ok"] and here["head"] in heads.values()
    say(f"核对：本机 {here['events']} 条，中心 {there['cases']} 件，两边{'一致' if agreed else '不一致'}")
    if not agreed:
        sys.exit(f"station and hall do not agree: {here} {there}")


def leave_results(day: Day) -> None:
    """Papers, ledgers and pictures for people to look at."""
    for row in day.counter("cases", "--limit", "6", "--user", CHIEF):
        for notice in day.counter("case", row["case"], "--user", CHIEF)[0]["notices"]:
            name = f"{row['case']}-{notice['kind']}.pdf"
            day.counter("notice", row["case"], notice["kind"], "--out", str(day.results / name), "--user", CHIEF)
    today = day.counter("cases", "--limit", "1", "--user", CHIEF)[0]["received_at"][:10]
    for kind in ("xlsx", "pdf", "csv"):
        out = str(day.results / f"ledger-{today}.{kind}")
        period = ("--from", today, "--to", today)
        day.counter("ledger", *period, "--kind", "counter", "--format", kind, "--out", out, "--user", CHIEF)
    screens = [sys.executable, str(ROOT / "installer" / "screenshots.py"), str(day.results / "screens")]
    offscreen = {**day.environment(), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(screens, env=offscreen, cwd=ROOT, check=True)
    for file in sorted(day.results.rglob("*.*")):
        say(f"  {file.relative_to(day.results)}")


def say(sentence: str) -> None:
    """One step, at once also through a pipe."""
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
