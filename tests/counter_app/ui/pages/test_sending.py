"""Sending: what waits, what the hall confirmed, and what happens while there is no line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest

from counter_app.domain.data_budget import DataBudget
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_time
from counter_app.services.bundles import Bundles
from counter_app.services.outbox import Outbox, Waiting
from counter_app.services.stored_facts import LinkState, Trouble
from counter_app.ui.pages.sending.desk import trouble_words
from counter_app.ui.pages.sending.exchanger import Confirmed
from counter_app.ui.pages.sending.page import SendingPage
from counter_app.ui.pages.sending.pausing import PAUSED, PausableLink
from counter_app.ui.pages.sending.rows import PAGE, Queue, queue_rows
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Row
from sync import bundle_writing, outgoing
from sync.bundle_files import BundleFiles
from sync.ports import Traffic
from tests.counter_app.ui.pages.conftest import AtWork

MONDAY = date(2026, 11, 16)


def shown(work: AtWork) -> SendingPage:
    page = work.open("sending")
    assert isinstance(page, SendingPage)
    return page


def rows_of(page: SendingPage) -> list[Row]:
    model = page.table.rows
    entries = [model.entry(place) for place in range(model.rowCount())]
    return [entry for entry in entries if isinstance(entry, Row)]


def test_what_waits_stands_in_its_order_and_says_that_no_speed_was_measured(at_work: AtWork) -> None:
    cases = [at_work.take_in("accept"), at_work.take_in("receive")]
    page = shown(at_work)
    assert {row.key for row in rows_of(page)} == {f"text/{case.id}" for case in cases}
    assert "还没测过速度" in page.totals._texts.accessibleName()


def test_f5_against_a_line_that_is_down_shows_the_next_try_and_loses_nothing(at_work: AtWork) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    at_work.window.press("exchange")
    at_work.until(lambda: not at_work.place._exchanger.running)
    at_work.settle()
    [row] = rows_of(page)
    assert row.cells[4].text == "等网络"
    assert row.cells[4].caption.startswith("下次 ")
    assert row.cells[4].caption.endswith("没有网络")
    assert page.totals._link.accessibleName().count("下次") == 1
    link = at_work.station.sending.outbox().link
    assert link.last_error == "link_down"
    assert link.next_try_ms is not None


def test_the_exchange_waits_for_its_next_try_and_is_woken_when_the_network_returns(at_work: AtWork) -> None:
    at_work.take_in("accept")
    exchanger = at_work.place._exchanger
    exchanger.start()
    at_work.until(lambda: not exchanger.running)
    at_work.settle()
    exchanger.look()
    at_work.settle()
    assert not exchanger.running, "the time of the next try has not come"
    link = at_work.station.sending.outbox().link
    assert link.next_try_ms is not None
    tried = link.last_try_ms
    at_work.home.clock.now = local_time(link.next_try_ms + 1000)
    exchanger.look()
    at_work.until(lambda: at_work.station.sending.outbox().link.last_try_ms != tried)
    at_work.until(lambda: not exchanger.running)
    runs: list[bool] = []
    exchanger.changed.connect(lambda: runs.append(exchanger.running))
    at_work.desktop._network_returned()
    assert runs == [True]
    at_work.until(lambda: not exchanger.running)


def test_a_pause_holds_until_somebody_starts_again(at_work: AtWork) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    page.pause.click()
    exchanger = at_work.place._exchanger
    exchanger.look()
    exchanger.network_returned()
    at_work.settle()
    assert exchanger.paused
    assert not exchanger.running
    page.pause.click()
    assert not exchanger.paused
    at_work.until(lambda: not exchanger.running)


class OneAnswer:
    """A hall that answers everything with the same bytes."""

    def __init__(self) -> None:
        self.asked = 0

    def exchange(self, _body: Iterable[bytes]) -> Iterable[bytes]:
        self.asked += 1
        return [b"a", b"b"]

    head = enrol = exchange

    def traffic(self) -> Traffic:
        return Traffic(0, 0)


def test_a_paused_link_asks_nothing_more_and_stops_in_the_middle_of_an_answer() -> None:
    hall, stop = OneAnswer(), Event()
    link = PausableLink(hall, stop)
    pieces = iter(link.exchange([b""]))
    assert next(pieces) == b"a"
    stop.set()
    with pytest.raises(CounterError) as paused:
        next(pieces)
    assert paused.value.code == PAUSED
    with pytest.raises(CounterError):
        list(link.exchange([b""]))
    assert hall.asked == 1


LINK = LinkState(None, None, "", None, None, None, 0, 0, 1)


def queue_of(
    *rows: Waiting, link: LinkState = LINK, running: bool = False, confirmed: tuple[Confirmed, ...] = ()
) -> Queue:
    return Queue(Outbox(link, rows, ()), running, False, confirmed, MONDAY)


def test_progress_comes_from_confirmed_bytes_and_scans_wait_for_their_text(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    text, scans = Waiting(case, "text", 1, 900, 900), Waiting(case, "scans", 3, 600, 1000)
    first, second = queue_rows(queue_of(text, scans, running=True))
    assert first.cells[4].text == "正在传"
    assert first.cells[4].part is None, "nothing of it is confirmed"
    assert second.cells[4].text == "等文字先传"
    [alone] = queue_rows(queue_of(scans))
    assert alone.cells[4].text == "停在 40%"
    assert alone.cells[4].caption == "已到的不重传"
    assert alone.cells[2].text == "还剩 0.6 KB"
    other = Waiting(all_day.take_in("accept"), "text", 1, 900, 900)
    assert [row.cells[4].text for row in queue_rows(queue_of(text, other))] == ["排队，第 1 位", "排队，第 2 位"]
    [part] = queue_rows(queue_of(scans, running=True))
    assert part.cells[4].part == pytest.approx(0.4)
    [timed] = queue_rows(queue_of(scans, link=replace(LINK, rate=50)))
    assert timed.cells[3].text == "12 秒"


def test_what_a_week_without_a_line_left_is_listed_a_page_at_a_time(all_day: AtWork) -> None:
    page, case = shown(all_day), all_day.take_in("accept")
    waiting = [Waiting(replace(case, id=CaseId(case.id.device, n)), "text", 1, 900, 900) for n in range(1, 3 * PAGE)]
    page._show_outbox(Outbox(LINK, tuple(waiting), ()))
    assert page.table.rows.rowCount() == PAGE
    page.table.more_wanted.emit()
    page._show_outbox(Outbox(LINK, tuple(waiting[1:]), ()))
    assert page.table.rows.rowCount() == 2 * PAGE, "what was listed stays listed when a run moves"
    last = page.table.rows.entry(2 * PAGE - 1)
    assert isinstance(last, Row)
    assert last.cells[4].text == f"排队，第 {2 * PAGE} 位"


def test_scans_beyond_the_days_data_say_so_and_go_only_if_somebody_will_not_wait(all_day: AtWork) -> None:
    page, exchanger = shown(all_day), all_day.place._exchanger
    case = all_day.take_in("accept")
    scans = Waiting(case, "scans", 3, 600, 1000)
    outbox = Outbox(LINK, (scans,), (), budget=DataBudget(5_000_000, 4_990_000))
    [row] = queue_rows(Queue(outbox, running=True, events_only=False, confirmed=(), today=MONDAY))
    assert (row.cells[4].text, row.cells[4].part) == ("等明天的流量", pytest.approx(0.4))
    [going] = queue_rows(Queue(outbox, True, False, (), MONDAY, over_budget=True))
    assert going.cells[4].text == "正在传"
    page._show_outbox(outbox)
    assert not page.not_tomorrow.isHidden()
    assert "今天流量 5 / 5 MB" in page.totals._scans.accessibleName()
    assert not outbox.is_due, "nothing starts by itself for scans that may not go"
    met = replace(LINK, last_contact_ms=1_795_000_000_000)
    page._show_outbox(Outbox(met, (), (), budget=DataBudget(5_000_000, 1_200_000)))
    assert "1.2 / 5 MB" in [label.text() for label in page._empty.findChildren(Label)], "also where all is there"
    page._show_outbox(outbox)
    asked: list[bool] = []
    with patch.object(exchanger, "start", lambda *, over_budget: asked.append(over_budget)):
        page.not_tomorrow.click()
    assert asked == [True]
    page._show_outbox(Outbox(LINK, (scans,), ()))
    assert page.not_tomorrow.isHidden()


def test_a_pause_ends_a_body_that_is_made_while_it_goes() -> None:
    stop, went = Event(), list[bytes]()

    class Taking(OneAnswer):
        def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
            for piece in body:
                went.append(piece)
                stop.set()
            return [b"a"]

    with pytest.raises(CounterError):
        list(PausableLink(Taking(), stop).exchange(iter([b"1", b"2", b"3"])))
    assert went == [b"1"]


def test_a_row_that_the_hall_has_stays_for_ten_minutes(all_day: AtWork) -> None:
    exchanger = all_day.place._exchanger
    case = all_day.take_in("accept")
    row = Waiting(case, "text", 1, 900, 900)
    exchanger._take(Outbox(LINK, (row,), ()))
    exchanger._take(Outbox(LINK, (), ()))
    confirmed = exchanger.confirmed()[0]
    assert confirmed.row == row
    [shown_row] = queue_rows(queue_of(confirmed=(confirmed,)))
    assert shown_row.cells[4].text == "中心已收"
    all_day.after(minutes=11)
    assert all(old.row != row for old in exchanger.confirmed())


@pytest.mark.parametrize(
    "code",
    [
        "late", "wrong_state", "case_frozen", "hall_went_back", "device_forked", "home_restored",
        "made_up_by_a_newer_hall",
    ],
)
def test_every_exception_says_what_happened_who_decides_and_never_offers_to_delete(all_day: AtWork, code: str) -> None:
    page = shown(all_day)
    trouble = Trouble("QX03-01", 7, code, CaseId("QX03-01", 1), 0)
    title, happened, who = trouble_words(trouble)
    assert title
    assert happened
    assert who
    page.exceptions.show_troubles([trouble], MONDAY)
    words = [button.text() for button in page.exceptions.findChildren(Button)]
    assert words == ["看这件"]


# the USB postbag ------------------------------------------------------------------------------


def told(page: SendingPage) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    page.say.connect(lambda sentence, tone: said.append((sentence, tone)))
    return said


def test_a_postbag_is_packed_by_key_with_its_list_and_its_rows_say_that_it_is_on_its_way(
    at_work: AtWork, tmp_path: Path
) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    said = told(page)
    named: list[str] = []
    page.postbag.ask_where = lambda _over, name: named.append(name) or tmp_path / "bag.ctb"
    at_work.window.press("postbag")
    at_work.until(lambda: not page.postbag.running)
    at_work.settle()
    assert named == ["邮袋-20261116.ctb"]
    assert said == [
        ("邮袋装好了：1 件、扫描 0 份，1 个文件，第一个是 bag.ctb；清单是 bag-清单.pdf。可以拔 U 盘了", "ok")
    ]
    assert (tmp_path / "bag-清单.pdf").read_bytes().startswith(b"%PDF")
    [row] = rows_of(page)
    assert (row.cells[4].text, row.cells[4].caption) == ("已装邮袋，在路上", "09:30 装的，等回执")
    assert not page.blocked()


def test_whoever_names_no_file_packs_nothing(at_work: AtWork) -> None:
    page = shown(at_work)
    page.postbag.ask_where, page.postbag.ask_which = lambda _over, _name: None, lambda _over: []
    page.pack.acted.emit()
    page.unpack.acted.emit()
    assert not page.postbag.running


def test_a_file_that_is_no_answer_is_refused_in_a_sentence(at_work: AtWork, tmp_path: Path) -> None:
    (tmp_path / "note.ctb").write_bytes(b"hello")
    at_work.take_in("accept")
    page = shown(at_work)
    said = told(page)
    page.postbag.ask_which = lambda _over: [tmp_path / "note.ctb"]
    page.unpack.acted.emit()
    at_work.until(lambda: not page.postbag.running)
    assert said == [("这个文件不是邮袋，没有取。请选以 .ctb 结尾的邮袋文件。", "danger")]


def test_while_a_postbag_is_packed_nothing_else_begins_and_it_can_be_stopped(
    at_work: AtWork, tmp_path: Path
) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    said = told(page)
    page.postbag.ask_where = lambda _over, _name: tmp_path / "bag.ctb"
    page.pack.acted.emit()
    page.postbag.stop()
    assert page.blocked()["exchange"] == "正在装或取邮袋，等它做完或先停下"
    at_work.until(lambda: not page.postbag.running)
    at_work.settle()
    [(sentence, tone)] = said
    assert sentence.startswith("按你的意思停下了。")
    assert tone == "warn"
    assert [file.name for file in tmp_path.iterdir()] == ["home"]
    assert not page.blocked()


def test_after_a_full_stick_the_next_one_gets_the_rest(
    at_work: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_writing, "LEAST_PART", 1)
    monkeypatch.setattr(outgoing, "MAX_FRAME_RAW", 300)
    monkeypatch.setitem(Bundles.export.__kwdefaults__, "part_bytes", 1)  # every frame is a part
    at_work.take_in("accept")
    page = shown(at_work)
    said = told(page)
    places = iter([tmp_path / "one" / "bag.ctb", tmp_path / "two" / "bag.ctb"])
    page.postbag.ask_where = lambda _over, _name: next(places)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    with monkeypatch.context() as full:
        full.setattr(BundleFiles, "part", only_the_first(BundleFiles.part))
        page.pack.acted.emit()
        at_work.until(lambda: not page.postbag.running)
    at_work.settle()
    page.pack.acted.emit()
    at_work.until(lambda: not page.postbag.running)
    assert [tone for _, tone in said] == ["danger", "ok"]
    assert said[0][0].startswith("U 盘满了")
    assert [file.name for file in (tmp_path / "one").iterdir()] == ["bag.ctb"]
    assert (tmp_path / "two" / "bag-2.ctb").is_file()
    assert not (tmp_path / "two" / "bag.ctb").exists()


def only_the_first(part: Callable[[BundleFiles, Path], Any]) -> Callable[[BundleFiles, Path], Any]:
    """A stick with room for one part."""

    def made(files: BundleFiles, file: Path) -> Any:
        if file.name != "bag.ctb":
            raise CounterError("bundle_medium_full")
        return part(files, file)

    return made
