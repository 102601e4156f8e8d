"""Our own certificate authority: what it makes. It touches neither disk nor store.

The root lies offline and signs two things: the issuing authority, which signs nothing
but clients' certificates, and the broker's. So whoever steals the issuing key still
cannot stand in for the broker. No name says whose this is: a broker shows its
certificate to anybody.
"""

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from collector.fleet.errors import AuthorityEndedError
from sites.certificate import Chain, Key, PublicKey, new_key

PATH_DAYS = 8
SERVER_DAYS = 398
ISSUING_DAYS = 3 * 365
ROOT_DAYS = 20 * 365
# Longer than any certificate that it could name: where nobody brings a broker a new
# list for so long, it lets nobody in.
LIST_DAYS = 30
_EARLIER = timedelta(hours=1)  # for clocks that are behind ours
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Authority:
    """A certificate that may sign others, with its key."""

    certificate: x509.Certificate
    key: Key


def make_root(now: datetime) -> Authority:
    """Make a new root."""
    key, name = new_key(), _name(f"root {secrets.token_hex(4)}")
    builder = _builder(name, key.public_key(), _stretch(now, ROOT_DAYS))
    builder = _as_authority(builder, below=1)
    made = builder.issuer_name(name).sign(key, hashes.SHA256())
    return Authority(made, key)


def make_issuing(root: Authority, now: datetime) -> Authority:
    """Make a new issuing authority, for clients alone."""
    key, name = new_key(), _name(f"issuing {secrets.token_hex(4)}")
    builder = _builder(name, key.public_key(), _stretch(now, ISSUING_DAYS))
    builder = _for(_as_authority(builder, below=0), ExtendedKeyUsageOID.CLIENT_AUTH)
    return Authority(_sign(builder, root), key)


def issue(authority: Authority, path: str, key: PublicKey, now: datetime) -> Chain:
    """Certify a path's key for PATH_DAYS, or until the authority ends before.

    Raises AuthorityEndedError.
    """
    return Chain(_client(authority, path, key, now, PATH_DAYS), authority.certificate)


def issue_collector(
    root: Authority, name: str, key: PublicKey, now: datetime
) -> x509.Certificate:
    """Certify a collector's key, for SERVER_DAYS."""
    return _client(root, name, key, now, SERVER_DAYS)


def issue_broker(
    root: Authority, hosts: Sequence[str], key: PublicKey, now: datetime
) -> x509.Certificate:
    """Certify a broker's key under its names and addresses, for SERVER_DAYS."""
    builder = _builder(_name(hosts[0]), key, _stretch(now, SERVER_DAYS))
    builder = _for(_as_end(builder), ExtendedKeyUsageOID.SERVER_AUTH)
    names = x509.SubjectAlternativeName([_host(one) for one in hosts])
    return _sign(builder.add_extension(names, critical=False), root)


def revocation_list(
    authority: Authority, revoked: Iterable[tuple[str, datetime]], now: datetime
) -> bytes:
    """Write the list of revoked serials, each with when; good for LIST_DAYS."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - _EARLIER)
        .next_update(now + timedelta(days=LIST_DAYS))
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(_issuer_key(authority), critical=False)
    )
    for serial, at in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(int(serial, 16))
        builder = builder.add_revoked_certificate(one.revocation_date(at).build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _client(
    authority: Authority, name: str, key: PublicKey, now: datetime, days: int
) -> x509.Certificate:
    since, until = _stretch(now, days)
    last = authority.certificate.not_valid_after_utc
    if last <= now:
        raise AuthorityEndedError(last)
    builder = _as_end(_builder(_name(name), key, (since, min(until, last))))
    return _sign(_for(builder, ExtendedKeyUsageOID.CLIENT_AUTH), authority)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _stretch(now: datetime, days: int) -> tuple[datetime, datetime]:
    return now - _EARLIER, now + timedelta(days=days)


def _builder(
    name: x509.Name, key: PublicKey, stretch: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(stretch[0])
        .not_valid_after(stretch[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _as_authority(
    builder: x509.CertificateBuilder, below: int
) -> x509.CertificateBuilder:
    basic = x509.BasicConstraints(ca=True, path_length=below)
    usage = _usage("key_cert_sign", "crl_sign")
    builder = builder.add_extension(basic, critical=True)
    return builder.add_extension(usage, critical=True)


def _as_end(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    basic = x509.BasicConstraints(ca=False, path_length=None)
    builder = builder.add_extension(basic, critical=True)
    return builder.add_extension(_usage("digital_signature"), critical=True)


def _for(
    builder: x509.CertificateBuilder, purpose: x509.ObjectIdentifier
) -> x509.CertificateBuilder:
    return builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)


def _usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in allowed for name in _USAGES})


def _sign(builder: x509.CertificateBuilder, authority: Authority) -> x509.Certificate:
    return (
        builder.issuer_name(authority.certificate.subject)
        .add_extension(_issuer_key(authority), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _issuer_key(authority: Authority) -> x509.AuthorityKeyIdentifier:
    own = authority.certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    )
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
