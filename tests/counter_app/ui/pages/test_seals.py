"""Electronic seals in the window: set up and tried in the settings, put on from the case and from the notice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.case import Case
from counter_app.domain.sealing import SealKind, SealSetup
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.pages.notice.seal import SealDialog
from counter_app.ui.pages.settings import seal_dialogs, seals_card
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.settings.seal_dialogs import SealSetupDialog
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from tests.counter_app.ui.pages.conftest import ITEM, ZHOU, AtWork
from tests.support.seals import WORDS, authority, seal_key

AGENCY = Catalogue.load().get(ITEM).agency


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "seal.p12").write_bytes(seal_key().p12())
    (tmp_path / "root.pem").write_bytes(authority().pem)
    return tmp_path


@pytest.fixture
def sealing(all_day: AtWork, files: Path) -> AtWork:
    """A day with the special seal set up, its passphrase asked for each time."""
    setup = SealSetup(AGENCY, SealKind.SPECIAL, "key-file", words="受理专用章")
    all_day.station.seals.set_up(ZHOU, setup, files / "seal.p12", WORDS, keep_secret=False)
    return all_day


def grab(work: AtWork, name: str) -> None:
    if folder := os.environ.get("COUNTER_TEST_GRABS"):
        for width, height in ((1366, 768), (1280, 680)):
            work.window.resize(width, height)
            work.settle()
            work.window.grab().save(f"{folder}/{name}-{width}.png")
        work.window.resize(1366, 768)


def papers_rows(work: AtWork) -> list[Row]:
    model = work.place.case.papers.table.rows
    return [entry for n in range(model.rowCount()) if isinstance(entry := model.entry(n), Row)]


def is_sealed(work: AtWork, case: Case) -> bool:
    return any(notice.seal for notice in work.station.cases.view(str(case.id)).case.notices)


def test_the_administrator_sets_a_seal_up_tries_it_and_says_whose_seals_are_believed(
    all_day: AtWork, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_dialogs, "which_file", lambda _over, _kinds: files / "seal.p12")
    monkeypatch.setattr(seals_card, "which_root", lambda _over: files / "root.pem")
    page = all_day.open("settings")
    assert isinstance(page, SettingsPage)
    page.seals.set_up.click()
    dialog = all_day.dialog()
    assert isinstance(dialog, SealSetupDialog)
    dialog.agency.set_value(AGENCY)
    dialog.words.set_value("受理专用章")
    dialog.choose.click()
    dialog.secret.set_value("not these words")
    grab(all_day, "seal-setup")
    dialog.doing.click()
    all_day.until(lambda: "口令不对" in dialog.fault.accessibleName())
    assert all_day.station.seals.installed() == []
    dialog.secret.set_value(WORDS)
    dialog.keep.click()
    dialog.doing.click()
    all_day.until(lambda: page.seals.table.rows.rowCount() == 1)
    page.seals.table.acted.emit(f"{AGENCY}-special")
    all_day.until(lambda: "印章能用" in page.seals.result.accessibleName())
    assert "还没有信任的根证书" in page.seals.roots.text()
    page.seals.add_root.click()
    all_day.until(lambda: "信任 1 张根证书" in page.seals.roots.text())
    grab(all_day, "seal-settings")


def test_a_paper_gets_its_seal_from_the_case_with_the_right_pin_only_and_says_so_in_place(sealing: AtWork) -> None:
    case = sealing.take_in("accept")
    sealing.open_case(case)
    papers = sealing.place.case.papers
    key = next(key for key in papers._notices if key.startswith("N02"))
    papers.table.choose(key)
    assert papers.seal.isVisible()
    grab(sealing, "seal-case")
    papers.seal.click()
    dialog = sealing.dialog()
    assert isinstance(dialog, SealDialog)
    dialog.secret.set_value("wrong")
    sealing.key(Qt.Key.Key_Return)
    dialog.doing.click()
    sealing.until(lambda: "口令不对" in dialog.secret.message())
    assert not is_sealed(sealing, case)
    grab(sealing, "seal-dialog")
    dialog.secret.set_value(WORDS)
    dialog.doing.click()
    sealing.until(lambda: is_sealed(sealing, case) and not papers.seal.isVisible())
    assert sealing.window.open_dialog() is None
    assert any("已加盖电子印章" in row.spoken for row in papers_rows(sealing))


def test_the_notice_is_sealed_before_it_is_printed_and_a_refusal_has_three_parts(sealing: AtWork) -> None:
    case = sealing.take_in("accept")
    [notice] = [notice for notice in case.notices if notice.kind == "N02"]
    sealing.place.open_notice(case, notice)
    shown = sealing.dialog()
    assert isinstance(shown, NoticeDialog)
    sealing.until(shown.seal.isVisible)
    grab(sealing, "seal-notice")
    [file] = (sealing.home.path / "seals").glob("*.p12")
    kept = file.read_bytes()
    file.unlink()
    shown.seal.click()
    sealing.until(lambda: isinstance(sealing.window.open_dialog(), SealDialog))
    asks = sealing.dialog()
    assert isinstance(asks, SealDialog)
    asks.secret.set_value(WORDS)
    asks.doing.click()
    sealing.until(lambda: sealing.window.open_dialog() not in (asks, None))
    refusal = sealing.dialog()
    grab(sealing, "seal-refused")
    words = " ".join(part.accessibleName() for part in refusal.findChildren(type(refusal).__mro__[1]))
    assert all(part in words for part in ("密钥文件", "没有盖，文书照样有效", "请管理员"))
    refusal.close_dialog()
    file.write_bytes(kept)
    sealing.place.open_notice(case, notice)
    again = sealing.dialog()
    assert isinstance(again, NoticeDialog)
    sealing.until(again.seal.isVisible)
    again.seal.click()
    sealing.until(lambda: isinstance(sealing.window.open_dialog(), SealDialog))
    asks = sealing.dialog()
    assert isinstance(asks, SealDialog)
    asks.secret.set_value(WORDS)
    asks.doing.click()
    sealing.until(lambda: is_sealed(sealing, case))
    sealing.until(lambda: isinstance(sealing.window.open_dialog(), NoticeDialog))
    sealing.settle()
    assert not sealing.dialog().seal.isVisible()  # type: ignore[attr-defined]
    grab(sealing, "seal-under")
