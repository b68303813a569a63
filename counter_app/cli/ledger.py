"""`ledger`: the supervisor's ledgers and registers as files; `register`: an entry in a register that people fill."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.plain import moment
from counter_app.cli.session import Session, json_object
from resources.texts import text

# Named here and not read from the services, which take too long to import for every start; a test compares both.
Kind = StrEnum(
    "Kind",
    (
        "counter", "agent", "once_notice", "returned", "joint", "special", "fees", "served", "seals", "inquiries",
        "complaints", "unsolved", "shifts", "numbers", "uploads",
    ),
)  # fmt: skip
Book = StrEnum("Book", ("inquiries", "complaints", "unsolved", "shifts"))


class Format(StrEnum):
    """Files that a ledger can become."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"


app = group()


@command(app, "ledger")
def ledger(
    session: Session,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help=text("cli.option.from"))],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help=text("cli.option.to"))],
    out: Annotated[Path, typer.Option(metavar="FILE", help=text("cli.option.out"))],
    kind: Annotated[Kind, typer.Option(help=text("cli.option.ledger_kind"))] = Kind.counter,
    form: Annotated[Format, typer.Option("--format", help=text("cli.option.format"))] = Format.XLSX,
    full: Annotated[bool, typer.Option("--full", help=text("cli.option.ledger_full"))] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help=text("cli.option.ledger_reason"))] = "",
) -> None:
    """Write one for these days, both included, as a file; existing files are replaced whole.

    full: numbers in clear, for a chief or a supervisor who says why; that is written down first. Raises as
    `ledgers.masked`, `ledgers.in_full`, `Composition.export_ledger`.
    """
    from counter_app.services import ledgers

    desk, days = session.station().desk, (first.date(), last.date())
    if full:
        made = ledgers.in_full(desk, session.person(), kind.value, *days, reason)
    else:
        made = ledgers.masked(desk, kind.value, *days)
    sha256 = session.composition.export_ledger(made, form.value, out)
    facts = {"rows": len(made.rows), "file": str(out.absolute()), "sha256": sha256, "full": full}
    session.answer(facts, text("cli.ledger_written", rows=len(made.rows), file=str(out)))


@command(app, "register")
def register(
    session: Session,
    book: Annotated[Book, typer.Argument(metavar="REGISTER", help=text("cli.option.register"))],
    data: Annotated[str, typer.Option(metavar="JSON", help=text("cli.option.register_data"))],
    entry: Annotated[int | None, typer.Option(min=1, metavar="N", help=text("cli.option.entry"))] = None,
) -> None:
    """Write an entry, or with --entry add to one. Raises as `Session.person`, `json_object`, `enter`."""
    from counter_app.services.registers.entered import enter

    person = session.person()
    written = enter(session.station().desk, person, book.value, json_object(data), entry)
    facts = {"register": book.value, "entry": written.n, "at": moment(written.at_ms), "by": written.by}
    session.answer({**facts, **written.words, **written.counts}, text("cli.entered", n=written.n))
