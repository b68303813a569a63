"""A command line of `hall` that is not written as it should be, said as `counter` says it (cli design)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from counter_app.domain.errors import InvalidInput
from sync.hall import console

WRONG_USAGE = 2

# The parser's own sentences are English; these say the same in the language in use.
_KINDS = {"NoSuchOption": "no_such_option", "BadOptionUsage": "option_incomplete", "NoArgsIsHelpError": "no_command"}
_BEGINNINGS = {"No such command": "no_such_command", "Missing command": "no_command", "Got unexpected": "too_much"}


def require_characters(arguments: Sequence[str]) -> None:
    """Bytes that are no UTF-8 reach Python as lone surrogates, which nothing could store or print."""
    from resources.texts import text

    for place, argument in enumerate(arguments, 1):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise typer.BadParameter(text("cli.usage.not_utf8", place=place))


def fail(wrong: typer.TyperException, *, as_json: bool) -> NoReturn:
    """Say what is wrong and end with 2; a bare command shows its help to people."""
    if type(wrong).__name__ == "NoArgsIsHelpError" and not as_json:
        typer.echo(wrong.format_message(), err=True)
        sys.exit(WRONG_USAGE)
    console.fail(InvalidInput("hall_usage", problem=_problem(wrong)), as_json=as_json, code=WRONG_USAGE)


def _problem(wrong: typer.TyperException) -> str:
    from resources.texts import text

    kind = type(wrong).__name__
    if kind in _KINDS:
        return text(f"cli.usage.{_KINDS[kind]}", name=getattr(wrong, "option_name", ""))
    parameter = getattr(wrong, "param", None)
    if parameter is not None:
        named = parameter.metavar or parameter.name.upper()
        name = parameter.opts[0] if parameter.param_type_name == "option" else named
        return text(f"cli.usage.{'missing' if kind == 'MissingParameter' else 'wrong_value'}", name=name)
    said = wrong.message
    return next((text(f"cli.usage.{key}") for begin, key in _BEGINNINGS.items() if said.startswith(begin)), said)
