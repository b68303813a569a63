"""Where a home keeps its seals and the roots that it trusts."""

from __future__ import annotations

from pathlib import Path


def seal_folder(home: Path) -> Path:
    """Key files, for this user alone; made when it is first asked for."""
    folder = home / "seals"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def root_folder(home: Path) -> Path:
    """Certificates of those whose seals are believed; a folder that may be missing."""
    return home / "seals" / "roots"


def root_places(home: Path) -> list[Path]:
    """The same where there is one."""
    folder = root_folder(home)
    return [folder] if folder.is_dir() else []
