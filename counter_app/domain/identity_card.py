"""What a card says of its holder, read from the text on its chip (specs id-cards section 3).

The chip is trusted more than the rules: what looks wrong becomes a warning for
the clerk, never a refusal. A text that is not whole, or of a layout that nobody
described, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from counter_app.domain.card_layouts import BLOCK_BYTES, ETHNICITIES, LAYOUTS, CardType, chip_text, letter_of
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.id_numbers import FOREIGNER_CARD, HMT_PERMIT, RESIDENT_ID, check_id_number
from counter_app.domain.person_name import LONGEST_NAME, check_name, name_warnings
from counter_app.domain.rare_characters import has_private_use, standard_text

LONG_TERM = "长期"  # stands on the chip in place of an end of validity
NAME_UNITS = 15  # UTF-16 code units that the chip has for a name

_ID_TYPES = {CardType.RESIDENT: RESIDENT_ID, CardType.HMT: HMT_PERMIT, CardType.FOREIGNER: FOREIGNER_CARD}


@dataclass(frozen=True, slots=True, repr=False)
class IdentityCard:
    """One card as read. Items that the card does not have, or left blank, are empty texts or None.

    sex is a code of GB/T 2261.1, ethnicity of GB/T 3304, nationality three letters of GB/T 2659.
    valid_to is None for a long-term card, and for an end that cannot be read (then warned of).
    name and the addresses have the standard characters for known private-use ones, name_raw has what
    was read. warnings are codes with sentences under `warnings.<code>`. text_block and photo (a format
    that only makers' decoders know) are the bytes of the chip; the photo may be empty.
    """

    type: CardType
    name: str
    name_raw: str
    english_name: str
    sex: str
    ethnicity: str
    birth: date | None
    address: str
    newest_address: str
    number: str
    issuer: str
    valid_from: date | None
    valid_to: date | None
    long_term: bool
    nationality: str
    pass_number: str
    issue_count: str
    warnings: tuple[str, ...]
    text_block: bytes
    photo: bytes = b""

    def __repr__(self) -> str:
        """Says no more than the type: cards must not end up in logs."""
        return f"IdentityCard({self.type})"

    @property
    def id_type(self) -> str:
        """The code of GA/T 2000.156 to store with the number."""
        return _ID_TYPES[self.type]

    def facts(self) -> dict[str, object]:
        """The card for the command line: dates in ISO form, items that the card does not have left out."""
        dates = {"birth": self.birth, "valid_from": self.valid_from, "valid_to": self.valid_to}
        texts: dict[str, str] = {item: getattr(self, item) for item in _TEXT_ITEMS}
        texts |= {item: day.isoformat() for item, day in dates.items() if day}
        if self.long_term:
            texts["valid_to"] = LONG_TERM
        given = {item: content for item, content in texts.items() if content}
        return {"type": self.type.value, **given, "warnings": list(self.warnings)}


_TEXT_ITEMS = (
    "name",
    "name_raw",
    "english_name",
    "sex",
    "ethnicity",
    "address",
    "newest_address",
    "number",
    "issuer",
    "nationality",
    "pass_number",
    "issue_count",
)


def parse_card(block: bytes, today: date, *, photo: bytes = b"", newest_address: bytes = b"") -> IdentityCard:
    """The card of a text block of 256 bytes, with what `newest address` answered (70 bytes, or none).

    Raises CounterError: `garbled` for another length, `card_kind_unknown` for a letter without a layout.
    """
    if len(block) != BLOCK_BYTES:
        raise CounterError("garbled")
    letter = letter_of(block)
    if letter not in LAYOUTS:
        raise CounterError("card_kind_unknown", letter=f"U+{ord(letter):04X}")
    layout = LAYOUTS[letter]

    def item(name: str) -> str:
        return layout.text_of(block, name)

    return IdentityCard(
        type=layout.type,
        name=standard_text(item("name") or item("english_name")),
        name_raw=item("name") or item("english_name"),
        english_name=item("english_name"),
        sex=item("sex").strip(),
        ethnicity=item("ethnicity").strip(),
        birth=_day(item("birth")),
        address=standard_text(item("address")),
        newest_address=standard_text(chip_text(newest_address)),
        number=item("number").strip(),
        issuer=item("issuer"),
        valid_from=_day(item("valid_from")),
        valid_to=_day(item("valid_to")),
        long_term=item("valid_to") == LONG_TERM,
        nationality=item("nationality"),
        pass_number=item("pass_number"),
        issue_count=item("issue_count").strip(),
        warnings=tuple(_warnings(item, layout.type, chip_text(newest_address), today)),
        text_block=block,
        photo=photo,
    )


def _warnings(item: Callable[[str], str], card_type: CardType, newest_address: str, today: date) -> Iterator[str]:
    yield from _warnings_of_name(item("name"), item("english_name"))
    if has_private_use(standard_text(item("address") + newest_address)):
        yield "address_private_use"
    if card_type is CardType.RESIDENT and item("ethnicity").strip() not in ETHNICITIES:
        yield "ethnicity_unknown"
    yield from _warnings_of_number(item, card_type, today)
    yield from _warnings_of_validity(_day(item("valid_from")), item("valid_to"), today)


def _warnings_of_name(name: str, english_name: str) -> Iterator[str]:
    yield from name_warnings(name)
    if len(name.encode("utf-16-le")) == 2 * NAME_UNITS:
        yield "name_may_be_cut"
    try:
        check_name(name or english_name[:LONGEST_NAME])
    except InvalidInput:
        yield "name_unusual"


def _warnings_of_number(item: Callable[[str], str], card_type: CardType, today: date) -> Iterator[str]:
    birth = _day(item("birth"))
    if birth is None:
        yield "card_birth_unreadable"
    try:
        number = check_id_number(_ID_TYPES[card_type], item("number"), today)
    except InvalidInput:
        yield "card_number_unusual"
        return
    yield from number.warnings
    yield from number.differences(birth, item("sex").strip())


def _warnings_of_validity(valid_from: date | None, valid_to: str, today: date) -> Iterator[str]:
    last_day = _day(valid_to)
    if valid_from is None or (last_day is None and valid_to != LONG_TERM):
        yield "card_validity_unreadable"
    if valid_from and valid_from > today:
        yield "card_not_yet_valid"
    if last_day and last_day < today:
        yield "card_expired"


def _day(text: str) -> date | None:
    digits = text.strip()
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
