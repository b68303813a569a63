"""The event first, then the file, then the printer: whatever the printer does, the case is safe."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from counter_app.services.stored_facts import CaseQuery
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.reprint import open_reprint
from counter_app.ui.widgets.label import Label
from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until
from tests.counter_app.ui.pages.intake.printers import RecordingPrinter


def newest(desk: IntakeDesk):
    return desk.station.cases.search(CaseQuery())[0]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def words(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget))


def finished(desk: IntakeDesk) -> bool:
    return desk.page.current.application.item is None


def ready_to_accept(desk: IntakeDesk) -> None:
    desk.fill(1)
    desk.press("F9")
    desk.dialog_ready()


def test_acceptance_prints_both_papers_as_they_are_kept(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    case = newest(desk)
    by_kind = {notice.kind: desk.station.papers.pdf(case.id, notice) for notice in case.notices}
    assert [job.pdf for job in desk.printer.printed] == [by_kind["N02"], by_kind["N01"]]
    assert [job.copies for job in desk.printer.printed] == [2, 2]
    assert [job.printer for job in desk.printer.printed] == ["激光打印机 · 3号窗口"] * 2
    assert "青政受〔2026〕1号" in text_of(desk.printer.printed[0].pdf)
    assert not case.unprinted
    assert desk.station.verifier.verify().ok


def test_the_dialog_shows_the_paper_the_number_and_what_to_compare(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    dialog = desk.page.finishing.deciding.dialog
    assert "受理通知书" in dialog.paper._sheet.accessibleName()
    said = words(dialog)
    for expected in ("青政受〔2026〕1号", "李秀英 · 尾号 0024", "2026年12月7日 星期一", "2026年12月14日 星期一"):
        assert expected in said
    assert dialog.paper.pages() == 2
    desk.press("PgDn")
    assert "收件凭证" in dialog.paper._sheet.accessibleName()
    desk.press("PgUp")
    small = dialog.paper._sheet.width()
    desk.press("Z")
    assert dialog.paper._sheet.width() > small


def test_ctrl_p_prints_the_guide_of_the_item_that_is_looked_at(open_desk: OpenDesk):
    desk = open_desk()
    item = desk.page.parts.start.item()
    assert item is not None
    desk.press("Ctrl+P")
    wait_until(lambda: desk.printer.printed)
    assert item.guide.how[0] in text_of(desk.printer.printed[0].pdf).replace("\n", "")
    wait_until(lambda: "已交给打印机" in words(desk.page.parts.bar))


def test_closing_the_dialog_decides_nothing(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    desk.press("Esc")
    assert desk.station.cases.count(CaseQuery()) == 0
    assert desk.printer.sent == []
    assert desk.page.current.application.item is desk.item()


def test_accept_and_print_later_leaves_a_duty(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    desk.page.finishing.deciding.dialog.bare.click()
    wait_until(lambda: finished(desk))
    assert desk.printer.sent == []
    assert [notice.kind for notice in newest(desk).unprinted] == ["N01", "N02"]
    assert len(desk.station.papers.unprinted()) == 2


def test_without_a_printer_it_is_said_and_accepting_still_works(open_desk: OpenDesk):
    desk = open_desk(printer=RecordingPrinter(queues=[]))
    ready_to_accept(desk)
    dialog = desk.page.finishing.deciding.dialog
    assert "没有装打印机" in words(dialog)
    assert dialog.act.text() == "受理，先不打印"
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    assert len(newest(desk).unprinted) == 2


def test_a_printer_without_paper_says_so_and_goes_on_where_it_stopped(open_desk: OpenDesk):
    desk = open_desk(printer=RecordingPrinter(has_paper=False))
    ready_to_accept(desk)
    desk.press("Enter")
    wait_until(lambda: desk.window.open_dialog() is not desk.page.finishing.deciding.dialog)
    said = words(desk.window.open_dialog())
    for expected in ("文书没有印出来", "缺纸", "这件已经存好", "PRN-021", "青政受〔2026〕1号"):
        assert expected in said
    assert newest(desk).state.value == "ACCEPTED"
    assert len(newest(desk).unprinted) == 2, "what did not come out was not printed"
    desk.printer.has_paper = True
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    assert [job.copies for job in desk.printer.printed] == [2, 2]
    assert not newest(desk).unprinted


def test_printing_can_be_left_for_later_and_nothing_comes_out_by_itself(open_desk: OpenDesk):
    desk = open_desk(printer=RecordingPrinter(has_paper=False))
    ready_to_accept(desk)
    desk.press("Enter")
    wait_until(lambda: desk.window.open_dialog() is not desk.page.finishing.deciding.dialog)
    desk.press("Esc")
    wait_until(lambda: finished(desk))
    desk.settle()
    wait_until(lambda: [job.state for job in desk.printer.sent] == ["failed"])
    assert len(newest(desk).unprinted) == 2


def test_a_printer_that_takes_nothing_leaves_the_case_safe(open_desk: OpenDesk):
    desk = open_desk(printer=RecordingPrinter(switched_on=False))
    ready_to_accept(desk)
    desk.press("Enter")
    wait_until(lambda: desk.window.open_dialog() is not desk.page.finishing.deciding.dialog)
    assert "没有收下" in words(desk.window.open_dialog())
    desk.press("Esc")
    wait_until(lambda: finished(desk))
    assert newest(desk).state.value == "ACCEPTED"


def test_pressing_twice_makes_one_case(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    act = desk.page.finishing.deciding.dialog.act
    act.click()
    act.click()
    wait_until(lambda: finished(desk))
    assert desk.station.cases.count(CaseQuery()) == 1


def press_f9_and_enter_at_once(desk: IntakeDesk) -> None:
    """As a quick hand does: nothing of the paper has come in between."""
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_F9)
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Return)


def test_enter_before_the_paper_is_set_accepts_as_soon_as_it_is(open_desk: OpenDesk):
    desk = open_desk()
    with desk.station.desk.store.write() as writing:
        writing.state.put("offset_ms", 1000)  # the hall was met: nothing needs a look
    desk.fill(1)
    press_f9_and_enter_at_once(desk)
    assert "排好版就受理并打印" in desk.page.finishing.deciding.dialog.effect.accessibleName()
    wait_until(lambda: finished(desk))
    assert newest(desk).state.value == "ACCEPTED"
    assert len(desk.printer.printed) == 2


def test_enter_that_came_early_does_not_pass_by_what_is_to_be_looked_at(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    press_f9_and_enter_at_once(desk)
    desk.dialog_ready()
    assert "请看一眼日期" in words(desk.page.finishing.deciding.dialog)
    assert desk.station.cases.count(CaseQuery()) == 0
    desk.press("Enter")
    wait_until(lambda: finished(desk))


def test_a_name_that_cannot_be_printed_blocks_before_anything_is_decided(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, applicant={"name": "王\ue000芳", "id_number": "379901192802070024"})
    desk.press("F9")
    dialog = desk.page.finishing.deciding.dialog
    wait_until(lambda: "印不出来" in dialog.effect.accessibleName())
    desk.settle()
    dialog.act.click()
    desk.press("Enter")
    assert desk.station.cases.count(CaseQuery()) == 0
    desk.press("Esc")
    assert desk.page.current.application.item is desk.item()


def reprint(desk: IntakeDesk, kind: str, done: list[bool]):
    case = newest(desk)
    services = NoticeServices(desk.services.person, desk.station.papers, desk.station.print_jobs, desk.printer)
    return open_reprint(desk.page, services, desk.background, case, case.notice(kind), lambda: done.append(True))


def test_a_notice_that_was_never_printed_is_printed_as_it_is(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    desk.page.finishing.deciding.dialog.bare.click()
    wait_until(lambda: finished(desk))
    done: list[bool] = []
    dialog = reprint(desk, "N02", done)
    wait_until(lambda: not dialog.act.reason())
    desk.press("Enter")
    wait_until(lambda: done)
    [job] = desk.printer.printed
    assert "补打" not in text_of(job.pdf)
    assert [notice.kind for notice in newest(desk).unprinted] == ["N01"]


def test_printing_again_asks_for_the_reason_and_marks_the_paper(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    done: list[bool] = []
    dialog = reprint(desk, "N02", done)
    wait_until(lambda: not dialog.act.reason())
    desk.settle()
    dialog.act.click()
    assert "补打要写原因" in words(dialog)
    desk.type("原件丢了")
    desk.press("Enter", "Enter")
    wait_until(lambda: done)
    job = desk.printer.printed[-1]
    assert (job.copies, "补打" in text_of(job.pdf)) == (1, True)
    last = desk.station.cases.view(str(newest(desk).id)).events[-1]
    assert last.kind == "printed"
    assert last.private["reason"] == "原件丢了"


def test_the_dialog_lets_no_key_through_to_the_page(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    dialog = desk.window.open_dialog()
    desk.press("F8", "Ctrl+N", "F9")
    assert desk.window.open_dialog() is dialog
    assert dialog.testAttribute(Qt.WidgetAttribute.WA_WState_Visible)


def test_esc_while_it_is_being_saved_does_not_lose_the_answer(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    dialog = desk.page.finishing.deciding.dialog
    dialog.act.click()
    dialog.close_dialog()
    assert dialog.isVisible(), "it is not known yet how it ended"
    wait_until(lambda: finished(desk))
    assert not newest(desk).unprinted


def test_an_acceptance_whose_answer_was_lost_is_not_done_twice(open_desk: OpenDesk):
    desk = open_desk()
    ready_to_accept(desk)
    decision = desk.page.finishing.deciding._decision
    desk.station.intake.take_in(desk.services.person, decision.line)  # it was durable, the answer never came
    assert len(desk.station.drafts.all()) == 1
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    assert desk.station.cases.count(CaseQuery()) == 1
    assert desk.station.drafts.all() == []


def test_a_full_disk_leaves_the_application_as_it_was(open_desk: OpenDesk, monkeypatch):
    from counter_app.domain.errors import CounterError

    desk = open_desk()
    ready_to_accept(desk)

    def full(*_given):
        raise CounterError("disk_full")

    monkeypatch.setattr(type(desk.station.intake), "take_in", full)
    desk.press("Enter")
    dialog = desk.page.finishing.deciding.dialog
    wait_until(lambda: "磁盘满了" in dialog.effect.accessibleName())
    monkeypatch.undo()
    desk.press("Enter")
    wait_until(lambda: finished(desk))
    assert newest(desk).state.value == "ACCEPTED"
