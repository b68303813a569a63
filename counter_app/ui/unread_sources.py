"""PySide 6.12 reads the source of every module that is imported after it, and Python keeps it: 20 MiB, and a quarter of
the time that the program takes to load. It looks whether the module speaks of PySide, for the spelling of names that
`from __feature__ import` chooses; this program chooses none, and says so by the name of the module.

Usage, before anything of PySide6 is imported: `leave_sources_unread()`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_OURS = "counter_app.ui"
_QUESTION = "_mod_uses_pyside"


def leave_sources_unread() -> None:
    """Answer PySide's question; where another version of it asks otherwise, nothing happens."""
    import_module("shiboken6")  # brings the other with it
    feature = import_module("shibokensupport.feature")
    if hasattr(feature, _QUESTION):
        setattr(feature, _QUESTION, _speaks_of_pyside)


def _speaks_of_pyside(module: ModuleType) -> bool:
    return getattr(module, "__name__", "").startswith(_OURS)
