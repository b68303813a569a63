"""Seals of other programs, which write the time of signing as they like."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.sign.signers import pdf_byterange

from counter_app.adapters.seals.checking import check_seals
from counter_app.adapters.seals.roots import Trust
from counter_app.adapters.seals.schemes import open_seal
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.notice import NoticeKind
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.sealing import SealKind, SealSetup
from forms.rendering.render import render_for_seal, sample_data
from forms.rendering.seal_face import SealFace
from tests.support.seals import ENDS, WORDS, authority, seal_key

AT = ENDS - timedelta(days=500)


def sealed(folder: Path) -> bytes:
    (folder / "seal.p12").write_bytes(seal_key().p12())
    setup = SealSetup("MZ", SealKind.SPECIAL, "key-file", source="seal.p12")
    pdf, place = render_for_seal(NoticeKind("N02"), 1, sample_data())
    return open_seal(setup, WORDS, to_ms(AT), folder).put_on(pdf, place, SealFace("云岭县民政局", "专用章"), to_ms(AT))


@pytest.mark.parametrize(
    ("written", "signed_at", "standings"),
    [
        ("D:20260819093000", datetime(2026, 8, 19, 9, 30, tzinfo=CHINA), ["trusted", "revoked_root"]),
        ("last summer", None, ["altered", "altered"]),
    ],
    ids=["no zone", "no time"],
)
def test_a_time_without_a_zone_or_sense_is_answered_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, signed_at: datetime | None, standings: list[str]
) -> None:
    monkeypatch.setattr(pdf_byterange, "pdf_date", lambda _moment: pdf_string(written))
    pdf, root = sealed(tmp_path), authority().certificate.public_bytes(Encoding.DER)
    answers = [check_seals(pdf, Trust.of([], [ToldRoot(root, gone)]), AT + timedelta(days=1)) for gone in (None, 1)]
    assert [found.standing.value for [found] in answers] == standings
    assert {found.signed_at for [found] in answers} == {signed_at}
