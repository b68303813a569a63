"""`ledger`: the supervisor's ledgers as files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text


class Kind(StrEnum):
    """Ledgers that this version makes."""

    COUNTER = "counter"
    AGENT = "agent"
    NUMBERS = "numbers"


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
    kind: Annotated[Kind, typer.Option(help=text("cli.option.ledger_kind"))] = Kind.COUNTER,
    form: Annotated[Format, typer.Option("--format", help=text("cli.option.format"))] = Format.XLSX,
) -> None:
    from counter_app.services.agent_ledger import agent_ledger
    from counter_app.services.ledger import counter_ledger
    from counter_app.services.number_ledger import number_ledger

    makers = {Kind.COUNTER: counter_ledger, Kind.AGENT: agent_ledger, Kind.NUMBERS: number_ledger}
    made = makers[kind](session.station().desk, first.date(), last.date())
    sha256 = session.composition.export_ledger(made, form.value, out)
    facts = {"rows": len(made.rows), "file": str(out.absolute()), "sha256": sha256}
    session.answer(facts, text("cli.ledger_written", rows=len(made.rows), file=str(out)))
