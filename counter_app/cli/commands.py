"""How a function becomes a command: the options of all commands stand before or after its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from counter_app.cli.session import Session
from resources.texts import text

Command = Callable[..., None]


def _folder(given: str) -> Path:
    """A script's unset variable must not mean the folder it runs in."""
    if not given:
        raise typer.BadParameter("")
    return Path(given)


Home = Annotated[Path | None, typer.Option("--home", metavar="DIR", parser=_folder, help=text("cli.option.home"))]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help=text("cli.option.user"))]
Json = Annotated[bool, typer.Option("--json", help=text("cli.option.json"))]

_COMMON = {"home": (Home, None), "user": (User, None), "as_json": (Json, False)}


def group() -> typer.Typer:
    """An empty set of commands."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def command(app: typer.Typer, name: str, help_key: str = "") -> Callable[[Command], Command]:
    """Make the function a command of the app. Its first parameter is the Session, the others are typer's."""

    def register(function: Command) -> Command:
        app.command(name, help=text(f"cli.help.{help_key or name}"))(_with_common_options(function))
        return function

    return register


def _with_common_options(function: Command) -> Command:
    def run(context: typer.Context, **given: Any) -> None:
        session: Session = context.obj
        session.also(given.pop("home"), given.pop("user"), given.pop("as_json"))
        function(session, **given)

    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    common = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in _COMMON.items()
    ]
    first = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    keywords = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own]
    # typer reads both: the signature for order and defaults, the annotations for types
    run.__signature__ = inspect.Signature([first, *keywords, *common])  # type: ignore[attr-defined]
    run.__annotations__ = {row.name: row.annotation for row in (first, *keywords, *common)}
    return run
