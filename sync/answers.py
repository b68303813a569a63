"""An answer, believed only if the hall signed it for this very request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync import wire
from sync.envelope import Answer
from sync.frame_stream import FrameReader
from sync.frames import Frame
from sync.ports import Identity, LinkCut, NotTheHall
from sync.wire import EnvelopeReader, SignedEnvelope, WireError


def signed_beginning(chunks: Iterator[bytes]) -> tuple[SignedEnvelope, bytes]:
    """The envelope at the beginning of an answer, and what came behind it with the last chunk. NotTheHall."""
    reader = EnvelopeReader()
    try:
        for chunk in chunks:
            found = reader.feed(chunk)
            if found is not None:
                return found, reader.rest()
    except WireError as error:
        raise NotTheHall(error.code) from None
    raise NotTheHall("short")


def trusted(chunks: Iterable[bytes], identity: Identity, x: int) -> tuple[Answer, Iterator[Frame]]:
    """The hall's answer to try x, and its frames as they come.

    NotTheHall without the hall's signature or for another try; LinkCut, out of the iterator too, if it broke.
    """
    arriving = iter(chunks)
    found, rest = signed_beginning(arriving)
    if not found.is_by(identity.hall_sign_public, wire.ANSWER):
        raise NotTheHall("signature")
    try:
        answer = found.decode(Answer)
    except WireError as error:
        raise NotTheHall(error.code) from None
    if not _answers(answer, identity, x):
        raise NotTheHall("other_request")
    return answer, _frames(answer, rest, arriving)


def _answers(answer: Answer, identity: Identity, x: int) -> bool:
    """Whether it is for this try. A hall too busy to read the request can only name itself."""
    unread = answer.error is not None and (answer.device, answer.x) == ("", 0)
    return answer.hall == identity.hall and (unread or (answer.device, answer.x) == (identity.device, x))


def _frames(answer: Answer, rest: bytes, arriving: Iterator[bytes]) -> Iterator[Frame]:
    try:
        reader = FrameReader(answer.codec)
        yield from reader.feed(rest)
        for chunk in arriving:
            yield from reader.feed(chunk)
    except WireError as error:
        raise LinkCut(f"answer_{error.code}") from None
