"""Load PySide without what this program hardly ever asks of it: a third of the time of a bare window, and 20 MiB.

Usage, before anything of PySide6 is imported: `load_lean_pyside()`.

PySide 6.12 reads the source of every module that is imported after it, and Python keeps it. It looks whether the module
speaks of PySide, for the spelling of names that `from __feature__ import` chooses; this program chooses none, and says
so by the name of the module.

It compiles, at each start, what writes stubs for editors and puts signatures into error messages. Those parts wait here
until one of them is asked for something; of another version all is loaded as ever.
"""

from __future__ import annotations

import importlib.machinery
import sys
from importlib import import_module
from importlib.abc import Loader
from importlib.util import module_from_spec
from threading import RLock
from types import ModuleType

_OURS = "counter_app.ui"
_QUESTION = "_mod_uses_pyside"
_VERSION = "6.12."
"""Whose parts are known. Its libraries ask `mapping` in C, which would not wait: they end the process instead."""
_SELDOM_ASKED = {
    f"shibokensupport.signature.{part}"
    for part in ("errorhandler", "layout", "lib.enum_sig", "lib.pyi_generator", "parser")
}
_LOADING = RLock()


def load_lean_pyside() -> None:
    """Import the base of PySide so; where another version of it is made otherwise, it is imported as it is."""
    plain = importlib.machinery.ModuleSpec
    importlib.machinery.ModuleSpec = _Spec  # type: ignore[misc]  # PySide's own importer makes its parts with it
    try:
        import_module("shiboken6")  # brings the other with it
    finally:
        importlib.machinery.ModuleSpec = plain  # type: ignore[misc]
    feature = import_module("shibokensupport.feature")
    if hasattr(feature, _QUESTION):
        setattr(feature, _QUESTION, _speaks_of_pyside)


class _Spec(importlib.machinery.ModuleSpec):
    def __init__(self, name: str, loader: Loader | None, **more: object) -> None:
        if loader and name in _SELDOM_ASKED and sys.modules["shiboken6"].__version__.startswith(_VERSION):
            loader = _AtFirstUse(loader)
        super().__init__(name, loader, **more)  # type: ignore[arg-type]


class _AtFirstUse(Loader):
    """Runs a module when a name is first looked up that it does not have yet (PEP 562).

    Not `importlib.util.LazyLoader`: that one takes PySide's look at `__spec__`, right after loading, for a use. An
    AttributeError would make PySide's libraries end the process: other threads wait, and none sees half a module.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._ran = False

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        name = module.__spec__.name  # its importer knows it by this one, PySide gives it another

        def first_look(wanted: str) -> object:
            if wanted.startswith("__"):  # what the machinery of imports asks of every module
                raise AttributeError(wanted)
            with _LOADING:
                if not self._ran:
                    module.__dict__.update(self._names_of(name))
                    self._ran = True
            try:
                return module.__dict__[wanted]
            except KeyError:
                raise AttributeError(wanted) from None

        module.__getattr__ = first_look  # type: ignore[method-assign]

    def _names_of(self, name: str) -> dict[str, object]:
        whole = module_from_spec(importlib.machinery.ModuleSpec(name, self._loader))
        self._loader.exec_module(whole)
        return {key: value for key, value in vars(whole).items() if not key.startswith("__")}


def _speaks_of_pyside(module: ModuleType) -> bool:
    return getattr(module, "__name__", "").startswith(_OURS)
