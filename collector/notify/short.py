"""A message in 160 characters, for an SMS and for a locked screen.

It says the same as the letter: what to do, since when, who is on it, and where to look.
It keeps to the letters of GSM 03.38, since one other letter halves the room there is.
"""

import unicodedata

ROOM = 160  # septets of one SMS
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # behind an escape


def fold(text: str) -> str:
    """Write a text in the letters of GSM 03.38: what has no letter there loses marks.

    `ë` becomes `e`; what is no letter at all becomes `?`.
    """
    return "".join(map(_folded, text))


def septets(text: str) -> int:
    """Count the room that a folded text takes."""
    return sum(2 if letter in _TWICE else 1 for letter in text)


def assemble(begin: str, step: str | None, instead: str, end: str) -> str:
    """Put a message together: the step where it fits as a whole, else `instead`.

    Half a step may say the contrary of it, so none is ever cut.
    """
    for what in filter(None, (step, instead)):
        text = fold(f"{begin} {what} {end}")
        if septets(text) <= ROOM:
            return text
    return fold(f"{begin} {end}")


def _folded(letter: str) -> str:
    if letter in _BASIC or letter in _TWICE:
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    kept = "".join(one for one in plain if one in _BASIC or one in _TWICE)
    return kept or ("" if unicodedata.combining(letter) else "?")
