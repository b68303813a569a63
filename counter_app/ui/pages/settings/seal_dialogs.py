"""The dialogs of 设置 · 电子印章: setting a seal up, and the PIN for a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import Agency
from counter_app.domain.sealing import SealKind, SealSetup, seal_kind
from counter_app.services.seal_ports import TokenSeen
from counter_app.services.sentences import sentences
from counter_app.ui.file_dialogs import file_to_read
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField, Field, secret_field

KEY_FILE, TOKEN = "key-file", "pkcs11"


@dataclass(frozen=True, slots=True)
class GivenSeal:
    """What was filled in: the seal, its key file (None for a token), its passphrase, whether that is kept."""

    setup: SealSetup
    file: Path | None
    secret: str
    keep: bool


class SealSetupDialog(Dialog):
    """Enter opens the seal once and keeps it; what does not open is not kept.

    module_named: whoever opened it looks for the tokens behind that module and calls `show_tokens`.
    """

    module_named = Signal(str)

    def __init__(
        self, over: QWidget, agencies: Mapping[str, Agency], do: Callable[[SealSetupDialog], None]
    ) -> None:
        super().__init__(over, tr("ui.seals.set_up"), subtitle=tr("ui.seals.set_up_line"), icon="stamp")
        self._working = False
        self.agency = ChoiceField(
            tr("ui.seals.agency"), [(code, agency.name) for code, agency in sorted(agencies.items())]
        )
        self.kind = ChoiceField(tr("ui.seals.kind"), [(kind.value, tr(f"seals.kind.{kind}")) for kind in SealKind])
        self.words = Field(tr("ui.seals.words"), optional=True, most=20)
        self.tsa = Field(tr("ui.seals.tsa"), optional=True, check=_tsa_fault)
        self.scheme = ChoiceField(
            tr("ui.seals.scheme"), [(code, tr(f"ui.seals.schemes.{code}")) for code in (KEY_FILE, TOKEN)]
        )
        self.source = Field(tr("ui.seals.file"))
        self.choose = Button(tr("ui.seals.choose"), icon="folder-open")
        self.token, self.label = Field(tr("ui.seals.token")), Field(tr("ui.seals.label"))
        self.secret = secret_field(tr("ui.seals.secret"))
        self.keep = CheckBox(tr("ui.seals.keep"))
        self.fault = Banner("danger", "octagon-alert", "")
        self.fault.hide()
        self.kind.set_value(SealKind.SPECIAL.value)
        self.scheme.set_value(KEY_FILE)
        self._arrange()
        self.scheme.settled.connect(self._chosen)
        self.source.settled.connect(self._named)
        self.choose.acted.connect(self._choose)
        self.doing = Button(tr("ui.seals.set_up_do"), "primary", key="Enter")
        self.doing.acted.connect(lambda: None if self._working else do(self))
        self.foot(Button(tr("ui.seals.not_now"), "link", key="Esc"), self.doing)
        self._chosen(KEY_FILE)

    def _arrange(self) -> None:
        button = QVBoxLayout()
        button.addStretch(1)
        button.addWidget(self.choose)
        source = _across(self.source)
        source.addLayout(button)
        self._of_token = QWidget()
        of_token = _across(self.token, self.label)
        of_token.setContentsMargins(0, 0, 0, 0)
        self._of_token.setLayout(of_token)
        self.rows.addLayout(_across(self.agency, self.kind))
        self.rows.addLayout(_across(self.words, self.tsa))
        self.rows.addLayout(_across(self.scheme, self.secret))
        self.rows.addLayout(source)
        for widget in (self._of_token, self.keep, self.fault):
            self.rows.addWidget(widget)

    def given(self) -> GivenSeal | None:
        """What was filled in; None where something is missing, which is then said."""
        needed: list[Field | ChoiceField] = [self.agency, self.source, self.secret]
        if self.scheme.value() == TOKEN:
            needed += [self.token, self.label]
        missing = [field for field in needed if not field.value()]
        for field in missing:
            field.set_wrong(tr("ui.case.must_be_given"))
        if missing or self.tsa.fault():
            (missing[0] if missing else self.tsa).setFocus()
            self._cover()
            return None
        is_file = self.scheme.value() == KEY_FILE
        setup = SealSetup(
            self.agency.value(), seal_kind(self.kind.value()), self.scheme.value(),
            "" if is_file else self.source.value(), self.words.value(),
            "" if is_file else self.token.value(), "" if is_file else self.label.value(), self.tsa.value(),
        )  # fmt: skip
        file = Path(self.source.value()) if is_file else None
        return GivenSeal(setup, file, self.secret.value(), self.keep.isChecked())

    def show_tokens(self, found: Sequence[TokenSeen]) -> None:
        """The tokens behind the module: the first one's names are filled in where none were given."""
        names = tr("ui.case.and").join(each.token for each in found)
        self.token.set_source(tr("ui.seals.tokens_seen", names=names) if found else "")
        self.token.set_warning("" if found else tr("ui.seals.no_token"))
        if found and not self.token.value():
            self.token.set_value(found[0].token)
        here = next((each for each in found if each.token == self.token.value()), None)
        labels = here.labels if here is not None else ()
        self.label.set_source(tr("ui.seals.tokens_seen", names=tr("ui.case.and").join(labels)) if labels else "")
        if labels and not self.label.value():
            self.label.set_value(labels[0])
        self._cover()

    def work(self) -> None:
        """The seal is being opened: nothing can be pressed twice."""
        self._working = True
        self.doing.block(tr("ui.seals.testing"))
        self.fault.show()
        self.fault.say("brand", "hourglass", tr("ui.seals.testing"), tr("ui.seals.testing_line"))
        self._cover()

    def fail(self, error: CounterError) -> None:
        """Nothing was set up; say why. What was given stays."""
        self._working = False
        self.doing.block("")
        said = sentences(error)
        self.fault.say("danger", "octagon-alert", said.message, said.remedy)
        self._cover()

    def end(self) -> None:
        """It was set up."""
        self._working = False
        self.close_dialog()

    def close_dialog(self) -> None:
        if not self._working:
            super().close_dialog()

    def _chosen(self, scheme: str) -> None:
        self._of_token.setVisible(scheme == TOKEN)
        self.source.set_label(tr("ui.seals.module" if scheme == TOKEN else "ui.seals.file"))
        self._cover()

    def _choose(self) -> None:
        is_file = self.scheme.value() == KEY_FILE
        file = which_file(self, tr("ui.seals.key_kinds") if is_file else "")
        if file is not None:
            self.source.set_value(str(file))
            self._named(str(file))

    def _named(self, source: str) -> None:
        if source and self.scheme.value() == TOKEN:
            self.module_named.emit(source)


