"""An invented county's items, as many as wanted, the same for the same seed; and a workbook with whatever cells."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from counter_app.domain.check_characters import credit_check
from forms.catalogue import Catalogue
from forms.item_document import Document, document_of
from forms.item_file import item_of_document
from forms.workbook.layout import layout
from forms.workbook.rows import rows_of

AGENCIES = tuple(sorted({item.agency for item in Catalogue.load().items()}))
_LINES = ("B-SL", "B-BSL1", "B-BSL2", "B-BZ", "B-ZY", "B-BY")
_FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("text", {"examples": ["=SUM(A1)", "第一行、第二项"], "max_length": 60}),
    ("number", {"examples": [3, 12], "minimum": 1, "maximum": 30, "unit": "人"}),
    ("number", {"examples": ["166.00", "120.5"], "decimals": 2, "unit": "平方米"}),
    ("money", {"examples": ["1200.50", "0.08"]}),
    ("date", {"examples": ["2026-02-28"], "not_future": True}),
    ("bool", {"hint": "有一样就算有"}),
    ("region", {"examples": ["079901"[::-1]]}),
    ("phone", {"examples": ["0530-1234567"]}),
    ("credit_code", {"examples": ["92379901MA3W00079Y"]}),
)


def county_documents(n: int, seed: int = 5) -> list[Document]:
    """n items without flaws, no two alike."""
    chance = Random(seed)
    return [_document(chance, at) for at in range(n)]


def _document(chance: Random, at: int) -> Document:
    licence = chance.random() < 0.4
    code = f"item_{at:03}"
    organisation = f"11379901{chance.randrange(10**9):09}"
    agency = organisation + credit_check(organisation)
    situations = [{"code": f"{n}{chance.choice('ab')}", "name": f"情形{n}"} for n in range(chance.randint(2, 3))]
    document: Document = {
        "code": code,
        "version": "1",
        "name": f"第{at}项{chance.choice(['补贴', '登记', '𬭎䶮证明'])}申请",
        "short_name": f"事项{at}",
        "initials": f"sx{at}",
        "kind": chance.choice(["INSTANT", "PROMISE", "UPWARD", "JOINT"]),
        "item_type": chance.choice(["00", "01", "05", "07", "08", "10", "20"]),
        "is_licence": licence,
        "task_code": f"{agency}{chance.randint(4, 6)}{chance.randrange(10**12):012}",
        "agency": chance.choice(AGENCIES),
        "authority": [{"level": level, "does": f"办理第{at}项"} for level in ("6", "5", "4")[: chance.randint(1, 3)]],
        "basis": [{"law": f"《第{n}号办法》", "article": f"第{n}条"} for n in range(chance.randint(1, 3))],
        "limits": {
            which: {"length": chance.randint(1, 60), "unit": chance.choice(["working_day", "day"]), "rule": f"第{n}条"}
            for n, which in enumerate(["check", "promise", "statutory", "serve", "fix"][: chance.randint(4, 5)])
        },
        "fees": [{"name": "工本费", "rate_fen": chance.randint(1, 99_999), "unit": "本", "basis": "云发改〔2026〕1号"}],
        "release_needs": ["fee", "application"][: chance.randint(1, 2)],
        "special_procedures": [
            {"ground": "expert_review", "days": chance.randint(1, 60), "rule": "样例第九条"},
            {"ground": "testing", "days": 5, "rule": "样例第十条", "when": {"situation": situations[0]["code"]}},
        ][: chance.randint(1, 2)],
        "situations": situations,
        "fields": _fields(chance, situations),
        "materials": _materials(chance, situations),
        "guide": {"who": "本县居民\n和在本县居住的人", "how": ["交材料", "领结果"], "notes": ["不收费"]},
        "delivery": chance.sample(["window", "post", "electronic", "station"], chance.randint(1, 4)),
        "delegated_power": chance.random() < 0.5,
        "entrustable": chance.random() < 0.5,
        "source": "依据为样例",
    }
    if not licence:
        document["basis_lines"] = {line: f"依据样例办法，{line}" for line in _LINES[: chance.randint(4, 6)]}
    return document_of(item_of_document(document))


def _fields(chance: Random, situations: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The first is a choice and the second a yes or no, which later ones look at; the last is a plain text."""
    choices = [{"code": f"{n}", "name": f"选项{n}"} for n in range(chance.randint(2, 4))]
    found: list[dict[str, Any]] = [
        {"id": "sort", "name": "类别", "type": "choice", "required": True, "choices": choices},
        {"id": "has", "name": "有没有", "type": "bool", "required": True},
        {"id": "age", "name": "年龄", "type": "number", "computed": "age", "source": "由身份证号算出"},
    ]
    conditions: list[Any] = [
        None, {"field": "has", "is": True}, {"field": "sort", "in": ["0", "1"]}, {"proxy": True}, {"id_type": "111"},
        {"all": [{"field": "has", "is": False}, {"not": {"situation": situations[0]["code"]}}]},
        {"any": [{"situation": situations[1]["code"]}, {"all": [{"proxy": False}, {"field": "sort", "is": "1"}]}]},
    ]
    for n, (kind, more) in enumerate(chance.sample(_FIELDS, chance.randint(1, 4))):
        row: dict[str, Any] = {"id": f"f{n}", "name": f"第{n}栏", "type": kind, **more}
        when = chance.choice(conditions)
        found.append({**row, **({"when": when} if when else {}), "required": chance.random() < 0.5})
    return [*found, {"id": "note", "name": "备注", "type": "text", "examples": ["无"]}]


