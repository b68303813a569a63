"""Electronic seals in the window: set up and tried in the settings, put on from the case and from the notice."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from counter_app.domain.case import Case
from counter_app.domain.sealing import SealKind, SealSetup
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.pages.notice.seal import SealDialog
from counter_app.ui.pages.notice.words import sheet_words
from counter_app.ui.pages.settings import seal_dialogs, seals_card
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.settings.seal_dialogs import SealSetupDialog, SealTestDialog
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from tests.counter_app.ui.pages.conftest import ITEM, ZHOU, AtWork
from tests.support.seals import HOLDER, WORDS, authority, seal_key
from tests.support.tokens import LABEL, MODULE, PIN, TOKEN, make_token

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


def said_in(dialog: NoticeDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(Label))


def is_red_ink_on(picture: QPixmap) -> bool:
    image = picture.toImage()
    points = ((x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))
    colours = (image.pixelColor(x, y) for x, y in points)
    return sum(colour.red() > 150 and colour.green() < 110 and colour.blue() < 110 for colour in colours) > 20


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
    all_day.until(lambda: "本机自己加的 1 张" in page.seals.roots.text())
    grab(all_day, "seal-settings")


@pytest.mark.skipif(not MODULE.exists(), reason="softhsm2 is not installed")
def test_a_seal_on_a_token_is_set_up_in_the_settings_and_asks_for_its_pin_each_time(
    all_day: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_token()
    page = all_day.open("settings")
    assert isinstance(page, SettingsPage)
    page.seals.set_up.click()
    dialog = all_day.dialog()
    assert isinstance(dialog, SealSetupDialog)
    dialog.agency.set_value(AGENCY)
    dialog.scheme.choice.setFocus()
    all_day.key(Qt.Key.Key_Down)
    all_day.until(lambda: dialog.scheme.value() == "pkcs11" and dialog.token.isVisible())
    monkeypatch.setattr(seal_dialogs, "which_file", lambda _over, _kinds: tmp_path / "no-module.so")
    dialog.choose.click()
    all_day.until(lambda: "驱动文件不在" in dialog.source.message())
    monkeypatch.setattr(seal_dialogs, "which_file", lambda _over, _kinds: MODULE)
    dialog.choose.click()
    all_day.until(lambda: bool(dialog.label.value()))
    assert (dialog.token.value(), dialog.label.value()) == (TOKEN, LABEL), "what is plugged in is filled in"
    dialog.secret.set_value("135790")
    dialog.doing.click()
    all_day.until(lambda: "口令不对" in dialog.fault.accessibleName())
    grab(all_day, "seal-token")
    dialog.secret.set_value(PIN)
    dialog.doing.click()
    all_day.until(lambda: [setup.scheme for setup in all_day.station.seals.installed()] == ["pkcs11"])
    all_day.until(lambda: all_day.window.open_dialog() is None)
    [setup] = all_day.station.seals.installed()
    assert (setup.source, setup.token, setup.label) == (str(MODULE), TOKEN, LABEL)
    assert not all_day.station.seals.is_secret_kept(setup)
    all_day.until(lambda: "盖时输口令" in page.seals.table.rows.entry(0).spoken)  # type: ignore[union-attr]
    page.seals.table.acted.emit(setup.name)
    trial = all_day.dialog()
    assert isinstance(trial, SealTestDialog)
    trial.secret.set_value(PIN)
    trial.doing.click()
    all_day.until(lambda: "印章能用" in page.seals.result.accessibleName())
    case = all_day.take_in("accept")
    [notice] = [notice for notice in case.notices if notice.kind == "N02"]
    all_day.place.open_seal(case, notice)
    all_day.until(lambda: isinstance(all_day.window.open_dialog(), SealDialog))
    asks = all_day.dialog()
    assert isinstance(asks, SealDialog)
    assert asks.secret.isVisible()
    for pin in ("135790", PIN):
        asks.secret.set_value(pin)
        asks.doing.click()
        if pin != PIN:
            all_day.until(lambda: "口令不对" in asks.secret.message())
            assert not is_sealed(all_day, case)
    all_day.until(lambda: is_sealed(all_day, case))


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


def test_the_notice_is_sealed_before_it_is_printed_and_a_refusal_has_three_parts(
    sealing: AtWork, files: Path
) -> None:
    shutil.rmtree(sealing.home.path / "seals" / "roots", ignore_errors=True)  # days before this one had their roots
    case = sealing.take_in("accept")
    [notice] = [notice for notice in case.notices if notice.kind == "N02"]
    sealing.place.open_notice(case, notice)
    shown = sealing.dialog()
    assert isinstance(shown, NoticeDialog)
    sealing.until(shown.seal.isVisible)
    assert "A4 · 打印后盖专用章" in said_in(shown)
    assert sheet_words("FLOW") == "A4 · 不用盖章"
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
    under = sealing.dialog()
    assert isinstance(under, NoticeDialog)
    sealing.until(lambda: "已有电子印章，不用再盖" in said_in(under))
    assert not under.seal.isVisible()
    assert "打印后盖" not in said_in(under)
    assert f"专用章（{HOLDER}），2026年" in said_in(under)
    assert is_red_ink_on(under.paper.grab()), "the seal is seen on the paper"
    assert "不认识发证书的机构" in said_in(under), "no root is believed here yet"
    grab(sealing, "seal-under")
    under.close_dialog()
    sealing.station.seal_checks.believe(ZHOU, files / "root.pem")
    [bearing] = [each for each in sealing.station.cases.view(str(case.id)).case.notices if each.kind == "N02"]
    sealing.place.open_notice(case, bearing)
    trusted = sealing.dialog()
    assert isinstance(trusted, NoticeDialog)
    sealing.until(lambda: "有效。文件盖章以后没有改过" in said_in(trusted))
