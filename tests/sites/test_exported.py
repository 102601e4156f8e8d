import subprocess
import sys

import sites

HEAVY = ("pydantic", "yaml", "holidays", "sites.inventory", "sites.load")


def rank(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions, each by the alphabet."""
    return (not name.isupper(), not name[0].isupper(), name)


def test_what_is_exported_is_there_and_sorted():
    assert sorted(set(sites.__all__), key=rank) == sites.__all__
    for name in sites.__all__:
        assert getattr(sites, name) is not None


def test_nothing_else_of_its_own_is_public():
    public = {
        name
        for name, thing in vars(sites).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", "").startswith("sites")
    }
    assert public <= set(sites.__all__)


def test_the_words_of_the_wire_load_without_the_inventory():
    code = f"import sys, sites; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
