"""What is shown of a person: one rule for screen, paper and export, so that pieces cannot be joined.

Source: specs domain 13.4. The whole value is shown only by an act that is logged.
"""

from __future__ import annotations

import re

TAIL = "尾号"  # stands before the last digits, so that nobody takes them for a whole number
_HIDDEN = "****"
_SHORT = 8  # of a number shorter than this, four characters would be most of it

# The village (村, 社区, 嘎查 and their committees), looked for behind the township if there is one.
_VILLAGE = re.compile(
    "(?:.*?(?:镇|乡|街道|苏木))?.*?(?:村民委员会|居民委员会|村委会|居委会|社区|嘎查|村)"
)
_COARSER = tuple(re.compile(pattern) for pattern in (".*?(?:镇|乡|街道|苏木)", ".*?(?:县|旗|(?<!自治)区)", ".*?市"))


def mask_id_number(number: str) -> str:
    """An id number of any kind, an account or a card: 尾号 and its last four characters (two of a short one)."""
    return f"{TAIL}{number[-_last(number) :]}" if number else ""


def mask_phone(phone: str) -> str:
    """138****0000; of a number that is no mobile only the end."""
    if re.fullmatch(r"1\d{10}", phone):
        return phone[:3] + _HIDDEN + phone[-4:]
    return _HIDDEN + phone[-_last(phone) :] if phone else ""


def mask_name(name: str) -> str:
    """For the public: 张*明, of two characters 张*; how many are hidden is not told."""
    if len(name) < 3:
        return name[:1] + "*" if len(name) == 2 else "*" * len(name)
    return f"{name[0]}*{name[-1]}"


def mask_address(address: str) -> str:
    """The address down to the village or residents' community, else to the township, county or city."""
    for pattern in (_VILLAGE, *_COARSER):
        found = pattern.match(address)
        if found is not None:
            return found[0]
    return _HIDDEN if address else ""


def _last(number: str) -> int:
    return 4 if len(number) >= _SHORT else 2
