"""`check-qr`: whether a receipt or an acceptance that somebody shows is true, by its QR code or a picture of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session, error_facts
from counter_app.domain.errors import InvalidInput
from counter_app.services.sentences import Sentences
from resources.texts import text

if TYPE_CHECKING:
    from datetime import datetime

    from counter_app.services.code_words import CodeWords
    from counter_app.services.signed_codes import CheckedCode

_MOST_BYTES = 4096  # of standard input: a code has 400 characters

app = group()


@command(app, "check-qr")
def check_qr(
    session: Session,
    given: Annotated[str | None, typer.Argument(metavar="[TEXT|-]", help=text("cli.option.qr_text"))] = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help=text("cli.option.qr_picture"))] = None,
) -> None:
    """Whether the code's words were signed by a device of this county, as far as this machine knows the keys.

    The code comes as text, on standard input (-) or on a picture. Exit 1 for anything but a genuine one. InvalidInput
    `text_or_picture`, and as `PaperChecks.code_of`.
    """
    from counter_app.services.code_words import words_of
    from counter_app.services.signed_codes import GOOD

    if (given is None) == (picture is None):
        raise InvalidInput("text_or_picture")
    station = session.station()
    said = station.paper_checks.code_of(picture) if picture is not None else given or ""
    checked = station.signed_codes.check(_read() if given == "-" else said)
    words = words_of(checked)
    facts = _facts(checked)
    if checked.answer not in GOOD:
        session.exit_code = 1
        facts["error"] = error_facts(f"receipt_code_{checked.answer.value}", _sentences(words))
    session.answer(facts, *filter(None, (words.title, words.certain, words.uncertain, words.compared)))


def _read() -> str:
    """The first line of standard input that has something."""
    if sys.stdin is None:  # closed by the caller
        return ""
    lines = sys.stdin.buffer.read(_MOST_BYTES).decode(errors="replace").splitlines()
    return next((line for line in lines if line.strip()), "")


def _sentences(words: CodeWords) -> Sentences:
    return Sentences(words.certain, words.uncertain)


def _facts(checked: CheckedCode) -> plain.Plain:
    return {
        "answer": checked.answer.value,
        "reason": checked.reason or None,
        "scheme": checked.scheme or None,
        "stage": checked.stage or None,
        "kind": checked.kind.value if checked.kind else None,
        "local_no": checked.local_no or None,
        "case_no": checked.case_no or None,
        "taken_at": _moment(checked.taken_at),
        "uncertainty_s": checked.uncertainty_s,
        "accepted_at": _moment(checked.accepted_at),
        "station": checked.station or None,
        "station_name": checked.station_name or None,
        "device": checked.device or None,
        "revoked_at": _moment(checked.revoked_at),
        "compared": checked.compared.value,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
