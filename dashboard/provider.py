"""The one door to an OpenID Connect provider: asks who somebody is, and checks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dashboard.errors import ProviderAwayError, ProviderRefusedError
from dashboard.group import LEEWAY_S, PROVEN_S, Provider

TIMEOUT_S = 10.0
# Public keys alone: whoever knows our secret cannot sign for the provider.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


@dataclass(frozen=True)
class Visit:
    """One way to the provider and back: what goes along, and what must come back."""

    state: str
    nonce: str
    verifier: str
    again: bool = False  # he signs in there anew, though he is signed in there


class Passport:
    """Asks one provider, as one client."""

    def __init__(self, provider: Provider, secret: str | None, back: str) -> None:
        self._provider = provider
        self._secret = secret
        self._back = back

    async def way(self, visit: Visit) -> str:
        """Give the address at the provider to which somebody is sent.

        Raises:
            ProviderAwayError: it does not answer, or is another than it should be.
        """
        async with self._client() as client:
            about = await self._about(client)
            anew = {"prompt": "login"} if visit.again else {}
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=visit.state,
                nonce=visit.nonce,
                code_verifier=visit.verifier,
                max_age="0" if visit.again else str(PROVEN_S),
                **anew,
            )
        return str(address)

    async def claims(self, visit: Visit, code: str, issuer: str) -> Mapping[str, Any]:
        """Give what the provider says of who came back with a code.

        Raises:
            ProviderRefusedError: it is no good, or not from this provider for us.
            ProviderAwayError: the provider does not answer.
        """
        if issuer and issuer != self._provider.issuer:
            raise ProviderRefusedError
        async with self._client() as client:
            about = await self._about(client)
            keys = await self._read(client, about["jwks_uri"])
            try:
                token = await client.fetch_token(
                    about["token_endpoint"], code=code, code_verifier=visit.verifier
                )
            except OAuthError:
                raise ProviderRefusedError from None
            except HTTPError as error:
                raise ProviderAwayError(type(error).__name__) from None
        return checked(self._provider, visit, token, keys)

    def _client(self) -> Any:  # Authlib tells no types
        return AsyncOAuth2Client(
            client_id=self._provider.client,
            client_secret=self._secret,
            token_endpoint_auth_method="client_secret_basic"
            if self._secret
            else "none",
            scope=self._provider.scope,
            redirect_uri=self._back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    async def _about(self, client: Any) -> Mapping[str, Any]:
        issuer = self._provider.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        about = await self._read(client, address)
        if about.get("issuer") != issuer:
            raise ProviderAwayError("it says that it is another")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not all(isinstance(about.get(name), str) for name in needed):
            raise ProviderAwayError("it does not say where to ask")
        return about

    async def _read(self, client: Any, address: str) -> dict[str, Any]:
        try:
            answer = await client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            said = answer.json()
        except (HTTPError, ValueError) as error:
            raise ProviderAwayError(type(error).__name__) from None
        if not isinstance(said, dict):
            raise ProviderAwayError("it says nothing that can be read")
        return said


def checked(
    provider: Provider,
    visit: Visit,
    token: Mapping[str, Any],
    keys: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Give the claims of an ID token, signed by the provider for us and this visit.

    Raises:
        ProviderRefusedError: it is not right in any way.
    """
    try:
        known = KeySet.import_key_set({"keys": list(keys["keys"])})
        read = jwt.decode(token["id_token"], known, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client},
            },
            params={
                "nonce": visit.nonce,
                "client_id": provider.client,
                "access_token": token.get("access_token"),
                "max_age": PROVEN_S,  # so that the time of the proof must be there
            },
        )
        claims.validate(leeway=LEEWAY_S)
    except (JoseError, KeyError, TypeError, ValueError):
        raise ProviderRefusedError from None
    return dict(claims)
