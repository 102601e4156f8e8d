"""Kit numbers: five random characters and one that checks them, as in 7F3K-QR.

The alphabet has 30 characters, without 0 O 1 I 8 B. The six values v1 ... v6 satisfy

    6·v1 + 5·v2 + 4·v3 + 3·v4 + 2·v5 + 1·v6 = 0  (mod 31)

31 is a prime above 30 and the weights differ, so one wrong character and two swapped
ones, neighbours or not, are always found. This is how ISBN-10 and the pure systems of
ISO 7064 work. Numbers that would need a 31st character are not given out.
"""

import random as chance

ALPHABET = "2345679ACDEFGHJKLMNPQRSTUVWXYZ"

_PRIME = 31
_WEIGHTS = (6, 5, 4, 3, 2, 1)
_DASH = 4


def new_kit_number(random: chance.Random) -> str:
    """Draw a kit number; `random` is `random.SystemRandom()` for a real kit."""
    while True:
        body = "".join(random.choice(ALPHABET) for _ in range(len(_WEIGHTS) - 1))
        check = -_sum(body) % _PRIME
        if check < len(ALPHABET):
            number = body + ALPHABET[check]
            return f"{number[:_DASH]}-{number[_DASH:]}"


def is_valid(number: str) -> bool:
    """Tell whether a kit number is well written and its check character right."""
    if len(number) != len(_WEIGHTS) + 1 or number[_DASH] != "-":
        return False
    characters = number[:_DASH] + number[_DASH + 1 :]
    if any(character not in ALPHABET for character in characters):
        return False
    return _sum(characters) % _PRIME == 0


def _sum(characters: str) -> int:
    return sum(
        weight * ALPHABET.index(character)
        for weight, character in zip(_WEIGHTS, characters, strict=False)
    )
