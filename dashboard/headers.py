"""What every answer carries, and how much a request may bring."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.errors import TooLargeError

BODY_BYTES = 64 * 1024
POLICY = "; ".join(  # noqa: FLY002 - one a line, to be read
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: browsers then send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)
NEVER_KEPT = (b"cache-control", b"no-store")
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")


class Headers:
    """Adds the security headers; nothing but the front end's own files is kept.

    A body of more than BODY_BYTES ends in TooLargeError, also when it does not say
    its length.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = (*ALWAYS, HTTPS_ONLY) if secure else ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message["headers"], *self._always]
                if not any(name == b"cache-control" for name, _ in given):
                    given.append(NEVER_KEPT)
                message["headers"] = given
            await send(message)

        await self._app(scope, _bounded(receive), answer)


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES:
            raise TooLargeError
        return message

    return bounded
