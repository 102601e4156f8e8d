"""An authenticator in software: what a phone or key does with a passkey, or ought not.

It answers like a browser's `navigator.credentials`; each knob is a lie that it can
tell.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)

from dashboard.ceremony import base64url, from_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(frozen=True)
class Lies:
    """What is wrong with an answer; nothing, where it is not said."""

    origin: str | None = None
    domain: str | None = None
    challenge: str | None = None
    sort: str | None = None
    flags: int = PRESENT | VERIFIED
    cross_origin: bool = False
    signed_by: EllipticCurvePrivateKey | None = None
    handle: str | None = None


TRUTH = Lies()


@dataclass
class Authenticator:
    """One passkey on one device; `count` goes up with each signature, 0 stays 0."""

    origin: str
    key: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    count: int = 0

    @property
    def passkey(self) -> str:
        """Its id, as the store knows it."""
        return base64url(self.id)

    def make(self, options: dict[str, Any], lies: Lies = TRUTH) -> str:
        """Answer `navigator.credentials.create(options)`."""
        self.handle = options["user"]["id"]
        attested = (
            bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._public_key()
        )
        lies = replace(lies, flags=lies.flags | ATTESTED)
        data = self._data(options["rp"]["id"], lies) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": self._client("webauthn.create", options, lies),
            "attestationObject": base64url(cbor2.dumps(statement)),
        }
        return self._answer(response)

    def use(self, options: dict[str, Any], lies: Lies = TRUTH) -> str:
        """Answer `navigator.credentials.get(options)`."""
        client = self._client("webauthn.get", options, lies)
        data = self._data(options["rpId"], lies)
        said = from_base64url(client)
        signer = lies.signed_by or self.key
        signed = signer.sign(
            data + hashlib.sha256(said).digest(), ECDSA(hashes.SHA256())
        )
        response = {
            "clientDataJSON": client,
            "authenticatorData": base64url(data),
            "signature": base64url(signed),
            "userHandle": self.handle if lies.handle is None else lies.handle,
        }
        return self._answer(response)

    def _client(self, sort: str, options: dict[str, Any], lies: Lies) -> str:
        said = {
            "type": lies.sort or sort,
            "challenge": lies.challenge or options["challenge"],
            "origin": lies.origin or self.origin,
            "crossOrigin": lies.cross_origin,
        }
        return base64url(json.dumps(said).encode())

    def _data(self, domain: str, lies: Lies) -> bytes:
        digest = hashlib.sha256((lies.domain or domain).encode()).digest()
        return digest + bytes([lies.flags]) + self.count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": self.passkey,
                "rawId": self.passkey,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )
