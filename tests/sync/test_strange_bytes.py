"""Whatever the other side sends, a reader gives frames or a typed error, and never holds more than its bounds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.errors import CounterError
from sync import journal_tables, wire
from sync.answers import trusted
from sync.envelope import CODECS, PLAIN, Answer
from sync.exchange import synchronise
from sync.frame_stream import FrameReader
from sync.frames import encoded
from sync.keys import DeviceKeys
from sync.ports import LinkCut, LinkDown, NotTheHall, Traffic
from sync.wire import EnvelopeReader, WireError, signed
from tests.support.budgets import examples
from tests.sync import strange
from tests.sync.conftest import open_store
from tests.sync.fake_station import FakeStation, enrolled

HALL = DeviceKeys(b"\x01" * 32, b"\x02" * 32)
GOOD = strange.some_frames(HALL, "hall-1", "D1", "S1")
MIB = 1024 * 1024
MOST_HELD = 96 * MIB  # of Python's memory by one reader: a frame of 1 MiB may be 350,000 empty events


@contextmanager
def bounded() -> Iterator[None]:
    """Inside, no more is held at once than MOST_HELD."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_HELD
    finally:
        tracemalloc.stop()


def code_of(codec: int, data: bytes, step: int = 16_384) -> str:
    """How the reading of these bytes ends: "" well, or the code of an error that an answer can carry."""
    try:
        reader = FrameReader(codec)
        for start in range(0, len(data), step):
            for _ in reader.feed(data[start : start + step]):
                pass
    except WireError as error:
        return error.code
    return ""


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=examples(40))
@given(data=st.data(), step=st.sampled_from([1, 7, 4096]))
def test_any_stream_gives_frames_or_a_typed_error(codec: int, data: st.DataObject, step: int) -> None:
    assert code_of(codec, data.draw(strange.streams(GOOD, codec)), step) in {"", "malformed", "too_big"}


@pytest.mark.parametrize("codec", [*range(len(CODECS), 9), 2**53])
def test_a_codec_that_nobody_knows_is_malformed(codec: int) -> None:
    assert code_of(codec, b"") == "malformed"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("depth", [10, 500, 1_000_000])
def test_lists_in_lists_are_malformed(codec: int, depth: int) -> None:
    with bounded():
        assert code_of(codec, strange.in_one_stream(codec, strange.length_and(strange.nested(depth)))) == "malformed"


@pytest.mark.parametrize(
    ("kind", "codec"), [*(("events", codec) for codec in CODECS), ("ranges", PLAIN), ("returned", PLAIN)]
)
def test_lists_of_nothing_are_held_within_bounds(codec: int, kind: str) -> None:
    frame = strange.length_and(strange.long_lists(20_000)[kind])
    data = strange.in_one_stream(codec, frame * (4 * MIB // len(frame) + 1))
    with bounded():
        assert code_of(codec, data) == "too_big"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("raw", [bytes(16 * MIB), b"\xff" * 16 * MIB, bytes([0, 0, 0, 1, 0xC0]) * MIB],
                         ids=["zeros", "huge lengths", "frames that are none"])
def test_a_bomb_is_given_up(codec: int, raw: bytes) -> None:
    data = strange.in_one_stream(codec, raw)
    with bounded():
        assert code_of(codec, data) in {"malformed", "too_big"}


@pytest.mark.parametrize("codec", CODECS)
def test_more_frames_than_anybody_sends_are_not_read(codec: int) -> None:
    piece = strange.length_and(encoded(GOOD[1]))
    assert code_of(codec, strange.in_one_stream(codec, piece * wire.MAX_FRAMES)) == ""
    assert code_of(codec, strange.in_one_stream(codec, piece * (wire.MAX_FRAMES + 1))) == "too_big"


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != PLAIN])
def test_a_window_over_1_mib_is_refused_before_it_is_made(codec: int) -> None:
    raw = b"".join(strange.length_and(bytes([n]) * 60_000) for n in range(200)) * 3  # else the window is made smaller
    with bounded():
        assert code_of(codec, strange.in_one_stream(codec, raw, window_log=27)) == "malformed"


