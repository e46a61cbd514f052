"""A certificate by which OPC UA servers know this agent: made here, its key never leaves."""

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from deungdae.edge.drivers import DriverMissing

CERTIFICATE_FILE = "opcua-client.der"
KEY_FILE = "opcua-client.pem"
YEARS = 10


class Made(NamedTuple):
    """What a configuration then says."""

    certificate: Path
    key: Path
    application_uri: str


def make(edge: str, folder: Path, now_us: int) -> Made:
    """Make key and certificate in a folder. Raises `FileExistsError`, `DriverMissing`."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    except ImportError as error:
        raise DriverMissing(
            "The driver {kind} needs the extra {extra}; install it.",
            kind="opcua",
            extra="edge-opcua",
        ) from error
    made = Made(folder / CERTIFICATE_FILE, folder / KEY_FILE, f"urn:deungdae:edge:{edge}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(made.key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    key = rsa.generate_private_key(65537, 2048)
    with os.fdopen(number, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Deungdae {edge}"[:64])])
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(made.application_uri)]
    names.append(x509.DNSName(_host()))
    begin = datetime.fromtimestamp(now_us / 1e6, UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # Servers refuse a certificate that is not for exactly this.
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=True,
                data_encipherment=True,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
        .sign(key, hashes.SHA256())
    )
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    return made


def _host() -> str:
    """Return this computer's name as a certificate can hold it."""
    name = socket.gethostname()
    return name if name and name.isascii() else "localhost"
