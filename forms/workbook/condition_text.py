"""A condition as people write it in a cell, and back: `has_homestead=是 并且 不是（情形=new）`.

Nothing is lost either way, but for brackets around a single part. Words stand in `sheets.toml`; a code that is all
digits is written in quotes, else it is a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from counter_app.domain.item_conditions import Condition
from forms.item_document import simplest
from forms.workbook.layout import folded, layout

MOST_DEEP = 20
_JOINTS = ("all", "any", "not", "in", "between")
_ASKED = ("situation", "proxy", "id_type")
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|“[^”]*”|[()（）=＝、,，]|[^\s()（）=＝、,，"“”]+)')
_QUOTES, _SIGNS = "\"“", "\"“()=、,"


class NotACondition(ValueError):
    """The text cannot be read as a condition."""


def condition_text(condition: Condition) -> str:
    """The condition in words."""
    return _text(simplest(condition))


def condition_of(text: str) -> Condition:
    """The condition of the words. NotACondition."""
    tokens = _tokens(text)
    reader = _Reader(tokens)
    found = reader.either(0)
    if reader.at != len(tokens):
        raise NotACondition
    return simplest(found)


def _text(condition: Condition) -> str:
    words = layout().condition
    for kind in ("all", "any"):
        if kind in condition:
            return f" {words[kind]} ".join(_part(part) for part in condition[kind])
    if "not" in condition:
        return f"{words['not']}（{_text(condition['not'])}）"
    if "in" in condition:
        values = words["between"].join(_value(value) for value in condition["in"])
        return f"{condition['field']} {words['in']} {values}"
    if "field" in condition:
        return f"{condition['field']}={_value(condition['is'])}"
    [(kind, value)] = condition.items()
    return f"{words[kind]}={_value(value)}"


def _part(condition: Condition) -> str:
    return f"（{_text(condition)}）" if "all" in condition or "any" in condition else _text(condition)


def _value(value: object) -> str:
    words = layout()
    if isinstance(value, bool):
        return words.words["yes"]["true" if value else "false"]
    if isinstance(value, int):
        return str(value)
    text = str(value)
    reserved = {*words.condition.values(), *words.words["yes"].values()}
    plain = folded(text) == text and _TOKEN.fullmatch(text) is not None and text not in reserved
    if plain and not re.fullmatch(r"-?[0-9]+", text) and text[0] not in _SIGNS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _tokens(text: str) -> list[str]:
    """Words, signs and quoted texts; signs and words may be written full-width, what is quoted stays as it is."""
    found, at, text = [], 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotACondition
        found.append(match[1] if match[1][0] in _QUOTES else folded(match[1]))
        at = match.end()
    return found


class _Reader:
    """One reading of the tokens, from left to right."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._words = layout().condition
        self.at = 0

    def either(self, depth: int) -> Condition:
        return self._several("any", depth)

    def _several(self, kind: str, depth: int) -> Condition:
        if depth > MOST_DEEP:
            raise NotACondition
        parts = [self._below(kind, depth)]
        while self._take(self._words[kind]):
            parts.append(self._below(kind, depth))
        return parts[0] if len(parts) == 1 else {kind: parts}

    def _below(self, kind: str, depth: int) -> Condition:
        return self._several("all", depth) if kind == "any" else self._one(depth)

    def _one(self, depth: int) -> Condition:
        if self._take(self._words["not"]):
            self._need("(")
            return {"not": self._bracket(depth)}
        return self._bracket(depth) if self._take("(") else self._atom()

    def _bracket(self, depth: int) -> Condition:
        found = self.either(depth + 1)
        self._need(")")
        return found

    def _atom(self) -> Condition:
        name = self._next()
        asked = {self._words[kind]: kind for kind in _ASKED}.get(name)
        if self._take(self._words["in"]) and asked is None:
            values = [self._value()]
            while self._take(self._words["between"]) or self._take(","):
                values.append(self._value())
            return {"field": name, "in": values}
        self._need("=")
        if asked is None:
            return {"field": name, "is": self._value()}
        token = self._next()
        return {asked: self._answer(token) if asked == "proxy" else _unquoted(token)}

    def _answer(self, token: str) -> bool:
        yes = layout().words["yes"]
        if token not in yes.values():
            raise NotACondition
        return token == yes["true"]

    def _value(self) -> object:
        token = self._next()
        yes = layout().words["yes"]
        if token in yes.values():
            return token == yes["true"]
        return int(token) if re.fullmatch(r"-?[0-9]{1,18}", token) else _unquoted(token)

    def _next(self) -> str:
        joints = {*_SIGNS, *(self._words[kind] for kind in _JOINTS)}
        if self.at >= len(self._tokens) or self._tokens[self.at] in joints:
            raise NotACondition
        self.at += 1
        return self._tokens[self.at - 1]

    def _take(self, token: str) -> bool:
        if self.at < len(self._tokens) and self._tokens[self.at] == token:
            self.at += 1
            return True
        return False

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise NotACondition


def _unquoted(token: str) -> str:
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)
    return token[1:-1] if token.startswith("“") else token
