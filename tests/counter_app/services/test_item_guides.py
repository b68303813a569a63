"""The guide that an applicant takes home: everything that the item says, and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.services.item_guides import guide_pdf
from forms.catalogue import Catalogue

AGENCY = Agency("civil_affairs", "云岭县民政局", "民", phone="0999-5550210", supervision_phone="0999-5550219")


@pytest.fixture(scope="module")
def item() -> ServiceItem:
    return Catalogue.load().get("elder_allowance")


def pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_it_says_what_the_item_says_and_whom_to_ask(item: ServiceItem):
    [page] = pages_of(guide_pdf(item, AGENCY, "石桥村便民服务站"))
    materials = [rule.name for rule in item.materials]
    for said in (item.name, item.guide.who, *materials, *item.guide.how, AGENCY.name, AGENCY.phone, "石桥村便民服务站"):
        assert "".join(said.split()) in page


def test_a_long_one_goes_on_on_further_pages_and_loses_nothing(item: ServiceItem):
    steps = tuple(f"第{n}步，到窗口去" for n in range(120))
    pages = pages_of(guide_pdf(replace(item, guide=replace(item.guide, how=steps)), None, "石桥村便民服务站"))
    assert len(pages) > 1
    assert all(step in "".join(pages) for step in steps)


def test_all_that_is_shipped_can_be_printed():
    assert all(guide_pdf(each, AGENCY, "石桥村便民服务站") for each in Catalogue.load().items())
