"""设置 · 扫描和拍照: which scanner and which camera this counter uses, each with a way to try it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.desk import Desk
from counter_app.services.device_ports import FoundDevice, PictureMeans, ScannerAbilities
from counter_app.services.sentences import sentences
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.live_camera import LiveCamera

T = TypeVar("T")

SCANNER, CAMERA = "scanner", "camera"
_VIEW_HEIGHT = 380


class PicturesCard(Card):
    """A scanner and a camera. chosen carries (setting, name); it is kept as it is left."""

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.pictures"), note=tr("ui.settings.pictures_note"))
        first = [("", tr("ui.settings.first_found"))]
        self.scanner = ChoiceField(tr("ui.settings.scanner"), first)
        self.camera = ChoiceField(tr("ui.settings.camera"), first)
        self.try_scanner = Button(tr("ui.settings.try_it"), icon="scan")
        self.try_camera = Button(tr("ui.settings.try_it"), icon="camera")
        self.result = Banner("brand", "scan", tr("ui.settings.not_tried"))
        self.result.hide()
        rows = ((SCANNER, self.scanner, self.try_scanner), (CAMERA, self.camera, self.try_camera))
        for name, field, button in rows:
            across = QHBoxLayout()
            across.setSpacing(12)
            across.addWidget(field, 1)
            across.addWidget(button, alignment=Qt.AlignmentFlag.AlignBottom)
            self.rows.addLayout(across)
            field.settled.connect(lambda value, name=name: self.chosen.emit(name, value))
        self.rows.addWidget(self.result)

    def show_devices(self, field: ChoiceField, devices: Sequence[FoundDevice], chosen: str) -> None:
        """What is there; what was chosen stays among it, also while it is switched off."""
        rows = [("", tr("ui.settings.first_found")), *((device.name, device.title) for device in devices)]
        if chosen and all(device.name != chosen for device in devices):
            rows.append((chosen, tr("ui.settings.not_there_now", name=chosen)))
        field.choice.set_options(rows)
        field.set_value(chosen)

    def say(self, tone: str, icon: str, title: str, line: str = "") -> None:
        """Say how a trial went."""
        self.result.show()
        self.result.say(tone, icon, title, line)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Scanners that answered, and what the chosen one can do."""

    devices: tuple[FoundDevice, ...]
    device: FoundDevice
    can: ScannerAbilities


class PicturesSettings(QObject):
    """The card with what it reads, keeps and tries."""

    say = Signal(str, str)

    def __init__(
        self, card: PicturesCard, desk: Desk, means: PictureMeans, camera_spec: str, background: Background
    ) -> None:
        super().__init__(card)
        self._card, self._desk, self._means, self._background = card, desk, means, background
        self._camera_spec = camera_spec
        self.trying = False
        self.view: LiveCamera | None = None
        card.chosen.connect(self._keep)
        card.try_scanner.acted.connect(self._try_scanner)
        card.try_camera.acted.connect(self._try_camera)

    def refresh(self) -> None:
        """Show what is kept, and the cameras; scanners are asked when somebody tries one, as that takes long."""
        self._run(Lane.PICTURES, self._read, lambda read: self._show(*read))

    def _read(self) -> tuple[str, str, list[FoundDevice]]:
        with self._desk.store.read() as reading:
            kept = reading.setting(SCANNER), reading.setting(CAMERA)
        return (*kept, self._means.cameras())

    def _show(self, scanner: str, camera: str, cameras: Sequence[FoundDevice]) -> None:
        known = [FoundDevice(value, words) for value, words in self._known_scanners() if value]
        self._card.show_devices(self._card.scanner, known, scanner)
        self._card.show_devices(self._card.camera, cameras, camera)

    def _known_scanners(self) -> list[tuple[str, str]]:
        choice = self._card.scanner.choice
        return [(str(choice.itemData(row)), choice.itemText(row)) for row in range(choice.count())]

    def _keep(self, name: str, value: str) -> None:
        def keep() -> None:
            with self._desk.store.write() as writing:
                writing.save_setting(name, value)

        said = tr("ui.settings.kept", name=tr(f"ui.settings.{name}"))
        self._run(Lane.STORE, keep, lambda _none: self.say.emit(said, "ok"))

    def _try_scanner(self) -> None:
        if self.trying:
            return
        self.trying = True
        chosen = self._card.scanner.value()
        self._card.say("brand", "hourglass", tr("ui.settings.trying_scanner"), tr("ui.scan.finding_line"))
        self._run(Lane.PICTURES, lambda: self._ask(chosen), lambda tried: self._answered(chosen, tried))

    def _ask(self, chosen: str) -> _Tried:
        devices = tuple(self._means.scanner.devices())
        device = next((device for device in devices if device.name == chosen or not chosen), None)
        if device is None:
            raise CounterError("scanner_missing")
        return _Tried(devices, device, self._means.scanner.abilities(device.name))

    def _answered(self, chosen: str, tried: _Tried) -> None:
        self.trying = False
        self._card.show_devices(self._card.scanner, tried.devices, chosen)
        title = tr("ui.settings.scanner_there", name=tried.device.title)
        self._card.say("ok", "circle-check", title, _can_words(tried.can))

    def _try_camera(self) -> None:
        chosen = self._card.camera.value() or self._camera_spec
        dialog = Dialog(self._card, tr("ui.settings.try_camera"), icon="camera")
        view, words = LiveCamera(self._background, self._means.work), Label("", "secondary", elided=True)
        view.setFixedHeight(_VIEW_HEIGHT)
        for widget in (view, words):
            dialog.rows.addWidget(widget)
        enough = Button(tr("ui.settings.seen"), "primary", key="Enter")
        enough.acted.connect(dialog.close_dialog)
        dialog.foot(QWidget(), enough)
        view.state_changed.connect(lambda state: words.setText(tr(f"ui.camera.state.{state}")))
        view.failed.connect(lambda error: self._camera_failed(dialog, error))
        dialog.closed.connect(view.stop)
        self.view = view
        dialog.open()
        view.start(lambda: self._means.open_camera(chosen))

    def _camera_failed(self, dialog: Dialog, error: CounterError) -> None:
        dialog.close_dialog()
        self._fail(error)

    def _run(self, lane: Lane, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self._background.run(lane, work, then, self._fail, self)

    def _fail(self, error: CounterError) -> None:
        self.trying = False
        said = sentences(error)
        self._card.say("danger", "octagon-alert", said.message, said.remedy)


def _can_words(can: ScannerAbilities) -> str:
    parts = [tr(f"ui.scan.from.{kind}") for kind, there in (("feeder", can.feeder), ("glass", can.glass)) if there]
    parts.append(tr("ui.scan.ink.colour" if can.colour else "ui.scan.ink.grey"))
    if can.resolutions:
        parts.append(tr("ui.settings.dots", least=min(can.resolutions), most=max(can.resolutions)))
    return tr("ui.table.dot").join(parts)
