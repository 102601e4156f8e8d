"""Turns what pydantic finds wrong with a file into sentences, the offender quoted."""

import re
from collections.abc import Callable, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sites.document import Path
from sites.person import E164, EMAIL
from sites.rule import SENSOR
from sites.site import ACCOUNT, REFERENCE, SITE
from sites.words import DEVICE, KEY, KIT, SLUG

PRIVATE_ROOMS = frozenset(
    {
        "bedroom",
        "bathroom",
        "toilet",
        "shower",
        "wc",
        "slaapkamer",
        "badkamer",
        "kinderkamer",
        "logeerkamer",
        "douche",
        "toiletten",
    }
)
_SHAPES = {
    SLUG: "2 to 40 small letters, digits and dashes, a letter first",
    SITE: "2 to 40 small letters, digits and dashes, a letter first,"
    " or a kit number in small letters",
    KIT: "a kit number such as 7F3K-QR, without 0 O 1 I 8 B",
    DEVICE: "16 characters of a-z and 2-7",
    KEY: "64 hexadecimal digits in small letters",
    EMAIL: "an e-mail address",
    E164: "a telephone number such as +31612345678",
    ACCOUNT: "an account of 3 to 16 digits and capitals A to F",
    REFERENCE: "4 to 20 capitals, digits and dashes",
    SENSOR: "a device and a number such as abcdefghijklmnop/3",
}
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a group of fields",
    "date_type": 'a date such as "2026-05-01"',
    "date_parsing": 'a date such as "2026-05-01"',
    "date_from_datetime_inexact": 'a date such as "2026-05-01"',
    "time_type": 'a time such as "18:00"',
    "time_parsing": 'a time such as "18:00"',
}
_PASSWORD = re.compile(r"//[^/@\s]*@")
_QUOTED = 60


def quote(value: object) -> str:
    """Write a value as it stood in the file, short, and without a password."""
    if isinstance(value, str):
        return repr(_PASSWORD.sub("//...@", value)[:_QUOTED])
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "an empty value"
    if isinstance(value, int | float):
        return str(value)
    return "a list" if isinstance(value, list) else "a group of fields"


def complaints(error: ValidationError) -> Iterator[tuple[Path, str]]:
    """Give (place, what) for each thing that is wrong, in the order of the model."""
    for one in causes(error):
        yield one["loc"], _sentence(one)


def causes(error: ValidationError) -> list[ErrorDetails]:
    """Give pydantic's errors without those that follow from another."""
    found = error.errors(include_url=False)
    return [one for one in found if not _follows_from_another(one, found)]


def _follows_from_another(one: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """A list is also too short for pydantic when an item of it is wrong."""
    depth = len(one["loc"])
    return one["type"] == "too_short" and any(
        len(other["loc"]) > depth and other["loc"][:depth] == one["loc"]
        for other in found
    )


def _sentence(error: ErrorDetails) -> str:
    field = next((step for step in reversed(error["loc"]) if isinstance(step, str)), "")
    if error["type"] == "extra_forbidden":
        return f"unknown field {field!r}"
    if error["type"] == "missing" and isinstance(error["loc"][-1], str):
        return f"the field {field!r} is missing"
    said = _complaint(error)
    return f"{field}: {said}" if field else said


def _complaint(error: ErrorDetails) -> str:
    kind, value = error["type"], error["input"]
    if kind in _TYPES:
        return f"{quote(value)} is not {_TYPES[kind]}"
    if kind in _SENTENCES:
        return _SENTENCES[kind](value, error.get("ctx", {}))
    said = error["msg"].removeprefix("Value error, ")
    return f"{quote(value)}: {said[0].lower()}{said[1:]}"


def _literal(value: object, ctx: dict[str, object]) -> str:
    if isinstance(value, str) and value.strip().lower() in PRIVATE_ROOMS:
        return f"{quote(value)} is a bedroom or a bathroom, and those are never watched"
    return f"{quote(value)} is not {str(ctx['expected']).replace(chr(39), '')}"


def _pattern(value: object, ctx: dict[str, object]) -> str:
    pattern = str(ctx["pattern"])
    if pattern == KEY:  # may be a private key in another form: never quoted
        return f"this is not {_SHAPES[KEY]}"
    return f"{quote(value)} is not {_SHAPES.get(pattern, pattern)}"


_SENTENCES: dict[str, Callable[[object, dict[str, object]], str]] = {
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "greater_than": lambda v, c: f"{quote(v)} is not more than {c['gt']}",
    "greater_than_equal": lambda v, c: f"{quote(v)} is less than {c['ge']}",
    "less_than_equal": lambda v, c: f"{quote(v)} is more than {c['le']}",
    "string_too_short": lambda v, _: f"{quote(v)} says nothing",
    "string_too_long": lambda v, c: (
        f"{quote(v)}... is longer than {c['max_length']} characters"
    ),
    "too_short": lambda _, c: (
        f"has {c['actual_length']} items, at least {c['min_length']} are needed"
    ),
    "too_long": lambda _, c: (
        f"has {c['actual_length']} items, at most {c['max_length']} are admitted"
    ),
    "missing": lambda *_: "a point is a pair of numbers, and one is missing",
}
