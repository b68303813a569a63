"""Seals whose key lies in a token: SoftHSM stands for one, through the same PKCS#11 calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_app.adapters.seals.checking import check_seals
from counter_app.adapters.seals.roots import Trust, read_roots
from counter_app.adapters.seals.schemes import open_seal
from counter_app.adapters.seals.token import seen_tokens
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import to_ms
from counter_app.domain.notice import NoticeKind
from counter_app.domain.sealing import SealKind, SealSetup
from counter_app.services.seal_ports import SealStanding
from forms.rendering.render import render_for_seal, sample_data
from forms.rendering.seal_face import SealFace
from tests.support.seals import seal_key
from tests.support.tokens import LABEL, MODULE, PIN, TOKEN, make_token

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
SETUP = SealSetup("MZ", SealKind.SPECIAL, "pkcs11", str(MODULE), token=TOKEN, label=LABEL)

pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="softhsm2 is not installed")


@pytest.fixture(scope="module")
def token() -> SealSetup:
    """A token with a key and its certificate."""
    make_token()
    return SETUP


def refused(setup: SealSetup, pin: str = PIN) -> str:
    with pytest.raises(CounterError) as refusal:
        open_seal(setup, pin, to_ms(NOW), Path())
    return refusal.value.code


def test_a_paper_is_sealed_by_the_key_of_a_token(token: SealSetup, tmp_path: Path) -> None:
    pdf, place = render_for_seal(NoticeKind("N02"), 1, sample_data())
    seal = open_seal(token, PIN, to_ms(NOW), Path())
    sealed = seal.put_on(pdf, place, SealFace("云岭县民政局", "受理专用章"), to_ms(NOW))
    seal.close()
    root = tmp_path / "root.pem"
    root.write_bytes(seal_key().authority.pem)
    [found] = check_seals(sealed, Trust.of(read_roots([root]), []), NOW)
    assert found.standing is SealStanding.TRUSTED
    assert found.fingerprint == seal.certificate.fingerprint


def test_what_is_wrong_with_a_token_is_told_apart(token: SealSetup) -> None:
    assert refused(token, "135790") == "seal_secret_wrong"
    assert refused(replace(token, token="another")) == "seal_token_missing"
    assert refused(replace(token, label="another")) == "seal_token_without_key"


def test_a_module_that_is_not_there_is_told_from_one_that_does_not_work(
    token: SealSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen(module: str) -> str:
        with pytest.raises(CounterError) as refusal:
            seen_tokens(module)
        assert refused(replace(token, source=module)) == refusal.value.code
        return refusal.value.code

    assert seen("/nowhere/module.so") == "seal_module_missing"
    no_driver = tmp_path / "module.so"
    no_driver.write_bytes(b"what a download left")
    assert seen(str(no_driver)) == "seal_module_broken"
    with monkeypatch.context() as settings:
        settings.setenv("SOFTHSM2_CONF", "/nowhere/settings")
        assert seen(str(MODULE)) == "seal_module_broken", "the driver itself fails"
    assert seen_tokens(str(MODULE)) == [(TOKEN, (LABEL,))], "and afterwards it is as before"
