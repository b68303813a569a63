"""From an issued notice to paper, with the error card where the printer fails (picture 08)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background
from counter_app.ui.error_card import show_error
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.printing import Printing, ToPrint
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button


def print_notices(
    over: QWidget,
    services: NoticeServices,
    background: Background,
    printer: str,
    case: Dossier,
    papers: Sequence[ToPrint],
    done: Callable[[bool], None],
) -> Printing:
    """Print; done(True) when all is in the queue, done(False) when the rest was left for later.

    A failure shows the error card over the window of `over`; the case is safe all the while.
    """

    def failed(error: CounterError, left: Sequence[ToPrint]) -> None:
        n = sum(paper.copies for paper in left)
        again = Button(tr("ui.notice.print_rest", n=n), "primary", icon="printer", key="Enter")
        number = next((paper.notice.number for paper in left if paper.notice.number), str(case.id))
        jobs = case.jobs if isinstance(case, Entrustment) else (case,)
        items = tr("paper.separator").join(job.item.name for job in jobs)
        subtitle = tr("ui.table.dot").join((case.applicant.name, items, number))
        kept, later = tr("ui.notice.safe"), tr("ui.notice.later")
        card = show_error(over, error, subtitle=subtitle, safe=kept, do=again, later=later)
        pressed: list[bool] = []
        again.acted.connect(lambda: pressed.append(True))

        def closed() -> None:
            if pressed:
                printing.start(left)
            else:
                printing.take_back()
                printing.deleteLater()
                done(False)

        # the button closes the card before its own handler runs: look once both are through
        card.closed.connect(lambda: QTimer.singleShot(0, over, closed))

    def whole() -> None:
        printing.deleteLater()
        done(True)

    printing = Printing(services, background, printer, case, whole, failed, over)
    printing.start(papers)
    return printing
