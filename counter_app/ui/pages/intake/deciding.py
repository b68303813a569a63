"""From a key (F7, F8, F9, 别的) to a case: the papers are looked at, Enter decides, then they are printed.

Nothing is decided before the dialog's button is pressed. The case is durable before anything is printed; a
printer that fails then only leaves a duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.clocks import Clock
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError
from counter_app.domain.service_item import ServiceItem
from counter_app.services.intake import TakenIn
from counter_app.services.outcomes import Preview, Sheet
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.consequences import in_order
from counter_app.ui.pages.intake.keeping import Keeping
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.dialog import Check, NoticeDialog, Shown, Words
from counter_app.ui.pages.notice.print_job import print_notices
from counter_app.ui.pages.notice.printing import ToPrint
from counter_app.ui.pages.notice.words import person_line, sheet_words
from counter_app.ui.texts import tr

CLOCK_IS_RIGHT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done: the outcome's name, the whole line that a service takes in, and its words here."""

    outcome: str
    item: ServiceItem
    line: dict[str, Any]
    words: str


class Deciding(QObject):
    """One decision of one application. taken_in carries the Case (or Entrustment) once it is durable and its
    papers are on their way.

    left: the dialog was closed, nothing was decided. is_printed: the papers came out, or are on their way still.
    """

    taken_in = Signal(object)
    left = Signal()

    def __init__(
        self,
        over: QWidget,
        services: IntakeServices,
        background: Background,
        keeping: Keeping,
        decision: Decision,
    ) -> None:
        super().__init__(over)
        self._over, self._services, self._background = over, services, background
        self._keeping, self._decision = keeping, decision
        self._preview: Preview | None = None
        self._case: Dossier | None = None
        self._told = self.is_printed = False
        person = decision.line.get("applicant", {})
        subtitle = tr("ui.table.dot").join((str(person.get("name", "")), decision.item.name))
        name = decision.words
        words = Words(tr(f"ui.intake.act.{name}"), tr(f"ui.intake.act_only.{name}"))
        title = tr(f"ui.intake.act_title.{name}")
        self.dialog = NoticeDialog(over, title, subtitle, words, services.printer, background)
        self.dialog.wanted.connect(self._act)
        self.dialog.closed.connect(self._closed)

    def start(self) -> None:
        """Open the dialog and render the papers."""
        self.dialog.open()
        person, decision = self._services.person, self._decision

        def render() -> Preview:
            return self._services.outcomes.preview(person, decision.item, decision.line, decision.outcome)

        self._background.run(Lane.READ, render, self._show, self.dialog.show_error, self.dialog)

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        self.dialog.show_paper(shown_of(preview, self._decision))

    def _act(self, print_it: bool) -> None:
        self.dialog.work(tr("ui.intake.deciding"))
        self._keeping.end()
        person, line, keeping = self._services.person, self._decision.line, self._keeping

        def take_in() -> TakenIn:
            # after the draft's last save, which stands before this in the same lane
            draft_id = keeping.draft_id()
            taken = self._services.intake.take_in(person, line, draft_id)
            if taken.again and draft_id is not None:  # it was done before, and only the answer was lost
                self._services.drafts.drop(draft_id)
            return taken

        printer, copies = self.dialog.printers.value() if print_it else "", int(self.dialog.copies.value() or 1)
        self._background.run(
            Lane.STORE, take_in, lambda taken: self._taken(taken, printer, copies), self._refused, self._over
        )

    def _refused(self, error: CounterError) -> None:
        self._keeping.resume()
        self.dialog.show_error(error)

    def _taken(self, taken: TakenIn, printer: str, copies: int) -> None:
        case = taken.case or taken.entrustment
        assert case is not None, "no draft was asked for"
        self._case = case
        self.dialog.show_done(tr("ui.intake.decided"), tr("ui.intake.printing"))
        papers = self._to_print(case, copies)
        if not printer or not papers:
            self._finish()
            return
        at_hand = self._services
        services = NoticeServices(at_hand.person, at_hand.papers, at_hand.print_jobs, at_hand.printer)
        self.is_printed = True
        print_notices(self._over, services, self._background, printer, case, papers, self._printed)

    def _to_print(self, case: Dossier, chosen: int) -> Sequence[ToPrint]:
        """The paper that decides comes first; the copies chosen are its copies."""
        assert self._preview is not None, "the papers were shown"
        usual = {sheet.kind.value: sheet.copies for sheet in self._preview.sheets}
        notices = list(reversed(case.unprinted))
        return [ToPrint(notice, chosen if n == 0 else usual.get(notice.kind, 1)) for n, notice in enumerate(notices)]

    def _printed(self, whole: bool) -> None:
        self.is_printed = whole
        self._finish()

    def _finish(self) -> None:
        if not self._told:
            self._told = True
            self.dialog.close_dialog()
            self.taken_in.emit(self._case)

    def _closed(self) -> None:
        if self._case is None:
            self.left.emit()
        elif not self._told:  # closed while the printer was still busy: printing goes on, work too
            self._told = True
            self.taken_in.emit(self._case)


