"""`drafts`, `draft ID`: unfinished applications, and those whose item the hall has changed since, moved over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli import plain
from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.draft_moves import DraftMove, LeftOver
    from counter_app.services.stored_facts import Draft

app = group()


@command(app, "drafts")
def drafts(session: Session) -> None:
    """Unfinished applications of everybody at this machine; those behind the county's newest version are marked.

    Raises as `Session.person`.
    """
    service = session.station().drafts
    session.person()
    rows = [_row(draft, service.move(draft)) for draft in service.all()]
    session.answer({"drafts": rows}, *map(_line, rows))


@command(app, "draft")
def draft(
    session: Session,
    draft_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, metavar="ID", help=text("cli.option.draft"))],
    move: Annotated[bool, typer.Option("--move", help=text("cli.option.draft_move"))] = False,
    dismiss: Annotated[bool, typer.Option("--dismiss", help=text("cli.option.draft_dismiss"))] = False,
) -> None:
    """One of them, and what moving it to the newest version of its item would take away and ask for.

    move, dismiss: do that first. Raises as `Session.person`, `Drafts.open`, `Drafts.move_over`.
    """
    from counter_app.services.draft_moves import left_over

    service, person = session.station().drafts, session.person()
    if move:
        service.move_over(person, draft_id)
    if dismiss:
        service.dismiss(person, draft_id)
    found = service.open(draft_id)
    would = service.move(found)
    left = left_over(found.line)
    facts = {**_row(found, would), "would": _would(would), "left_over": [_left(row) for row in left]}
    lines = [_line(facts), *_lines(would)]
    lines += [text("drafts.left_over", name=row.name, value=row.shown) for row in left]
    session.answer(facts, *lines)


def _row(draft: Draft, move: DraftMove | None) -> plain.Plain:
    return {
        "draft": draft.id,
        "item": draft.item,
        "version": move.before.version if move else draft.version,
        "step": draft.step,
        "user": draft.user,
        "behind": move is not None,
        "newest": move.after.version if move and move.after else None,
    }


def _line(row: plain.Plain) -> str:
    return text("drafts.behind" if row["behind"] else "drafts.line", **row)


def _would(move: DraftMove | None) -> plain.Plain | None:
    if move is None:
        return None
    return {
        "withdrawn": move.after is None,
        "gone": [_left(row) for row in move.gone],
        "wanted": [{"id": row.id, "name": row.name} for row in move.wanted],
        "wanted_materials": [{"id": rule.id, "name": rule.name} for rule in move.wanted_materials],
        "limits": list(move.limits),
        "fees": move.fees_changed,
    }


def _left(row: LeftOver) -> plain.Plain:
    return {"what": row.what, "id": row.id, "name": row.name, "value": row.value}


def _lines(move: DraftMove | None) -> list[str]:
    """What moving it over means, for people."""
    if move is None:
        return []
    if move.after is None:
        return [text("drafts.withdrawn")]
    return [
        *(text("drafts.gone", name=row.name or row.shown, value=row.shown) for row in move.gone),
        *(text("drafts.wanted", name=row.name) for row in move.wanted),
        *(text("drafts.wanted_material", name=rule.name) for rule in move.wanted_materials),
        *(text("drafts.limit", name=text(f"drafts.limits.{code}")) for code in move.limits),
        *([text("drafts.fees")] if move.fees_changed else []),
    ]
