"""`read-card`: one identity card, for programs and for finding out what a reader says."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text

app = group()


@command(app, "read-card", help_key="read_card")
def read_card(
    session: Session,
    reader: Annotated[str, typer.Option(metavar="SPEC", help=text("cli.option.reader"))] = "auto",
    timeout: Annotated[float, typer.Option(min=0.1, max=600, metavar="S", help=text("cli.option.timeout"))] = 10.0,
    raw: Annotated[bool, typer.Option("--raw", help=text("cli.option.raw"))] = False,
) -> None:
    """Wait for a card and print what it says; needs no home. Nothing is kept.

    timeout: seconds for the whole call, opening the reader included. Raises as the reader does
    (`services.device_ports.CardReader`).
    """
    until = time.monotonic() + timeout
    with closing(session.composition.open_reader(reader, timeout)) as opened:
        card = opened.read(max(0.1, until - time.monotonic()))
    facts = card.facts()
    if raw:
        facts["text_block"] = card.text_block.hex()
    warnings = [text(f"warnings.{code}") for code in card.warnings]
    session.answer(facts, *(f"{name}: {value}" for name, value in facts.items() if name != "warnings"), *warnings)
