"""Certificates of paths: what a device asks for, is given, and checks before use.

Keys are P-256, written as 66 hexadecimal digits (a compressed point): so short, that
the request of a home fits in one frame.
"""

import struct
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sites.errors import CertificateError

_LENGTH = struct.Struct(">H")

Key = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey


@dataclass(frozen=True)
class Chain:
    """A path's certificate, and that of the authority which issued it."""

    leaf: x509.Certificate
    issuing: x509.Certificate

    @property
    def pem(self) -> bytes:
        """Give both, the path's own first, as TLS wants them."""
        both = (self.leaf, self.issuing)
        return b"".join(one.public_bytes(Encoding.PEM) for one in both)

    def packed(self) -> bytes:
        """Write both in as few bytes as can be."""
        leaf = self.leaf.public_bytes(Encoding.DER)
        return _LENGTH.pack(len(leaf)) + leaf + self.issuing.public_bytes(Encoding.DER)


def new_key() -> Key:
    """Draw a private key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_text(key: PublicKey) -> str:
    """Write a public key as 66 hexadecimal digits."""
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint).hex()


def public_key(text: str) -> PublicKey:
    """Read a public key; raises CertificateError."""
    try:
        point = bytes.fromhex(text)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise CertificateError("the key is no point of P-256") from None


def key_pem(key: Key) -> bytes:
    """Write a private key, in clear: it belongs in a file that nobody else reads."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes) -> Key:
    """Read a private key; raises CertificateError."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise CertificateError("the private key cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError("the private key is not one of P-256")
    return key


def read_pem(pem: bytes) -> Chain:
    """Read a chain as `Chain.pem` gives it; raises CertificateError."""
    try:
        leaf, issuing = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise CertificateError("there are no two certificates in it") from None
    return Chain(leaf, issuing)


def read_leaf(pem: bytes) -> x509.Certificate:
    """Read the first certificate of a file; raises CertificateError."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise CertificateError("there is no certificate in it") from None


def unpack(data: bytes) -> Chain:
    """Read a chain as `Chain.packed` gives it; raises CertificateError."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        leaf = x509.load_der_x509_certificate(data[2 : 2 + length])
        return Chain(leaf, x509.load_der_x509_certificate(data[2 + length :]))
    except (struct.error, ValueError):
        raise CertificateError("there are no two certificates in it") from None


def name_of(certificate: x509.Certificate) -> str:
    """Give whose a certificate is; empty where it does not say it once."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if len(found) == 1 else ""


def check(chain: Chain, root: x509.Certificate, key: PublicKey, path: str) -> None:
    """Check that this is what `path` asked for with `key`, issued under our root.

    Whether it is in force is for the broker to say: a device's clock may be wrong.
    Raises CertificateError.
    """
    leaf, issuing = chain.leaf, chain.issuing
    try:
        issuing.verify_directly_issued_by(root)
        leaf.verify_directly_issued_by(issuing)
        basic = issuing.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        raise CertificateError("it is not of our authority") from None
    if not basic.value.ca or ExtendedKeyUsageOID.CLIENT_AUTH not in usage.value:
        raise CertificateError("it is not of our authority")
    if name_of(leaf) != path:
        raise CertificateError("it is for another path")
    if leaf.public_key() != key:
        raise CertificateError("it is for another key")


def read_root(pem: bytes) -> x509.Certificate:
    """Read the one root that is pinned; raises CertificateError."""
    try:
        (root,) = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise CertificateError("there is no single root in it") from None
    return root


def stretch(leaf: x509.Certificate) -> tuple[datetime, datetime]:
    """Give from when until when a certificate is in force (aware, UTC)."""
    return leaf.not_valid_before_utc, leaf.not_valid_after_utc
