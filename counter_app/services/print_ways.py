"""How each printer of this counter prints: both sides, two pages to a sheet, which papers on preprinted sheets.

Kept for each queue by its name. A preprinted sheet is known by its template, the version of it, and whether it is for
licences, because title and legal lines differ; its correction belongs to one printer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.notice import NoticeKind
from counter_app.services.desk import Desk
from counter_app.services.device_ports import PLAIN, Printer, PrintWay
from counter_app.services.ports import Reading
from forms.notice_templates import NoticeTemplates
from forms.rendering.placement import AS_IT_IS, Placement
from resources.texts import paper_text, text

_SETTING = "print_ways"
_LICENCE = "-licence"


@dataclass(frozen=True, slots=True)
class OnSheet:
    """A preprinted sheet at one printer: its correction, and whether such papers are printed onto it now."""

    placement: Placement = AS_IT_IS
    on: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything kept about one printer; sheets by `sheet_name`."""

    way: PrintWay = PLAIN
    sheets: Mapping[str, OnSheet] = field(default_factory=dict)

    def placement_on(self, sheet: str) -> Placement | None:
        """Where to print if such sheets are in the tray, None for blank paper."""
        kept = self.sheets.get(sheet)
        return kept.placement if kept is not None and kept.on else None


def sheet_name(kind: str, version: int, is_licence: bool) -> str:
    """Such as `N02@1`, or `N02@1-licence`."""
    return f"{kind}@{version}{_LICENCE if is_licence else ''}"


def sheet_names(templates: NoticeTemplates) -> tuple[str, ...]:
    """Every sheet that there can be now: the current version of each template, for licences and for the rest.

    templates: with those that the hall released (`Reading.notice_templates`). The notices come first, by number, then
    what goes along inside the administration.
    """
    known = {kind for kind, _ in templates.by_version}
    kinds = sorted(known, key=lambda kind: (not kind.value.startswith("N"), kind.value))
    return tuple(
        sheet_name(kind.value, templates.current_version(kind), is_licence)
        for kind in kinds
        for is_licence in (False, True)
        if not is_licence or kind.facts.title != kind.facts.licence_title
    )


def sheet_parts(name: str, templates: NoticeTemplates) -> tuple[NoticeKind, int, bool]:
    """Template, version, for licences. InvalidInput `sheet_unknown`."""
    code, _, version = name.removesuffix(_LICENCE).partition("@")
    try:
        kind, n = NoticeKind(code), int(version)
    except ValueError:
        raise InvalidInput("sheet_unknown", given=name[:30]) from None
    if (kind, n) not in templates.by_version:
        raise InvalidInput("sheet_unknown", given=name[:30])
    return kind, n, name.endswith(_LICENCE)


def ways_of(reading: Reading, printer: str) -> Ways:
    """What is kept about the printer; plain where nothing is."""
    kept = _all(reading).get(printer, {})
    sheets = {
        name: OnSheet(Placement(row["x_mm"], row["y_mm"], row["scale"]), bool(row["on"]))
        for name, row in kept.get("sheets", {}).items()
    }
    return Ways(PrintWay(bool(kept.get("duplex")), bool(kept.get("two_up"))), sheets)


def keep_way(desk: Desk, printer: str, way: PrintWay) -> Ways:
    """Remember how the printer puts pages on sheets."""
    return _keep(desk, printer, way=way)


def keep_checked_way(desk: Desk, queues: Printer, printer: str, way: PrintWay) -> Ways:
    """The same, if the printer says that it can. CounterError `cannot_do_way`, `no_printer`, `no_print_service`."""
    can = queues.abilities(printer)
    for name in ("duplex", "two_up"):
        if getattr(way, name) and not getattr(can, name):
            raise CounterError("cannot_do_way", printer=printer, what=text(f"printing.way.{name}"))
    return keep_way(desk, printer, way)


def keep_sheet(desk: Desk, printer: str, sheet: str, placed: OnSheet) -> Ways:
    """Remember the correction for a preprinted sheet, and whether it is in use.

    InvalidInput `sheet_unknown`; CounterError `overprint_too_long` where the template cannot be such a sheet.
    """
    from forms.rendering.overprint import sheet_of

    templates = _templates(desk)
    parts = sheet_parts(sheet, templates)
    if placed.on:
        sheet_of(*parts, templates)
    return _keep(desk, printer, sheet={sheet_name(*parts): placed})


def blank_of(desk: Desk, sheet: str) -> bytes:
    """The sheet for the print shop. As `keep_sheet`."""
    from forms.rendering.overprint import blank_sheet, sheet_of

    templates = _templates(desk)
    return blank_sheet(sheet_of(*sheet_parts(sheet, templates), templates))


def page_to_measure(desk: Desk, sheet: str, printer: str, placement: Placement) -> bytes:
    """The test page of a sheet at that printer under that correction. As `keep_sheet`."""
    from forms.rendering.overprint import sheet_of, sheet_test_page

    templates = _templates(desk)
    parts = sheet_parts(sheet, templates)
    title = parts[0].facts.title_for(parts[2])
    x, y, scale = (f"{value:g}" for value in (placement.x_mm, placement.y_mm, placement.scale))
    phrases = (
        paper_text("printing.test_page.what", title=title, sheet=sheet, printer=printer),
        paper_text("printing.test_page.now", x=x, y=y, scale=scale),
        paper_text("printing.test_page.how"),
    )
    return sheet_test_page(sheet_of(*parts, templates), placement, phrases)


def _templates(desk: Desk) -> NoticeTemplates:
    with desk.store.read() as reading:
        return reading.notice_templates()


def _keep(desk: Desk, printer: str, way: PrintWay | None = None, sheet: Mapping[str, OnSheet] | None = None) -> Ways:
    with desk.store.write() as writing:
        known = ways_of(writing, printer)
        ways = replace(known, way=way or known.way, sheets={**known.sheets, **(sheet or {})})
        row = {**asdict(ways.way), "sheets": {name: _row(each) for name, each in ways.sheets.items()}}
        writing.save_setting(_SETTING, json.dumps({**_all(writing), printer: row}))
    return ways


def _row(sheet: OnSheet) -> dict[str, object]:
    return {**asdict(sheet.placement), "on": sheet.on}


def _all(reading: Reading) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = json.loads(reading.setting(_SETTING, "{}"))
    return known
