"""Numbers in addresses: each of them is written in one way, and in no other.

What an address says is what the audit chain calls the thing. `/incident/+12` and
`/incident/012` would show what `/incident/12` shows, under a name that nobody knows.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

NUMBER = re.compile(r"[1-9][0-9]{0,17}")  # fits the store's bigint


def _number(given: Any) -> int:
    if not isinstance(given, str) or not NUMBER.fullmatch(given):
        raise ValueError
    return int(given)


Number = Annotated[int, BeforeValidator(_number)]
