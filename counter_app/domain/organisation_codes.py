"""Codes of legal persons: the unified social credit code and the organisation code inside it."""

from __future__ import annotations

import re

from counter_app.domain.check_characters import CREDIT_ALPHABET, credit_check, organisation_check
from counter_app.domain.errors import InvalidInput
from counter_app.domain.id_numbers import normalised_number

_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")


def check_credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码, GB 32100-2015) in the form to store.

    Raises InvalidInput `credit_code_...`: length, alphabet, check.
    """
    code = normalised_number(text)
    if len(code) != 18:
        raise InvalidInput("credit_code_length", length=len(code))
    if not set(code) <= set(CREDIT_ALPHABET):
        raise InvalidInput("credit_code_alphabet")
    if code[17] != credit_check(code[:17]):
        raise InvalidInput("credit_code_check")
    return code


def check_organisation_code(text: str) -> str:
    """An organisation code (组织机构代码, GB 11714), nine characters, stored without its hyphen.

    Raises InvalidInput `organisation_code_...`: length, alphabet, check.
    """
    code = normalised_number(text)
    if len(code) != 9:
        raise InvalidInput("organisation_code_length", length=len(code))
    if _ORGANISATION.fullmatch(code) is None:
        raise InvalidInput("organisation_code_alphabet")
    if code[8] != organisation_check(code[:8]):
        raise InvalidInput("organisation_code_check")
    return code
