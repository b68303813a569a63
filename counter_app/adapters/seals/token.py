"""A seal whose key lies in a token (UKey, smart card, HSM) and is used through its PKCS#11 module."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, ObjectClass, exceptions

from counter_app.domain.errors import CounterError
from counter_app.services.seal_ports import TokenSeen

_WRONG_PIN = (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange)
_NOT_A_MODULE = (exceptions.PKCS11Error, RuntimeError, OSError)


class OpenToken(NamedTuple):
    """A session on the token, with the certificate that stands beside the key of that label."""

    session: pkcs11.Session
    certificate: x509.Certificate

    @property
    def is_ec(self) -> bool:
        """Whether its key is one of an elliptic curve: tokens sign those over a hash that we make."""
        return isinstance(self.certificate.public_key(), ec.EllipticCurvePublicKey)


def seen_tokens(module: str) -> list[TokenSeen]:
    """The tokens behind a module that bear certificates anybody may read; one that does not answer shows none.

    CounterError `seal_module_missing`, `seal_module_broken`.
    """
    return [TokenSeen(each.label, _labels(each)) for each in _plugged_in(module) if each.label]


def open_token(module: str, token: str, label: str, pin: str) -> OpenToken:
    """The token of that name, its key and certificate of that label.

    CounterError `seal_module_missing`, `seal_module_broken`, `seal_token_missing`, `seal_secret_wrong`,
    `seal_token_locked`, `seal_token_without_key`, `seal_key_is_of_another`, `seal_token_gone`.
    """
    found = next((each for each in _plugged_in(module) if each.label == token), None)
    if found is None:
        raise CounterError("seal_token_missing", token=token)
    try:
        session = found.open(user_pin=pin)
    except _WRONG_PIN as fault:
        raise CounterError("seal_secret_wrong") from fault
    except exceptions.PinLocked as fault:
        raise CounterError("seal_token_locked", token=token) from fault
    except exceptions.PKCS11Error as fault:
        raise CounterError("seal_token_gone", token=token) from fault
    try:
        return OpenToken(session, _certificate(session, token, label))
    except CounterError:
        session.close()
        raise


def _plugged_in(module: str) -> list[pkcs11.Token]:
    """`seal_module_missing` where there is no such file; a file that is no driver, or a driver that does not answer,
    is `seal_module_broken`."""
    try:
        library = pkcs11.lib(module)
        library.reinitialize()  # what was plugged in since is known then
        return list(library.get_tokens())
    except _NOT_A_MODULE as fault:
        code = "seal_module_broken" if Path(module).exists() else "seal_module_missing"
        raise CounterError(code, module=module) from fault


def _labels(token: pkcs11.Token) -> tuple[str, ...]:
    """The labels of its certificates that are seen without a PIN."""
    try:
        with token.open() as session:
            found = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            return tuple(sorted({str(each[Attribute.LABEL]) for each in found}))
    except exceptions.PKCS11Error:
        return ()  # pulled out meanwhile, or empty: what is wrong with it is said when it is opened


def _certificate(session: pkcs11.Session, token: str, label: str) -> x509.Certificate:
    wanted = {Attribute.LABEL: label}
    try:
        [held] = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, **wanted})
        [_] = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **wanted})
        certificate = x509.load_der_x509_certificate(held[Attribute.VALUE])
        public = list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, **wanted}))
    except ValueError as fault:  # none or several of that label, or no certificate at all
        raise CounterError("seal_token_without_key", token=token, label=label) from fault
    except exceptions.PKCS11Error as fault:
        raise CounterError("seal_token_gone", token=token) from fault
    if public and not _belongs(public[0], certificate):
        raise CounterError("seal_key_is_of_another")
    return certificate


def _belongs(public: pkcs11.Object, certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return bytes(public[Attribute.EC_POINT]).endswith(point)
    numbers = getattr(key, "public_numbers", None)
    return numbers is None or int.from_bytes(public[Attribute.MODULUS]) == numbers().n
