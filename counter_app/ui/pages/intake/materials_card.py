"""3 材料: what the situation asks for, row by row, by the keyboard: Space, digits, + and -, F6, Del."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from counter_app.domain.service_item import MaterialRule
from counter_app.ui.keys import hint
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import size

MOST_PAGES = 999
_CHANGES = {"+": 1, "=": 1, "-": -1}


class MaterialsCard(Card):
    """changed after every stored change of a row; scan_wanted carries the material, left: Enter leaves the list."""

    changed = Signal()
    scan_wanted = Signal(str)
    moved = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.intake.materials.title"), icon="circle-dot", tone="brand")
        self.table = self.made_table()
        self.scan = Button(tr("ui.intake.materials.scan"), key=hint("scan"), icon="scan", height=32)
        self.scan.acted.connect(lambda: self.scan_wanted.emit(self.table.current_key()))
        self.table.bind(" ", lambda key, _char: self.toggle(key))
        self.table.bind("123456789", self.copies)
        self.table.bind("".join(_CHANGES), self.pages)
        self.table.bind("xX", lambda key, _char: self.next_form(key))
        self.table.bind("Del", lambda key, _char: self.drop_scan(key))
        self.table.acted.connect(self.act)
        self.table.row_changed.connect(lambda _key: self.moved.emit())
        self._application = Application()
        self.arrange()

    def made_table(self) -> RowTable:
        """The list, made once."""
        return _table()

    def row_of(self, n: int, rule: MaterialRule, application: Application) -> Row:
        """The n-th row of the list as things stand."""
        return _row(n, rule, application)

    def arrange(self) -> None:
        """Put what belongs to the card into it, once."""
        self.head.addWidget(self.scan)
        self.rows.addWidget(self.table)
        self.rows.addWidget(Label(tr("ui.intake.materials.keys"), "caption", elided=True))

    def act(self, _material: str) -> None:
        """Enter on a row: the list is done with."""
        self.left.emit()

    def show_application(self, application: Application) -> None:
        """Show the rows as things stand; the present row stays."""
        self._application = application
        self.table.set_rows([self.row_of(n, rule, application) for n, rule in enumerate(application.wanted(), start=1)])
        self.table.setFixedHeight(self.table.content_height() + 2)
        required = [rule for rule in application.wanted() if rule.required]
        missing = application.missing()
        received = len(required) - len(missing)
        self.set_note(
            tr("ui.intake.materials.note", n=len(required), received=received),
            "danger" if missing and application.line.get("materials") else "",
        )

    def rule(self, material: str = "") -> MaterialRule | None:
        """The rule of a row, of the present one if none is named."""
        wanted = material or self.table.current_key()
        return next((rule for rule in self._application.wanted() if rule.id == wanted), None)

    def add_scans(self, material: str, paths: Sequence[str]) -> None:
        """Attach files to a row; it counts as received then."""
        rule = self.rule(material)
        if rule is None or not paths:
            return
        row = self._application.taken(material) or {}
        files = list(dict.fromkeys([*row.get("files", []), *paths]))
        self._application.take(rule, files=files, pages=max(int(row.get("pages", 1)), len(files)))
        self.changed.emit()

    def toggle(self, material: str) -> None:
        """Received or not."""
        rule = self.rule(material)
        if rule is None:
            return
        if self._application.taken(material) is not None:
            self._application.give_back(material)
            self.changed.emit()
            return
        self._application.take(rule)
        self.changed.emit()
        self._go_on(material)

    def _go_on(self, material: str) -> None:
        """After Space: to the next row that was not received, so that Space walks down the list."""
        wanted = [rule.id for rule in self._application.wanted()]
        here = wanted.index(material)
        for following in wanted[here + 1 :]:
            if self._application.taken(following) is None:
                self.table.choose(following)
                return

    def copies(self, material: str, digit: str) -> None:
        """So many copies were received."""
        rule = self.rule(material)
        if rule is not None:
            self._application.take(rule, copies=int(digit))
            self.changed.emit()

    def pages(self, material: str, sign: str) -> None:
        """A page more (+) or less (-)."""
        rule = self.rule(material)
        if rule is not None:
            pages = int((self._application.taken(material) or {}).get("pages", 1)) + _CHANGES[sign]
            self._application.take(rule, pages=min(max(1, pages), MOST_PAGES))
            self.changed.emit()

    def next_form(self, material: str) -> None:
        """Change to the next form in which the material may be handed in."""
        rule = self.rule(material)
        if rule is None:
            return
        forms = [form.value for form in rule.forms]
        row = self._application.taken(material)
        here = forms.index(str(row["form"])) if row is not None and row["form"] in forms else -1
        self._application.take(rule, form=forms[(here + 1) % len(forms)])
        self.changed.emit()

    def drop_scan(self, material: str) -> None:
        """The last scan of the row was not good."""
        rule, row = self.rule(material), self._application.taken(material)
        if rule is not None and row is not None and row.get("files"):
            self._application.take(rule, files=row["files"][:-1])
            self.changed.emit()


class ScansCard(Card):
    """The scans of the present row."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        self.arrange()

    def arrange(self) -> None:
        """Put what belongs to the card into it, once."""
        self._name, self._line = Label("", "strong", elided=True), Label("", "secondary", elided=True)
        across = QHBoxLayout()
        across.setSpacing(12)
        across.addWidget(Icon("image", "ink2", 24))
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(self._name)
        text.addWidget(self._line)
        across.addLayout(text, 1)
        across.addWidget(Label(tr("ui.intake.materials.scan_keys"), "caption"))
        self.rows.addLayout(across)

    def show_row(self, rule: MaterialRule | None, application: Application) -> None:
        """Show a row's scans; None shows nothing."""
        self.setVisible(rule is not None)
        if rule is None:
            return
        files = (application.taken(rule.id) or {}).get("files", [])
        self._name.setText(tr("ui.intake.materials.scans_of", name=rule.name, n=len(files)))
        self._line.setText(_scans_line(files, application) or rule.source or tr("ui.intake.materials.no_scans"))


