"""`hall catalogue`: the county's own items from a workbook or text files, what they change, and back out again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counter_app.domain.errors import CounterError, InvalidInput
from sync.hall import console

if TYPE_CHECKING:
    from forms.catalogue_changes import CatalogueChanges
    from forms.given_items import Fault
    from sync.hall.catalogue import Released, Standing

app = typer.Typer(no_args_is_help=True, help="The county's own items.")

TEXTS = ".zip"
_SIDES = ("before", "after")
_EXAMPLES = ("temporary_aid", "food_workshop")


@app.command("template")
def template(
    context: typer.Context, out: Annotated[Path, typer.Option(help="The file to write, .xlsx or .zip of text files.")]
) -> None:
    """A workbook to fill in, with two items as examples."""
    from forms.item_document import document_of
    from sync.hall.items import shipped_items

    documents = [document_of(shipped_items().get(code)) for code in _EXAMPLES]
    _write(context, out, [{**document, "version": None} for document in documents], "catalogue.template")


@app.command("export")
def export(
    context: typer.Context, out: Annotated[Path, typer.Option(help="The file to write, .xlsx or .zip of text files.")]
) -> None:
    """All items as they are offered; handing the file in again changes nothing."""
    from sync.hall import catalogue

    with console.opened(context) as hall, hall.store.read() as conn:
        documents = [found.document for found in catalogue.standing(conn).values()]
    _write(context, out, documents, "catalogue.exported")


@app.command("show")
def show(
    context: typer.Context, code: Annotated[str, typer.Argument(help="One item only, with all that it says.")] = ""
) -> None:
    """The items that are offered, each in its version, and the releases so far."""
    from counter_app.domain.errors import NotFound
    from sync.hall import catalogue

    with console.opened(context) as hall, hall.store.read() as conn:
        found, releases = catalogue.standing(conn), catalogue.releases(conn)
    if code:
        if code not in found:
            raise NotFound("item_unknown", item=code[:40])
        plain = {**_item(found[code]), "item": found[code].document}
        console.say(context.obj, plain, "catalogue.item", **_item(found[code]))
        return
    rows = [_item(item) for item in found.values()]
    past = [{"release": n, "valid_from": day.isoformat(), "items": count} for n, day, count in releases]
    plain = {"items": rows, "releases": past}
    console.say(context.obj, plain, "catalogue.show", n=len(rows), releases=len(past))
    if not context.obj.json:
        console.table(rows, ("code", "version", "name", "kind", "agency"))


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A workbook, or text files: a folder or a zip of *.yaml.")],
    apply: Annotated[bool, typer.Option("--apply", help="Release what changed; without it, it is only shown.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show; as without --apply.")] = False,
    valid_from: Annotated[str, typer.Option("--from", help="The day from which it holds, YYYY-MM-DD; today.")] = "",
    keep_others: Annotated[
        bool, typer.Option("--keep-others", help="Items that the file does not have stay as they are.")
    ] = False,
) -> None:
    """Take the county's items in: shows what is new, changed and dropped; --apply releases it to all stations."""
    from forms.given_files import read_given
    from sync.hall import catalogue

    if apply and dry_run:
        raise typer.BadParameter("--apply / --dry-run")
    day = _day(valid_from)
    with console.opened(context) as hall:
        person = console.acting(context, hall)
        given = read_given(file)
        with hall.store.read() as conn:
            plan = catalogue.planned(conn, given, keep_others=keep_others)
        if plan.faults:
            _refuse(context, plan.faults)
        if not apply:
            _tell(context, plan.changes, None)
            return
        done = catalogue.release(hall, given, person, day, keep_others=keep_others)
    _tell(context, done.planned.changes, done)


def _write(context: typer.Context, out: Path, documents: list[dict[str, Any]], key: str) -> None:
    from forms.item_texts import zip_of
    from forms.workbook.writing import workbook_of

    texts = out.suffix.lower() == TEXTS
    content = zip_of([_with_version(row) for row in documents]) if texts else workbook_of(documents)
    console.write_out(out, content)
    plain = {"file": str(out.absolute()), "items": len(documents), "bytes": len(content)}
    console.say(context.obj, plain, key, **plain)


def _with_version(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "version": document["version"] or "1"}


def _item(standing: Standing) -> dict[str, Any]:
    document = standing.document
    named = {key: document[key] for key in ("code", "version", "name", "kind", "agency")}
    return {**named, "by": "hall" if standing.released else "program"}


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("valid_from_wrong", day=text[:20]) from None


def _refuse(context: typer.Context, faults: tuple[Fault, ...]) -> None:
    """Every fault by its place, and exit 1."""
    import json

    error = CounterError("catalogue_faults", n=len(faults))
    rows = [_fault(fault) for fault in faults]
    if context.obj.json:
        console.tell(json.dumps({"error": console.record_of(error), "faults": rows}, ensure_ascii=False))
        raise typer.Exit(1)
    for row in rows:
        console.tell(f"{row['place']}  {row['problem']}{row['remedy']}")
    raise error


def _fault(fault: Fault) -> dict[str, Any]:
    place = fault.place
    where = {"sheet": place.sheet, "row": place.row, "column": place.column, "file": place.file, "line": place.line}
    given = {key: value for key, value in where.items() if value}
    return {"place": str(place), **given, "code": fault.code, "problem": fault.problem, "remedy": fault.remedy}


def _tell(context: typer.Context, found: CatalogueChanges, done: Released | None) -> None:
    plain: dict[str, Any] = {
        "applied": done is not None,
        "release": done.n or None if done else None,
        "valid_from": done.valid_from.isoformat() if done and done.n else None,
        "stations": done.stations if done else 0,
        "new": [_named(document) for document in found.new],
        "changed": [
            {
                **_named(change.after),
                "version_before": change.before["version"],
                "cells": [asdict(cell) for cell in change.cells],
            }
            for change in found.changed
        ],
        "dropped": [_named(document) for document in found.dropped],
        "unchanged": len(found.unchanged),
    }
    if not context.obj.json:
        _print(plain)
    key = "catalogue.would" if done is None else "catalogue.released" if done.n else "catalogue.same"
    counts = {key: len(plain[key]) for key in ("new", "changed", "dropped")}
    facts = {key: plain[key] for key in ("release", "valid_from", "stations", "unchanged")}
    console.say(context.obj, plain, key, **counts, **facts)


def _print(plain: dict[str, Any]) -> None:
    from resources.texts import text

    for kind in ("new", "dropped"):
        for row in plain[kind]:
            console.tell(text(f"hall.catalogue.{kind}", **row))
    for row in plain["changed"]:
        named = {key: row[key] for key in ("code", "name", "version", "version_before")}
        console.tell(text("hall.catalogue.changed", **named))
        for cell in row["cells"]:
            where = " ".join(part for part in (cell["sheet"], cell["row"], cell["column"]) if part)
            values = {key: text("hall.catalogue.nothing") if cell[key] is None else cell[key] for key in _SIDES}
            console.tell(text("hall.catalogue.cell", where=where, **values))


def _named(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in ("code", "name", "version")}
