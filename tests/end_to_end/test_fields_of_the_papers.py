"""Row by row over the table of specs domain 7.3: each field that it names stands on the paper of a case that was done.

Every case is taken in, moved and decided by the services and the hall; what a paper says is read from its text layer.
The table is `fields_of_the_papers.yaml`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from counter_app.domain.identifiers import CaseId
from counter_app.domain.notice import NoticeKind
from counter_app.services.papers import Papers
from forms.examples import example_line
from tests.support.county import Machine, SmallCounty
from tests.support.walk import AGENT, CHIEF, OPERATOR

LICENCE, FORESEEN, FEE, JOINT = "food_workshop", "land_operation_transfer", "homestead_title", "newborn_one_thing"
PROXY = {"name": "王小芳", "id_type": "111", "id_number": "379901197202070023", "relation": "女儿"}
TOLERANT = {"pledge_signed": True, "pledge_days": 3, "basis": "云政办发〔2025〕9号第三条",
            "overdue": "终止办理并退还材料"}
ADDRESSED = {"basis": "办件管理办法第五条", "advice": "材料齐了再来"}
REFUSED = {"reason": "场所不属于本县", "competent_agency": "白石县市场监督管理局"}
TABLE = Path(__file__).with_name("fields_of_the_papers.yaml")
FIELDS: Mapping[str, Mapping[str, str]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Sheet:
    """A paper as it is read: its text without white space, and what is known of its case."""

    text: str
    number: str
    code: str


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Sheet]]:
    """The newest paper of each kind that this small county issued."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTER_PASSPHRASE", "station words")
        patch.setenv("HALL_PASSPHRASE", "hall words")
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        patch.setattr(Papers, "render_all", lambda *_: [])  # each is made once, when it is read
        folder = tmp_path_factory.mktemp("county")
        county = SmallCounty(folder)
        yield _Day(county, folder / "paper.pdf").sheets
        county.close()


