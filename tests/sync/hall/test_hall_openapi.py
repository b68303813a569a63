"""The hall's OpenAPI document says what the hall does, and nothing that a machine makes of it brings the hall down."""

from __future__ import annotations

import base64
from http import HTTPStatus
from importlib.resources import files
from itertools import count
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from sync import wire
from sync.envelope import CODECS, PLAIN, EnrolRequest
from sync.wire import CONTENT_TYPE, HTTP_STATUS, EnvelopeReader, signed
from tests.support.budgets import examples
from tests.sync import strange
from tests.sync.hall.conftest import SQLITE, RealHall
from tests.sync.hall.village import Village

DOCUMENT: dict[str, Any] = yaml.load((files("sync.hall") / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
OPERATIONS = [("/v1/enrol", "post"), ("/v1/exchange", "post"), ("/v1/head", "get")]
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
OF_ENROLMENT = {"malformed", "unauthorised", "code_unknown", "code_used", "code_expired", "too_big", "too_new", "busy"}
OF_A_CODE = {"code_unknown", "code_used", "code_expired"}

schemathesis.openapi.media_type(CONTENT_TYPE, st.binary(max_size=400))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def test_the_document_names_every_path_and_every_status_that_the_hall_answers_with() -> None:
    assert [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods] == OPERATIONS
    for (path, method), codes in zip(
        OPERATIONS, (OF_ENROLMENT, HTTP_STATUS.keys() - OF_A_CODE, HTTP_STATUS.keys() - OF_A_CODE), strict=True
    ):
        said = set(DOCUMENT["paths"][path][method]["responses"])
        assert said == {str(int(HTTPStatus.OK)), *(str(int(HTTP_STATUS[code])) for code in codes)}, path


def checked(case: schemathesis.Case, hall: RealHall) -> None:
    """The case sent to the hall: one of the documented answers, signed by the hall, and no fault of its own."""
    answer = case.call(base_url=hall.url)
    case.validate_response(answer, checks=CHECKS)
    assert EnvelopeReader().feed(answer.content) is not None


@pytest.mark.parametrize("database", [SQLITE], indirect=True)
@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [*((path, method, POSITIVE) for path, method in OPERATIONS), ("/v1/head", "get", NEGATIVE)],  # all bytes are a body
)
def test_what_the_document_brings_forth_is_answered(
    hall: RealHall, path: str, method: str, mode: GenerationMode
) -> None:
    @settings(max_examples=examples(15))
    @given(SCHEMA[path][method].as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        checked(case, hall)

    run()


@pytest.fixture
def tries(hall: RealHall) -> tuple[Village, st.SearchStrategy[int]]:
    """A device whose requests are all signed as they should be, and the numbers of its next tries."""
    village, x = hall.village(), count(1)
    return village, st.builds(lambda: next(x)) | st.integers(0, 2**53)


def test_what_a_device_signs_is_answered_whatever_it_says(
    hall: RealHall, tries: tuple[Village, st.SearchStrategy[int]]
) -> None:
    village, x = tries
    me, mine = village.station.me, st.just(village.device)
    good = strange.some_frames(me.keys, me.hall, me.device, me.station)
    asked = strange.requests(st.just(me.hall) | strange.names, mine | mine | strange.names, x)

    @settings(max_examples=examples(60))
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        request = data.draw(asked)
        frames = data.draw(strange.streams(good, request.codec if request.codec in CODECS else PLAIN))
        body = signed(request, wire.EXCHANGE, me.keys) + frames
        checked(SCHEMA["/v1/exchange"]["post"].Case(body=body, media_type=CONTENT_TYPE), hall)

    run()
    assert hall.command("verify").json["ok"]


def test_what_a_device_asks_is_answered_whatever_it_says(
    hall: RealHall, tries: tuple[Village, st.SearchStrategy[int]]
) -> None:
    village, x = tries
    me = village.station.me

    @settings(max_examples=examples(30))
    @given(strange.head_queries(st.just(me.hall) | strange.names, st.just(me.device) | strange.names, x))
    def run(query: Any) -> None:
        q = base64.urlsafe_b64encode(signed(query, wire.HEAD, me.keys)).rstrip(b"=").decode()
        checked(SCHEMA["/v1/head"]["get"].Case(query={"q": q}), hall)

    run()


def test_a_new_device_is_answered_whatever_it_says(hall: RealHall) -> None:
    me = hall.village().station.me
    key = st.binary(min_size=32, max_size=32) | st.just(bytes(32)) | st.just(me.keys.sign_public)
    codes = strange.names | st.just(hall.code_for(hall.new_station()))

    @settings(max_examples=examples(30))
    @given(st.builds(EnrolRequest, codes, key, key, key))
    def run(request: EnrolRequest) -> None:
        body = signed(request, wire.ENROL, me.keys)
        checked(SCHEMA["/v1/enrol"]["post"].Case(body=body, media_type=CONTENT_TYPE), hall)

    run()
