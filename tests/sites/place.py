"""Builds a small valid inventory in memory: two sites, a station and a home."""

from typing import Any

from nacl.signing import SigningKey

from sites.inventory import Inventory
from sites.keys import key_text
from sites.rule import Rule
from sites.site import Site

STATION_DEVICE = "abcdefghijklmnop"
HOME_DEVICE = "ponmlkjihgfedcba"
SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]


def public(seed: int) -> str:
    """Give the public half of a key that is made from one number."""
    return key_text(SigningKey(bytes([seed]) * 32).verify_key)


def station(**changes: Any) -> Site:
    """Give a station with a front door, a yard, a panic button and a camera."""
    fields: dict[str, Any] = {
        "id": "bureau-test",
        "unit": "test",
        "kind": "station",
        "name": {"nl": "Bureau Test", "en": "Test station"},
        "schedule": {
            "windows": [{"days": ["mon"], "start": "18:00", "end": "07:00"}],
            "country": "NL",
        },
        "zones": [
            {
                "number": 1,
                "kind": "entrance",
                "name": {"nl": "Voordeur", "en": "Front door"},
                "plan": SQUARE,
                "entry_s": 30,
            },
            {"number": 2, "kind": "car_park", "plan": SQUARE},
        ],
        "devices": [
            {
                "id": STATION_DEVICE,
                "key": public(1),
                "sensors": [
                    {"number": 1, "kind": "contact", "zone": 1, "pin": 17},
                    {"number": 2, "kind": "panic"},
                    {"number": 3, "kind": "tamper"},
                ],
                "cameras": [
                    {
                        "number": 4,
                        "source": "made:1",
                        "views": [{"zone": 2, "area": SQUARE}],
                    }
                ],
            }
        ],
    }
    return Site.model_validate(fields | changes)


def home(**changes: Any) -> Site:
    """Give a home with a contact and a silent panic button."""
    fields: dict[str, Any] = {
        "id": "7f3k-qr",
        "unit": "test",
        "kind": "home",
        "kit": "7F3K-QR",
        "reference": "AOL-4711",
        "call_back_tested": True,
        "may_ring": False,
        "zones": [{"number": 1, "kind": "hall", "entry_s": 30}],
        "devices": [
            {
                "id": HOME_DEVICE,
                "key": public(2),
                "sensors": [
                    {"number": 1, "kind": "contact", "zone": 1},
                    {"number": 2, "kind": "panic", "silent": True},
                ],
            }
        ],
    }
    return Site.model_validate(fields | changes)


def rule(**changes: Any) -> Rule:
    """Give a rule that opens an incident for an alarm at a station."""
    fields: dict[str, Any] = {
        "id": "alarm-station",
        "kinds": ["alarm.raised"],
        "site_kinds": ["station"],
        "cause": "intrusion",
        "title": {"nl": "Alarm", "en": "Alarm"},
        "priority": "attention",
        "playbook": "intrusion",
        "tells": ["coordinator"],
    }
    return Rule.model_validate(fields | changes)


def inventory(*rules: Rule) -> Inventory:
    """Give an inventory of one station, one home and these rules."""
    return Inventory(
        sites={site.id: site for site in (station(), home())},
        rules={one.id: one for one in rules},
    )
