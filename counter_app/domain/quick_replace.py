"""`dataclasses.replace` for a value of many fields: a case has sixty, and every event makes another one of it.

`replace` gets and sets the fields one by one, which was a third of all work on a case. A frozen dataclass without
slots and without `__post_init__` can be copied whole; all others go to `replace`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace as replace  # the type checker knows the fields of each class
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """The value with these fields changed. TypeError for a field that it has not."""
        if not hasattr(value, "__dict__"):
            return dataclasses.replace(value, **changes)
        made = object.__new__(type(value))
        values = made.__dict__
        values.update(value.__dict__)
        values.update(changes)
        if len(values) != len(value.__dict__):
            raise TypeError(f"{type(value).__name__} has not all of these fields: {', '.join(changes)}")
        return made
