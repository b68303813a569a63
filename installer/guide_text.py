"""The source of the user guide as chapters and HTML: Markdown with three signs of its own.

「word」 is a word of the screen; `F9` a key, `counter sync` a command or what one types; a picture stands alone in its
paragraph as `![what](screens/NAME.png)`, where NAME is a scene of `scenes.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_WORD = re.compile(r"「[^「」]+」")
_KEY = re.compile(
    r"(?:(?:Ctrl|Alt|Shift)\+)*(?:F[1-9]|[A-Z0-9+−]|Enter|Esc|Del|PgUp|PgDn|空格|[↑↓←→])"
)


@dataclass(frozen=True)
class Heading:
    """A chapter (level 1) or section (2): its words and the name that links use."""

    level: int
    words: str
    anchor: str


@dataclass(frozen=True)
class Words:
    """What the built guide says of itself: which edition, and the names of its contents and of its paper form."""

    edition: str
    contents: str
    for_paper: str


@dataclass(frozen=True)
class GuideText:
    """The parsed source: title, headings in order, and the tokens between."""

    title: str
    headings: tuple[Heading, ...]
    tokens: Sequence[Token]

    def words(self) -> Iterator[str]:
        """Every word of the screen that is quoted, without its brackets."""
        for token in _inline(self.tokens):
            if token.type == "text":
                yield from (found[1:-1] for found in _WORD.findall(token.content))

    def codes(self) -> Iterator[str]:
        """Everything between backticks: keys, commands, what one types."""
        yield from (token.content for token in _inline(self.tokens) if token.type == "code_inline")

    def pictures(self) -> tuple[str, ...]:
        """The names of the scenes that it shows."""
        sources = (str(token.attrs["src"]) for token in _inline(self.tokens) if token.type == "image")
        return tuple(Path(source).stem for source in sources)


def read_guide(source: str) -> GuideText:
    """Parse the source. ValueError: it has no title."""
    tokens = _markdown().parse(source)
    headings: list[Heading] = []
    title = ""
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        if not title:
            title = inline.content
            continue
        heading = Heading(int(opening.tag[1]), inline.content, f"s{len(headings) + 1}")
        opening.attrSet("id", heading.anchor)
        headings.append(heading)
    if not title:
        raise ValueError(source[:40])
    after_title = next(n for n, token in enumerate(tokens) if token.type == "heading_close")
    return GuideText(title, tuple(headings), tokens[after_title + 1 :])


def is_key(code: str) -> bool:
    """Whether what stands between backticks is a key to be pressed."""
    return _KEY.fullmatch(code) is not None


def body_html(guide: GuideText, *, with_pictures: bool = True) -> str:
    """The whole text as HTML: keys as <kbd>, words of the screen as <b class="word">."""
    renderer = _markdown().renderer
    assert isinstance(renderer, RendererHTML)
    tokens = list(guide.tokens) if with_pictures else list(_without_pictures(guide.tokens))
    return renderer.render(tokens, _markdown().options, {})


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable("table")
    made.add_render_rule("code_inline", _code)
    made.add_render_rule("text", _text)
    made.add_render_rule("image", _image)
    made.add_render_rule("softbreak", _nothing)
    return made


def _code(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    words = escape(tokens[at].content)
    return f"<kbd>{words}</kbd>" if is_key(tokens[at].content) else f"<code>{words}</code>"


def _text(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    return _WORD.sub(lambda found: f'<b class="word">{found[0]}</b>', escape(tokens[at].content))


def _image(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    token = tokens[at]
    return f'<img src="{escape(str(token.attrs["src"]))}" alt="{escape(token.content)}" width="660">'


def _nothing(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: object, _env: object) -> str:
    """A line of the source ends where it likes: between Chinese characters no space may come of it."""
    return ""


def _without_pictures(tokens: Sequence[Token]) -> Iterator[Token]:
    skipped = False
    for n, token in enumerate(tokens):
        following = tokens[n + 1] if n + 1 < len(tokens) else None
        is_picture = following is not None and any(child.type == "image" for child in following.children or ())
        if token.type == "paragraph_open" and is_picture:
            skipped = True
        if not skipped:
            yield token
        if token.type == "paragraph_close":
            skipped = False


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()