@pytest.mark.parametrize("codec", CODECS)
def test_a_stream_that_never_gives_a_whole_frame_ends(codec: int) -> None:
    frame = strange.length_and(bytes(strange.MAX_FRAME))
    whole = strange.in_one_stream(codec, frame * 8)
    assert code_of(codec, whole) in {"malformed", "too_big"}


@settings(max_examples=examples(100))
@given(st.binary(max_size=40), st.integers(60, 2**32 - 1), st.integers(1, 50))
def test_a_message_that_says_too_much_is_refused_and_any_other_waits_for_its_end(
    junk: bytes, says: int, step: int
) -> None:
    reader, message = EnvelopeReader(), b"\x01" + says.to_bytes(4, "big") + junk
    with pytest.raises(WireError) if says > wire.MAX_ENVELOPE else nullcontext():
        for start in range(0, len(message), step):
            assert reader.feed(message[start : start + step]) is None


def test_an_envelope_that_never_ends_is_refused_at_its_length() -> None:
    with bounded(), pytest.raises(WireError):
        EnvelopeReader().feed(b"\x01" + (wire.MAX_ENVELOPE + 1).to_bytes(4, "big"))


class StrangeLink:
    """A HallLink on which something answers: a stranger with any bytes, or the hall's own key with any words."""

    def __init__(self, station: FakeStation, data: st.DataObject) -> None:
        self._station, self._data, self._left = station, data, 6

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        return self._answer()

    def head(self, query: bytes) -> Iterable[bytes]:
        return self._answer()

    def enrol(self, body: bytes) -> Iterable[bytes]:
        return self._answer()

    def traffic(self) -> Traffic:
        return Traffic(0, 0)

    def _answer(self) -> Iterable[bytes]:
        self._left -= 1
        if self._left < 0:
            raise LinkDown("enough")
        draw = self._data.draw
        if draw(st.integers(0, 3)) == 0:
            return [draw(st.binary(max_size=300))]
        me = self._station.me
        answer: Answer = draw(strange.answers(me.hall, me.device, self._station.x))
        frames = draw(strange.streams(GOOD, answer.codec if answer.codec in CODECS else PLAIN))
        return [signed(answer, wire.ANSWER, HALL) + frames]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> FakeStation:
    return a_station(tmp_path_factory)


def a_station(tmp_path_factory: pytest.TempPathFactory) -> FakeStation:
    """A new one for each example: what an earlier answer left behind would make the same bytes do something else."""
    engine = open_store(tmp_path_factory.mktemp("strange") / "store.db", "sqlite", "OFF")
    with engine.begin() as conn:
        journal_tables.metadata.create_all(conn)
        journal_tables.create_triggers(conn)
    return enrolled(engine, "D1", "hall-1", "S1", HALL)


@settings(max_examples=examples(40))
@given(data=st.data())
def test_whatever_answers_a_run_of_the_client_ends_with_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    station = a_station(tmp_path_factory)
    result = synchronise(station, StrangeLink(station, data))
    assert result.error is None or isinstance(result.error, CounterError)


@settings(max_examples=examples(60))
@given(data=st.data(), codec=st.sampled_from(CODECS))
def test_an_answer_of_the_hall_gives_frames_or_says_that_it_broke(
    station: FakeStation, data: st.DataObject, codec: int
) -> None:
    answer = Answer("hall-1", "D1", 1, 1, 0, (0, strange.H), 0, [], (0, strange.H), 0, False, [], codec)
    whole = signed(answer, wire.ANSWER, HALL) + data.draw(strange.streams(GOOD, codec))
    try:
        _, frames = trusted([whole], station.me, 1)
        for _ in frames:
            pass
    except (LinkCut, NotTheHall):
        pass
