"""Settings are kept as they are left; people are added by the administrator; the check-up says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from counter_app.adapters.pictures.lazily import picture_means
from counter_app.adapters.store import backup
from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person, Role
from counter_app.services.device_ports import CardReader, FoundDevice, RunningScan, ScannerAbilities, ScanWish
from counter_app.services.doctor import Check, Health
from counter_app.services.stored_facts import Draft, StoredPerson
from counter_app.ui.hand_over_card import HandOverCard
from counter_app.ui.pages.settings.backup_dialog import BackupDialog
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.settings.person_dialog import PersonDialog
from counter_app.ui.person_form import PersonForm
from counter_app.ui.pins_dialog import PinsDialog
from counter_app.ui.scale import TextSize, text_size
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.line_edit import LineEdit
from counter_app.ui.widgets.pin import PinBoxes
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork, sign_in, working
from tests.support.key_files import quick_pins

CHECKS = [
    Check("disk", Health.OK, "disk_has_room", "硬盘还有 40 GB。", ""),
    Check("readers", Health.WARNING, "no_reader", "没有找到读卡器。", "请插好读卡器的线。"),
]


def no_reader(_spec: str, _timeout_s: float) -> CardReader:
    raise CounterError("no_reader")


class OneScanner:
    """A scanner that is there and is never asked to scan."""

    def devices(self) -> list[FoundDevice]:
        return [FoundDevice("sane:1", "SANE 扫描仪")]

    def abilities(self, device: str) -> ScannerAbilities:
        assert device == "sane:1"
        return ScannerAbilities(feeder=True, glass=True, colour=True, resolutions=(75, 300, 600))

    def start(self, device: str, wish: ScanWish) -> RunningScan:
        raise CounterError("scanner_busy")


@pytest.fixture(scope="module")
def long_day(secrets: None, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """With a check-up and a reader that does not answer."""
    folder = tmp_path_factory.mktemp("day")
    means = replace(picture_means(), scanner=OneScanner())
    parts = {"doctor": lambda: CHECKS, "open_reader": no_reader, "pictures": means}
    with working(qapp, folder, lambda b: replace(b, **parts)) as work:
        yield work


def shown(work: AtWork) -> SettingsPage:
    page = work.open("settings")
    assert isinstance(page, SettingsPage)
    return page


def setting(work: AtWork, name: str) -> str:
    with work.station.store.read() as reading:
        return reading.setting(name)


def test_the_name_of_the_counter_is_kept_when_the_field_is_left_and_stands_in_the_strip(all_day: AtWork) -> None:
    page = shown(all_day)
    edit = page.counter.window_name.findChild(LineEdit)
    assert edit is not None
    edit.setFocus()
    edit.setText("5号窗口")
    all_day.key(Qt.Key.Key_Tab)
    all_day.until(lambda: setting(all_day, "window") == "5号窗口")
    all_day.until(lambda: all_day.place.standing is not None and all_day.place.standing.window == "5号窗口")


def test_the_days_data_for_scans_is_kept_in_megabytes_and_empty_is_no_bound(all_day: AtWork) -> None:
    page = shown(all_day)
    sending = all_day.station.sending
    for typed, kept in (("20", 20_000_000), ("0", 0), ("", None)):
        page.hall.scans_a_day.set_value(typed)
        page.hall.scans_a_day.settled.emit(typed)
        all_day.until(lambda kept=kept: sending.outbox().budget.a_day == kept)


def test_a_wrong_closing_time_is_said_and_not_kept(all_day: AtWork) -> None:
    page = shown(all_day)
    edit = page.counter.closes_at.findChild(LineEdit)
    assert edit is not None
    edit.setFocus()
    edit.setText("2570")
    all_day.key(Qt.Key.Key_Tab)
    all_day.settle()
    assert page.counter.closes_at.is_wrong()
    assert setting(all_day, "closes_at") == ""


def test_a_larger_text_size_holds_at_once_for_the_same_person(all_day: AtWork) -> None:
    before = all_day.place
    page = shown(all_day)
    page.display.text_size.set_value("LARGE")
    page.display.text_size.settled.emit("LARGE")
    all_day.until(lambda: all_day.desktop.place is not None and all_day.desktop.place is not before)
    assert text_size() is TextSize.LARGE
    assert all_day.place.person == before.person
    assert all_day.window.page().name == "settings"


def test_the_check_up_shows_each_line_with_its_remedy(all_day: AtWork) -> None:
    page = shown(all_day)
    page.doctor.examine.click()
    all_day.settle()
    lines = [w.accessibleName() for w in page.doctor._body.children() if hasattr(w, "accessibleName")]
    assert any("正常" in line and "40 GB" in line for line in lines)
    assert any("留意" in line and "请插好读卡器的线" in line for line in lines)


def test_trying_a_reader_that_is_not_there_says_what_to_do(all_day: AtWork) -> None:
    page = shown(all_day)
    page.devices.try_it.click()
    all_day.settle()
    assert page.devices.result.isVisible()
    assert not page.has_work()
    assert page.devices.result.accessibleName()


def test_the_administrator_adds_a_person_who_can_sign_in(all_day: AtWork) -> None:
    page = shown(all_day)
    page.people.add_person.setFocus()
    all_day.key(Qt.Key.Key_Return)
    form = all_day.dialog().findChild(PersonForm)
    assert form is not None
    name = form.findChild(LineEdit)
    assert name is not None
    name.setText("马文浩")
    form.findChildren(CheckBox)[0].setChecked(True)
    for boxes in form.findChildren(PinBoxes):
        boxes.setFocus()
        QTest.keyClicks(boxes, "112358")
    all_day.key(Qt.Key.Key_Return)
    all_day.key(Qt.Key.Key_Return)
    all_day.until(lambda: len(all_day.station.people.all()) == 2)
    person = all_day.station.people.sign_in("马文浩", "112358")
    assert person.roles == frozenset({Role.CLERK})
    all_day.until(lambda: all_day.window.open_dialog() is None)


def test_two_pins_that_differ_add_nobody(all_day: AtWork) -> None:
    form = PersonForm()
    for boxes, pin in zip(form.findChildren(PinBoxes), ("112358", "112359"), strict=True):
        QTest.keyClicks(boxes, pin)
    name = form.findChild(LineEdit)
    assert name is not None
    name.setText("马文浩")
    form.findChildren(CheckBox)[0].setChecked(True)
    assert form.given() is None


def test_others_than_the_administrator_are_told_who_adds_people(all_day: AtWork) -> None:
    from counter_app.ui.pages.settings.people_card import PeopleCard

    card = PeopleCard(Person("马文浩", frozenset({Role.CLERK})))
    assert card.add_person.reason() == "要管理员才能加人"


def new_person(work: AtWork, name: str, pin: str = "112358") -> Person:
    with quick_pins():
        return work.station.people.add(ZHOU, name, [Role.CLERK], pin)


def person_dialog(work: AtWork, name: str) -> PersonDialog:
    """As it opens by Enter on the person."""
    page = shown(work)
    page.people.table.choose(name)
    page.people.table.setFocus()
    work.key(Qt.Key.Key_Return)
    dialog = work.dialog()
    assert isinstance(dialog, PersonDialog)
    return dialog


def press_act(work: AtWork, name: str, act: str) -> PinsDialog:
    person_dialog(work, name).buttons[act].click()
    dialog = work.dialog()
    assert isinstance(dialog, PinsDialog)
    return dialog


def type_pins(work: AtWork, *pins: str) -> None:
    """Each into the box that has the focus, and Enter."""
    for pin in pins:
        work.type(pin)
        work.key(Qt.Key.Key_Return)


def test_a_new_pin_is_given_by_keys_and_its_owner_changes_it_as_they_sign_in(all_day: AtWork) -> None:
    new_person(all_day, "李红")
    with quick_pins():
        dialog = press_act(all_day, "李红", "pin")
        type_pins(all_day, "000000", "314159", "314159")
        all_day.key(Qt.Key.Key_Return)
        all_day.until(lambda: "还可以试 4 次" in dialog.form._wrong.text())
        type_pins(all_day, PIN)
        dialog.doing.click()
        all_day.until(lambda: all_day.window.open_dialog() is None)
        all_day.desktop._other_person()
        entry = all_day.desktop.entry
        all_day.until(lambda: isinstance(entry.currentWidget(), SignInPage))
        page = entry.currentWidget()
        assert isinstance(page, SignInPage)
        page._choose([card.person.name for card in page._cards].index("李红"))
        QTest.keyClicks(entry.focusWidget(), "314159")
        QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
        all_day.until(lambda: entry.findChild(PinsDialog) is not None)
        for _ in range(2):
            QTest.keyClicks(entry.focusWidget(), "271828")
            QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
        QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
        all_day.until(lambda: all_day.desktop.place is not None)
    assert all_day.place.person.name == "李红"
    all_day.desktop._other_person()
    sign_in(all_day)
    all_day.until(lambda: all_day.place.standing is not None)


def test_who_has_left_is_taken_off_the_list_after_somebody_stood_in_for_them(all_day: AtWork) -> None:
    left = new_person(all_day, "孙小雨")
    all_day.station.drafts.save(left, Draft(None, left.name, "temporary_aid", {}, "item"))
    dialog = press_act(all_day, left.name, "remove")
    all_day.type(PIN)
    dialog.doing.click()
    all_day.until(lambda: "1 件没办完的登记" in dialog.form._wrong.text())
    dialog.close_dialog()
    person_dialog(all_day, left.name).buttons["hand_over"].click()
    card = all_day.dialog().findChild(HandOverCard)
    assert card is not None
    card.seals.set_value("窗口章一枚")
    card.reason.set_value("已调走")
    card.signer.set_value(ZHOU.name)
    card.receiver_pin.boxes.setText(PIN)
    card.doing.click()
    all_day.until(lambda: all_day.window.open_dialog() is None)
    assert ZHOU.name in {draft.user for draft in all_day.station.drafts.all()}
    dialog = press_act(all_day, left.name, "remove")
    all_day.type(PIN)
    dialog.doing.click()
    all_day.until(lambda: all_day.window.open_dialog() is None)
    assert left.name not in {person.name for person in all_day.station.people.all()}


def test_who_may_not_help_is_told_who_may(all_day: AtWork) -> None:
    clerk = Person("李红", frozenset({Role.CLERK}))
    people = [StoredPerson(ZHOU.name, ZHOU.roles, "-"), StoredPerson("李红", clerk.roles, "-")]
    buttons = PersonDialog(all_day.window, clerk, people[0], people, 0).buttons
    assert "管理员或首席代表" in buttons["pin"].reason()
    assert "管理员" in buttons["remove"].reason()
    locked = replace(people[1], locked_until_ms=60_000)
    assert PersonDialog(all_day.window, ZHOU, people[1], people, 0).buttons["unlock"].reason()
    assert not PersonDialog(all_day.window, ZHOU, locked, people, 0).buttons["unlock"].reason()


def test_a_backup_is_made_onto_the_stick_that_was_chosen_and_a_stick_that_is_gone_is_said(
    all_day: AtWork, tmp_path: Path
) -> None:
    page = shown(all_day)
    names: list[str] = []
    page.backing_up.ask_where = lambda _over, name: names.append(name) or tmp_path / name
    page.backup.make.setFocus()
    all_day.key(Qt.Key.Key_Return)
    assert page.backup.make.reason(), "one after the other"
    all_day.until(lambda: not page.backing_up.running)
    all_day.settle()
    assert names == ["QX03-01-20261116.bak"]
    assert "counter restore" in page.backup.result.accessibleName()
    assert str(tmp_path / names[0]) in page.backup.last.text()
    page.backing_up.ask_where = lambda _over, name: tmp_path / "pulled" / name
    page.backup.make.click()
    all_day.until(lambda: "盘被拔了，没有备份" in page.backup.result.accessibleName())
    assert not page.backup.make.reason()


def test_where_the_key_lies_in_the_keyring_a_backup_asks_for_a_passphrase_twice(
    all_day: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(all_day)
    monkeypatch.setattr(all_day.station.backups, "is_key_inside", False)
    page.backing_up.ask_where = lambda _over, name: tmp_path / name
    page.backup.make.click()
    dialog = all_day.place.window.open_dialog()
    assert isinstance(dialog, BackupDialog)
    for words in ("four words apart", "four wards apart"):
        all_day.type(words)
        all_day.key(Qt.Key.Key_Return)
    all_day.key(Qt.Key.Key_Return)
    assert dialog.again.message() == "两次输的不一样，请重新输"
    assert list(tmp_path.iterdir()) == []
    dialog.again.set_value("four words apart")
    dialog.doing.click()
    all_day.until(lambda: "刚才设的口令" in page.backup.result.accessibleName())
    all_day.settle()
    assert "只有这台电脑打得开" not in page.backup.last.text()
    page.backup.make.click()
    all_day.place.window.open_dialog().none.click()
    all_day.until(lambda: "没有口令" in page.backup.result.accessibleName())
    all_day.settle()
    assert "只有这台电脑打得开" in page.backup.last.text()


def test_a_backup_that_is_stopped_leaves_no_file(
    all_day: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(all_day)
    page.backing_up.ask_where = lambda _over, name: tmp_path / name
    monkeypatch.setattr(backup, "_TICK", 50)
    page.backup.make.click()
    page.backing_up.stopper.click()
    all_day.until(lambda: "备份停下了" in page.backup.result.accessibleName())
    assert list(tmp_path.iterdir()) == []


def test_a_scanner_that_answers_is_named_and_the_one_that_was_chosen_is_kept(long_day: AtWork) -> None:
    page = shown(long_day)
    page.pictures.try_scanner.click()
    long_day.until(lambda: "扫描仪在：SANE" in page.pictures.result.accessibleName())
    assert "进纸器 · 玻璃板 · 彩色 · 75 到 600 点" in page.pictures.result.accessibleName()
    page.pictures.scanner.set_value("sane:1")
    page.pictures.scanner.settled.emit("sane:1")
    long_day.until(lambda: setting(long_day, "scanner") == "sane:1")


def test_a_camera_that_is_not_there_is_said_with_what_to_do(long_day: AtWork) -> None:
    page = shown(long_day)
    page.pictures.show_devices(page.pictures.camera, [], "/dev/video77")
    page.pictures.try_camera.click()
    long_day.until(lambda: "没有找到摄像头" in page.pictures.result.accessibleName())
    assert "USB 线" in page.pictures.result.accessibleName()
    assert long_day.place.window.open_dialog() is None
