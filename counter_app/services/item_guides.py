"""The guide of an item as a paper that the applicant takes home (XKF 30: what is published is to be had on paper)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ItemKind, MaterialRule, ServiceItem
from resources.texts import paper_text


def guide_pdf(item: ServiceItem, agency: Agency | None, station: str) -> bytes:
    """The guide as PDF, Chinese whatever language the window speaks. agency: who decides, None where the hall has not
    told it; station: who hands the paper out. CounterError `glyph_missing`."""
    from forms.rendering.item_guide import GuideSection, render_guide

    sections = [GuideSection(paper_text(f"paper.guide.section.{name}"), lines) for name, lines in _said(item, agency)]
    foot = paper_text("paper.guide.foot", station=station, version=item.version)
    return render_guide(item.name, sections, foot)


def _said(item: ServiceItem, agency: Agency | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sections by their names, each with its paragraphs."""
    yield "who", (item.guide.who,)
    yield "how_long", (_how_long(item),)
    yield "fee", tuple(_fees(item))
    yield "bring", _numbered(_material(rule) for rule in item.materials)
    yield "how", _numbered(item.guide.how)
    yield "basis", tuple(f"{row.law}{row.article}" for row in item.basis)
    if item.guide.notes:
        yield "notes", item.guide.notes
    if agency is not None:
        phones = (("phone", agency.phone), ("supervision", agency.supervision_phone))
        told = (paper_text(f"paper.guide.{name}", number=number) for name, number in phones if number)
        yield "agency", (agency.name, *told)


def _numbered(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{n}. {line}" for n, line in enumerate(lines, start=1))


def _how_long(item: ServiceItem) -> str:
    """The promise and the limit of the law, or that it is done at once."""
    limits = item.limits
    statutory = paper_text(f"periods.{limits.statutory.unit.value}", n=limits.statutory.length)
    if item.kind is ItemKind.INSTANT:
        return paper_text("paper.guide.at_once", statutory=statutory)
    promise = paper_text(f"periods.{limits.promise.unit.value}", n=limits.promise.length)
    return paper_text("paper.guide.limits", promise=promise, statutory=statutory)


def _fees(item: ServiceItem) -> Iterator[str]:
    if not item.fees:
        yield paper_text("fees.none")
    for row in item.fees:
        yield paper_text("fees.row", name=row.name, yuan=f"{row.rate_fen / 100:.2f}", unit=row.unit)


def _material(rule: MaterialRule) -> str:
    remarks = [paper_text(f"paper.guide.form.{rule.form.value}"), paper_text("paper.guide.copies", n=rule.copies)]
    if rule.when is not None:
        remarks.append(paper_text("paper.guide.sometimes"))
    elif not rule.required:
        remarks.append(paper_text("paper.guide.may"))
    return paper_text("paper.guide.material", name=rule.name, remarks=paper_text("paper.separator").join(remarks))
