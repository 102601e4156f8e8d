"""Groups mapped to roles and units, the file that says so, and tokens that lie."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from dashboard.errors import ProviderRefusedError, SettingsError
from dashboard.group import (
    LEEWAY_S,
    PROVEN_S,
    Known,
    Place,
    Provider,
    admitted,
    person_in,
    place_in,
    proven_in,
    read_provider,
)
from dashboard.provider import Visit, checked

FILE = """
issuer: https://login.example/realm
client: wachtpost
name: Politie
groups:
  wp-desk: {role: desk, unit: duinland}
  wp-desk-too: {role: desk, unit: duinland}
  wp-coordinator: {role: coordinator, unit: duinland}
"""
DESK = Place(role="desk", unit="duinland")
KEY = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
OTHER = ECKey.generate_key("P-256", {"kid": "k"})
VISIT = Visit("state", "nonce", "verifier")


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    file = tmp_path / "provider.yaml"
    file.write_text(FILE)
    return read_provider(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("issuer: http://login.example", "plain http"),
        ("issuer: nowhere", "issuer"),
        ("client: ''", "client"),
        ("colour: red", "colour"),
        ("groups: {wp: {role: administrator, unit: duinland}}", "groups.wp.role"),
        ("groups: {wp: {role: auditor, unit: duinland}}", "groups.wp.role"),
        ("groups: {wp: {role: cso, unit: duinland}}", "groups.wp.role"),
        ("groups: {wp: {role: desk}}", "groups.wp.unit"),
        ("groups: [wp]", "groups"),
        ("groups: {", "while parsing"),
    ],
)
def test_a_file_that_says_it_wrong_is_refused(tmp_path: Path, change: str, told: str):
    name = change.partition(":")[0]
    lines = [line for line in FILE.splitlines() if not line.startswith((name, " "))]
    file = tmp_path / "provider.yaml"
    file.write_text("\n".join([*lines, change]))
    with pytest.raises(SettingsError, match=told):
        read_provider(file)


def test_a_file_that_is_missing_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="No such file"):
        read_provider(tmp_path / "none")


@pytest.mark.parametrize(
    ("groups", "place"),
    [
        ([], None),
        (["everybody"], None),
        (["wp-desk", "everybody"], DESK),
        (["wp-desk", "wp-desk-too"], DESK),
        (["wp-desk", "wp-coordinator"], None),
    ],
)
def test_groups_stand_for_one_place_or_none(provider: Provider, groups, place):
    assert place_in(provider, {"groups": groups}) == place


@pytest.mark.parametrize("groups", ["wp-desk", ["wp-desk", 7], {}, None])
def test_groups_that_are_none_let_nobody_in(provider: Provider, groups):
    with pytest.raises(ProviderRefusedError):
        place_in(provider, {"groups": groups})


@pytest.mark.parametrize("person", [None, 7, "", "x", "A b", "a" * 41, "a\n", "../x"])
def test_who_has_no_id_that_could_be_ours_is_nobody(provider: Provider, person):
    with pytest.raises(ProviderRefusedError):
        person_in(provider, {"sub": person})


def test_another_claim_may_name_the_person(provider: Provider):
    other = provider.model_copy(update={"person": "staff_number"})
    assert person_in(other, {"sub": "x9", "staff_number": "k4711"}) == "k4711"


@pytest.mark.parametrize(
    ("known", "place", "enters"),
    [
        (None, DESK, True),
        (Known("desk", "veenrand", provider=True, removed=None), DESK, True),
        (Known("desk", "duinland", provider=True, removed="then"), DESK, True),
        (Known("desk", "duinland", provider=False, removed=None), DESK, True),
        (Known("desk", "duinland", provider=False, removed="then"), DESK, False),
        (Known("desk", "veenrand", provider=False, removed=None), DESK, False),
        (Known("deputy", "duinland", provider=False, removed=None), DESK, False),
        (Known("administrator", None, provider=False, removed=None), DESK, False),
    ],
)
def test_who_comes_in_hangs_on_what_both_say(known, place, enters):
    assert admitted(known, place) is enters


def token(
    provider: Provider, key: Any = KEY, algorithm: str = "ES256", **changes: object
) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": provider.issuer,
        "aud": provider.client,
        "sub": "k4711",
        "nonce": VISIT.nonce,
        "iat": now,
        "exp": now + 60,
        "auth_time": now,
        **changes,
    }
    said = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": algorithm, "kid": "k"}
    made = jwt.encode(header, said, key, algorithms=[algorithm])
    return {"id_token": made, "access_token": "a"}


def keys() -> Any:
    return KeySet([KEY]).as_dict()


def test_a_token_that_is_right_is_believed(provider: Provider):
    assert checked(provider, VISIT, token(provider), keys())["sub"] == "k4711"


def test_a_token_that_lies_is_refused(provider: Provider):
    past = int(time.time()) - 3600
    lies: dict[str, dict[str, Any]] = {
        "of another issuer": token(provider, iss="https://evil.example"),
        "for another client": token(provider, aud="other"),
        "for another client too": token(provider, aud=["wachtpost", "other"], azp="o"),
        "of another visit": token(provider, nonce="other"),
        "of no visit": token(provider, nonce=None),
        "expired": token(provider, exp=past),
        "without an end": token(provider, exp=None),
        "about nobody": token(provider, sub=None),
        "without the time of the proof": token(provider, auth_time=None),
        "with another proof": token(provider, auth_time="now"),
        "signed by another": token(provider, OTHER),
        "signed with a secret": token(provider, OctKey.import_key("s" * 32), "HS256"),
        "for another access token": token(provider, at_hash="x"),
        "no token": {"id_token": "x.y.z"},
        "nothing": {},
        "no text": {"id_token": 7},
    }
    believed = []
    for lie, told in lies.items():
        try:
            checked(provider, VISIT, told, keys())
        except ProviderRefusedError:
            continue
        believed.append(lie)
    assert believed == []


def test_a_token_that_nobody_signed_is_refused(provider: Provider):
    head, body, _ = token(provider)["id_token"].split(".")
    nobody = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for made in (f"{nobody}.{body}.", f"{head}.{body}."):
        with pytest.raises(ProviderRefusedError):
            checked(provider, VISIT, {"id_token": made}, keys())


@pytest.mark.parametrize(
    "said", [{}, {"keys": 7}, {"keys": []}, {"keys": [{"kty": 1}]}]
)
def test_keys_that_are_none_let_nobody_in(provider: Provider, said):
    with pytest.raises(ProviderRefusedError):
        checked(provider, VISIT, token(provider), said)


NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_the_proof_at_the_provider_counts_for_as_long_as_was_asked():
    longest = timedelta(seconds=PROVEN_S + LEEWAY_S)
    for proven in (NOW, NOW - longest):
        assert proven_in({"auth_time": proven.timestamp()}, NOW) == proven


@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": NOW.timestamp() - PROVEN_S - LEEWAY_S - 1},
        {"auth_time": 0},
        {"auth_time": "now"},
        {"auth_time": 1e30},
        {},
    ],
)
def test_a_proof_that_is_too_old_or_untold_lets_nobody_in(claims):
    with pytest.raises(ProviderRefusedError):
        proven_in(claims, NOW)
