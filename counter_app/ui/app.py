"""The desktop program: `counter` without arguments."""

from __future__ import annotations

from counter_app.ui.backend import Backend

__all__ = ["Backend"]
