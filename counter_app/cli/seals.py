"""`seal CASE KIND`, `check-seal FILE.pdf`, and the seals of this machine: `seals`, `seal-setup`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.cases import CaseArgument
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.sealing import SealSetup, seal_kind
from counter_app.services.brought_files import content_of
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.seal_ports import SealFound

SECRET = "COUNTER_SEAL_SECRET"
KEY_FILE, TOKEN = "key-file", "pkcs11"

app = group()


@command(app, "seal")
def seal(
    session: Session,
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=text("cli.option.kind"))],
    second: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.second"))] = "",
) -> None:
    """Put the electronic seal on a paper, with whoever must agree. Raises as `Session.person`, `Seals.put_on`."""
    done = session.station().seals.put_on(session.person(), case, kind, session.second(second))
    facts = {
        "case": str(done.case.id),
        "kind": done.notice.kind,
        "number": plain.number_of(done.case, done.notice),
        "seal": done.seal.value,
        "certificate": done.certificate.fingerprint,
        "holder": done.certificate.holder,
        "sha256": done.unsealed.sha256.hex(),
        "sealed_sha256": done.sealed.sha256.hex(),
    }
    session.answer(facts, text("seals.done", kind=done.notice.kind, holder=done.certificate.holder))


@command(app, "check-seal", help_key="check_seal")
def check_seal(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help=text("cli.option.sealed_file"))],
    roots: Annotated[list[Path] | None, typer.Option(metavar="PATH", help=text("cli.option.roots"))] = None,
) -> None:
    """Every seal of a PDF by the roots known here and the given ones; exit 1 unless all are trusted.

    CounterError `seal_file_missing`; InvalidInput `seal_root_damaged`; as `SealMeans.check`. Needs no home.
    """
    from counter_app.services.seal_checks import ORDER

    try:
        content = content_of(file)
    except OSError as fault:
        raise CounterError("seal_file_missing", file=file.name) from fault
    for place in roots or []:
        if not place.exists():
            raise InvalidInput("seal_root_damaged", file=place.name)
    found = session.composition.check_seals(session.home, content, roots or [])
    worst = min((row.standing for row in found), key=ORDER.index, default="none")
    session.exit_code = 0 if worst == "trusted" else 1
    facts = {"file": str(file.absolute()), "result": str(worst), "seals": [_facts(row) for row in found]}
    lines = [_line(row) for row in found]
    if worst in {"unknown_root", "revoked_root"}:
        lines.append(text(f"seals.{worst}_how"))
    session.answer(facts, *(lines or [text("seals.standing.none")]))


@command(app, "seals")
def seals(session: Session) -> None:
    """Those set up at this machine."""
    rows = session.station().seals.installed()
    facts = {"seals": [_setup_facts(row) for row in rows]}
    session.answer(facts, *(_setup_line(row) for row in rows), *([] if rows else [text("seals.none_here")]))


@command(app, "seal-setup", help_key="seal_setup")
def seal_setup(
    session: Session,
    agency: Annotated[str, typer.Option(metavar="CODE", help=text("cli.option.seal_agency"))],
    kind: Annotated[str, typer.Option("--seal", metavar="KIND", help=text("cli.option.seal_kind"))] = "special",
    words: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.seal_words"))] = "",
    file: Annotated[Path | None, typer.Option(metavar="FILE", help=text("cli.option.seal_file"))] = None,
    module: Annotated[str, typer.Option(metavar="FILE", help=text("cli.option.seal_module"))] = "",
    token: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.seal_token"))] = "",
    label: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.seal_label"))] = "",
    scheme: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.seal_scheme"))] = "",
    tsa: Annotated[str, typer.Option(metavar="URL", help=text("cli.option.seal_tsa"))] = "",
    keep: Annotated[bool, typer.Option("--keep-secret", help=text("cli.option.seal_keep"))] = False,
) -> None:
    """Keep a seal after opening it once with the secret in COUNTER_SEAL_SECRET.

    InvalidInput `seal_setup_needs_file_or_module`, `seal_tsa_no_address`; raises as `Session.person`, `Seals.set_up`.
    """
    chosen = scheme or (TOKEN if module else KEY_FILE)
    if (chosen == KEY_FILE) != (file is not None):
        raise InvalidInput("seal_setup_needs_file_or_module")
    if tsa and not tsa.startswith(("https://", "http://")):
        raise InvalidInput("seal_tsa_no_address")
    wanted = SealSetup(agency, seal_kind(kind), chosen, module, words, token, label, tsa)
    person = session.person()
    made = session.station().seals.set_up(person, wanted, file, os.environ.get(SECRET, ""), keep_secret=keep)
    session.answer(_setup_facts(made), text("seals.set_up", seal=_setup_line(made)))


def _line(row: SealFound) -> str:
    return text("seals.found", holder=row.holder or "-", said=text(f"seals.standing.{row.standing}"))


def _facts(row: SealFound) -> dict[str, object]:
    signed = row.signed_at.isoformat(timespec="seconds") if row.signed_at else None
    return {"result": row.standing.value, "holder": row.holder, "certificate": row.fingerprint, "signed_at": signed}


def _setup_facts(row: SealSetup) -> dict[str, object]:
    return {
        "agency": row.agency, "seal": row.kind.value, "words": row.words, "scheme": row.scheme,
        "certificate": row.fingerprint, "tsa": row.tsa,
    }  # fmt: skip


def _setup_line(row: SealSetup) -> str:
    return text(
        "seals.setup", agency=row.agency, kind=text(f"seals.kind.{row.kind}"), scheme=row.scheme,
        start=row.fingerprint[:16],
    )  # fmt: skip
