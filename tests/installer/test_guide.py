"""The user guide: it builds, it answers what a new user asks, and it quotes the present program."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from guide import ROOT, SOURCE, PictureMissing, build, whole_guide
from guide_text import GuideText, is_key, read_guide
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from scenes import SITTINGS
from typer.core import TyperGroup
from typer.main import get_command

from counter_app.cli.program import _program
from counter_app.domain.people import Role
from counter_app.ui.keys import bindings
from forms.catalogue import Catalogue
from resources.error_numbers import error_numbers
from resources.texts import catalogue
from sync.hall.__main__ import app as hall_app

QUESTIONS = ("第一次开机", "收一件", "补正", "停电", "一周没有网络", "时钟不准", "电脑丢了")
AND_ALSO = ("日结", "换人接着办", "打印坏了", "U 盘邮袋", "异常件", "备份和恢复", "改错", "受托代办", "到期清除")
HINTS = (  # the lines on the screen that name the keys of lists and dialogs
    "ui.intake.materials.keys",
    "ui.intake.gaps.keys",
    "ui.scan.keys_order",
    "ui.scan.keys_pages",
    "ui.notice.page",
    "ui.sign_in.step",
)
ARROWS = {"Up": "↑", "Down": "↓", "PgDown": "PgDn"}


@pytest.fixture(scope="module")
def guide() -> GuideText:
    return whole_guide()


@pytest.fixture(scope="module")
def built(guide: GuideText, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Path:
    """Without pictures, which take minutes."""
    folder = tmp_path_factory.mktemp("guide")
    build(guide, folder, with_pictures=False)
    return folder


def test_it_answers_what_a_new_user_asks(guide: GuideText):
    source = SOURCE.read_text(encoding="utf-8")
    sections = [heading for heading in guide.headings if heading.level == 2]
    for question in (*QUESTIONS, *AND_ALSO):
        found = [heading.words for heading in sections if question in heading.words]
        assert found, question
        answer = source.split(f"## {found[0]}\n")[1].split("\n#")[0]
        assert len(answer) > 60, question


def test_every_word_of_the_screen_that_it_quotes_is_there(guide: GuideText):
    sentences = set(catalogue("zh_CN").values())
    filled = [_pattern(sentence) for sentence in sentences if "{" in sentence and len(_fixed(sentence)) > 1]
    quoted = set(guide.words())
    assert len(quoted) > 100
    gone = [word for word in quoted - sentences if not any(pattern.fullmatch(word) for pattern in filled)]
    assert gone == []


def test_every_key_that_it_names_is_a_key_of_the_program(guide: GuideText):
    keys = {_shown(sequence) for sequence, _name in bindings()}
    on_screen = " ".join(catalogue("zh_CN")[hint] for hint in HINTS)
    named = {code for code in guide.codes() if is_key(code)}
    assert named >= {f"F{n}" for n in range(1, 10)}
    assert [key for key in named - keys if key not in on_screen] == []


def test_every_command_that_it_gives_is_one(guide: GuideText):
    programs = {"counter": get_command(_program()), "hall": get_command(hall_app)}
    all_options = {option for program in programs.values() for option in _options_below(program)}
    wrong = []
    for code in guide.codes():
        words = shlex.split(code) if not is_key(code) else []
        if words and words[0] in programs:
            wrong += [code] if not _is_command(programs[words[0]], words[1:]) else []
        elif code.startswith("--"):
            wrong += [code for word in words if word.startswith("--") and word not in all_options]
    assert wrong == []


def test_whatever_else_is_typed_exists(guide: GuideText):
    program = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "sync" / "hall").rglob("*.py")))
    program += "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "counter_app").rglob("*.py")))
    initials = {item.initials for item in Catalogue.load().items()}
    for code in guide.codes():
        if is_key(code) or code.startswith(("counter ", "hall ", "--")):
            continue
        is_known = code in program or code in set(Role) or any(known.startswith(code) for known in initials)
        assert is_known, code


def test_every_picture_is_a_scene(guide: GuideText):
    scenes = {scene.name for sitting in SITTINGS for scene in sitting.scenes}
    scenes |= {"00-enrolment", *(sitting.sign_in for sitting in SITTINGS)}
    assert set(guide.pictures()) <= scenes
    assert len(set(guide.pictures())) == len(guide.pictures())


def test_a_guide_without_one_of_its_pictures_is_not_built(guide: GuideText, tmp_path: Path):
    with pytest.raises(PictureMissing):
        build(guide, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_page_has_every_section_once(guide: GuideText, built: Path):
    page = (built / "guide.html").read_text(encoding="utf-8")
    for heading in guide.headings:
        assert page.count(f'id="{heading.anchor}"') == 1
        assert f'href="#{heading.anchor}"' in page
    assert "<kbd>F9</kbd>" in page
    assert '<b class="word">「现在办，会怎样」</b>' in page


def test_the_paper_has_its_faces_and_its_words_can_be_found(guide: GuideText, built: Path):
    fonts = subprocess.run(["pdffonts", built / "guide.pdf"], capture_output=True, text=True, check=True).stdout
    faces = [line.split() for line in fonts.splitlines()[2:]]
    assert faces
    assert all(face[-5:-4] == ["yes"] for face in faces), "embedded"
    text = "".join(_pages(built))
    for heading in guide.headings:
        assert _dense(heading.words) in text


def test_the_contents_and_the_bookmarks_tell_the_right_pages(guide: GuideText, built: Path):
    texts, paper = _pages(built), PdfReader(built / "guide.pdf")
    contents = "".join(texts[1:3])
    marks = dict(_marks(paper, paper.outline))
    for heading in guide.headings:
        number = marks[heading.words] + 1
        assert _dense(heading.words) in texts[number - 1]
        assert f"{_dense(heading.words)}{number}" in contents


def test_every_error_number_stands_in_the_appendix_with_what_it_means_and_what_to_do(built: Path):
    page, said = (built / "guide.html").read_text(encoding="utf-8"), catalogue("zh_CN")
    for number, code in error_numbers().items():
        assert page.count(f"<td>{number}</td>") == (f"errors.{code}.message" in said), number
    hall = "errors.not_the_hall"
    assert f"<td>LNK-014</td>\n<td>{said[f'{hall}.message']}</td>\n<td>{said[f'{hall}.remedy']}</td>" in page
    assert '例如 --data \'{"reason": "..."}\'。</td>' in unescape(page), "as it is shown, whatever signs it has"
    assert not re.search(r"<td>[^<]*({\w|\\)", page.split('class="numbers"')[1])


def test_no_row_of_a_table_is_cut_by_the_end_of_a_page(tmp_path: Path, qapp: QApplication):
    rows = [f"| **题{n}** | |\n| 甲 | 始{n}始{'字' * 150}终{n}终 |" for n in range(60)]
    build(read_guide("\n".join(["# 书", "# 章", "| 左 | 右 |", "|---|---|", *rows])), tmp_path, with_pictures=False)
    pages = _pages(tmp_path)
    assert len(pages) > 4
    for n in range(60):
        page = next(page for page in pages if f"终{n}终" in page)
        assert f"题{n}甲始{n}始" in page, "with the heading above it"


def _pages(built: Path) -> list[str]:
    """The text of each page without spaces, as a reader of PDF copies it."""
    command = ["pdftotext", "-layout", built / "guide.pdf", "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [_dense(page) for page in found.split("\f")]


def _marks(paper: PdfReader, outline: list) -> Iterator[tuple[str, int]]:
    for mark in outline:
        if isinstance(mark, list):
            yield from _marks(paper, mark)
        else:
            yield str(mark.title), paper.get_destination_page_number(mark)


def _dense(text: str) -> str:
    return re.sub(r"\s", "", text)


def _fixed(sentence: str) -> str:
    return re.sub(r"\{[^}]*\}", "", sentence)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(".+?".join(re.escape(part) for part in re.split(r"\{[^}]*\}", sentence)), re.DOTALL)


def _shown(sequence: str) -> str:
    """A key as the guide writes it."""
    assert QKeySequence(sequence)[0].key() != Qt.Key.Key_unknown
    return "+".join(ARROWS.get(part, part) for part in sequence.split("+"))


def _is_command(program: TyperGroup, words: list[str]) -> bool:
    """Whether the words name a command, alone or with what it must be given, and options of it or of all."""
    command, known, words, given = program, _options(program), list(words), 0
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            if word not in known:
                return False
            if known[word]:
                words = words[1:]
        elif isinstance(command, TyperGroup):
            if word not in command.commands:
                return False
            command = command.commands[word]
            known |= _options(command)
        else:
            given += 1
    if isinstance(command, TyperGroup):
        return command.invoke_without_command
    wanted = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    least, open_ended = sum(argument.required for argument in wanted), any(argument.nargs < 0 for argument in wanted)
    return given == 0 or (least <= given and (open_ended or given <= len(wanted)))


def _options(command: object) -> dict[str, bool]:
    """The options of a command, and whether something is given to them."""
    parameters = getattr(command, "params", ())
    taking = {name: not getattr(option, "is_flag", False) for option in parameters for name in option.opts}
    return {"--help": False, **taking}


def _options_below(command: object) -> Iterator[str]:
    yield from _options(command)
    for below in getattr(command, "commands", {}).values():
        yield from _options_below(below)
