"""Electronic seals (电子印章): set up on a machine, and put on papers.

The unsealed paper is kept first and stays; the sealed one is made of the same event, signed, kept beside it, and then
the act is written in one transaction with its place. Whatever ends in between leaves the unsealed paper good.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError, MoveNotAllowed, NotFound
from counter_app.domain.events import NewEvent
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.sealing import RULES, SealKind, SealSetup, check_sealing
from counter_app.domain.second_person import stands_by
from counter_app.services.desk import Desk
from counter_app.services.originals import check_original
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading
from counter_app.services.seal_ports import SealCertificate, SealMeans, TokenSeen
from counter_app.services.stored_facts import Paper
from resources.typed import from_json

_SETTING = "seals"


class Sealed(NamedTuple):
    """What a seal was put on: the paper as it was and as it is kept beside, and with whose certificate."""

    case: Case
    notice: IssuedNotice
    seal: SealKind
    certificate: SealCertificate
    unsealed: Paper
    sealed: Paper


class SealOffer(NamedTuple):
    """The seal that would go on a paper; whether its passphrase is kept here, whether a second person must agree."""

    setup: SealSetup
    secret_kept: bool
    needs_second: bool


class Seals:
    """The seals of this machine."""

    def __init__(self, desk: Desk, papers: Papers, means: SealMeans) -> None:
        self._desk, self._papers, self._means = desk, papers, means

    def installed(self) -> list[SealSetup]:
        """All seals that were set up here."""
        with self._desk.store.read() as reading:
            return _setups(reading)

    def set_up(
        self, person: Person, setup: SealSetup, file: Path | None, secret: str, *, keep_secret: bool
    ) -> SealSetup:
        """Keep a seal after opening it once; one of the same agency and kind is replaced.

        file: its key file, None for a token. MoveNotAllowed `seal_set_up_by_administrator`, CounterError
        `agency_unknown`, and what `SealMeans.open` raises: then nothing has changed. A passphrase kept for an earlier
        seal of that name is forgotten: offered to a token it would count as a wrong PIN.
        """
        if Role.ADMIN not in person.roles:
            raise MoveNotAllowed("seal_set_up_by_administrator")
        with self._desk.store.read() as reading:
            if setup.agency not in reading.profile().agencies:
                raise CounterError("agency_unknown", agency=setup.agency[:20])
        to_open = setup if file is None else replace(setup, source=str(file.absolute()))
        with closing(self._means.open(to_open, secret, self._desk.now_ms())) as seal:
            setup = _with_certificate(setup, seal.certificate)
        if file is not None:
            setup = replace(setup, source=self._means.keep_file(file, setup))
        self._means.keep_secret(setup, secret if keep_secret else "")
        with self._desk.store.write() as writing:
            others = [each for each in _setups(writing) if each.name != setup.name]
            kept = sorted([*others, setup], key=lambda each: each.name)
            writing.save_setting(_SETTING, msgspec.json.encode(kept).decode())
        return setup

    def tokens(self, module: str) -> list[TokenSeen]:
        """The tokens that are plugged in behind a PKCS#11 module. As `SealMeans.tokens`."""
        return self._means.tokens(module)

    def is_secret_kept(self, setup: SealSetup) -> bool:
        """Whether it can be put on without asking for its passphrase or PIN."""
        return bool(self._means.secret(setup))

    def test(self, setup: SealSetup, secret: str = "") -> SealCertificate:
        """Open the seal and sign nothing. secret: "" for the kept one. Raises as `SealMeans.open`."""
        with closing(self._means.open(setup, secret or self._means.secret(setup), self._desk.now_ms())) as seal:
            return seal.certificate

    def sealable(self, person: Person, case: Case) -> frozenset[IssuedNotice]:
        """The papers of the case that this person may seal and have no seal yet; none where no seal was set up here."""
        with self._desk.store.read() as reading:
            if case.erased or not _setups(reading):
                return frozenset()
            actors = person.actors(entrusted=reading.profile().may_accept_for(case.item.agency))
        return frozenset(notice for notice in case.notices if _may_seal(case, notice, actors))

    def offer(self, person: Person, words: str, kind: str, number: str | None = None) -> SealOffer:
        """What sealing this paper would take. Raises as `put_on`, but for the second person."""
        found, notice = self._found(words, kind, number)
        with self._desk.store.read() as reading:
            case, seal_kind = self._checked(reading, person, found, notice)
            setup = self._setup(reading, case, seal_kind)
        return SealOffer(setup, self.is_secret_kept(setup), RULES[seal_kind].needs_second)

    def put_on(
        self,
        person: Person,
        words: str,
        kind: str,
        second: Person | None = None,
        *,
        number: str | None = None,
        secret: str = "",
    ) -> Sealed:
        """Seal a paper of that kind of a case: the one of that number, the newest for None.

        secret: the seal's passphrase or PIN, "" for the kept one. Raises NotFound `notice_not_issued`,
        `seal_not_set_up`; MoveNotAllowed as `check_sealing`, `check_original`, `seal_needs_second`,
        `second_is_the_first`; and what `SealMeans.open` and `Seal.put_on` raise: nothing was sealed then, and the paper
        stays as it is.
        """
        found, notice = self._found(words, kind, number)
        with self._desk.store.read() as reading:
            case, seal_kind = self._checked(reading, person, found, notice)
            _check_second(person, second, seal_kind)
            setup = self._setup(reading, case, seal_kind)
        unsealed = self._papers.paper(case.id, notice)
        to_seal = self._papers.to_seal(case.id, notice, setup.words)
        now_ms = self._desk.now_ms()
        with closing(self._means.open(setup, secret or self._means.secret(setup), now_ms)) as seal:
            pdf = seal.put_on(to_seal.pdf, to_seal.place, to_seal.face, now_ms)
            certificate = seal.certificate
        sha256, path = self._desk.vault.put(pdf)
        sealed = Paper(case.id, notice.kind, notice.number, sha256, path, len(pdf))
        data: dict[str, object] = {
            "kind": notice.kind,
            "number": notice.number,
            "agency": setup.agency,
            "seal": seal_kind.value,
            "words": setup.words,
            "scheme": setup.scheme,
            "certificate": certificate.fingerprint,
            "sha256": unsealed.sha256,
            "sealed": sha256,
        }
        private: dict[str, object] = {} if second is None else {"second": second.name}
        with self._desk.store.write() as writing:
            now, _ = self._checked(writing, person, case, notice)
            writing.append([NewEvent("sealed", case.id, now.epoch, person.name, data, private)])
            writing.save_sealed_paper(sealed)
        return Sealed(case, notice, seal_kind, certificate, unsealed, sealed)

    def _found(self, words: str, kind: str, number: str | None) -> tuple[Dossier, IssuedNotice]:
        found, newest = self._papers.find(words, kind)
        if number is None:
            return found, newest
        meant = (notice for notice in found.notices if (notice.kind, notice.number) == (newest.kind, number))
        return found, next(meant, newest)

    def _checked(self, reading: Reading, person: Person, found: Dossier, notice: IssuedNotice) -> tuple[Case, SealKind]:
        """The case and the kind of its seal, as they are now."""
        case = reading.case(found.id)
        if case is None:
            raise MoveNotAllowed("paper_bears_no_seal", kind=notice.kind)
        if case.erased:
            raise CounterError("case_erased", case=str(case.id))
        now = next(each for each in case.notices if (each.kind, each.number) == (notice.kind, notice.number))
        entrusted = reading.profile().may_accept_for(case.item.agency)
        kind = check_sealing(case, now, person.actors(entrusted=entrusted))
        check_original(reading, case, now)
        return case, kind

    def _setup(self, reading: Reading, case: Case, kind: SealKind) -> SealSetup:
        for setup in _setups(reading):
            if (setup.agency, setup.kind) == (case.item.agency, kind):
                return setup
        raise NotFound("seal_not_set_up", agency=case.item.agency, seal_kind=kind.value)


def _check_second(person: Person, second: Person | None, kind: SealKind) -> None:
    if not stands_by(second, person) and RULES[kind].needs_second:
        raise MoveNotAllowed("seal_needs_second")


def _may_seal(case: Case, notice: IssuedNotice, actors: frozenset[Actor]) -> bool:
    if notice.kind not in set(NoticeKind):
        return False  # of a newer hall
    try:
        check_sealing(case, notice, actors)
    except MoveNotAllowed:
        return False
    return True


def _with_certificate(setup: SealSetup, certificate: SealCertificate) -> SealSetup:
    return replace(
        setup, fingerprint=certificate.fingerprint, holder=certificate.holder, ends_ms=certificate.valid_until_ms
    )


def _setups(reading: Reading) -> list[SealSetup]:
    return from_json(reading.setting(_SETTING, "[]"), list[SealSetup])
