"""The bill of materials names what the locks hold, all of it and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.machine import lock, sbom

Bill = dict[str, Any]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("bill") / "new" / "sbom.json"
    assert sbom.main([str(target)]) == 0
    return target.read_text()


@pytest.fixture(scope="module")
def bill(written: str) -> Bill:
    found: Bill = json.loads(written)
    return found


def named(bill: Bill, name: str) -> Bill:
    (found,) = (one for one in bill["components"] if one["name"] == name)
    return dict(found)


def test_it_is_valid_by_the_standards_own_schema(written: str):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_it_names_every_locked_package_with_all_its_hashes(bill: Bill):
    locked, _ = lock.read_lock(lock.LOCK.read_text())
    wanted = {
        f"pkg:pypi/{one.name}@{one.version}": set(one.hashes)
        for versions in locked.values()
        for one in versions
    }
    found = {
        one["purl"]: {each["content"] for each in one["hashes"]}
        for one in bill["components"]
        if one["purl"].startswith("pkg:pypi/")
    }
    assert len(wanted) > 50
    assert found == wanted


def test_it_names_every_package_that_the_pages_are_built_from(bill: Bill):
    found = [one for one in bill["components"] if one["purl"].startswith("pkg:npm/")]
    wanted = {
        (place.rpartition("node_modules/")[2], package["version"])
        for lock in (sbom.NPM_LOCK, sbom.NPM_LOCK_OF_TESTS)
        for place, package in json.loads(lock.read_text())["packages"].items()
        if place
    }
    names = [
        ("/".join(filter(None, (one.get("group"), one["name"]))), one["version"])
        for one in found
    ]
    assert sorted(names) == sorted(wanted)
    htmx = named(bill, "htmx.org")
    (digest,) = htmx["hashes"]
    assert (htmx["scope"], digest["alg"], len(digest["content"])) == (
        "required",
        "SHA-512",
        128,
    )


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("pynacl", "required"),
        ("cffi", "required"),  # PyNaCl asks for it
        ("psycopg", "required"),
        ("amqtt", "optional"),
        ("hypothesis", "excluded"),
        ("esbuild", "excluded"),
        ("oidc-provider", "excluded"),
    ],
)
def test_it_says_for_whom_each_part_is(bill: Bill, name: str, scope: str):
    assert named(bill, name)["scope"] == scope


def test_it_says_what_leads_to_what(bill: Bill):
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    pynacl, cffi = named(bill, "pynacl")["purl"], named(bill, "cffi")["purl"]
    assert cffi in needs[pynacl]
    assert {pynacl, cffi} <= set(needs["wachtpost"])


def test_a_package_that_is_not_installed_here_is_named_all_the_same():
    text = f"only-on-another-platform==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    project = '[project]\nname = "x"\nversion = "1"\nlicense = "MIT"\ndependencies = []'
    made = JsonV1Dot6(sbom.bill(project, text, '{"packages": {}}')).output_as_string()
    (one,) = json.loads(made)["components"]
    assert (one["name"], one["scope"]) == ("only-on-another-platform", "excluded")
    assert "licenses" not in one


def test_it_names_no_place_of_this_machine_and_no_registry(written: str):
    assert str(Path.cwd()) not in written
    said = written.replace("http://cyclonedx.org/schema/bom-1.6.schema.json", "")
    assert "://" not in said
