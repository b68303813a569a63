"""`make notices`: every notice of nobody as PDF in docs/notices, and at its limits in docs/notices/limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.render import preview_sample

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "notices"
LICENCE, LIMITS = "licence", "limits"


def papers() -> Iterator[tuple[str, bytes]]:
    """The name of each file and its content; where a licence has another wording, that one as well."""
    for kind in sorted({kind for kind, _ in bundled_templates().by_version}):
        yield f"{kind.value}.pdf", preview_sample(kind)
        if _differs(kind):
            yield f"{kind.value}-{LICENCE}.pdf", preview_sample(kind, licence=True)
        yield f"{LIMITS}/{kind.value}.pdf", preview_sample(kind, licence=True, limits=True)


def _differs(kind: NoticeKind) -> bool:
    return preview_sample(kind) != preview_sample(kind, licence=True)


def main(folder: Path) -> None:
    """Write the example of every paper under the folder, and say each file with its size in bytes."""
    for name, content in papers():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{path.relative_to(folder)}  {len(content)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
