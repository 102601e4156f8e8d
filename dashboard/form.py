"""The fields of a form, after the form was found to be ours."""

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from dashboard.asker import Asker, form_token
from dashboard.errors import FieldError, ForgedFormError, TooLargeError
from dashboard.parts import arrived, cookie_name, parts_of, signed_in

TOKEN_FIELD = "token"  # noqa: S105 - the name of a field
FIELDS_MOST = 10
WORD_MOST = 200
TEXT_MOST = 4_000
DOOR_COOKIE = "deur"


@dataclass(frozen=True)
class Fields:
    """The text fields of one form, each once."""

    given: dict[str, str]

    def maybe(self, name: str) -> str:
        """Give a field, empty where it is missing."""
        return self.given.get(name, "")

    def word(self, name: str) -> str:
        """Give a short field that must be there.

        Raises:
            FieldError: it is missing or too long to be anything of ours.
        """
        value = self.maybe(name)
        if not 0 < len(value) <= WORD_MOST or "\0" in value:
            raise FieldError
        return value

    def text(self, name: str) -> str:
        """Give a field of running text; the store knows no NUL."""
        value = self.maybe(name)
        if len(value) > TEXT_MOST or "\0" in value:
            raise FieldError
        return value


async def form(request: Request, asker: Annotated[Asker, Depends(signed_in)]) -> Fields:
    """Give the fields of a form that this session's own page sent.

    Raises:
        ForgedFormError: another site's page, no token, or another session's.
        FieldError: it is no form of ours.
    """
    _from_here(request)
    fields = await _read(request)
    _ours(fields, asker.token)
    return fields


async def arrived_form(
    request: Request, asker: Annotated[Asker, Depends(arrived)]
) -> Fields:
    """Give the fields of such a form, also from who has yet to make a passkey.

    Raises:
        ForgedFormError: as for `form`.
        FieldError: as for `form`.
    """
    return await form(request, asker)


async def door_form(request: Request) -> Fields:
    """Give the fields of the sign-in form, before there is a session.

    Raises:
        ForgedFormError: as for `form`; the door's cookie stands for the session.
    """
    _from_here(request)
    fields = await _read(request)
    secret = door_secret(request)
    _ours(fields, form_token(secret))
    if not secret:
        raise ForgedFormError
    return fields


def door_secret(request: Request) -> str:
    """Give the door's cookie, which stands for a session before there is one."""
    return request.cookies.get(cookie_name(parts_of(request), DOOR_COOKIE), "")


def inside(back: str) -> str:
    """Give a path of ours to go on to; the first page where it is none."""
    clean = back.isprintable() and "\\" not in back
    return back if clean and back[:1] == "/" and back[1:2] != "/" else "/"


def _from_here(request: Request) -> None:
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    expected = urlsplit(parts_of(request).settings.address).netloc
    if site not in {"same-origin", "none"} or (
        origin is not None
        and urlsplit(origin).netloc not in {expected, request.headers.get("host")}
    ):
        raise ForgedFormError


async def _read(request: Request) -> Fields:
    try:
        async with request.form(max_files=0, max_fields=FIELDS_MOST) as data:
            pairs = data.multi_items()
    except TooLargeError:
        raise
    except (HTTPException, UnicodeError, ValueError):
        raise FieldError from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if isinstance(value, UploadFile) or name in given:
            raise FieldError
        given[name] = value
    return Fields(given)


def _ours(fields: Fields, token: str) -> None:
    given = fields.maybe(TOKEN_FIELD).encode()
    if not hmac.compare_digest(given, token.encode()):
        raise ForgedFormError