def shown_of(preview: Preview, decision: Decision) -> Shown:
    """The preview as the dialog shows it: the deciding paper first, then the receipt."""
    sheets = tuple(reversed(preview.sheets))
    first = sheets[0]
    return Shown(
        papers=tuple(sheet.pdf for sheet in sheets),
        number=first.number or str(preview.case.id),
        number_word=tr("ui.notice.temporary" if first.temporary else f"ui.intake.taken_at.{decision.words}"),
        facts=tuple(_facts(preview, decision)),
        checks=tuple(_checks(preview)),
        copies=first.copies,
        copies_word=_who_gets(sheets),
        sheet=sheet_words(first.kind),
        effect=(tr(f"ui.intake.effect.{decision.words}"), tr("ui.intake.effect_line")),
    )


def _facts(preview: Preview, decision: Decision) -> list[tuple[str, str]]:
    case = preview.case
    facts = [(tr("ui.notice.applicant"), person_line(case.applicant.name, case.applicant.id_number))]
    if case.proxy is not None:
        facts.append((tr("ui.intake.proxy"), case.proxy.name))
    facts += [_clock(clock) for clock in in_order(case.clocks) if clock.runs]
    if case.gaps:
        facts.append((tr("ui.intake.gaps.fact"), tr("ui.intake.gaps.count", n=len(case.gaps))))
    if decision.line.get("competent_agency"):
        facts.append((tr("ui.intake.other.agency"), str(decision.line["competent_agency"])))
    return facts


def _clock(clock: Clock) -> tuple[str, str]:
    due = clock.due
    said = tr("ui.field.date", year=due.year, month=due.month, day=due.day)
    weekday = tr(f"ui.weekday.{due.isoweekday()}")
    value = f"{said} {weekday}"
    if clock.provisional:
        value = tr("ui.intake.then.provisional", day=value)
    return tr(f"ui.intake.then.clock.{clock.code.value}"), value


def _checks(preview: Preview) -> list[Check]:
    """What rendering has proven, and what the machine knows of its clock."""
    offset = preview.clock_offset_ms
    if offset is None:
        clock = Check("warn", tr("ui.notice.clock_unknown"))
    elif abs(offset) < CLOCK_IS_RIGHT_MS:
        clock = Check("ok", tr("ui.notice.clock_right", n=round(abs(offset) / 1000)))
    else:
        clock = Check("warn", tr("ui.notice.clock_wrong", n=round(abs(offset) / 60_000)))
    return [Check("ok", tr("ui.notice.glyphs")), clock, Check("ok", tr("ui.notice.agency"))]


def _who_gets(sheets: Sequence[Sheet]) -> str:
    others = [tr("ui.notice.also", title=sheet.title, n=sheet.copies) for sheet in sheets[1:]]
    return tr("paper.separator").join(others) if others else tr("ui.notice.each_one")
