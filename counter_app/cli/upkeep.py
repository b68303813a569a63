"""`verify`, `backup`, `doctor`: is everything still there, is there a copy, is this machine fit for a day's work?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.session import PASSPHRASE, Session, facts_of_error
from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from resources.texts import text

app = group()


@command(app, "verify")
def verify(session: Session) -> None:
    """Chain, projections and files of this home checked against each other; exit 1 where one is not as it was."""
    found = session.station().verifier.verify()
    facts = {"ok": found.ok, "events": found.events, "head": found.head, "problems": list(found.problems)}
    words = text("cli.verified" if found.ok else "cli.not_verified", events=found.events)
    session.answer(facts, words, *found.problems)
    session.exit_code = 0 if found.ok else 1


@command(app, "backup")
def backup(
    session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.option.backup"))]
) -> None:
    """A checked copy of the whole home in one file, its keys under COUNTER_PASSPHRASE.

    Without one and with keys in the keyring it warns `backup_only_here`. Raises as `Backups.make`.
    """
    backups, passphrase = session.station().backups, os.environ.get(PASSPHRASE, "")
    copy = backups.make(file.absolute(), passphrase=passphrase)
    facts: dict[str, object] = {"events": copy.events, "head": copy.head.hex(), "files": copy.files, "bytes": copy.size}
    done = text("cli.backed_up", events=copy.events, files=copy.files, file=str(file))
    if backups.opens_elsewhere(passphrase):
        session.answer({**facts, "opens_with": "passphrase", "warnings": []}, done, text("cli.backup_opens"))
    else:
        only_here = CounterError("backup_only_here")
        said = sentences(only_here)
        warned = {"opens_with": "this_machine", "warnings": [facts_of_error(only_here)]}
        session.answer({**facts, **warned}, done, said.message, said.remedy)


@command(app, "restore")
def restore(
    session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.option.restore"))]
) -> None:
    """Make this home of a copy; it is set apart until it is enrolled again (sync design section 7).

    Raises as `adapters.restoring.restore`.
    """
    kept = session.composition.restore_home(session.home, file.absolute())
    facts = {"events": kept.events, "head": kept.head.hex(), "files": kept.files, "set_apart": "home_restored"}
    session.answer(facts, text("cli.restored", events=kept.events, files=kept.files))


@command(app, "doctor")
def doctor(session: Session) -> None:
    """Readers, printers, fonts, key, clock, disk and link, each with a remedy; also for a home that does not open."""
    checks = session.composition.doctor(session.home).examine()
    facts = {
        "checks": [
            {
                "name": check.name,
                "state": check.state.value,
                "code": check.code,
                "message": check.message,
                "remedy": check.remedy,
            }
            for check in checks
        ]
    }
    lines = [text(f"cli.health_{check.state.value}", message=check.message, remedy=check.remedy) for check in checks]
    session.answer(facts, *lines)