def _materials(chance: Random, situations: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    forms = ["original", "copy", "original_checked", "electronic"]
    year = {"length": 12, "unit": "month", "rule": "本地口径"}
    return [
        {
            "id": "application", "name": "申请表", "forms": ["original"], "copies": chance.randint(1, 3),
            "problems": [{"problem": "missing", "demand": "请补交"}, {"problem": "incomplete", "demand": "请签名"}],
            "source": "样例",
        },
        {
            "id": "id_card", "name": "身份证", "forms": chance.sample(forms, 2), "source": "样例",
            "required": chance.random() < 0.5, "minor": chance.random() < 0.5, "valid_for": year,
            "when": {"situation": situations[0]["code"]},
        },
    ]


# a workbook with whatever cells ------------------------------------------------------------------

Cells = dict[str, list[list[Any]]]


@dataclass(frozen=True)
class Plant:
    """A wrong cell. fits: whether a row may have it (its cells by column key); code: of the fault that must come."""

    sheet: str
    key: str
    value: Any
    code: str
    fits: Callable[[Mapping[str, Any]], bool] = lambda _row: True


def sheet_cells(documents: Sequence[Document]) -> Cells:
    """The rows of every sheet as they are written, heads first."""
    return {
        sheet.name: [
            [column.head for column in layout().columns_of(sheet)],
            *([*row.cells] for document in documents for row in rows_of(sheet, document)),
        ]
        for sheet in layout().sheets
    }


def raw_book(cells: Cells) -> bytes:
    """A workbook of these cells."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    for name, rows in cells.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for n, value in enumerate(row):
                if value is not None:
                    page.write(at, n, value)
    book.close()
    return file.getvalue()


def plant(cells: Cells, chance: Random, wrong: Plant, spared: set[str]) -> str:
    """Put the wrong cell into a row of an item that has none yet; the cell's place. spared: items that have one."""
    sheet = next(sheet for sheet in layout().sheets if sheet.name == wrong.sheet)
    columns = [column.key for column in layout().columns_of(sheet)]
    fitting = [
        (at, row) for at, row in enumerate(cells[wrong.sheet][1:], 2)
        if row[0] not in spared and wrong.fits(dict(zip(columns, row, strict=True)))
    ]
    at, row = chance.choice(fitting)
    spared.add(row[0])
    n = columns.index(wrong.key)
    row[n] = wrong.value(row[n]) if callable(wrong.value) else wrong.value
    return f"{wrong.sheet}!{chr(ord('A') + n)}{at}"


def is_field(kind: str, **more: Any) -> Any:
    return lambda row: row["type"] == kind and all(row[key] == value for key, value in more.items())


def is_note(row: Any) -> bool:
    return bool(row["id"] == "note")


def other_check(task_code: str) -> str:
    return f"{task_code[:17]}{'2' if task_code[17] != '2' else '3'}{task_code[18:]}"


PLANTS = (
    Plant("事项", "name", None, "cell_empty"),
    Plant("事项", "short_name", "一二三四五六七八九十一二三", "too_long"),
    Plant("事项", "initials", "SX-9", "wrong_shape"),
    Plant("事项", "kind", "即时件", "not_one_of"),
    Plant("事项", "item_type", "处罚", "not_one_of"),
    Plant("事项", "is_licence", "可能", "not_yes_or_no"),
    Plant("事项", "task_code", other_check, "task_code_check"),
    Plant("事项", "task_code", 1.137990123456789e30, "number_lost"),
    Plant("事项", "agency", "县民政局", "wrong_shape"),
    Plant("事项", "delivery", "窗口、骑马", "not_one_of"),
    Plant("事项", "release_needs", "fee、no_such", "release_need_unknown"),
    Plant("事项", "name", date(2026, 3, 4), "became_a_date"),
    Plant("权限", "level", "区", "not_one_of"),
    Plant("依据", "article", "条" * 61, "too_long"),
    Plant("法律用语", "line", "受理词", "not_one_of"),
    Plant("期限", "length", 0, "too_small"),
    Plant("期限", "length", "三天", "not_a_whole_number"),
    Plant("期限", "unit", "周", "not_one_of"),
    Plant("收费", "rate_fen", "十元", "not_money"),
    Plant("情形", "code", "旧 房", "wrong_shape"),
    Plant("字段", "id", "sort", "doubled_id", is_note),
    Plant("字段", "type", "字符", "not_one_of", is_note),
    Plant("字段", "when", "has= 并且", "no_condition", is_note),
    Plant("字段", "when", "nothing_here=是", "field_not_above", is_note),
    Plant("字段", "when", "sort=9", "answer_impossible", is_note),
    Plant("字段", "max_length", 5000, "too_large", is_note),
    Plant("字段", "examples", "2026年春天", "example_unfit", is_field("日期")),
    Plant("选项", "field", "no_such", "names_nothing"),
    Plant("材料", "forms", "原件、影印", "not_one_of"),
    Plant("材料", "copies", 2.5, "not_a_whole_number"),
    Plant("材料", "when", "情形=moon", "situation_unknown"),
    Plant("常见问题", "problem", "丢了", "not_one_of"),
    Plant("办理指南", "", None, "cell_empty"),
)
