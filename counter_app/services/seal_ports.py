"""What electronic seals need from outside (电子印章): keys, certificates and roots of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.sealing import SealSetup

if TYPE_CHECKING:  # what draws paper is loaded by who draws
    from forms.rendering.seal_face import SealFace
    from forms.rendering.seal_place import SealPlace


@dataclass(frozen=True, slots=True)
class SealCertificate:
    """Whose seal it is: the SHA-256 of the certificate in hex, its holder as it says, and until when it is valid."""

    fingerprint: str
    holder: str
    valid_until_ms: int


class Seal(Protocol):
    """An electronic seal that is open: its key can be used, its certificate was checked (电子印章)."""

    @property
    def certificate(self) -> SealCertificate: ...
    def put_on(self, pdf: bytes, place: SealPlace, face: SealFace, at_ms: int) -> bytes:
        """The paper with the seal in sight at that place and signed as a whole.

        CounterError `seal_time_stamp_failed` where one was wanted, `seal_token_gone`.
        """

    def close(self) -> None: ...


class SealStanding(StrEnum):
    """What is to be said of a seal that a file bears; worst first."""

    ALTERED = "altered"
    REVOKED_ROOT = "revoked_root"
    UNKNOWN_ROOT = "unknown_root"
    EXPIRED_SINCE = "expired_since"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class SealFound:
    """A seal of a file: how it stands, its holder and certificate, and when it says that it was put on.

    trusted: whole, and of a root that is believed here; expired_since: the same, its certificate ended after that
    moment; unknown_root: whole, but nobody here knows whose; revoked_root: whole, of a root that the hall revoked;
    altered: the file is not what was sealed.
    """

    standing: SealStanding
    holder: str
    fingerprint: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SealRoot:
    """A certificate whose seals are believed on this machine: its holder, SHA-256 in hex, until when it is valid.

    told: the hall released it, else somebody put it here. revoked_ms: the hall believes it no more since then, and
    neither does this machine.
    """

    holder: str
    fingerprint: str
    valid_until_ms: int
    told: bool = False
    revoked_ms: int | None = None


class SealTrust(Protocol):
    """Which seals are believed on this machine: by the roots that the hall told, and those that somebody put here."""

    def roots(self, told: Sequence[ToldRoot]) -> list[SealRoot]:
        """All of them, by holder. CounterError `seal_parts_not_installed`, InvalidInput `seal_root_damaged`."""

    def add_root(self, file: Path) -> list[SealRoot]:
        """Keep the certificates of a file; those of the file. As `roots`."""

    def check(self, pdf: bytes, now_ms: int, told: Sequence[ToldRoot]) -> list[SealFound]:
        """Every seal of the file by these roots. CounterError `seal_parts_not_installed`, `seal_file_no_pdf`."""


class TokenSeen(NamedTuple):
    """A token (UKey, smart card) that is plugged in, and the labels of the certificates that it shows without a PIN."""

    token: str
    labels: tuple[str, ...]


class SealMeans(Protocol):
    """How seals are kept and opened on this machine."""

    def open(self, setup: SealSetup, secret: str, now_ms: int) -> Seal:
        """The seal, its certificate valid now and made for signing; secret is its passphrase or PIN.

        CounterError `seal_parts_not_installed`, `seal_scheme_not_available`, `seal_key_missing`, `seal_key_damaged`,
        `seal_key_unprotected`, `seal_secret_wrong`, `seal_key_is_of_another`, `seal_module_missing`,
        `seal_module_broken`, `seal_token_missing`, `seal_token_without_key`, `seal_token_locked`, `seal_token_gone`,
        `seal_expired`, `seal_not_valid_yet`, `seal_not_for_signing`.
        """

    def tokens(self, module: str) -> list[TokenSeen]:
        """The tokens behind a PKCS#11 module. CounterError `seal_parts_not_installed`, `seal_module_missing`,
        `seal_module_broken`."""

    def keep_file(self, file: Path, setup: SealSetup) -> str:
        """Copy a key file into the home; its name there. CounterError `seal_key_missing`."""

    def secret(self, setup: SealSetup) -> str:
        """What opens it: as the environment gives it, else as it was kept; "" if neither."""

    def keep_secret(self, setup: SealSetup, secret: str) -> None:
        """Keep what opens it in place of what was kept; "": forget that."""
