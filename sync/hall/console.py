"""How the hall's commands read their common options and print what they did."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from counter_app.domain.errors import CounterError, InvalidInput
from forms.json_lines import read_object
from sync.durable import write_whole
from sync.exit_codes import WRONG_USAGE
from sync.out_place import check_place
from sync.usage_words import problem

if TYPE_CHECKING:
    from counter_app.domain.people import Person
    from sync.hall.home import Hall

_FLAGS = ("--json",)
_VALUES = ("--home", "--user")
_MACHINE = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EACCES: "home_read_only",
    errno.EROFS: "home_read_only",
    errno.ENOTDIR: "home_not_a_folder",
    errno.EEXIST: "home_not_a_folder",
}


@dataclass(frozen=True, slots=True)
class Common:
    """The options of all commands."""

    home: str | None
    json: bool
    user: str | None


def common_first(arguments: list[str]) -> list[str]:
    """The same arguments with the options of all commands before the command's name."""
    common: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _FLAGS or argument.startswith(tuple(f"{name}=" for name in _VALUES)):
            common.append(argument)
        elif argument in _VALUES:
            common += [argument, *[value for value in [next(waiting, None)] if value is not None]]
        else:
            rest.append(argument)
    return common + rest


@contextmanager
def opened(context: typer.Context) -> Iterator[Hall]:
    """The hall of this run's home. As `home.open_hall`."""
    from sync.hall import home

    hall = home.open_hall(home.home_folder(context.obj.home))
    try:
        yield hall
    finally:
        hall.store.close()


def acting(context: typer.Context, hall: Hall) -> Person:
    """Who answers for the command: --user with the PIN. Raises as `users.acting` and `secret`."""
    from sync.hall import users

    with hall.store.read() as conn:
        return users.acting(conn, context.obj.user, secret("PIN"))


def json_object(text: str) -> Mapping[str, object]:
    """What --data gave (`read_object`). InvalidInput `hall_data_not_json`."""
    try:
        return read_object(text)
    except InvalidInput:
        raise InvalidInput("hall_data_not_json") from None


def content_of(file: Path) -> bytes:
    """What a file that somebody named holds. CounterError `hall_file_missing`."""
    if not file.is_file():
        raise CounterError("hall_file_missing")
    return file.read_bytes()


def make_folder(out: Path) -> None:
    """A folder to write files into, made or already there. CounterError `out_is_file`."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise CounterError("out_is_file") from None


def write_out(out: Path, content: bytes) -> None:
    """A file that somebody named, whole or not at all. CounterError as `check_place`."""
    check_place(out)
    write_whole(out, content)


def secret(name: str) -> str:
    """A PIN from the environment, HALL_<name> before COUNTER_<name>; "" if neither is set."""
    return os.environ.get(f"HALL_{name}") or os.environ.get(f"COUNTER_{name}", "")


def say(common: Common, plain: Mapping[str, Any], key: str, **params: object) -> None:
    """One result: as JSON, or as the sentence `hall.<key>`."""
    from resources.texts import text

    tell(json.dumps(plain, ensure_ascii=False) if common.json else text(f"hall.{key}", **params))


def tell(line: str) -> None:
    """A line of the answer. CounterError `hall_output_lost`: what it tells of was done all the same."""
    try:
        typer.echo(line)
    except BrokenPipeError:
        raise
    except OSError as refused:
        raise CounterError("hall_output_lost") from refused


def lines(common: Common, rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    """Many results: one JSON object a line, or a table of these columns."""
    if common.json:
        for row in rows:
            tell(json.dumps(row, ensure_ascii=False))
    else:
        table(rows, columns)


def table(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    """Rows for people, - where there is nothing."""
    for row in rows:
        tell("  ".join("-" if row[column] is None else str(row[column]) for column in columns))


def of_the_machine(error: Exception) -> CounterError:
    """What the disk or the folder refused, in words; anything else is a defect: its number, and its frames on stderr.

    Never its message: libraries quote the values they choke on, and those may be a person's.
    """
    code = _MACHINE.get(error.errno or 0) if isinstance(error, OSError) else None
    if code is not None:
        return CounterError(code)
    frames = [f"{Path(frame.filename).name}:{frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    shape = "\n".join([type(error).__qualname__, *frames])
    number = hashlib.sha256(shape.encode()).hexdigest()[:8].upper()
    typer.echo(f"{number} {type(error).__qualname__} {' < '.join(reversed(frames))}", err=True)
    return CounterError("hall_defect", number=number)


def record_of(error: CounterError) -> dict[str, str]:
    """An error as the contract has it."""
    from resources.texts import has_text, text

    def sentence(part: str) -> str:
        key = f"errors.{error.code}.{part}"
        return text(key).format(**error.params) if has_text(key) else str(error)

    return {"code": error.code, "message": sentence("message"), "remedy": sentence("remedy")}


def fail(error: CounterError, *, as_json: bool, code: int = 1) -> NoReturn:
    """Say what happened and what to do, and end with that exit code."""
    record = record_of(error)
    try:
        if as_json:
            typer.echo(json.dumps({"error": record}, ensure_ascii=False))
    except OSError:  # a full disk behind >: people still read it
        give_up_stdout()
        as_json = False
    if not as_json:
        typer.echo(f"{record['message']}\n{record['remedy']}", err=True)
    sys.exit(code)


def fail_usage(wrong: typer.TyperException, *, as_json: bool) -> NoReturn:
    """Say what is wrong with the command line and end with 2; a bare command shows its help to people."""
    if type(wrong).__name__ == "NoArgsIsHelpError" and not as_json:
        typer.echo(wrong.format_message(), err=True)
        sys.exit(WRONG_USAGE)
    fail(InvalidInput("hall_usage", problem=problem(wrong)), as_json=as_json, code=WRONG_USAGE)


def give_up_stdout() -> None:
    """Nobody reads any more: what is left in the buffer must not fail again at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
