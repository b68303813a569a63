"""The roots of electronic seals that this hall believes in: released to every station by the feed, and revoked there.

A release is an event of the hall without a case; the facts name its place in the hall's journal, its only copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import Event
from counter_app.domain.people import Person, Role
from counter_app.domain.seal_roots import KIND, MOST_BYTES, MOST_ROWS, ToldRoot, roots_of, rows_of_roots
from counter_app.domain.wire_values import number_of
from sync.certificate_holder import holder_of
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.release_book import ReleaseBook, lock_all
from sync.hall.store import recovery_waits

BOOK = ReleaseBook("seal_roots.", KIND)
SHORTEST = 8  # hex digits of a fingerprint that somebody must give


@dataclass(frozen=True, slots=True)
class Released:
    """What a release changed; n 0: nothing was different, and nothing was done."""

    n: int
    roots: tuple[ToldRoot, ...]
    stations: int


@again_if_crossed
def release(hall: Hall, content: bytes, person: Person) -> Released:
    """Let every station believe the certificates of a file, PEM or DER; those that are believed already are left out.

    MoveNotAllowed `seal_roots_not_yours`; InvalidInput `seal_root_not_readable`, `seal_roots_too_many`,
    `seal_root_is_none`, `seal_root_ended`, `seal_root_was_revoked`; CounterError `hall_not_recovered`.
    """
    _check_may(person)
    given = [_checked(each, hall.now_ms) for each in _certificates(content)]
    return _tell(hall, person, lambda known: [root for root in given if _is_new(root, known)])


@again_if_crossed
def revoke(hall: Hall, start: str, since_ms: int, person: Person) -> Released:
    """Let no station believe the root whose fingerprint begins so, from that moment; an earlier one holds.

    MoveNotAllowed `seal_roots_not_yours`; NotFound `seal_root_unknown`; CounterError `hall_not_recovered`.
    """
    _check_may(person)

    def untold(known: Sequence[ToldRoot]) -> list[ToldRoot]:
        root = _of_start(known, start)
        later = root.revoked_ms is None or since_ms < root.revoked_ms
        return [replace(root, revoked_ms=since_ms)] if later else []

    return _tell(hall, person, untold)


def known(conn: Connection) -> list[ToldRoot]:
    """All that were released, by fingerprint, each as the newest release has it."""
    found = {root.certificate: root for event in BOOK.events(conn) for root in roots_of(event.data)}
    return sorted(found.values(), key=lambda root: root.fingerprint)


def restore(conn: Connection, batch: Batch, event: Event, written_again: Callable[[Event], Placed]) -> None:
    """A release that the hall lost is one again, if none is in its place; the feeds of all stations are locked."""
    n = number_of(event.data, "n")
    if any(number_of(one.data, "n") == n for one in BOOK.events(conn)):
        return
    BOOK.enter(conn, batch, n, written_again(event))


def holder(root: ToldRoot) -> str:
    """Whose it is (`holder_of`)."""
    return holder_of(x509.load_der_x509_certificate(root.certificate))


def ends(root: ToldRoot) -> datetime:
    """Until when the certificate is valid."""
    return x509.load_der_x509_certificate(root.certificate).not_valid_after_utc


def _tell(hall: Hall, person: Person, untold: Callable[[Sequence[ToldRoot]], list[ToldRoot]]) -> Released:
    with hall.store.write() as conn:
        codes = lock_all(conn)
        if recovery_waits(conn):
            raise CounterError("hall_not_recovered")
        roots = untold(known(conn))
        if not roots:
            return Released(0, (), 0)
        n = len(BOOK.events(conn)) + 1
        BOOK.write(conn, hall, n, person.name, {"n": n, "rows": rows_of_roots(roots)})
    return Released(n, tuple(roots), len(codes))


def _check_may(person: Person) -> None:
    if not person.roles & {Role.OPERATOR, Role.ADMIN}:
        raise MoveNotAllowed("seal_roots_not_yours")


def _certificates(content: bytes) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
    except ValueError as fault:
        raise InvalidInput("seal_root_not_readable") from fault
    if len(found) > MOST_ROWS or any(len(each.public_bytes(Encoding.DER)) > MOST_BYTES for each in found):
        raise InvalidInput("seal_roots_too_many", most=MOST_ROWS)
    return list(dict.fromkeys(found))


def _checked(certificate: x509.Certificate, now_ms: int) -> ToldRoot:
    """A certificate that may stand for others and has not ended: a seal's own, released by mistake, is none."""
    root = ToldRoot(certificate.public_bytes(Encoding.DER))
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        is_authority = certificate.version is x509.Version.v1 and certificate.issuer == certificate.subject
    if not is_authority:
        raise InvalidInput("seal_root_is_none", holder=holder(root)[:60])
    if certificate.not_valid_after_utc < datetime.fromtimestamp(now_ms / 1000, UTC):
        raise InvalidInput("seal_root_ended", holder=holder(root)[:60])
    return root


def _is_new(root: ToldRoot, known: Sequence[ToldRoot]) -> bool:
    earlier = next((each for each in known if each.certificate == root.certificate), None)
    if earlier is not None and earlier.revoked_ms is not None:
        raise InvalidInput("seal_root_was_revoked", holder=holder(root)[:60])
    return earlier is None


def _of_start(known: Sequence[ToldRoot], start: str) -> ToldRoot:
    plain = start.replace(" ", "").replace(":", "").lower()
    found = [root for root in known if len(plain) >= SHORTEST and root.fingerprint.startswith(plain)]
    if len(found) != 1:
        raise NotFound("seal_root_unknown", given=start[:64])
    return found[0]
