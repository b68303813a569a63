"""The text of a signed code: one text for one statement, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import MOST_CASES, CaseId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import (
    MOST_STEPS,
    HallWord,
    SignedCode,
    Statement,
    clean,
    is_marked,
    read_code,
    scheme_of,
)
from sync import receipts
from sync.keys import DeviceKeys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KINDS = [NoticeKind(kind) for kind in ("N01", "N01-S", "N02", "N05")]
SECONDS = st.integers(1_577_836_800, 1_577_836_800 + 2**32 - 1)
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(KINDS),
    st.builds(CaseId, st.sampled_from(["QX03-01", "A1-9-ZZ", "YL01-01-KWXYZ"]), st.integers(1, MOST_CASES)),
    st.binary(min_size=6, max_size=6),
    st.binary(min_size=16, max_size=16),
    SECONDS,
    st.none() | st.integers(0, 2**24 - 2),
)
STEPS = st.lists(st.binary(min_size=16, max_size=16), max_size=MOST_STEPS).map(tuple)


@st.composite
def codes(draw: st.DrawFn) -> SignedCode:
    steps = draw(STEPS)
    word = HallWord(draw(SECONDS), draw(st.integers(0, 2 ** len(steps) - 1)), steps)
    signature = draw(st.binary(min_size=64, max_size=64))
    return SignedCode("E1", draw(STATEMENTS), signature, draw(st.sampled_from([None, word])))


@given(codes())
def test_what_is_written_is_what_is_read(code: SignedCode) -> None:
    text = code.to_text()
    assert read_code(text, 64) == code
    assert text.isascii()
    assert text == text.upper()
    assert is_marked(text)
    assert scheme_of(text) == "E1"
    assert clean(f" {text.lower()}\r\n") == text


@given(st.text(max_size=80) | st.text(alphabet="SQE1-QX03ABZ ", max_size=80).map(lambda text: f"SQE1-{text}"))
def test_any_other_text_is_refused_with_a_code_of_its_own(text: str) -> None:
    with pytest.raises(CounterError) as refused:
        receipts.read(clean(text))
    assert refused.value.code.startswith("receipt_code_")


@given(st.lists(STATEMENTS, min_size=1, max_size=32), st.integers(0, 31), st.data())
def test_each_of_many_acceptances_carries_its_own_proof_and_no_others(
    statements: list[Statement], place: int, data: st.DataObject
) -> None:
    hall = DeviceKeys.make()
    at_s = 1_800_000_000
    root = receipts.signed_by_hall(statements, "H", at_s, hall)
    made = receipts.with_second_stage(statements, "H", at_s, root.signature)
    code = made[place % len(made)]
    assert receipts.is_by_hall(receipts.read(code.to_text()), "H", hall.sign_public)
    other = data.draw(STATEMENTS.filter(lambda stated: stated != code.statement))
    assert not receipts.is_by_hall(SignedCode("E1", other, code.signature, code.hall), "H", hall.sign_public)
    assert not receipts.is_by_hall(code, "H-OTHER", hall.sign_public)
    assert not receipts.is_by_hall(code, "H", DeviceKeys.make().sign_public)


@given(st.integers(1, 9), st.integers(0, 2**32), st.integers(1, 31))
def test_no_letter_of_a_halls_code_can_be_changed(count: int, at: int, by: int) -> None:
    hall = DeviceKeys.make()
    statements = [
        Statement(NoticeKind.ACCEPTANCE, CaseId("QX03-01", n), bytes(6), bytes(16), 1_800_000_000, 120)
        for n in range(1, count + 1)
    ]
    signature = receipts.signed_by_hall(statements, "H", 1_800_000_000, hall).signature
    for code in receipts.with_second_stage(statements, "H", 1_800_000_000, signature):
        text = code.to_text()
        letters = text.rindex("-") + 1
        for place in {letters + at % (len(text) - letters), letters + 59, letters + 60, letters + 58}:
            other = ALPHABET[(ALPHABET.index(text[place]) + by) % len(ALPHABET)]
            changed = text[:place] + other + text[place + 1 :]
            try:
                found = receipts.read(changed)
            except CounterError:
                continue
            assert not receipts.is_by_hall(found, "H", hall.sign_public)
