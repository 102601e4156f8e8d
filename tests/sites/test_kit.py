import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.kit import ALPHABET, is_valid, new_kit_number

NUMBERS = st.randoms(use_true_random=False).map(new_kit_number)
PLACES = (0, 1, 2, 3, 5, 6)


def swapped(number: str, one: int, other: int) -> str:
    letters = list(number)
    letters[one], letters[other] = letters[other], letters[one]
    return "".join(letters)


def test_the_alphabet_leaves_out_what_is_misread():
    assert len(set(ALPHABET)) == 30
    assert not set(ALPHABET) & set("0O1I8B")


@given(NUMBERS)
def test_a_drawn_number_is_valid_and_written_as_four_and_two(number):
    assert is_valid(number)
    assert number[4] == "-"
    assert len(number) == 7


@given(NUMBERS)
def test_every_single_wrong_character_is_found(number):
    for place in PLACES:
        for letter in set(ALPHABET) - {number[place]}:
            assert not is_valid(number[:place] + letter + number[place + 1 :])


@given(NUMBERS)
def test_every_swap_of_two_different_characters_is_found(number):
    for one, other in combinations(PLACES, 2):
        if number[one] != number[other]:
            assert not is_valid(swapped(number, one, other))


def test_no_pair_of_characters_at_any_place_escapes():
    chance = random.Random(2)  # noqa: S311  # a fixed draw, to be repeated
    open_ = {
        (one, other, first, second)
        for one, other in combinations(PLACES, 2)
        for first in ALPHABET
        for second in ALPHABET
        if first != second
    }
    while open_:
        number = new_kit_number(chance)
        for one, other in combinations(PLACES, 2):
            open_.discard((one, other, number[one], number[other]))
            if number[one] != number[other]:
                assert not is_valid(swapped(number, one, other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7F3KQG",
        "7F3K-Q",
        "7F3K-QGG",
        "7f3k-qg",
        "7F3O-QG",
        "7F3K QG",
        "\uff17F3K-QG",
        "7F3K-QH",
    ],
)
def test_what_is_written_otherwise_is_not_valid(text):
    assert not is_valid(text)


def test_two_draws_differ():
    random_ = random.Random(1)  # noqa: S311  # a fixed draw, to be repeated
    assert len({new_kit_number(random_) for _ in range(500)}) == 500
