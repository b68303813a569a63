"""The cards of the settings. Each setting is kept as it is left; there is no button to save."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.data_budget import MEGABYTE, SCANS_A_DAY
from counter_app.services.doctor import Check, Health
from counter_app.ui import tokens, tones
from counter_app.ui.idle import USUAL_MINUTES
from counter_app.ui.link_words import link_words
from counter_app.ui.pages.settings.reading import SettingsServices, SettingsSight
from counter_app.ui.pages.today.reading import USUAL_CLOSING
from counter_app.ui.scale import TextSize
from counter_app.ui.standing import clock_words
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.wear import FULL_PAGE, SECOND_SCREEN
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, pair_row, rule
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pill import Pill
from resources import texts
from sync.hall_address import HallAddress

NAME_WIDTH = 96
MOST_IDLE = 60
PIN_SHOWN = 16  # hex digits of a certificate's fingerprint: enough to compare, and they fit the card


class KeptCard(Card):
    """A card whose fields keep their values: `kept` carries (setting, value)."""

    kept = Signal(str, str)

    def _keep(self, name: str, field: Field | ChoiceField) -> None:
        field.settled.connect(lambda value: self.kept.emit(name, value))


class DisplayCard(KeptCard):
    """Text size, language, dress and second screen; they hold from the next window on, which opens at once."""

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.display"))
        sizes = [("", tr("ui.settings.size.by_post")), *((s.name, tr(f"ui.settings.size.{s.name}")) for s in TextSize)]
        self.text_size = ChoiceField(tr("ui.settings.text_size"), sizes)
        self.language = ChoiceField(
            tr("ui.settings.language"), [(code, tr(f"ui.settings.languages.{code}")) for code in texts.LANGUAGES]
        )
        dresses = [("", tr("ui.settings.dresses.by_post")), (FULL_PAGE, tr("ui.settings.dresses.full"))]
        self.dress = ChoiceField(tr("ui.settings.dress"), dresses)
        screens = [("", tr("ui.settings.second_screens.off")), (SECOND_SCREEN, tr("ui.settings.second_screens.on"))]
        self.second_screen = ChoiceField(tr("ui.settings.second_screen"), screens)
        self.rows.addLayout(_beside(self.text_size, self.language))
        self.rows.addLayout(_beside(self.dress, self.second_screen))
        self._keep("text_size", self.text_size)
        self._keep("dress", self.dress)
        self._keep("second_screen", self.second_screen)
        self._keep("language", self.language)

    def show_sight(self, sight: SettingsSight) -> None:
        """Show what is kept."""
        self.text_size.set_value(sight.values["text_size"])
        self.dress.set_value(sight.values["dress"])
        self.second_screen.set_value(sight.values["second_screen"])
        self.language.set_value(sight.values["language"] or texts.language())


class CounterCard(KeptCard):
    """This counter: its name, when it closes, when the screen locks."""

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.counter"))
        self.window_name = Field(tr("ui.settings.window"), most=20)
        self.closes_at = Field(tr("ui.settings.closes_at"), FieldKind.CODE, check=_time_fault)
        self.idle = Field(tr("ui.settings.idle"), FieldKind.DIGITS, check=_idle_fault)
        self.rows.addLayout(_beside(self.window_name, self.closes_at, self.idle))
        for name, field in (("window", self.window_name), ("closes_at", self.closes_at), ("idle_minutes", self.idle)):
            field.settled.connect(lambda value, name=name, field=field: self._keep_if_right(name, value, field))

    def show_sight(self, sight: SettingsSight) -> None:
        """Show what is kept."""
        self.window_name.set_value(sight.values["window"])
        self.closes_at.set_value(sight.values["closes_at"] or f"{USUAL_CLOSING:%H:%M}")
        self.idle.set_value(sight.values["idle_minutes"] or str(USUAL_MINUTES))

    def _keep_if_right(self, name: str, value: str, field: Field) -> None:
        if not field.is_wrong():
            self.kept.emit(name, value)


class DevicesCard(KeptCard):
    """The card reader with a way to try it and whether it is heard, and the printer."""

    try_wanted = Signal(str)

    def __init__(self, services: SettingsServices) -> None:
        super().__init__(tr("ui.settings.devices"))
        self.reader = Field(tr("ui.settings.reader"), FieldKind.TEXT, source=tr("ui.settings.reader_how"))
        self.try_it = Button(tr("ui.settings.try_it"), icon="id-card")
        if services.open_reader is None:
            self.try_it.block(tr("ui.settings.no_reader"))
        self.try_it.acted.connect(lambda: self.try_wanted.emit(self.reader.value()))
        self.result = Banner("brand", "id-card", tr("ui.settings.not_tried"))
        self.result.hide()
        self.printer = ChoiceField(tr("ui.settings.printer"), [("", tr("ui.settings.system_default"))])
        sounds = [("", tr("ui.settings.sounds.off")), (tones.ON, tr("ui.settings.sounds.on"))]
        self.sound = ChoiceField(tr("ui.settings.sound"), sounds)
        self.printers_line = Label(role="caption", wrap=True)
        line = QHBoxLayout()
        line.addWidget(self.reader, 1)
        button = QVBoxLayout()
        button.addStretch(1)
        button.addWidget(self.try_it)
        line.addLayout(button)
        self.rows.addLayout(line)
        self.rows.addWidget(self.result)
        self.rows.addLayout(_beside(self.printer, self.sound))
        self.rows.addWidget(self.printers_line)
        self._keep("reader", self.reader)
        self._keep("printer", self.printer)
        self._keep("sound", self.sound)
        self._usual = services.reader_spec

    def show_sight(self, sight: SettingsSight) -> None:
        """Show what is kept."""
        self.reader.set_value(sight.values["reader"] or self._usual)
        self.printer.set_value(sight.values["printer"])
        self.sound.set_value(sight.values["sound"])

    def show_printers(self, names: Sequence[str], default: str, chosen: str) -> None:
        """Show the queues of the system."""
        first = tr("ui.settings.system_default_is", name=default) if default else tr("ui.settings.system_default")
        self.printer.choice.set_options([("", first), *((name, name) for name in names)])
        self.printer.set_value(chosen if chosen in names else "")
        self.printers_line.setText(tr("ui.settings.printers", n=len(names)) if names else tr("ui.settings.no_printers"))

    def say_printers(self, sentence: str) -> None:
        """Say why the printers are not known."""
        self.printers_line.setText(sentence)

    def say_reader(self, tone: str, icon: str, title: str, line: str = "") -> None:
        """Say how the trial went."""
        self.result.show()
        self.result.say(tone, icon, title, line)


class HallCard(KeptCard):
    """Where the machine belongs, how the link stands, and how much of it scans may use a day."""

    def __init__(self, services: SettingsServices) -> None:
        super().__init__(tr("ui.settings.hall"))
        where, profile = services.where, services.where.profile
        self._pill = Pill("")
        self.head.addWidget(self._pill)
        pairs = (
            (tr("ui.settings.station"), profile.name),
            (tr("ui.settings.device"), where.device),
            (tr("ui.settings.address"), where.address.url),
            (tr("ui.settings.line"), _line_words(where.address)),
        )
        for name, value in pairs:
            self.rows.addWidget(pair_row(name, value, width=NAME_WIDTH))
        self._clock = Label(role="secondary")
        self.rows.addWidget(self._clock)
        hint = tr("ui.settings.scans_a_day_how")
        self.scans_a_day = Field(tr("ui.settings.scans_a_day"), FieldKind.DIGITS, source=hint, most=6)
        self.scans_a_day.settled.connect(lambda value: self.kept.emit(SCANS_A_DAY, _bytes(value)))
        self.rows.addWidget(self.scans_a_day)

    def show_sight(self, sight: SettingsSight) -> None:
        """Show the link."""
        words = link_words(sight.link, sight.today)
        self._pill.show_look(words.long, Look(words.tone, words.icon))
        self._clock.setText(clock_words(sight.link.offset_ms))
        kept = sight.values[SCANS_A_DAY]
        self.scans_a_day.set_value(str(int(kept) // MEGABYTE) if kept else "")


def _line_words(address: HallAddress) -> str:
    if address.pin:
        return tr("ui.settings.pinned", begins=address.pin[:PIN_SHOWN])
    return tr("ui.settings.plain" if address.plain else "ui.settings.secure")


def _bytes(megabytes: str) -> str:
    return str(int(megabytes) * MEGABYTE) if megabytes else ""


class VersionsCard(Card):
    """What runs here."""

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.versions"))
        self._pairs: list[QWidget] = []

    def show_sight(self, sight: SettingsSight) -> None:
        """Show the versions."""
        if self._pairs:
            return  # they do not change while the program runs
        for name, value in (
            (tr("ui.settings.program"), sight.program or tr("ui.settings.from_source")),
            (tr("ui.settings.calendar"), sight.calendar),
            (tr("ui.settings.catalogue"), tr("ui.settings.items", n=sight.items)),
        ):
            pair = pair_row(name, value, width=NAME_WIDTH)
            self._pairs.append(pair)
            self.rows.addWidget(pair)


class DoctorCard(Card):
    """体检: each line ok, warning or failed, with a remedy."""

    examine_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.doctor"), note=tr("ui.settings.doctor_note"))
        self.examine = Button(tr("ui.settings.examine"), icon="list-checks", height=tokens.CONTROL_IN_ROW)
        self.examine.acted.connect(self.examine_wanted)
        self.head.addWidget(self.examine)
        self._body = QWidget()
        self.rows.addWidget(self._body)

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show how each check ended."""
        self.set_note("")
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        for place, check in enumerate(checks):
            if place:
                lines.addWidget(rule())
            lines.addWidget(_check_line(check))
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body


_HEALTH = {
    Health.OK: Look("ok", "circle-check"),
    Health.WARNING: Look("warn", "triangle-alert"),
    Health.FAILED: Look("danger", "octagon-alert"),
}


def _check_line(check: Check) -> QWidget:
    look, word = _HEALTH[check.state], tr(f"ui.settings.health.{check.state.value}")
    row = QWidget()
    row.setAccessibleName(f"{word} {check.message} {check.remedy}".strip())
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(10)
    mark = QVBoxLayout()
    mark.addWidget(Pill(word, look.tone, look.icon))
    mark.addStretch(1)
    line.addLayout(mark)
    text = QVBoxLayout()
    text.setSpacing(2)
    text.addWidget(Label(check.message, "text", wrap=True))
    if check.remedy:
        text.addWidget(Label(check.remedy, "caption", wrap=True))
    line.addLayout(text, 1)
    return row


def _beside(*fields: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    for field in fields:
        line.addWidget(field, 1)
    return line


def _time_fault(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        return tr("ui.settings.no_time")
    return ""


def _idle_fault(value: str) -> str:
    return "" if value.isdigit() and 1 <= int(value) <= MOST_IDLE else tr("ui.settings.no_minutes", most=MOST_IDLE)
