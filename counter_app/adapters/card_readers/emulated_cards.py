"""Cards for the emulated reader, from a TOML file of invented persons.

[[card]]
layout = "J"            # the letter of specs id-cards section 3; left out: a resident's card
name = "..."            # and any other item of that layout, as it stands on the chip
newest_address = "..."  # left out: the card has none
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from counter_app.domain.card_layouts import ADDRESS_BYTES, BLOCK_BYTES, LAYOUTS, LETTER_AT

SPACE = " ".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class EmulatedCard:
    """What the chip holds: the text block, the photo, and 70 bytes of newest address or nothing."""

    text: bytes
    photo: bytes
    newest_address: bytes = b""


def sample_cards() -> list[EmulatedCard]:
    """The invented persons of the demonstration."""
    return _cards((files(__package__) / "sample_cards.toml").read_text("utf-8"))


def load_cards(file: Path) -> list[EmulatedCard]:
    """The cards of a file. OSError, or ValueError that says what is wrong with it."""
    return _cards(file.read_text("utf-8"))


def invented_photo() -> bytes:
    """1024 bytes with the head of a WLT picture and no picture in them (specs id-cards 11)."""
    head = bytes.fromhex("574C66007E0032000F00")
    return head + bytes((37 * i + 91 * (i // 256) + 11) % 256 for i in range(len(head), 1024))


def _cards(toml: str) -> list[EmulatedCard]:
    tables = tomllib.loads(toml).get("card")
    if not isinstance(tables, list) or not tables:
        raise ValueError("no [[card]] in the file")
    return [_card(n, dict(table)) for n, table in enumerate(tables, start=1)]


def _card(n: int, items: dict[str, object]) -> EmulatedCard:
    newest_address = str(items.pop("newest_address", ""))
    block = bytearray(SPACE * (BLOCK_BYTES // 2))
    letter = str(items.pop("layout", " "))
    block[LETTER_AT : LETTER_AT + 2] = letter.encode("utf-16-le")
    for item, content in items.items():
        pieces = LAYOUTS[letter].items.get(item) if letter in LAYOUTS else None
        if pieces is None:
            raise ValueError(f"card {n}: no {item} in layout {letter!r}")
        _write(block, pieces, str(content).encode("utf-16-le"), f"card {n}: {item} is too long")
    address = newest_address.encode("utf-16-le")
    padded = address + SPACE * ((ADDRESS_BYTES - len(address)) // 2) if address else b""
    return EmulatedCard(bytes(block), invented_photo(), padded[:ADDRESS_BYTES])


def _write(block: bytearray, pieces: tuple[tuple[int, int], ...], units: bytes, complaint: str) -> None:
    for offset, size in pieces:
        part, units = units[:size], units[size:]
        block[offset : offset + len(part)] = part
    if units:
        raise ValueError(complaint)
