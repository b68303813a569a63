"""`applicant NUMBER`: what earlier cases of a person offer to a new application (一号)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.memory import Remembered

app = group()


@command(app, "applicant")
def applicant(
    session: Session,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=text("cli.option.number"))],
    item: Annotated[str, typer.Option(metavar="CODE", help=text("cli.option.item"))] = "",
    id_type: Annotated[str, typer.Option(metavar="TYPE", help=text("cli.option.id_type"))] = "111",
) -> None:
    """What this machine's cases of a person offer to an application for the item, phone and address in clear.

    That somebody looked is written down in the newest of those cases. Raises as `Session.person`, `Offer.item`.
    """
    station, person = session.station(), session.person()
    wanted = station.offer.item(item) if item else None
    found = station.memory.of(number, wanted, id_type)
    if found.cases:
        station.acts.reveal(person, "applicant", str(found.cases[0].id))  # phone and address are shown in clear
    facts = _facts(found)
    session.answer(facts, text("cli.applicant_line", n=facts["visits"], name=facts["name"] or "-"))


def _facts(found: Remembered) -> plain.Plain:
    def newest(key: str) -> str | None:
        return next((value for case in found.cases if (value := getattr(case.applicant, key))), None)

    return {
        "visits": len(found.cases),
        **{key: newest(key) for key in ("name", "phone", "address")},
        "cases": [
            {"case": str(case.id), "item": case.item.code, "received_at": plain.moment(case.received_at_ms)}
            for case in found.cases
        ],
        "materials": [
            {"id": kept.taken.id, "form": kept.taken.form, "pages": kept.taken.pages, "from": str(kept.case.id),
             "until": kept.until.isoformat()}
            for kept in found.materials.values()
        ],
        "doubled": None if found.doubled is None else str(found.doubled.id),
    }
