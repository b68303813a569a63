"""`notice CASE KIND --out FILE.pdf`: a notice as a file, for the first time or again under a mark."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.cases import CaseArgument
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from counter_app.domain.errors import CounterError
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.domain.case import IssuedNotice
    from counter_app.domain.dossiers import Dossier
    from counter_app.services.papers import Papers

FILE_AS_PRINTER = "file"

app = group()


@command(app, "notice")
def notice(
    session: Session,
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=text("cli.option.kind"))],
    out: Annotated[Path, typer.Option(metavar="FILE.pdf", help=text("cli.option.out"))],
    reprint: Annotated[bool, typer.Option("--reprint", help=text("cli.option.reprint"))] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.reason"))] = "",
) -> None:
    """Issue a paper as a file, which counts as printed; again only with --reprint, under a mark.

    The file stands before it is written down. CounterError `notice_printed_already`; raises as `Session.person`,
    `Papers.find`, `Claims.claim_to_print`, `Papers.to_print`, `Composition.write_out`.
    """
    person, papers = session.person(), session.station().papers
    found, issued = papers.find(case, kind)
    again = issued.prints > 0
    if again and not reprint:
        raise CounterError("notice_printed_already", kind=issued.kind, times=issued.prints)
    if not reprint:
        session.station().claims.claim_to_print(person, found, issued)
    pdf = _leaving(papers, found, issued, again=reprint)
    session.composition.write_out(out, pdf)
    why = (reason.strip() or text("cli.reprint_reason")) if reprint else ""
    papers.log_printed(person, found, issued, FILE_AS_PRINTER, copies=1, reason=why)
    facts = {
        "kind": issued.kind,
        "number": plain.number_of(found, issued),
        "pdf": str(out.absolute()),
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "reprint": reprint,
    }
    session.answer(facts, text("cli.notice_written", kind=issued.kind, file=str(out)))


def _leaving(papers: Papers, found: Dossier, issued: IssuedNotice, *, again: bool) -> bytes:
    """What becomes a file. A mark would break an electronic seal, and each copy of a signed file is an original."""
    if again and papers.is_signed(found.id, issued):
        return papers.pdf(found.id, issued)
    return papers.to_print(found, issued, again=again)
