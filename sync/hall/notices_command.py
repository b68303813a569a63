"""`hall notices`: the wording of the papers, out into files, checked, looked at on sample data, and to all stations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.domain.errors import CounterError
from sync.hall import console

if TYPE_CHECKING:
    from forms.edited_templates import Given
    from forms.notice_templates import NoticeTemplates

app = typer.Typer(no_args_is_help=True, help="The hall's own wording of the papers.")

Folder = Annotated[Path, typer.Argument(help="A folder of template files, *.yaml.")]
Out = Annotated[Path, typer.Option(help="The folder to write into.")]


@app.command("show")
def show(context: typer.Context) -> None:
    """The papers, each with the version of its template in use."""
    from forms.edited_templates import FIRST_OWN
    from sync.hall import notice_templates

    with console.opened(context) as hall, hall.store.read() as conn:
        found = notice_templates.known(conn)
    kinds = sorted({kind for kind, _ in found.by_version})
    rows = [{"kind": k.value, "title": k.facts.title, "version": found.current_version(k)} for k in kinds]
    own = sum(found.current_version(kind) >= FIRST_OWN for kind in kinds)
    console.say(context.obj, {"notices": rows, "own": own}, "notices.show", n=len(rows), own=own)
    if not context.obj.json:
        console.table(rows, ("kind", "version", "title"))


@app.command("export")
def export(context: typer.Context, out: Out) -> None:
    """All templates in use as files to edit, with the lines of law and the sample beside them."""
    from forms.edited_templates import shipped_file
    from forms.notice_templates import LINES_FILE, SAMPLE_FILE
    from sync.hall import notice_templates

    with console.opened(context) as hall, hall.store.read() as conn:
        found = notice_templates.sources(conn)
    contents = {f"{kind.value}.yaml": source for kind, source in found.items()}
    contents |= {name: shipped_file(name) for name in (LINES_FILE, SAMPLE_FILE)}
    console.make_folder(out)
    for name, source in contents.items():
        console.write_out(out / name, source.encode())
    plain = {"folder": str(out.absolute()), "n": len(found)}
    console.say(context.obj, plain, "notices.exported", **plain)


@app.command("check")
def check(context: typer.Context, folder: Folder) -> None:
    """Whether every template of the folder can be used: its form, its words, its characters, no line of law lost."""
    _, given = _given(context, folder)
    _refuse_faults(given)
    console.say(context.obj, {"templates": _names(given), "faults": []}, "notices.checked", n=len(given.templates))


@app.command("preview")
def preview(context: typer.Context, folder: Folder, out: Out) -> None:
    """The papers of the folder on sample data as PDF: as a licence, as none, and at its limits."""
    known, given = _given(context, folder)
    _refuse_faults(given)
    console.make_folder(out)
    written = 0
    for name, content in _previews(known, given):
        console.write_out(out / name, content)
        written += 1
    plain = {"folder": str(out.absolute()), "n": written}
    console.say(context.obj, plain, "notices.previewed", **plain)


@app.command("release")
def release(context: typer.Context, folder: Folder) -> None:
    """Give what changed to all stations; papers already issued keep the wording they were issued with."""
    from sync.hall import notice_templates, users

    with console.opened(context) as hall, hall.store.read() as conn:
        person = users.acting(conn, context.obj.user, console.secret("PIN"))
    _, given = _given(context, folder)
    _refuse_faults(given)
    with console.opened(context) as hall:
        done = notice_templates.release(hall, given, person)
    rows = [{"kind": kind.value, "version": version} for kind, version, _ in done.sources]
    plain = {"release": done.n or None, "templates": rows, "stations": done.stations}
    key = "notices.released" if done.n else "notices.same"
    console.say(context.obj, plain, key, n=len(rows), stations=done.stations)


def _given(context: typer.Context, folder: Path) -> tuple[NoticeTemplates, Given]:
    from forms.edited_templates import read_folder
    from sync.hall import notice_templates

    with console.opened(context) as hall, hall.store.read() as conn:
        known = notice_templates.known(conn)
    return known, read_folder(folder, known)


def _previews(known: NoticeTemplates, given: Given) -> Iterator[tuple[str, bytes]]:
    from dataclasses import replace

    from forms.rendering.render import preview_sample

    for edited in given.templates:
        kind = edited.template.kind
        alone = replace(known, by_version={(kind, edited.template.version): edited.template})
        yield f"{kind.value}.pdf", preview_sample(kind, alone)
        yield f"{kind.value}-licence.pdf", preview_sample(kind, alone, licence=True)
        yield f"{kind.value}-limits.pdf", preview_sample(kind, alone, licence=True, limits=True)


def _refuse_faults(given: Given) -> None:
    """Every fault with its file, and exit 1."""
    for fault in given.faults:
        typer.echo(fault, err=True)
    if given.faults:
        raise CounterError("template_faults", n=len(given.faults))


def _names(given: Given) -> list[str]:
    return [edited.name for edited in given.templates]