class SealTestDialog(Dialog):
    """The passphrase or PIN for a trial."""

    def __init__(self, over: QWidget, seal: str, do: Callable[[str], None]) -> None:
        super().__init__(over, tr("ui.seals.test_title"), subtitle=seal, width="small", icon="stamp")
        self._do = do
        self.secret = secret_field(tr("ui.seals.secret"), tr("ui.seals.secret_line"))
        self.rows.addWidget(self.secret)
        self.doing = Button(tr("ui.seals.test"), "primary", key="Enter")
        self.doing.acted.connect(self._try)
        self.foot(Button(tr("ui.seals.not_now"), "link", key="Esc"), self.doing)

    def _try(self) -> None:
        secret = self.secret.value()
        if not secret:
            self.secret.set_wrong(tr("ui.seals.secret_needed"))
            self._cover()
            return
        self.close_dialog()
        self._do(secret)


def which_file(over: QWidget, kinds: str) -> Path | None:
    """The system's own dialog for a key file or a token's module."""
    return file_to_read(over, tr("ui.seals.choose"), kinds)


def _tsa_fault(value: str) -> str:
    return "" if value.startswith(("https://", "http://")) else tr("ui.seals.no_address")


def _across(*fields: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    for field in fields:
        line.addWidget(field, 1)
    return line