class _Day:
    """What people do so that every paper is issued."""

    def __init__(self, county: SmallCounty, file: Path) -> None:
        self.county, self.file, self.lines = county, file, 0
        self.town = county.add_station("QX00", "town")
        self.village = county.add_station("QX07", "village", entrusted="")
        with self.town.station.store.write() as writing:
            writing.save_setting("window", "3号窗口")
        self.sheets: dict[str, Sheet] = {}
        self.at_the_window()
        self.at_the_hall()
        self.handed_out()
        self.taken_on()

    def at_the_window(self) -> None:
        taken = self.take(LICENCE, "receive", proxy=PROXY)
        self.read("N01", taken)
        self.act(taken, "withdraw", signed=True, reason="不开了")
        self.read("N17", taken)
        self.read("N02", self.take(FORESEEN, "accept"))
        self.read("N03-A", self.take(LICENCE, "not_required", reason="家里自己吃，不需要登记"))
        self.read("N03-B", self.take(LICENCE, "refuse", **REFUSED))
        gap = {"material": "application", "problem": "incomplete", "demand": "请写明具体品种和生产地址"}
        told = self.take(LICENCE, "correct", gaps=[gap])
        self.read("N04", told)
        self.act(told, "give_up", contact_attempt="11月16日电话联系", **ADDRESSED)
        self.read("N09", told)
        minor = "health_certificates"
        tolerant = self.take(LICENCE, "receive", without=minor)
        self.act(tolerant, "accept_tolerantly", **TOLERANT)
        self.read("N05", tolerant)
        self.act(tolerant, "complete_tolerated", materials=[{"id": minor, "form": "copy", "pages": 2}])
        self.read("N01-S", tolerant)
        paid = self.take(FEE, "accept")
        less = {"reduction_fen": 100, "reduction_basis": "困难减免办法第二条"}
        fee = {"name": "不动产权属证书工本费", "quantity": 1, **less}
        self.act(paid, "list_fees", fees=[fee])
        self.read("N13", paid)

    def at_the_hall(self) -> None:
        case, denied, joint = self.take(LICENCE, "accept"), self.take(LICENCE, "accept"), self.take(JOINT, "accept")
        for each in (case, denied):
            self.act(each, "submit")
        self.act(joint, "hand_over")
        self.town.sync()
        self.by_hall(case, "suspend", ground="inspection", needed_days=5, reason="抽样检验")
        self.read("N06", case)
        self.by_hall(case, "resume", result="合格")
        self.by_hall(case, "extend", reason="检验机构排期较长")
        self.read("N07", case)
        self.by_hall(
            case, "grant", scope="豆制品加工", licence_name="食品小作坊登记证", licence_no="YL-2026-7",
            validity="2026年12月1日至2029年11月30日", publicity="县政府网站行政许可栏",
        )
        self.read("N10", case)
        self.granted = case
        self.by_hall(
            joint, "pass_on", co_agencies=["county_public_security"], reply_days=3, feedback="户口登记是否可以办理",
            meeting="11月18日9时三楼会商室", absence="按联办办法第十条通报",
        )
        self.read("N08", joint)
        self.by_hall(denied, "tell_hearing_rights", matter="拟不予许可的理由")
        self.read("N18", denied)
        self.county.clock.now = datetime.fromisoformat("2026-11-24T09:30:00+08:00")
        self.by_hall(denied, "deny", reason="不符合场所条件", findings="场所和住处没有分开", basis="小作坊条例第九条")
        self.county.clock.now = datetime.fromisoformat("2026-11-16T09:30:00+08:00")
        self.read("N11", denied)

    def handed_out(self) -> None:
        self.act(self.granted, "send_out", way="window")
        self.act(
            self.granted, "deliver", receiver="王小芳", receiver_as="proxy", entrustment=True, identity_checked=True,
            proxy={"relation": "女儿"}, originals=1, duplicates=2,
        )
        self.read("N12", self.granted)
        self.read("N16", self.granted)

    def taken_on(self) -> None:
        line = self.line(self.village, LICENCE, "receive")
        taken = self.village.station.intake.take_in(AGENT, line)
        assert taken.entrustment is not None
        assert taken.job is not None
        number = str(taken.entrustment.number(taken.job))
        for kind in ("N14", "N15"):
            self.read(kind, number, self.village)

    def line(self, machine: Machine, code: str, outcome: str, without: str = "", **more: Any) -> dict[str, Any]:
        self.lines += 1
        item = machine.station.desk.catalogue.get(code)
        line = {**example_line(item, "accept", 1), "outcome": outcome, "key": f"k{self.lines}", **more}
        line["materials"] = [row for row in line["materials"] if row["id"] != without]
        return line

    def take(self, code: str, outcome: str, **more: Any) -> str:
        case = self.town.station.intake.take_in(CHIEF, self.line(self.town, code, outcome, **more)).case
        assert case is not None
        return str(case.id)

    def act(self, case: str, action: str, **given: Any) -> None:
        self.town.station.acts.act(CHIEF, case, action, given)

    def by_hall(self, case: str, action: str, **given: Any) -> None:
        self.county.by_hall(CaseId.parse(case), action, given, OPERATOR)
        self.town.sync()

    def read(self, kind: str, case: str, machine: Machine | None = None) -> None:
        papers = (machine or self.town).station.papers
        found, notice = papers.find(case, kind)
        self.file.write_bytes(papers.pdf(found.id, notice))
        command = ["pdftotext", "-raw", self.file, "-"]
        out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        self.sheets[kind] = Sheet(re.sub(r"\s", "", out.stdout), case, getattr(found, "query_code", ""))


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_of_the_row_stands_on_the_paper(sheets: Mapping[str, Sheet], kind: str) -> None:
    sheet = sheets[kind]
    missing = {
        field: words
        for field, given in FIELDS[kind].items()
        if (words := given.format(number=sheet.number, code=sheet.code)) not in sheet.text
    }
    assert not missing, sheet.text


def test_every_row_of_the_table_is_looked_at(sheets: Mapping[str, Sheet]) -> None:
    rows = {kind.value[:3] for kind in NoticeKind if kind.value.startswith("N")}
    assert {kind[:3] for kind in FIELDS} == rows == {kind[:3] for kind in sheets}
