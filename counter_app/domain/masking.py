"""What is shown of a person: one rule for screen, paper and export, so that pieces cannot be joined.

Source: specs domain 13.4. The whole value is shown only by an act that is logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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


# Numbers that people write into free text: of a mobile telephone, of a resident, of an account or card.
_WRITTEN = re.compile(r"(?<![0-9A-Za-z])(?:(?P<phone>1\d{10})|\d{17}[0-9Xx]|\d{16,19})(?![0-9A-Za-z])")


def mask_words(words: str) -> str:
    """Free text with the numbers of people in it masked; numbers of papers and cases stay."""
    return _WRITTEN.sub(lambda found: (mask_phone if found["phone"] else mask_id_number)(found[0]), words)


@dataclass(frozen=True, slots=True)
class Sight:
    """How a list shows people: MASKED, or FULL by an act that is logged."""

    is_full: bool

    def id_number(self, number: str) -> str:
        """`mask_id_number` of it, or all of it."""
        return number if self.is_full else mask_id_number(number)

    def phone(self, phone: str) -> str:
        """`mask_phone` of it, or all of it."""
        return phone if self.is_full else mask_phone(phone)

    def address(self, address: str) -> str:
        """`mask_address` of it, or all of it."""
        return address if self.is_full else mask_address(address)

    def words(self, words: str) -> str:
        """`mask_words` of them, or all of them."""
        return words if self.is_full else mask_words(words)


MASKED, FULL = Sight(is_full=False), Sight(is_full=True)


def _last(number: str) -> int:
    return 4 if len(number) >= _SHORT else 2
