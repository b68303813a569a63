"""Every widget of `counter_app/ui/widgets` on one page, to be looked at and to be walked by tests.

`python -m tests.counter_app.ui.gallery FOLDER` writes pictures of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui import tokens
from counter_app.ui.background import Background
from counter_app.ui.empty import Empty
from counter_app.ui.error_card import show_error
from counter_app.ui.frame import MainWindow
from counter_app.ui.garbage import destroy_windows
from counter_app.ui.key_sheet import show_keys
from counter_app.ui.keys import KEYS
from counter_app.ui.lock import LockPage
from counter_app.ui.look import dress
from counter_app.ui.page import Page
from counter_app.ui.sign_in import SignInPage, Standing
from counter_app.ui.station_panel import Fact as PanelFact
from counter_app.ui.station_panel import StationPanel, StationWords
from counter_app.ui.strip import StripCell
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken, pair_row, rule
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.four_facts import Fact, FourFacts
from counter_app.ui.widgets.label import KeyCap, Label
from counter_app.ui.widgets.person_card import PersonLine
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.widgets.progress import Progress, Working
from counter_app.ui.widgets.table import Cell, ColumnSpec, Group, Row, RowTable, TableFoot

STRIP = (
    StripCell("user", "周敏 · 窗口人员 · 3号窗口"),
    StripCell("cloud-off", "没有网络 · 上次连上 08:52", "warn"),
    StripCell("send", "未到中心 12 件"),
    StripCell("clock", "时钟准 · 差 1 秒"),
    StripCell("stamp", "号段余 182"),
)
ALARM = StripCell("octagon-alert", "今天 17:30 前须答复 2 件", "danger")

NOW = datetime(2026, 11, 23, 10, 42).astimezone()
PEOPLE = (
    PersonLine("周敏", "窗口人员 · A岗"),
    PersonLine("马文浩", "窗口人员 · B岗"),
    PersonLine("梁建国", "首席代表"),
)

FACTS = (
    Fact("saved", 1, "09:14"),
    Fact("at_hall", 0.5, "扫描还差 2 份"),
    Fact("accepted", 0),
    Fact("decided", 0),
)


def flow(*widgets: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return row


def pills() -> Card:
    card = Card("状态：颜色 + 图形 + 文字，三样都有")
    rows = (
        ("DRAFT", "RECEIVED", "CORRECTING", "ACCEPTED"),
        ("IN_REVIEW", "JOINT", "FORWARDED", "SUSPENDED"),
        ("GRANTED", "DENIED", "DELIVERING", "DELIVERED"),
        ("CLOSED", "NOT_REQUIRED", "REFUSED", "RETURNED", "WITHDRAWN", "VOIDED"),
    )
    for row in rows:
        card.rows.addWidget(flow(*(Pill.of_state(code) for code in row)))
    card.rows.addWidget(
        flow(
            Pill.of_light("normal"),
            Pill.of_light("warning"),
            Pill.of_light("over_promise", days=2),
            Pill.of_light("over_statute"),
            Pill.of_light("provisional"),
        )
    )
    card.rows.addWidget(
        flow(
            Pill.of_sending("no_link"),
            Pill.of_sending("queued", place=2),
            Pill.of_sending("sending"),
            Pill.of_sending("at_hall"),
            Pill.of_sending("in_bag"),
        )
    )
    return card


def buttons() -> Card:
    card = Card("按钮", icon="circle-check", tone="ok", note="六种")
    blocked = Button("补正告知", key="F8")
    blocked.setObjectName("blocked")
    blocked.block("没有缺项可以告知")
    card.rows.addWidget(
        flow(
            Button("受理并打印", "primary", key="F9"),
            Button("收件", key="F7"),
            Button("作废", "danger"),
            blocked,
            Button("换事项", "link"),
        )
    )
    outcome = Button("受理并打印", "primary", key="F9", icon="printer", height=tokens.CONTROL_OUTCOME)
    card.rows.addWidget(flow(outcome, Button("扫描", key="F6", icon="scan"), Button("复制", "link", icon="copy")))
    return card


def fields() -> Card:
    card = Card("输入框")
    grid = QGridLayout()
    grid.setSpacing(10)
    phone = Field("手机", FieldKind.PHONE)
    phone.set_value("13808716021", source="沿用 2025年9月")
    village = Field("户籍所在村组")
    village.set_value("石桥村 3组")
    number = Field("证件号", FieldKind.ID_NUMBER, length=18)
    number.setObjectName("number")
    number.set_value("53012319410208002")
    age = Field("年满周岁", computed=True, source="按证件算出")
    age.set_value("85")
    until = Field("证件有效期", FieldKind.DATE)
    until.set_value("2026年3月1日")
    until.set_warning("证件已过期，仍可收件")
    for place, field in enumerate(
        (phone, village, number, age, Field("开户行", optional=True), until, Field("备注", lines=2))
    ):
        grid.addWidget(field, place // 3, place % 3)
    pay = ChoiceField("发放方式", (("card", "社会保障卡"), ("bank", "银行卡")))
    grid.addWidget(pay, 2, 1)
    box = CheckBox("代理人办理")
    box.setChecked(True)
    grid.addWidget(box, 2, 2)
    for column in range(3):
        grid.setColumnStretch(column, 1)
    card.rows.addLayout(grid)
    return card


def banners() -> Card:
    card = Card("读证面板的各种情况")
    for tone, icon, title, line in (
        ("brand", "id-card", "请放身份证", "放平在读卡器上，自动读，不用按键。"),
        ("brand", "refresh-cw", "正在读，别动", "约 1 秒。"),
        ("ok", "circle-check", "读好了：王桂芳", "相片、姓名、证件号都填好了。"),
        ("danger", "octagon-alert", "没读全，证件动了", "读到的一半没有采用。拿起来再放平"),
        ("warn", "triangle-alert", "证件已过期 2026年3月1日", "可以继续，会记在办件里。"),
    ):
        card.rows.addWidget(Banner(tone, icon, title, line))
    box = Sunken()
    for name, value in (("证件号", "尾号 0024"), ("手机", "138 **** 6021"), ("文号", "青政许受〔2026〕318号")):
        box.rows.addWidget(pair_row(name, value, strong=True))
    card.rows.addWidget(box)
    card.rows.addWidget(Working("正在读，别动"))
    card.rows.addWidget(Progress("今天流量", 0.62))
    return card


def facts_and_keys() -> Card:
    card = Card("四个事实")
    card.rows.addWidget(FourFacts(FACTS))
    card.rows.addWidget(FourFacts(FACTS, small=True))
    card.rows.addWidget(rule())
    for text, role in (("26", "figure"), ("20 页名", "page"), ("16 标题", "title"), ("14 正文", "text")):
        card.rows.addWidget(Label(text, role))
    card.rows.addWidget(Label("王桂芳 · 农村宅基地用地审批 · 石桥村 3组 · 一个很长的说明", "secondary", elided=True))
    grid = QGridLayout()
    for place, key in enumerate(KEYS[:14]):
        grid.addWidget(KeyCap(key.shown), place // 2, place % 2 * 2)
        grid.addWidget(Label(tr(f"ui.key.{key.name}"), "secondary", "ink"), place // 2, place % 2 * 2 + 1)
    card.rows.addLayout(grid)
    return card


def duties() -> RowTable:
    table = RowTable(
        (
            ColumnSpec("", 40),
            ColumnSpec("期限", 130),
            ColumnSpec("办件", 200),
            ColumnSpec("为什么", 200, stretch=True),
        ),
        name="今天要办的",
        action_width=130,
    )
    late = Cell("剩 6 小时 48 分", "受理审查第 5 日", tone="danger", strong=True)
    today = Cell("今天", "承诺办结", tone="warn", strong=True)
    bell, sign = Cell(icon="alarm-clock", tone="danger"), Cell(icon="triangle-alert", tone="warn")
    table.set_rows(
        [
            Group("2 件今天 17:30 前必须答复", "", "过时不答复，法律上就算已受理。", "danger", "octagon-alert"),
            Row(
                "1",
                (bell, late, Cell("李大山", "农村宅基地用地审批", strong=True), Cell("材料齐，待你答复", tone="ink2")),
                action="答复",
                spoken="剩6小时48分，受理审查，李大山，农村宅基地用地审批，按回车答复",
                group_tone="danger",
            ),
            Row(
                "2",
                (bell, late, Cell("陈玉梅", "个体工商户注册登记", strong=True), Cell("经营场所证明待核", tone="ink2")),
                action="答复",
                spoken="剩6小时48分，受理审查，陈玉梅，按回车答复",
                group_tone="danger",
            ),
            Group("今天到期", "3"),
            Row(
                "3",
                (sign, today, Cell("沈玉兰", "高龄津贴申请", strong=True), Cell("决定还没传回", tone="ink2")),
                action="查看",
                spoken="今天，承诺办结，沈玉兰，按回车查看",
            ),
            Row(
                "4",
                (sign, today, Cell("马建军", "就业创业证申领", strong=True), Cell("正在传", "", part=0.6, icon="send")),
                action="查看",
                spoken="今天，承诺办结，马建军，按回车查看",
            ),
        ]
    )
    return table


class GalleryPage(Page):
    """Three columns of everything."""

    name = "today"

    def __init__(self) -> None:
        super().__init__()
        left, middle, right = Column(), Column(310, wide=440), Column(310, wide=440)
        for card in (pills(), buttons(), fields()):
            left.add(card)
        self.table = duties()
        middle.add(banners())
        right.add(facts_and_keys())
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.addWidget(Columns(left, middle, right, drawer=right))

    def title(self) -> str:
        return "今日"

    def context_line(self) -> str:
        return "11月23日 星期一 · 工作日 · 10:42"


class ListPage(Page):
    """One list over the whole page."""

    name = "intake"

    def __init__(self) -> None:
        super().__init__()
        self.table = duties()
        card = Card()
        card.rows.setContentsMargins(1, 1, 1, 1)
        card.rows.setSpacing(0)
        card.rows.addWidget(self.table)
        self.foot = TableFoot(self.table)
        self.foot.count("4 件", "即办 2 · 承诺 2")
        card.rows.addWidget(self.foot)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 16, 20, 16)
        lines.addWidget(card)

    def title(self) -> str:
        return "办件"

    def first_focus(self) -> None:
        self.table.setFocus()


def panel(width: int) -> StationPanel:
    return StationPanel(
        StationWords("云岭县青溪镇", "便民服务中心", "3号综合窗口"),
        (
            PanelFact("cloud-off", tr("ui.sign_in.link"), "没有网络，上次连上 08:52"),
            PanelFact("hard-drive", tr("ui.sign_in.machine"), "12 件待传送，都已加密存好"),
            PanelFact("clock", tr("ui.sign_in.clock"), "准，与中心差 1 秒"),
            PanelFact("shield-check", tr("ui.sign_in.device"), "QX-03"),
        ),
        lambda: NOW,
        lambda _day: "工作日",
        width=width,
    )


def right_pin(name: str, pin: str) -> str:
    if pin != "135790":
        raise CounterError("pin_wrong", left=4)
    return name


def sign_in(background: Background, people: Sequence[PersonLine] = PEOPLE) -> SignInPage:
    standing = Standing(offline=True, must_answer=2, answer_before="17:30")
    return SignInPage(panel(500), people, standing, right_pin, background)


def lock(background: Background) -> LockPage:
    return LockPage(panel(440), PEOPLE[0], lambda: NOW, right_pin, background)


def empty() -> Empty:
    return Empty(
        "cloud-check",
        "ok",
        "都到中心了",
        "没有要传的文字和扫描，也没有异常件。",
        facts=(("最后一次对账", "今天 10:42:31"), ("本机发出", "1 303 条")),
        buttons=(Button("再对一次账", key="F5", icon="refresh-cw"), Button("存对账单", icon="download")),
        foot="新办的件会自动出现在这里，网通就传，不用守着。",
    )


def shoot(widget: QWidget, path: Path) -> None:
    QApplication.processEvents()
    widget.grab().save(str(path))


def main(folder: str) -> None:
    app = QApplication([])
    dress(app)
    background = Background()
    window = MainWindow([GalleryPage(), ListPage()])
    window.show_status(STRIP, ALARM)
    window.show_badge("today", 9, "danger")
    window.show_badge("sending", 12)
    for width, height in ((1366, 768), (1280, 680)):
        window.resize(width, height)
        window.show()
        for name in ("today", "intake"):
            window.open(name)
            shoot(window, Path(folder) / f"{name}-{width}.png")
        dialog = show_error(window, CounterError("disk_full"))
        shoot(window, Path(folder) / f"error-{width}.png")
        dialog.close_dialog()
        dialog = show_keys(window)
        shoot(window, Path(folder) / f"keys-{width}.png")
        dialog.close_dialog()
        for name, page in (("sign_in", sign_in(background)), ("lock", lock(background)), ("empty", empty())):
            page.resize(width, height)
            page.show()
            shoot(page, Path(folder) / f"{name}-{width}.png")
    background.close()
    destroy_windows(app)


if __name__ == "__main__":
    main(sys.argv[1])
