"""`items`, `item CODE`: what people may apply for here, and what a line of intake for it looks like."""

from __future__ import annotations

from typing import Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from counter_app.domain.service_item import Field, MaterialRule, ServiceItem
from resources.texts import text

app = group()


@command(app, "items")
def items(session: Session) -> None:
    """What this station may take applications for."""
    found = session.station().offer.items()
    rows = [_row(item) for item in found]
    session.answer({"items": rows}, *(f"{item.code}  {item.name}" for item in found))


@command(app, "item")
def item(
    session: Session,
    code: Annotated[str, typer.Argument(metavar="CODE", help=text("cli.option.item"))],
    schema: Annotated[bool, typer.Option("--schema", help=text("cli.option.schema"))] = False,
) -> None:
    """Form, materials, periods and fees, or with --schema the JSON Schema (2020-12) of an intake line.

    NotFound as `Offer.item`.
    """
    offer = session.station().offer
    if schema:
        session.json = True  # a schema has no other form
        session.answer(offer.schema(code))
        return
    found = offer.item(code)
    session.answer(_whole(found), *_for_people(found))


def _row(item: ServiceItem) -> plain.Plain:
    return {"code": item.code, "name": item.name, "kind": item.kind.value, "version": item.version}


def _whole(item: ServiceItem) -> plain.Plain:
    limits = item.limits
    return {
        **_row(item),
        "agency": item.agency,
        "is_licence": item.is_licence,
        "situations": [{"code": row.code, "name": row.name} for row in item.situations],
        "fields": [_field(row) for row in item.fields],
        "materials": [_material(rule) for rule in item.materials],
        "limits": {
            "check": plain.period(limits.check),
            "promise": plain.period(limits.promise),
            "statutory": plain.period(limits.statutory),
            "serve": plain.period(limits.serve),
            "fix": plain.period(limits.fix),
        },
        "release_needs": list(item.release_needs),
        "fees": [
            {"name": fee.name, "rate_fen": fee.rate_fen, "unit": fee.unit, "basis": fee.basis} for fee in item.fees
        ],
    }


def _field(row: Field) -> plain.Plain:
    return {
        "id": row.id,
        "name": row.name,
        "type": row.type.value,
        "required": row.required,
        "when": row.when,
        "choices": [{"code": choice.code, "name": choice.name} for choice in row.choices],
        "computed": row.computed,
    }


def _material(rule: MaterialRule) -> plain.Plain:
    return {
        "id": rule.id,
        "name": rule.name,
        "required": rule.required,
        "when": rule.when,
        "form": rule.form.value,
        "forms": [form.value for form in rule.forms],
        "copies": rule.copies,
    }


def _for_people(item: ServiceItem) -> list[str]:
    needed = [
        text("cli.material_required" if rule.required else "cli.material_other", name=rule.name)
        for rule in item.materials
    ]
    return [f"{item.code}  {item.name}", *needed]
