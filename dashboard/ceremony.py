"""What a passkey is asked, and whether its answer is right; knows no store."""

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dashboard.errors import PasskeyRefusedError

NAME = "Wachtpost"
TIMEOUT_MS = 120_000
# Base64url; the longest id that WebAuthn allows has 1023 bytes.
ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")
ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


@dataclass(frozen=True)
class Party:
    """Who asks: the domain that a passkey belongs to, and the origin of our pages."""

    domain: str
    origin: str


@dataclass(frozen=True)
class Holder:
    """For whom a passkey is made: his id, and the random handle that he is known by.

    `handle` and `has` (the passkeys that he has) are base64url.
    """

    person: str
    handle: str
    has: Sequence[str]


@dataclass(frozen=True)
class Fresh:
    """A passkey that was just made."""

    passkey: str
    key: bytes
    count: int


class _Response(msgspec.Struct):
    clientDataJSON: str  # noqa: N815  # WebAuthn's own name
    userHandle: str | None = None  # noqa: N815  # as above


class _Answer(msgspec.Struct):
    id: str
    response: _Response


class _ClientData(msgspec.Struct):
    challenge: str
    crossOrigin: bool = False  # noqa: N815  # WebAuthn's own name


@dataclass(frozen=True)
class Answer:
    """A browser's answer as far as it is needed to find what it answers.

    Nothing of it is believed before it was checked.
    """

    text: str
    passkey: str
    challenge: str
    handle: str | None


def base64url(value: bytes) -> str:
    """Give bytes as WebAuthn writes them."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Give what was written so."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def ask_new(party: Party, holder: Holder, challenge: bytes) -> str:
    """Give what a browser needs to make a passkey, as JSON.

    It can be found without a name, and asks for a finger, a face or a PIN each time.
    """
    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=NAME,
        user_id=from_base64url(holder.handle),
        user_name=holder.person,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(holder.has),
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json(options)


def ask_one(party: Party, challenge: bytes, has: Sequence[str] = ()) -> str:
    """Give what a browser needs to use a passkey: any of ours, or one of these."""
    options = generate_authentication_options(
        rp_id=party.domain,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_described(has),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def _described(has: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=from_base64url(each)) for each in has]


def read_answer(text: str) -> Answer:
    """Read what an answer says of itself.

    Raises:
        PasskeyRefusedError: it is none, or was asked for from inside another page.
    """
    try:
        given = msgspec.json.decode(text, type=_Answer)
        said = from_base64url(given.response.clientDataJSON)
        client = msgspec.json.decode(said, type=_ClientData)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise PasskeyRefusedError from None
    written = ID.fullmatch(given.id) and ID.fullmatch(client.challenge)
    if client.crossOrigin or not written:
        raise PasskeyRefusedError
    return Answer(text, given.id, client.challenge, given.response.userHandle)


def check_new(party: Party, answer: Answer) -> Fresh:
    """Check the answer to `ask_new`, whose challenge was found to be ours.

    Raises:
        PasskeyRefusedError: it is not right in any way.
    """
    with _refusing():
        made = verify_registration_response(
            credential=answer.text,
            expected_challenge=from_base64url(answer.challenge),
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        return Fresh(
            base64url(made.credential_id), made.credential_public_key, made.sign_count
        )


def check_one(party: Party, answer: Answer, key: bytes, count: int) -> int:
    """Check the answer to `ask_one` with the passkey's own key; give its new count.

    Raises:
        PasskeyRefusedError: it is not right in any way.
    """
    with _refusing():
        used = verify_authentication_response(
            credential=answer.text,
            expected_challenge=from_base64url(answer.challenge),
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            credential_public_key=key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
        return used.new_sign_count


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001  # whatever its parsers make of a stranger's bytes
        raise PasskeyRefusedError from None
