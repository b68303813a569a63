"""Pages as rows and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from counter_app.services.device_ports import ScanStep
from counter_app.services.pictures import ScannedPage
from counter_app.ui.pages.scan.sources import CAMERA, Source
from counter_app.ui.pages.scan.stack import PageStack
from counter_app.ui.texts import tr
from counter_app.ui.widgets.table import Cell, Row
from counter_app.ui.wording import size


def rows(stack: PageStack) -> list[Row]:
    """A row for each page, then one for each file that was taken whole."""
    return [_page(n, key, page) for n, (key, page) in enumerate(stack.pages, start=1)] + [
        Row(f"file-{n}", (Cell(icon="paperclip"), Cell(PurePath(file).name, tr("ui.scan.whole_file")), Cell()))
        for n, file in enumerate(stack.files)
    ]


def _page(n: int, key: str, page: ScannedPage) -> Row:
    title, how = tr("ui.scan.page", n=n), kind_of(page)
    light, heavy = size(page.after), tr("ui.scan.was", size=size(page.before))
    icon, tone = ("image", "ink2") if page.is_legible else ("triangle-alert", "warn")
    spoken = tr("ui.scan.spoken", title=title, how=how, after=light, before=heavy)
    return Row(key, (Cell(icon=icon, tone=tone), Cell(title, how, strong=True), Cell(light, heavy)), spoken=spoken)


def kind_of(page: ScannedPage) -> str:
    """黑白 · 200 点, with a warning where small print may not be read."""
    if not page.is_legible:
        return tr("ui.scan.few_dots", n=page.dpi)
    ink = tr(f"ui.scan.ink.{page.ink.value}")
    return tr("ui.table.dot").join((ink, tr("ui.scan.dots", n=page.dpi))) if page.dpi else ink


def total(stack: PageStack) -> str:
    """3 页，4.1 MB 减到 290 KB."""
    if not stack.pages:
        return tr("ui.scan.none_yet") if not stack.files else tr("ui.scan.only_files", n=len(stack.files))
    before, after = stack.bytes()
    return tr("ui.scan.total", n=len(stack.pages), before=size(before), after=size(after))


def source_words(sources: Sequence[Source]) -> list[tuple[Source, str]]:
    """玻璃板; with the scanner's name where there are several."""
    kinds = Counter(source.kind for source in sources)
    named = []
    for source in sources:
        parts = [tr(f"ui.scan.from.{source.kind}"), source.title if kinds[source.kind] > 1 else ""]
        named.append((source, tr("ui.table.dot").join(part for part in parts if part)))
    return named


def step_words(step: ScanStep) -> str:
    """正在扫第 2 页，45%."""
    if step.percent is None:
        return tr("ui.scan.warming", n=step.page)
    return tr("ui.scan.scanning", n=step.page, percent=step.percent)


def placing_words(source: Source) -> str:
    """What to do with the paper before it is scanned."""
    return tr(f"ui.scan.lay.{source.kind}") if source.kind != CAMERA else ""
