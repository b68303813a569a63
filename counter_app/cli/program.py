"""The `counter` command as a whole: what it is made of, and how every run ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType

import typer

from counter_app.cli import (
    applicant,
    bundle,
    calendar,
    card,
    cases,
    check_qr,
    day,
    drafts,
    enrolment,
    exchange,
    intake,
    items,
    jobs,
    ledger,
    notices,
    numbers,
    printing,
    retention,
    scan,
    seals,
    upkeep,
)
from counter_app.cli.commands import Home, Json, User, group
from counter_app.cli.composition import Composition
from counter_app.cli.session import Session
from counter_app.domain.errors import CounterError
from counter_app.services.sentences import Sentences
from resources.texts import text
from sync.exit_codes import INTERRUPTED, WRONG_USAGE
from sync.usage_words import problem, require_characters

_FAMILIES = (
    enrolment, items, applicant, intake, drafts, cases, jobs, notices, printing, check_qr, card, scan, exchange, bundle,
    ledger, day, numbers, calendar, retention, seals, upkeep,
)


def run(arguments: list[str], composition: Composition) -> int:
    """One run of the program; its exit code: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted."""
    _speak_utf8()
    session = Session(composition, json=_wants_json(arguments))
    try:
        with _interrupts_noted(session):
            code = _run(arguments, session)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return 1
    except OSError:  # what a step meets of these is said by `_run`; here the answer itself met a full disk
        _give_up_stdout()
        sys.stderr.write("\n".join((text("errors.output_lost.message"), text("errors.output_lost.remedy"), "")))
        return 1
    else:
        return INTERRUPTED if session.interrupted else code
    finally:
        session.close()


@contextmanager
def _interrupts_noted(session: Session) -> Iterator[None]:
    """Remember Ctrl-C beside raising it: raised inside a callback of a library, it would be dropped there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        session.interrupted = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _run(arguments: list[str], session: Session) -> int:
    try:
        require_characters(arguments)
        ended = _program()(args=arguments, prog_name="counter", obj=session, standalone_mode=False)
    except typer.TyperException as wrong:
        session.complain("usage", Sentences(text("errors.usage.message", problem=problem(wrong)), _usage_remedy()))
        return WRONG_USAGE
    except typer.Abort:
        return INTERRUPTED
    except CounterError as error:
        session.fail(error)
        return session.exit_code
    except ModuleNotFoundError as missing:  # the package is there without its extras, as a hall needs it
        session.fail(CounterError("part_not_installed", part=missing.name))
        return session.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as defect:  # noqa: BLE001  the outermost handler: whatever it is, it is logged and said
        return say_defect(session, defect)
    return ended if isinstance(ended, int) and ended else session.exit_code


def _program() -> typer.Typer:
    app = group()
    app.callback(invoke_without_command=True, help=text("cli.help.counter"))(_before_the_command)
    for family in _FAMILIES:
        app.add_typer(family.app)
    return app


def _before_the_command(context: typer.Context, home: Home = None, user: User = None, as_json: Json = False) -> None:
    session: Session = context.obj
    session.also(home, user, as_json)
    if context.invoked_subcommand is None:
        session.exit_code = session.composition.start_window(session.home)


def say_defect(session: Session, defect: Exception) -> int:
    """Log what nobody expected, and say under which number; the exit code."""
    number = session.composition.record_defect(session.home, defect)
    session.complain("defect", Sentences(text("errors.defect.message"), text("errors.defect.remedy", number=number)))
    return 1


def _usage_remedy() -> str:
    return text("errors.usage.remedy")


def _wants_json(arguments: list[str]) -> bool:
    """Known before the line is parsed, so that wrong usage is said as JSON too."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _give_up_stdout() -> None:
    """Nobody reads any more: what is left in the buffer must not fail again at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
