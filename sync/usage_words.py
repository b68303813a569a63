"""What is wrong with a command line, in the language in use: both programs say it alike (cli design)."""

from __future__ import annotations

from collections.abc import Sequence

import typer

# The parser's own sentences are English; these say the same.
_KINDS = {"NoSuchOption": "no_such_option", "BadOptionUsage": "option_incomplete", "NoArgsIsHelpError": "no_command"}
_BEGINNINGS = {"No such command": "no_such_command", "Missing command": "no_command", "Got unexpected": "too_much"}


def require_characters(arguments: Sequence[str]) -> None:
    """typer.BadParameter where bytes are no UTF-8: Python gives lone surrogates, which nothing could store or print."""
    from resources.texts import text

    for place, argument in enumerate(arguments, 1):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise typer.BadParameter(text("cli.usage.not_utf8", place=place))


def problem(wrong: typer.TyperException) -> str:
    """What the parser found, in one sentence."""
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
