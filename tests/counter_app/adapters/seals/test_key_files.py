"""Seals whose key lies in a file: what is refused before a paper is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counter_app.adapters.seals.schemes import open_seal
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import to_ms
from counter_app.domain.sealing import SealKind, SealSetup
from tests.support.seals import BEGAN, ENDS, WORDS, seal_key

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
SETUP = SealSetup("MZ", SealKind.SPECIAL, "key-file", "seal.p12")
Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """The code with which a key file is refused."""

    def code(content: bytes, words: str = WORDS, now: datetime = NOW) -> str:
        (tmp_path / SETUP.source).write_bytes(content)
        with pytest.raises(CounterError) as refusal:
            open_seal(SETUP, words, to_ms(now), tmp_path)
        return refusal.value.code

    return code


@pytest.mark.parametrize("form", ["p12", "pem"])
def test_a_key_file_under_its_passphrase_opens_and_says_whose_it_is(form: str, tmp_path: Path) -> None:
    key = seal_key()
    (tmp_path / SETUP.source).write_bytes(getattr(key, form)())
    seal = open_seal(SETUP, WORDS, to_ms(NOW), tmp_path)
    assert seal.certificate.holder == "云岭县民政局"
    assert seal.certificate.valid_until_ms == to_ms(ENDS)


def test_a_wrong_passphrase_is_told_from_a_damaged_file(refused: Refused) -> None:
    key = seal_key()
    assert refused(key.p12(), "other words") == "seal_secret_wrong"
    assert refused(key.p12(), "") == "seal_secret_wrong"
    assert refused(key.pem(), "other words") == "seal_secret_wrong"
    assert refused(key.p12()[:200]) == "seal_key_damaged"
    assert refused(b"nothing of a key") == "seal_key_damaged"
    assert refused(key.authority.pem) == "seal_key_damaged"


def test_a_key_file_that_anybody_can_open_is_not_taken(refused: Refused) -> None:
    assert refused(seal_key().p12(None)) == "seal_key_unprotected"


def test_a_key_of_another_certificate_is_refused(refused: Refused) -> None:
    other = seal_key(BEGAN, ENDS + timedelta(days=1))
    assert refused(seal_key().pem(certificate=other.certificate)) == "seal_key_is_of_another"


def test_a_certificate_must_be_valid_now_and_made_for_signing(refused: Refused) -> None:
    key = seal_key()
    assert refused(key.p12(), now=ENDS + timedelta(seconds=1)) == "seal_expired"
    assert refused(key.p12(), now=BEGAN - timedelta(seconds=1)) == "seal_not_valid_yet"
    assert refused(seal_key(usages=("key_encipherment",)).p12()) == "seal_not_for_signing"


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(CounterError) as refusal:
        open_seal(SETUP, WORDS, to_ms(NOW), tmp_path)
    assert (refusal.value.code, refusal.value.params["file"]) == ("seal_key_missing", "seal.p12")


@pytest.mark.parametrize("scheme", ["sm2", "wax"])
def test_a_way_of_signing_that_nobody_brought_is_refused_and_not_imitated(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(CounterError) as refusal:
        open_seal(replace(SETUP, scheme=scheme), WORDS, to_ms(NOW), tmp_path)
    assert refusal.value.code == "seal_scheme_not_available"
