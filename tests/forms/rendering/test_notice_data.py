"""The data of a notice survives the journal and says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from counter_app.domain.errors import InvalidInput
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import sample_data


def test_data_comes_back_unchanged_from_msgpack():
    mapping = sample_data()
    packed = msgspec.msgpack.decode(msgspec.msgpack.encode(mapping))
    assert packed == mapping
    assert NoticeData.from_mapping(packed) == NoticeData.from_mapping(mapping)
    assert NoticeData.from_mapping(packed).to_mapping() == mapping


def test_plain_values_hold_no_floats_and_only_string_keys():
    def walk(value):
        if isinstance(value, dict):
            assert all(isinstance(key, str) for key in value)
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        else:
            assert value is None or isinstance(value, bool | int | str)

    walk(sample_data())


def test_a_moment_is_kept_to_the_minute_in_the_time_of_china(data):
    mapping = data(received_at=datetime(2026, 11, 23, 2, 42, 33, 5, tzinfo=UTC))
    assert mapping["received_at"] == "2026-11-23T10:42:00+08:00"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, "unknown: colour"),
        ({"copies": "2"}, "$.copies"),
        ({"applicant": None}, "$.applicant"),
        ({"received_at": "2026-11-23T10:42:00"}, "$.received_at"),
        ({"materials": [{"form": "原件"}]}, "$.materials[0]"),
        ({"issued_on": "23.11.2026"}, "$.issued_on"),
    ],
)
def test_a_wrong_field_is_told_by_its_place(change, told):
    with pytest.raises(InvalidInput) as refused:
        NoticeData.from_mapping(dict(sample_data()) | change)
    assert told in str(refused.value.params["problem"])


def test_a_missing_field_is_named():
    mapping = {name: value for name, value in sample_data().items() if name != "clerk"}
    with pytest.raises(InvalidInput, match="clerk"):
        NoticeData.from_mapping(mapping)