def _scans_line(files: Sequence[str], application: Application) -> str:
    """What the diet made of the scanned pages, and the names of the files that were chosen."""
    weighed = [found for found in map(application.scan_bytes, files) if found is not None]
    parts = [PurePath(path).name for path in files if application.scan_bytes(path) is None]
    if weighed:
        before, after = (size(sum(each)) for each in zip(*weighed, strict=True))
        parts.insert(0, tr("ui.scan.total", n=len(weighed), before=before, after=after))
    return tr("paper.separator").join(parts)


def _table() -> RowTable:
    columns = (
        ColumnSpec("", 40),
        ColumnSpec(tr("ui.intake.materials.name"), 110, stretch=True),
        ColumnSpec(tr("ui.intake.materials.how"), 104),
        ColumnSpec(tr("ui.intake.materials.copies"), 36, right=True),
        ColumnSpec(tr("ui.intake.materials.pages"), 42, right=True),
        ColumnSpec(tr("ui.intake.materials.scans"), 46, right=True),
        ColumnSpec(tr("ui.intake.materials.origin"), 104),
    )
    return RowTable(columns, name=tr("ui.intake.materials.title"), head=True)


def _row(n: int, rule: MaterialRule, application: Application) -> Row:
    taken = application.taken(rule.id)
    forms = tr(f"ui.intake.form.{taken['form'] if taken else rule.form.value}")
    none = tr("ui.word.none")
    reused = ""
    if taken is None:
        # the list turns red only once it was begun: an untouched one is no fault
        begun = bool(application.line.get("materials"))
        missing = ("circle-alert", "danger", "missing") if begun else ("circle", "ink3", "missing")
        icon, tone, origin = missing if rule.required else ("circle", "ink3", "may")
        copies = pages = scans = none
    else:
        files = taken.get("files", [])
        reused = application.source_of(f"material.{rule.id}") if not files else ""
        icon, tone, origin = "circle-check", "ok", "scanned" if files else "reused" if reused else "paper"
        copies, pages = str(taken.get("copies", 1)), str(taken.get("pages", 1))
        scans = tr("ui.intake.materials.scan_count", n=len(files)) if files else none
    word = tr(f"ui.intake.materials.{origin}")
    spoken = {"n": n, "name": rule.name, "state": word, "form": forms, "copies": copies, "pages": pages}
    return Row(
        rule.id,
        (
            Cell(icon=icon, tone=tone),
            Cell(f"{n} {rule.name}", reused or caption_of(rule), strong=True, whole=True),
            Cell(forms, tone="ink2"),
            Cell(copies),
            Cell(pages),
            Cell(scans),
            Cell(word, tone=tone),
        ),
        spoken=tr("ui.intake.materials.spoken", **spoken),
    )


def caption_of(rule: MaterialRule) -> str:
    """What a row says below its name: how many copies, whether it may be left out, where it is from."""
    parts = []
    if rule.copies > 1:
        parts.append(tr("ui.intake.materials.wanted_copies", n=rule.copies))
    if not rule.required:
        parts.append(tr("ui.intake.materials.optional"))
    elif rule.minor:
        parts.append(tr("ui.intake.materials.minor"))
    if rule.source:
        parts.append(rule.source)
    return tr("ui.table.dot").join(parts)
