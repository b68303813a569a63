"""Check characters of the numbers that people and organisations carry.

Each function takes the part before the check character, already known to be of
the right length and alphabet, and returns the one character that must follow.
Rules: specs id-cards section 5.
"""

from __future__ import annotations

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_TRAVEL_WEIGHTS = (7, 3, 1)


def resident_check(first_17: str) -> str:
    """GB 11643-1999, ISO 7064 MOD 11-2: resident numbers and all permits built like them."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def foreigner_check(first_14: str) -> str:
    """The permanent residence card of 2017: weights 7-3-1 of travel documents, A=10 ... Z=35, modulo 10."""
    total = sum(int(character, 36) * _TRAVEL_WEIGHTS[n % 3] for n, character in enumerate(first_14))
    return str(total % 10)


def credit_check(first_17: str) -> str:
    """GB 32100-2015, modulo 31 over CREDIT_ALPHABET."""
    values = map(CREDIT_ALPHABET.index, first_17)
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(first_8: str) -> str:
    """GB 11714: A=10 ... Z=35; 11 minus the rest of 11, where 10 is X and 11 is 0."""
    total = sum(int(character, 36) * weight for character, weight in zip(first_8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
