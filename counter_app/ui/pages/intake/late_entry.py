"""补录: papers that were taken in by hand earlier. The true receipt counts, with the reason and the slip's number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import CHINA
from counter_app.services.elsewhere import Elsewhere
from counter_app.services.sentences import sentences
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import text_fault
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.field_kinds import FieldKind, date_of
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import error_line

REASON_LENGTH, SLIP_LENGTH = 200, 40


@dataclass(frozen=True, slots=True)
class LateServices:
    """What the dialog asks: whether this station knows the case that the application goes on with."""

    background: Background
    elsewhere: Elsewhere


def open_late_entry(
    over: QWidget, application: Application, now: datetime, services: LateServices, stored: Callable[[], None]
) -> Dialog:
    """Ask for the true receipt; stored is called after it was written into the application, or taken out."""
    return _LateEntry(over, application, now, services, stored).dialog


def receipt_of(application: Application) -> datetime | None:
    """The true receipt of a late entry, in China; None for one that is taken in now."""
    given = str(application.line.get("received_at") or "")
    return datetime.fromisoformat(given).astimezone(CHINA) if given else None


class _LateEntry:
    def __init__(
        self, over: QWidget, application: Application, now: datetime, services: LateServices, stored: Callable[[], None]
    ) -> None:
        self._application, self._now, self._services, self._stored = application, now, services, stored
        self.dialog = Dialog(over, tr("ui.intake.late.title"), subtitle=tr("ui.intake.late.line"), icon="history")
        self.dialog.topic = "late"
        self._day = Field(tr("ui.intake.late.day"), FieldKind.DATE, check=self._day_fault)
        self._time = Field(tr("ui.intake.late.time"), FieldKind.CODE, check=self._time_fault)
        self._slip = Field(tr("ui.intake.late.slip"), check=lambda value: text_fault(value, SLIP_LENGTH))
        self._reason = Field(tr("ui.intake.late.reason"), check=lambda value: text_fault(value, REASON_LENGTH))
        self._continues = Field(
            tr("ui.intake.late.continues"), FieldKind.CODE, check=_number_fault, optional=True
        )
        self._continues_line = Label(tr("ui.intake.late.continues_line"), "secondary", wrap=True)
        self._say = Label(tr("ui.intake.late.effect"), "secondary", wrap=True)
        self._fill()
        across = QHBoxLayout()
        across.setSpacing(12)
        for field in (self._day, self._time, self._slip):
            across.addWidget(field, 1)
        self.dialog.rows.addLayout(across)
        self.dialog.rows.addWidget(self._reason)
        for widget in (self._say, self._continues, self._continues_line):
            self.dialog.rows.addWidget(widget)
        keep = Button(tr("ui.intake.late.keep"), "primary", key="Enter")
        keep.acted.connect(self._keep)
        buttons = [keep]
        if receipt_of(application) is not None:
            now_button = Button(tr("ui.intake.late.now"))
            now_button.acted.connect(self._take_out)
            buttons.insert(0, now_button)
        self.dialog.foot(Button(tr("ui.intake.late.leave"), "link", key="Esc"), *buttons)
        self.dialog.open()

    def _fill(self) -> None:
        received = receipt_of(self._application)
        late = self._application.line.get("late_entry") or {}
        if received is not None:
            self._day.set_value(received.date().isoformat())
            self._time.set_value(f"{received:%H:%M}")
        self._reason.set_value(str(late.get("reason", "")))
        self._slip.set_value(str(late.get("slip_no", "")))
        self._continues.set_value(str(self._application.line.get("continues", "")))

    def _day_fault(self, value: str) -> str:
        day = date_of(value)
        return tr("ui.intake.check.future") if day and day > self._now.date() else ""

    @staticmethod
    def _time_fault(value: str) -> str:
        return "" if _clock_time(value) else tr("ui.intake.check.time")

    def _keep(self) -> None:
        for field in (self._day, self._time, self._slip, self._reason):
            if not field.value() or field.fault():
                field.set_wrong(field.fault() or tr("ui.intake.late.needed"))
                field.setFocus()
                return
        moment = f"{self._day.value()}T{_clock_time(self._time.value())}"
        received = datetime.fromisoformat(moment).replace(tzinfo=CHINA)
        if received > self._now:
            self._time.set_wrong(tr("ui.intake.check.future"))
            self._time.setFocus()
            return
        words = self._continues.value()
        if not words:
            self._write(received, "")
            return
        if self._continues.fault():
            self._continues.set_wrong(self._continues.fault())
            self._continues.setFocus()
            return
        self._services.background.run(
            Lane.READ,
            lambda: str(self._services.elsewhere.continuable(words)),
            lambda number: self._write(received, number),
            self._refuse,
            self.dialog,
        )

    def _refuse(self, error: CounterError) -> None:
        """The case is known here: it is moved itself."""
        said = sentences(error)
        self._continues.set_wrong(said.message)
        self._continues_line.setText(said.remedy)
        self._continues.setFocus()

    def _write(self, received: datetime, continues: str) -> None:
        self._application.line.pop("continues", None)
        if continues:
            self._application.line["continues"] = continues
        self._application.line["received_at"] = received.isoformat()
        self._application.line["late_entry"] = {"reason": self._reason.value(), "slip_no": self._slip.value()}
        self.dialog.close_dialog()
        self._stored()

    def _take_out(self) -> None:
        self._application.line.pop("received_at", None)
        self._application.line.pop("late_entry", None)
        self._application.line.pop("continues", None)
        self.dialog.close_dialog()
        self._stored()


def _number_fault(value: str) -> str:
    """What is wrong with a local number, in the words of the error; empty is right."""
    try:
        CaseId.parse(value)
    except CounterError as error:
        return "" if not value else error_line(error)
    return ""


def _clock_time(value: str) -> str:
    """A time typed as 0930, 930, 9:30 or 9：30, as 09:30; empty if it is none."""
    digits = "".join(character if character.isdigit() else " " for character in value).split()
    if len(digits) == 1 and len(digits[0]) in (3, 4):
        digits = [digits[0][:-2], digits[0][-2:]]
    if len(digits) != 2 or not (int(digits[0]) < 24 and len(digits[1]) == 2 and int(digits[1]) < 60):
        return ""
    return f"{int(digits[0]):02d}:{digits[1]}"
