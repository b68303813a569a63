"""The bytes of an event at birth."""

import gc
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import CaseId
from sync.canonical import MAX_EVENT_BYTES, EventNotReadable, bytes_of, event_of

CLOCK = ClockReading(wall_ms=1_763_769_600_000, boot="b1", monotonic_ms=42, offset_ms=-350)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | text | st.binary(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
maps = st.dictionaries(text, values, max_size=5)
cases = st.none() | st.builds(CaseId, st.sampled_from(["D1", "D2"]), st.integers(1, 10**6))


def an_event(**changes: object) -> NewEvent:
    fields: dict[str, object] = {"kind": "received", "case": CaseId("D1", 7), "epoch": 1, "user": "u1"}
    return NewEvent(**(fields | changes))  # type: ignore[arg-type]


def test_the_bytes_of_an_event_are_fixed_for_ever():
    public, private = bytes_of("D1", an_event(data={"fee": 1500, "at": None}, private={"name": "䶮𬭎"}), CLOCK)
    assert public.hex() == (
        "88a16307a16482a26174c0a3666565cd05dca16501a16ba87265636569766564a16d93a262312ad1fea2"
        "a174cf0000019aa8dc4800a175a27531a17601"
    )
    assert private.hex() == "81a46e616d65a7e4b6aef0acad8e"


def test_the_order_in_which_keys_were_given_does_not_matter():
    one = bytes_of("D1", an_event(data={"a": 1, "é": {"y": 1, "x": 2}, "b": 2}), CLOCK)
    other = bytes_of("D1", an_event(data={"é": {"x": 2, "y": 1}, "b": 2, "a": 1}), CLOCK)
    assert one == other


@given(cases, maps, maps, st.integers(0, 2**31), st.none() | st.integers(-(2**40), 2**40))
def test_every_event_comes_back_as_it_was_and_packs_to_the_same_bytes(case, data, private, epoch, offset_ms):
    clock = ClockReading(1, "b", 2, offset_ms)
    new = NewEvent("kind", case, epoch, "u", data, private, v=3)
    public, closed = bytes_of("D1", new, clock)
    event = event_of("D1", 5, public, closed)
    assert (event.case, event.data, event.private, event.clock, event.v) == (case, data, private, clock, 3)
    again = NewEvent(event.kind, event.case, event.epoch, event.user, event.data, event.private or {}, event.v)
    assert bytes_of("D1", again, event.clock) == (public, closed)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused_by_name(junk):
    with pytest.raises(EventNotReadable):
        event_of("D1", 1, junk, None)


@given(st.data())
def test_a_changed_byte_never_gives_another_reading_of_non_canonical_bytes(data):
    public, private = bytes_of("D1", an_event(data={"fee": 5, "list": [1, "x"]}, private={"n": 1}), CLOCK)
    place = data.draw(st.integers(0, len(public) - 1))
    changed = bytearray(public)
    changed[place] = data.draw(st.integers(0, 255))
    try:
        event = event_of("D1", 1, bytes(changed), private)
    except EventNotReadable:
        return
    again = NewEvent(event.kind, event.case, event.epoch, event.user, event.data, event.private or {}, event.v)
    assert bytes_of("D1", again, event.clock)[0] == bytes(changed)


@dataclass
class Foreign:
    x: int


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.5, "float"),
        ({1: "a"}, "key"),
        ("\ud800", "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        (2**64, "int"),
        (-(2**63) - 1, "int"),
        (Foreign(1), "Foreign"),
        ({1, 2}, "set"),
    ],
)
def test_what_msgpack_would_lose_or_change_is_refused_with_its_place(value, why):
    for part in ("data", "private"):
        with pytest.raises(InvalidInput) as caught:
            bytes_of("D1", an_event(**{part: {"deep": [value]}}), CLOCK)
        assert caught.value.code == "event_not_canonical"
        assert caught.value.params == {"where": f"{part}.deep[]", "why": why}


def test_a_value_that_contains_itself_is_refused():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InvalidInput):
        bytes_of("D1", an_event(data={"a": endless}), CLOCK)


def test_64_kib_is_the_most_and_one_byte_more_is_refused_before_it_is_saved():
    def sized(length: int) -> int:
        public, private = bytes_of("D1", an_event(private={"note": "x" * length}), CLOCK)
        return len(public) + len(private)

    fits = MAX_EVENT_BYTES - sized(60_000) + 60_000
    assert sized(fits) == MAX_EVENT_BYTES
    with pytest.raises(CounterError) as caught:
        sized(fits + 1)
    assert caught.value.code == "event_too_big"


def test_an_own_case_is_named_by_its_number_only():
    own, _ = bytes_of("D1", an_event(case=CaseId("D1", 7)), CLOCK)
    with_name = msgspec.msgpack.encode({**msgspec.msgpack.decode(own), "c": ["D1", 7]})
    with pytest.raises(EventNotReadable):
        event_of("D1", 1, with_name, None)
    assert event_of("D2", 1, with_name, None).case == CaseId("D1", 7)


def test_the_decoders_survive_the_garbage_collector():
    """msgspec 0.22 crashed here with a constrained number in a union with a tuple."""
    for _ in range(3):
        gc.collect()
