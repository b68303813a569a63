"""Printing a notice that was issued: the first time as it is, later under the 补打 mark and with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier, item_names
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.dialog import Check, NoticeDialog, Shown, Words
from counter_app.ui.pages.notice.print_job import print_notices
from counter_app.ui.pages.notice.printing import ToPrint
from counter_app.ui.pages.notice.words import person_line, seal_check, sheet_words
from counter_app.ui.texts import tr
from counter_app.ui.widgets.field import Field
from counter_app.ui.wording import error_line

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

    def show(found: _Read) -> None:
        dialog.show_paper(_shown(case, notice, found))
        if found.sealable and seal is not None:
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

    def to_seal() -> None:
        dialog.close_dialog()
        if seal is not None:
            seal()

    dialog.wanted.connect(act)
    dialog.seal_wanted.connect(to_seal)
    dialog.open()
    background.run(Lane.STORE, lambda: _read(services, case, notice), show, dialog.show_error, dialog)
    return dialog


class _Read(NamedTuple):
    """The paper as it would be printed; whether its file is the sealed one; what was checked of its seal; whether it
    may get one."""

    pdf: bytes
    sealed: bool
    checks: tuple[Check, ...]
    sealable: bool


def _read(services: NoticeServices, case: Dossier, notice: IssuedNotice) -> _Read:
    papers = services.papers
    pdf = papers.as_on_paper(case.id, notice, again=notice.prints > 0)
    if not isinstance(case, Case):  # an agent's papers are signed, not sealed
        return _Read(pdf, sealed=False, checks=(), sealable=False)
    sealable = services.seals is not None and notice in services.seals.sealable(services.person, case)
    sealed = papers.is_signed(case.id, notice)
    return _Read(pdf, sealed, _seal_checks(services, case, notice, sealed=sealed), sealable)


def _seal_checks(services: NoticeServices, case: Case, notice: IssuedNotice, *, sealed: bool) -> tuple[Check, ...]:
    """How the kept file's seal stands: the 补打 mark would make a changed file of it."""
    if not sealed:
        return (Check("warn", tr("ui.notice.sealed_elsewhere")),) if notice.seal else ()
    if services.checks is None:
        return ()
    try:
        found = services.checks.of_paper(services.papers.pdf(case.id, notice))
    except CounterError as fault:
        return (Check("warn", error_line(fault)),)
    return tuple(seal_check(notice.kind, each) for each in found)


def _shown(case: Dossier, notice: IssuedNotice, read: _Read) -> Shown:
    issued = local_date(notice.at_ms)
    facts = (
        (tr("ui.notice.applicant"), person_line(case.applicant.name, case.applicant.id_number)),
        (tr("ui.notice.issued"), tr("ui.field.date", year=issued.year, month=issued.month, day=issued.day)),
        (tr("ui.notice.prints"), tr("ui.word.copies", n=notice.prints) if notice.prints else tr("ui.notice.never")),
    )
    again = notice.prints > 0
    key = "again" if again else "first"
    return Shown(
        papers=(read.pdf,),
        number=notice.shown_number or str(case.id),
        number_word=tr("ui.notice.same_number"),
        facts=facts,
        checks=(Check("ok", tr("ui.notice.kept")), *read.checks),
        copies=1 if again else NoticeKind(notice.kind).facts.copies,
        copies_word="",
        sheet=sheet_words(notice.kind, sealed=read.sealed),
        effect=(tr(f"ui.notice.effect_{key}"), tr(f"ui.notice.effect_{key}_line")),
        effect_bare=(tr("ui.notice.effect_bare"), tr("ui.notice.effect_bare_line")),
    )


def _reason_fault(value: str) -> str:
    return tr("ui.field.too_long", n=len(value), most=REASON_LENGTH) if len(value) > REASON_LENGTH else ""
