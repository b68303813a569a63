"""Work goes out to its thread and comes back on that of the window."""

from __future__ import annotations

import gc
import linecache
import sys
import threading
import time
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background, Lane
from counter_app.ui.garbage import MANY, PATIENCE, Looks, collect_only_here
from counter_app.ui.lean_pyside import load_lean_pyside
from resources import pace
from resources.pace import unhurried


def never(error: CounterError) -> None:
    raise AssertionError(error)


def test_work_is_done_elsewhere_and_answered_here(qtbot: QtBot, background: Background):
    here, seen = threading.get_ident(), []
    background.run(Lane.STORE, threading.get_ident, lambda there: seen.append((there, threading.get_ident())), never)
    qtbot.waitUntil(lambda: bool(seen))
    there, answered = seen[0]
    assert answered == here
    assert there != here


def test_one_lane_is_one_thread_in_order_and_lanes_do_not_wait_for_each_other(qtbot: QtBot, background: Background):
    gate, seen = threading.Event(), []
    background.run(Lane.NETWORK, gate.wait, lambda _: seen.append("network"), never)
    for number in range(3):
        background.run(Lane.STORE, lambda number=number: number, seen.append, never)
    qtbot.waitUntil(lambda: seen == [0, 1, 2])
    gate.set()
    qtbot.waitUntil(lambda: seen[-1] == "network")


def test_while_an_answer_is_shown_a_worker_that_computes_stands_back(
    qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pace, "PATIENCE_S", 60.0)
    rows, begun, ended, over = [], threading.Event(), [], threading.Event()

    def compute() -> None:
        for row in unhurried(count()):
            rows.append(row)
            begun.set()
            if over.is_set():
                return

    def show(_: object) -> None:
        before = len(rows)
        time.sleep(0.05)  # a page that is long in the making
        seen.append(len(rows) - before)

    seen: list[int] = []
    background.run(Lane.READ, compute, ended.append, never)
    begun.wait()
    try:
        background.run(Lane.STORE, lambda: None, show, never)
        qtbot.waitUntil(lambda: bool(seen))
        assert seen[0] <= 1, "the row that was begun"
        told = len(rows)
        qtbot.waitUntil(lambda: len(rows) > told + 1)
    finally:
        over.set()
    qtbot.waitUntil(lambda: bool(ended))


def test_what_takes_a_while_begins_when_the_page_is_drawn_and_what_is_typed_is_looked_for_at_once(
    qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pace, "PATIENCE_S", 60.0)
    seen: list[str] = []
    call = pace.busy()
    try:
        for lane in (Lane.READ, Lane.NETWORK, Lane.COPIES):
            background.run(lane, partial(seen.append, "late"), lambda _: None, never)
        for lane in (Lane.SEARCH, Lane.STORE, Lane.DEVICES):
            background.run(lane, partial(seen.append, "at once"), lambda _: None, never).result(10)
        found = background.run(Lane.SEARCH, lambda: list(unhurried("ab")), lambda _: None, never)
        assert found.result(10) == ["a", "b"]
        assert seen == ["at once"] * 3
    finally:
        pace.free(call)
    qtbot.waitUntil(lambda: seen[3:] == ["late"] * 3)


def test_an_expected_failure_goes_to_its_page(qtbot: QtBot, background: Background):
    seen: list[str] = []

    def fails() -> None:
        raise CounterError("disk_full")

    background.run(Lane.STORE, fails, lambda _: None, lambda error: seen.append(error.code))
    qtbot.waitUntil(lambda: seen == ["disk_full"])


def test_a_defect_reaches_the_outermost_handler(qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch):
    seen: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: seen.append(kind))
    background.run(Lane.STORE, lambda: 1 / 0, lambda _: None, never)
    qtbot.waitUntil(lambda: seen == [ZeroDivisionError])


def test_an_answer_for_a_page_that_is_gone_is_dropped(qtbot: QtBot, background: Background):
    page, gate, seen = QWidget(), threading.Event(), []
    background.run(Lane.STORE, gate.wait, lambda _: seen.append("gone"), never, page)
    delete(page)
    gate.set()
    background.run(Lane.STORE, lambda: "after", seen.append, never)
    qtbot.waitUntil(lambda: seen == ["after"])


def test_an_answer_that_comes_after_the_end_asks_for_nothing_more(qtbot: QtBot, qapp: QApplication):
    background, seen = Background(), []
    background.run(Lane.STORE, lambda: "late", lambda _: background.run(Lane.READ, list, seen.append, never), never)
    background.close()
    qapp.processEvents()
    assert seen == []


def test_garbage_is_collected_only_where_the_windows_live(qtbot: QtBot, qapp: QApplication):
    class Ring(QObject):
        pass

    ended: list[int] = []
    collect_only_here(qapp)
    try:
        assert not gc.isenabled()
        made = Ring()
        made.itself = made  # type: ignore[attr-defined]
        made.destroyed.connect(lambda: ended.append(threading.get_ident()))
        del made
        thread = threading.Thread(target=lambda: [[] for _ in range(5000)])
        thread.start()
        thread.join()
        assert ended == []
        gc.collect()
        assert ended == [threading.get_ident()]
    finally:
        gc.enable()


def test_what_a_worker_is_building_is_not_looked_through_again_and_again():
    gc.disable()
    try:
        looks, building = Looks(), [[] for _ in range(2 * MANY)]
        for _ in range(PATIENCE):
            looks.look()
        assert gc.get_count()[0] > MANY
        looks.look()
        assert gc.get_count()[0] < MANY < len(building)
    finally:
        gc.enable()


def test_what_is_imported_after_qt_is_not_read_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    feature = import_module("shibokensupport.feature")
    monkeypatch.setattr(feature, "_mod_uses_pyside", feature._mod_uses_pyside)  # as before when the test is over
    monkeypatch.syspath_prepend(tmp_path)
    load_lean_pyside()
    (tmp_path / "imported_late.py").write_text("found = 1\n")
    __import__("imported_late")
    assert str(tmp_path / "imported_late.py") not in linecache.cache
