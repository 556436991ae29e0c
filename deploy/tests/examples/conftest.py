"""A certificate authority of the test's own, and server certificates under it."""

import datetime as dt
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Certificates are about real time, not about the business clock.
_BEGIN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Authority:
    """Files of an authority and of one server certificate for 127.0.0.1 and localhost."""

    ca: Path
    certificate: Path
    key: Path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _issue(folder: Path) -> Authority:
    folder.mkdir()
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = {"key_encipherment": False, "content_commitment": False, "data_encipherment": False}
    rest = {"key_agreement": False, "encipher_only": False, "decipher_only": False}

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.Certificate:
        public = key.public_key()
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("test authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(_BEGIN)
            .not_valid_after(_END)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(digital_signature=True, key_cert_sign=ca, crl_sign=ca, **usage, **rest), critical=True
            )
        )
        if not ca:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(ca_key, hashes.SHA256())

    authority = Authority(folder / "ca.crt", folder / "tls.crt", folder / "tls.key")
    pem = serialization.Encoding.PEM
    authority.ca.write_bytes(certificate("test authority", ca_key, ca=True).public_bytes(pem))
    authority.certificate.write_bytes(certificate("localhost", server_key, ca=False).public_bytes(pem))
    plain = serialization.NoEncryption()
    authority.key.write_bytes(server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return authority


@pytest.fixture(scope="session")
def new_authority(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Authority]:
    """Make an authority."""
    folder = tmp_path_factory.mktemp("authorities")
    return lambda name: _issue(folder / name)


@pytest.fixture(scope="session")
def authority(new_authority: Callable[[str], Authority]) -> Authority:
    """The one servers use."""
    return new_authority("ours")


@pytest.fixture(scope="session")
def stranger(new_authority: Callable[[str], Authority]) -> Authority:
    """Another one, which nobody here should believe."""
    return new_authority("stranger")
