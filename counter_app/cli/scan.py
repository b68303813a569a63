"""`scan`: pages from a scanner or a camera as light files, for `intake` lines; and `scanners`: what there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text

if TYPE_CHECKING:
    from counter_app.services.device_ports import PictureMeans, ScanWish
    from counter_app.services.pictures import Picture, ScannedPage

app = group()

_STEP_S = 1.0
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@command(app, "scanners", help_key="scanners")
def scanners(session: Session) -> None:
    """The scanners and cameras that answer now; needs no home."""
    means = session.composition.pictures()
    found = {"scanners": means.scanner.devices(), "cameras": means.cameras()}
    plain = {kind: [{"name": each.name, "title": each.title} for each in those] for kind, those in found.items()}
    session.answer(plain, *(f"{each.name}  {each.title}" for those in found.values() for each in those))


@command(app, "scan", help_key="scan")
def scan(
    session: Session,
    out: Annotated[Path, typer.Option(metavar="DIR", help=text("cli.option.scan_out"))],
    device: Annotated[str, typer.Option(metavar="NAME", help=text("cli.option.scan_device"))] = "",
    camera: Annotated[str | None, typer.Option(metavar="NAME", help=text("cli.option.scan_camera"))] = None,
    feeder: Annotated[bool, typer.Option("--feeder", help=text("cli.option.scan_feeder"))] = False,
    grey: Annotated[bool, typer.Option("--grey", help=text("cli.option.scan_grey"))] = False,
    dpi: Annotated[int, typer.Option(min=75, max=1200, metavar="N", help=text("cli.option.scan_dpi"))] = 300,
) -> None:
    """Write pages as files into a folder, cut and made small as the window does; needs no home.

    Raises as the scanner or camera does (`services.device_ports.PictureMeans`), and `Composition.write_out`.
    """
    from counter_app.services.device_ports import ScanWish

    means = session.composition.pictures()
    wish = ScanWish(feeder, not grey, dpi)
    rows = []
    for picture in _scanned(means, device, wish) if camera is None else _photograph(means, camera):
        page = means.work.page(picture)
        file = _free(out, _ENDINGS[page.media_type])
        session.composition.write_out(file, page.content)
        rows.append(_facts(file, page))
    said = [text("cli.scanned", file=row["file"], before=row["bytes_before"], after=row["bytes_after"]) for row in rows]
    session.answer({"pages": rows}, *said)


def _free(folder: Path, ending: str) -> Path:
    """The next page of the folder: what another run has scanned there stays."""
    taken = {file.stem for file in folder.glob("page-*")}
    n = next(n for n in count(1) if f"page-{n:02d}" not in taken)
    return folder / f"page-{n:02d}.{ending}"


def _photograph(means: PictureMeans, name: str) -> Iterator[Picture]:
    with closing(means.open_camera(name)) as camera:
        yield camera.capture()


def _scanned(means: PictureMeans, device: str, wish: ScanWish) -> Iterator[Picture]:
    scan = means.scanner.start(device, wish)
    try:
        while not (step := scan.step(_STEP_S)).is_over:
            if step.picture is not None:
                yield step.picture
    finally:
        scan.cancel()


def _facts(file: Path, page: ScannedPage) -> dict[str, object]:
    return {
        "file": str(file),
        "type": page.media_type,
        "ink": page.ink.value,
        "dpi": page.dpi or None,
        "cut": page.cut,
        "bytes_before": page.before,
        "bytes_after": page.after,
    }
