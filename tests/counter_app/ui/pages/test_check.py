"""核验凭证: a code is scanned wherever the caret is, and the answer says what is certain and what is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from counter_app.domain.case import Case
from counter_app.domain.notice import NoticeKind
from counter_app.domain.sealing import SealKind, SealSetup
from counter_app.services.signed_codes import Signing
from counter_app.ui.pages.check import page as check_page
from counter_app.ui.pages.check.page import CheckPage
from sync import receipts
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork
from tests.support.seals import WORDS, authority, seal_key


def code_of(work: AtWork, case: Case) -> str:
    """The code that the receipt of the case bears."""
    with work.station.store.read() as reading:
        event = reading.events_of(case.id)[0]
        taken = reading.taken_hash(event.id)
    assert taken is not None
    by: Signing = work.station.signed_codes._by
    stated = receipts.statement_of(event, NoticeKind.RECEIPT, taken, by.keys.sign_public)
    return receipts.signed_by_device(stated, by.hall, by.keys).to_text()


@pytest.fixture
def page(all_day: AtWork) -> CheckPage:
    found = all_day.open("check")
    assert isinstance(found, CheckPage)
    return found


def shown(work: AtWork, page: CheckPage) -> tuple[str, str]:
    work.until(lambda: page.verdict.has_answer)
    work.settle()
    return page.verdict.word.text(), page.verdict.certain.text()


def test_a_gun_opens_the_answer_from_any_page_and_the_case_is_one_step_away(all_day: AtWork) -> None:
    case = all_day.take_in("receive")
    all_day.open("today")
    all_day.place.scanned(code_of(all_day, case))  # what the gun's signal is wired to
    page = all_day.window.page()
    assert isinstance(page, CheckPage)
    word, certain = shown(all_day, page)
    assert word == "真"
    assert all_day.station.whereabouts.device in certain
    assert page.verdict.open.isVisible()
    page.verdict.open.click()
    all_day.settle()
    assert all_day.window.page().name == "case"
    assert all_day.place.case.shown_number() == str(case.id)
    all_day.window.press("back")
    assert all_day.window.page() is page


def test_a_changed_code_typed_in_does_not_match_and_shows_nothing_of_what_it_says(
    all_day: AtWork, page: CheckPage
) -> None:
    code = code_of(all_day, all_day.take_in("receive"))
    changed = code[:-9] + ("0" if code[-9] != "0" else "1") + code[-8:]
    page.code.setText(changed)
    QTest.keyClick(page.code, Qt.Key.Key_Return)
    all_day.settle()
    word, certain = shown(all_day, page)
    assert (word, page.verdict.open.isVisible(), page.verdict._facts.isVisible()) == ("不符", False, False)
    assert "不能采信" in certain


def test_nothing_typed_is_said_in_the_bar_and_the_answer_before_stays(all_day: AtWork, page: CheckPage) -> None:
    all_day.place.scanned("https://example.cn/page/of/somebody")
    all_day.settle()
    assert shown(all_day, page)[0] == "不是我们的码"
    page.code.clear()
    page.button.click()
    all_day.settle()
    assert "没有扫到内容" in all_day.window.top._context.text()
    assert page.verdict.word.text() == "不是我们的码"


def test_the_list_of_cases_leads_to_it(all_day: AtWork) -> None:
    all_day.open("cases")
    all_day.place.cases.check_paper.click()
    assert all_day.window.page().name == "check"
    assert all_day.focus() is all_day.place.check.code
    if folder := os.environ.get("COUNTER_SCREENS"):
        all_day.window.grab().save(f"{folder}/14-check.png")


def grab(work: AtWork, name: str) -> None:
    if folder := os.environ.get("COUNTER_TEST_GRABS"):
        for width, height in ((1366, 768), (1280, 680)):
            work.window.resize(width, height)
            work.settle()
            work.window.grab().save(f"{folder}/{name}-{width}.png")
        work.window.resize(1366, 768)


def photographed(pdf: bytes, folder: Path) -> Path:
    """The first page as a telephone sees it: askew, grey, a bit blurred, JPEG."""
    whole, photo = folder / "page.pdf", folder / "photo.jpg"
    whole.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", whole, folder / "page"], check=True, timeout=60)
    with Image.open(folder / "page.png") as page:
        askew = page.convert("L").rotate(4, expand=True, fillcolor=200).filter(ImageFilter.GaussianBlur(0.7))
        askew.point(lambda value: 40 + value * 0.7).save(photo, quality=80)
    return photo


def test_a_photograph_of_the_paper_is_checked_and_one_without_a_code_says_how_to_take_it(
    all_day: AtWork, page: CheckPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = all_day.take_in("receive")
    pdf = all_day.station.papers.pdf(case.id, case.notices[0])
    photo = photographed(pdf, tmp_path)
    monkeypatch.setattr(check_page, "which_file", lambda _over: photo)
    page.choose.click()
    all_day.until(lambda: page.verdict.word.text() == "真")
    assert not page.seals.isVisible()
    grab(all_day, "check-photo")
    blank = tmp_path / "blank.png"
    Image.new("L", (800, 800), 255).save(blank)
    broken, secret = tmp_path / "broken.jpg", tmp_path / "broken.pdf"
    broken.write_bytes(photo.read_bytes()[:30])
    secret.write_bytes(pdf[:300])
    for file, said in ((blank, "没有找到能读的二维码"), (broken, "打不开"), (tmp_path / "gone.png", "读不到文件")):
        page.check_file(file)
        all_day.until(lambda said=said: said in page.fault.accessibleName())
        assert not page.verdict.has_answer
    page.check_file(secret)
    all_day.until(lambda: "PDF" in page.fault.accessibleName())
    grab(all_day, "check-broken")


def test_a_sealed_pdf_is_checked_by_code_and_seal_and_an_unknown_root_says_what_is_missing(
    all_day: AtWork, page: CheckPage, tmp_path: Path
) -> None:
    key, root, pdf = tmp_path / "seal.p12", tmp_path / "root.pem", tmp_path / "notice.pdf"
    key.write_bytes(seal_key().p12())
    root.write_bytes(authority().pem)
    station, case = all_day.station, all_day.take_in("accept")
    setup = SealSetup(case.item.agency, SealKind.SPECIAL, "key-file", words="受理专用章")
    station.seals.set_up(ZHOU, setup, key, WORDS, keep_secret=False)
    sealed = station.seals.put_on(ZHOU, str(case.id), "N02", secret=WORDS)
    pdf.write_bytes(station.papers.pdf(case.id, sealed.notice))

    def answer(file: Path) -> str:
        page.check_file(file)
        all_day.until(lambda: page.seals.isVisible())
        all_day.settle()
        return page.seals.spoken()

    said = answer(pdf)
    assert "不知道是谁的章" in said
    assert "请先交换数据" in said
    assert page.verdict.word.text().startswith("真")
    grab(all_day, "check-unknown-root")
    station.seal_checks.believe(ZHOU, root)
    assert "有效" in answer(pdf)
    grab(all_day, "check-sealed")
    changed = bytearray(pdf.read_bytes())
    changed[len(changed) // 3] ^= 1
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(bytes(changed))
    assert "无效" in answer(altered)
    unsealed = tmp_path / "unsealed.pdf"
    unsealed.write_bytes(station.desk.vault.get(sealed.unsealed.sha256))
    assert "没有电子印章" in answer(unsealed)
