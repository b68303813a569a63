"""Lines from strangers: each is one object or one error, and no line spoils the next."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counter_app.domain.errors import CounterError, InvalidInput
from forms.json_lines import LONGEST_LINE, read_lines, read_object


def read(content: bytes) -> list[tuple[int, Any]]:
    return list(read_lines(io.BytesIO(content)))


def only(content: bytes) -> Any:
    [(_, found)] = read(content)
    return found


def code(content: bytes) -> str:
    return cast(CounterError, only(content)).code


def test_each_line_keeps_its_number_and_blank_ones_are_passed_over() -> None:
    assert read(b'{"a":1}\n\n  \n{"b":2}') == [(1, {"a": 1}), (4, {"b": 2})]


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    assert read(b'\xef\xbb\xbf{"a":1}\r\n{"b":2}\r\n') == [(1, {"a": 1}), (2, {"b": 2})]


def test_a_byte_order_mark_in_the_middle_is_an_error() -> None:
    first, second = read(b'{"a":1}\n\xef\xbb\xbf{"b":2}\n')
    assert (first[1], second[1].code) == ({"a": 1}, "line_not_json")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"a":"\x00"}', "line_has_nul"),
        ('{"name":"张"}'.encode("gbk"), "line_not_utf8"),
        ('{"a":1}'.encode("utf-16"), "line_has_nul"),
        (b'{"a":1', "line_not_json"),
        (b'{"a":1} {"b":2}', "line_not_json"),
        (b"{'a':1}", "line_not_json"),
        (b'{"a":"\t"}', "line_not_json"),
        (b"[1]", "line_not_object"),
        (b"null", "line_not_object"),
        (b'"text"', "line_not_object"),
        (b'{"a":1,"a":1}', "line_key_doubled"),
        (b'{"x":[{"a":1,"a":2}]}', "line_key_doubled"),
        (b'{"a":"\\ud86d"}', "line_surrogate"),
        (b'{"a":["x","\\udf4e"]}', "line_surrogate"),
        (b'{"\\ud800":1}', "line_surrogate"),
        (b'{"a":1e400}', "line_number"),
        (b'{"a":-1e400}', "line_number"),
        (b'{"a":NaN}', "line_number"),
        (b'{"a":Infinity}', "line_number"),
        (b'{"a":' + b"9" * 5000 + b"}", "line_number"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "line_too_deep"),
        (b'{"a":' * 100_000, "line_too_deep"),
    ],
)
def test_a_bad_line_is_one_error_of_its_own_and_the_next_line_is_read(line: bytes, expected: str) -> None:
    first, second = read(line + b"\n" + b'{"good":true}\n')
    assert (first[0], first[1].code) == (1, expected)
    assert second == (2, {"good": True})


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert only(b'{"a":"\\ud872\\udf4e"}') == {"a": "𬭎"}


def test_brackets_inside_text_do_not_count_as_depth() -> None:
    assert only(json.dumps({"a": '[{"' * 100}).encode()) == {"a": '[{"' * 100}


def test_whole_numbers_become_int_however_they_are_written() -> None:
    found = only(b'{"a":2.0,"b":3e2,"c":-0.0,"d":1.5}')
    assert found == {"a": 2, "b": 300, "c": 0, "d": 1.5}
    assert [type(value) for value in found.values()] == [int, int, int, float]


class EndlessLine(io.RawIOBase):
    """A line of 50 MB and a good one, made as it is read."""

    def __init__(self) -> None:
        self._pieces: Iterator[bytes] = iter([b'{"a":"', *[b"x" * 65536] * 800, b'"}\n', b'{"good":true}\n'])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def test_a_line_of_50_megabytes_is_never_held() -> None:
    tracemalloc.start()
    try:
        found = list(read_lines(io.BufferedReader(EndlessLine())))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert cast(CounterError, found[0][1]).code == "line_oversized"
    assert found[1] == (2, {"good": True})
    assert peak < 8 * LONGEST_LINE


def test_a_line_of_exactly_the_limit_is_read() -> None:
    line = b'{"a":"' + b"x" * (LONGEST_LINE - 8) + b'"}'
    assert len(line) == LONGEST_LINE
    assert isinstance(only(line), dict)
    assert code(line + b" ") == "line_oversized"


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf\xef\xbb\xbf{}")
def test_any_bytes_give_objects_or_errors(content: bytes) -> None:
    for _, found in read_lines(io.BytesIO(content)):
        assert isinstance(found, dict | CounterError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_json_writes_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    found = only(line)
    assert found == value or found.code in ("line_not_utf8", "line_has_nul")


def test_a_line_that_was_cut_off_is_said_to_end_where_it_ends():
    for end in (b"", b"\n", b"\r\n"):
        [(_, error)] = read_lines(io.BytesIO(b'{"item": "a", "outc' + end))
        assert isinstance(error, InvalidInput)
        assert error.params["column"] == 15


def test_one_object_may_stand_on_several_lines_and_is_read_as_strictly() -> None:
    assert read_object('{\n  "reason": "x",\n  "n": 2\n}\n') == {"reason": "x", "n": 2}
    assert read_object(" \n") == {}
    for wrong in ('{"a": 1}\n{"b": 2}', '{"a": "one\nline"}', '{"a": 1,\n "a": 2}', "[1]"):
        with pytest.raises(InvalidInput):
            read_object(wrong)
