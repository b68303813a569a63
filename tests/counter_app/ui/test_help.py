"""F1: every page, dialog and place has its words in both languages; the panel stands beside the work, not over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.domain.service_item import FieldType
from counter_app.ui.enrolment_page import EnrolmentPage, FirstPersonPage
from counter_app.ui.help import QUESTIONS, guide_file, help_of, panel
from counter_app.ui.pages.agent.home import AgentHome, AgentList
from counter_app.ui.pages.agent.steps_page import StepsPage
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.case.page import CasePage
from counter_app.ui.pages.cases.page import CasesPage
from counter_app.ui.pages.cases.papers_elsewhere import PapersElsewhere
from counter_app.ui.pages.check.page import CheckPage
from counter_app.ui.pages.intake.field_help import help_of_place
from counter_app.ui.pages.intake.gaps_dialog import GapsDialog
from counter_app.ui.pages.intake.other_outcomes import OtherOutcomes
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.ledger.dialogs import EntryDialog
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.ledger.signing import SignDialog
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.pages.notice.seal import SealDialog
from counter_app.ui.pages.scan.dialog import ScanDialog
from counter_app.ui.pages.sending.page import SendingPage
from counter_app.ui.pages.settings.backup_dialog import BackupDialog
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.stamps import StampDialog
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.widgets.dialog import Dialog
from forms.catalogue import Catalogue
from resources.texts import LANGUAGES, catalogue
from tests.counter_app.ui.pages.intake.conftest import OpenDesk, open_desk  # noqa: F401
from tests.counter_app.ui.pages.intake.desk import ELDER

PAGES = (TodayPage, IntakePage, CasesPage, CasePage, SendingPage, LedgerPage, SettingsPage, CheckPage)
OF_AGENT = (AgentHome, AgentList, StepsPage)
BEFORE_SIGN_IN = (SignInPage, EnrolmentPage, FirstPersonPage)
DIALOGS = (
    *(Dialog, ActDialog, GapsDialog, OtherOutcomes, NoticeDialog, ScanDialog),
    *(SignDialog, EntryDialog, StampDialog, SealDialog, PapersElsewhere, BackupDialog),
)


class Browser(QObject):
    """Takes the file that is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def show_it(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def topics() -> Iterator[str]:
    """Every topic that the program asks for."""
    yield from (f"page.{page.topic or page.name}" for page in (*PAGES, *OF_AGENT))
    yield from (f"page.{page.topic}" for page in BEFORE_SIGN_IN)
    yield "page.lock"
    yield from (f"dialog.{dialog.topic}" for dialog in DIALOGS)
    yield "dialog.late"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_dialog_has_its_help(monkeypatch: pytest.MonkeyPatch, language: str):
    monkeypatch.setenv("COUNTER_LANGUAGE", language)
    found = {topic: help_of(topic) for topic in topics()}
    assert len({help_.name for help_ in found.values()}) == len(found)
    assert [topic for topic, help_ in found.items() if not help_.rows] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_of_every_item_has_its_help(monkeypatch: pytest.MonkeyPatch, language: str):
    monkeypatch.setenv("COUNTER_LANGUAGE", language)
    seen: set[FieldType] = set()
    for item in Catalogue.load().items():
        for field in item.fields:
            told = help_of_place(f"field.{field.id}", item)
            assert told is not None
            assert told.name == field.name
            assert "{" not in told.spoken()
            seen.add(field.type)
        for material in item.materials:
            told = help_of_place(f"material.{material.id}", item)
            assert told is not None
            assert told.name == material.name
    assert seen >= {FieldType.TEXT, FieldType.NUMBER, FieldType.DATE, FieldType.CHOICE, FieldType.BOOL}


def test_no_help_is_written_that_nobody_can_ask_for():
    asked = {f"help.{topic}" for topic in topics()}
    written = {
        key.rpartition(".")[0]
        for key in catalogue("zh_CN")
        if key.startswith(("help.page.", "help.dialog.")) and key.rpartition(".")[2] in ("name", *QUESTIONS)
    }
    assert written == asked


def test_f1_on_a_field_of_the_intake_tells_of_it_and_esc_gives_the_focus_back(open_desk: OpenDesk):  # noqa: F811
    desk = open_desk()
    desk.fill(1)
    field = desk.page.parts.form.field("field.bank_account")
    assert field is not None
    field.setFocus()
    desk.press("F1")
    shown = desk.window.help
    assert shown is not None
    assert shown.shown.name == "银行账号"
    assert "高龄津贴申请" in shown.shown.spoken()
    assert "最多 30 个字" in shown.shown.spoken()
    assert shown.has_focus()
    assert shown.accessibleName() == "银行账号"
    desk.page.parts.contact.applicant.phone.setFocus()
    assert shown.shown.name == "手机"
    assert shown.isVisible()
    desk.page.parts.materials.table.choose("id_card")
    desk.page.parts.materials.table.setFocus()
    assert shown.shown.name == "老人居民身份证"
    field.setFocus()
    desk.window.press("guide")
    desk.press("Esc")
    assert not shown.isVisible()
    assert desk.window.focusWidget() is field.editor
    assert desk.window.page() is desk.page


def test_the_page_works_on_while_the_help_is_open(open_desk: OpenDesk):  # noqa: F811
    desk = open_desk()
    desk.fill(1)
    desk.press("F1")
    shown = desk.window.help
    assert shown is not None
    for _ in range(8):  # Tab stays in the help; nothing of the page is passed over unseen
        shown.focusNextPrevChild(True)
        assert shown.has_focus()
    desk.press("F9")
    desk.dialog_ready()
    assert isinstance(desk.window.open_dialog(), NoticeDialog)
    desk.window._last_guide.invalidate()  # a quick machine comes here within the time of F1 twice
    desk.window.press("guide")
    assert shown.shown == help_of("dialog.notice")
    desk.press("Esc")
    assert isinstance(desk.window.open_dialog(), NoticeDialog)
    assert desk.page.current.application.item is not None
    assert desk.page.current.application.item.code == ELDER


def test_the_guide_is_opened_where_it_is_and_where_to_put_it_is_said_where_it_is_not(
    qtbot: QtBot, stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    window, browser = stage(QWidget()), Browser()
    shown = panel.HelpPanel(window, lambda: panel.at_the_right(window))
    monkeypatch.setattr(guide_file, "installed_folder", lambda: tmp_path)
    monkeypatch.setattr(panel, "guide_file", lambda: None)
    shown.ask(help_of("page.today"), {})
    press(shown, "使用手册")
    assert any("make guide" in label.text() for label in shown.findChildren(panel.Label))
    monkeypatch.setattr(panel, "guide_file", guide_file.guide_file)
    (tmp_path / guide_file.FILE).write_text("<p>手册</p>", encoding="utf-8")
    QDesktopServices.setUrlHandler("file", browser, "show_it")
    press(shown, "使用手册")
    QDesktopServices.unsetUrlHandler("file")
    assert browser.opened == [str(tmp_path / guide_file.FILE)]


def press(shown: panel.HelpPanel, word: str) -> None:
    QApplication.processEvents()
    button = next(button for button in shown.findChildren(panel.Button) if button.text() == word and button.isVisible())
    button.setFocus(Qt.FocusReason.TabFocusReason)
    button.click()
