"""Printing a notice that was issued: the first time as it is, later under the 补打 mark and with the reason."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier, item_names
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.dialog import Check, NoticeDialog, Shown, Words
from counter_app.ui.pages.notice.print_job import print_notices
from counter_app.ui.pages.notice.printing import ToPrint
from counter_app.ui.pages.notice.words import person_line
from counter_app.ui.texts import tr
from counter_app.ui.widgets.field import Field

REASON_LENGTH = 200


def open_reprint(
    over: QWidget,
    services: NoticeServices,
    background: Background,
    case: Dossier,
    notice: IssuedNotice,
    printed: Callable[[], None],
    seal: Callable[[], None] | None = None,
) -> NoticeDialog:
    """Show the kept PDF and print it on Enter; printed is called when the printer's queue has it.

    A notice that was printed before asks for the reason first. seal is offered where the paper may still get its
    electronic seal here; the dialog is closed then.
    """
    title = NoticeKind(notice.kind).facts.title_for(isinstance(case, Case) and case.item.licence)
    again = notice.prints > 0
    subtitle = tr("ui.table.dot").join((case.applicant.name, tr("paper.separator").join(item_names(case))))
    word = tr("ui.notice.print_again" if again else "ui.notice.print")
    dialog = NoticeDialog(over, title, subtitle, Words(word, tr("ui.notice.no_print")), services.printer, background)
    dialog.bare.hide()
    reason = Field(tr("ui.notice.reason"), check=_reason_fault) if again else None

    def show(found: tuple[bytes, bool]) -> None:
        pdf, sealable = found
        dialog.show_paper(_shown(case, notice, pdf))
        if sealable and seal is not None:
            dialog.offer_seal()
        if reason is not None:
            dialog.ask_first(reason)

    def act(_print: bool) -> None:
        if not dialog.can_print():
            dialog.close_dialog()
            return
        said = reason.value() if reason is not None else ""
        if reason is not None and (not said or reason.fault()):
            reason.set_wrong(reason.fault() or tr("ui.notice.reason_needed"))
            reason.setFocus()
            return
        paper = ToPrint(notice, int(dialog.copies.value()), said)
        printer = dialog.printers.value()
        dialog.close_dialog()
        print_notices(over, services, background, printer, case, [paper], lambda whole: printed() if whole else None)

    def read() -> tuple[bytes, bool]:
        pdf = (services.papers.reprint if again else services.papers.pdf)(case.id, notice)
        seals = services.seals
        if seals is None or not isinstance(case, Case):
            return pdf, False
        return pdf, notice in seals.sealable(services.person, case)

    def to_seal() -> None:
        dialog.close_dialog()
        if seal is not None:
            seal()

    dialog.wanted.connect(act)
    dialog.seal_wanted.connect(to_seal)
    dialog.open()
    background.run(Lane.STORE, read, show, dialog.show_error, dialog)
    return dialog


def _shown(case: Dossier, notice: IssuedNotice, pdf: bytes) -> Shown:
    issued = local_date(notice.at_ms)
    facts = (
        (tr("ui.notice.applicant"), person_line(case.applicant.name, case.applicant.id_number)),
        (tr("ui.notice.issued"), tr("ui.field.date", year=issued.year, month=issued.month, day=issued.day)),
        (tr("ui.notice.prints"), tr("ui.word.copies", n=notice.prints) if notice.prints else tr("ui.notice.never")),
    )
    again = notice.prints > 0
    key = "again" if again else "first"
    return Shown(
        papers=(pdf,),
        number=notice.shown_number or str(case.id),
        number_word=tr("ui.notice.same_number"),
        facts=facts,
        checks=(Check("ok", tr("ui.notice.kept")),),
        copies=1 if again else NoticeKind(notice.kind).facts.copies,
        copies_word="",
        effect=(tr(f"ui.notice.effect_{key}"), tr(f"ui.notice.effect_{key}_line")),
    )


def _reason_fault(value: str) -> str:
    return tr("ui.field.too_long", n=len(value), most=REASON_LENGTH) if len(value) > REASON_LENGTH else ""
