"""A hall behind TLS on this machine, with a certificate that nobody but a pin vouches for."""

from __future__ import annotations

import datetime
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Certificate:
    """Self-signed: its files, and its SHA-256 in hex."""

    cert: Path
    key: Path
    pin: str


def self_signed(folder: Path) -> Certificate:
    """A new one in that folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hall")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, own = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    made = Certificate(
        folder / "cert.pem",
        folder / "key.pem",
        hashlib.sha256(built.public_bytes(serialization.Encoding.DER)).hexdigest(),
    )
    made.key.write_bytes(key.private_bytes(pem, own, serialization.NoEncryption()))
    made.cert.write_bytes(built.public_bytes(pem))
    return made


@contextmanager
def served(app: Any, certificate: Certificate) -> Iterator[str]:
    """The address at which the app answers while the block runs."""
    files = {"ssl_certfile": str(certificate.cert), "ssl_keyfile": str(certificate.key)}
    config = uvicorn.Config(app, port=0, lifespan="off", ws="none", log_level="critical", access_log=False, **files)
    server = uvicorn.Server(config)
    ready = threading.Event()
    startup = server.startup

    async def told(*given: Any, **more: Any) -> None:
        await startup(*given, **more)
        ready.set()

    server.startup = told  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
