"""Words that the papers' pages share."""

from __future__ import annotations

from counter_app.domain.masking import TAIL, mask_id_number
from counter_app.ui.texts import tr


def masked(number: str) -> str:
    """尾号 0024: the end of a number as the screen shows it; empty for none."""
    return mask_id_number(number).replace(TAIL, f"{TAIL} ")


def person_line(name: str, number: str) -> str:
    """A person as compared with the paper: name and end of the number."""
    return tr("ui.table.dot").join(part for part in (name, masked(number)) if part)
