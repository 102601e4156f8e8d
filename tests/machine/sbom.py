"""Name every part of Wachtpost that others made: a CycloneDX bill of materials.

    python -m tests.machine.sbom FILE   write it, as JSON

It is made from the locks, so it names by version and hash what is installed, on
any platform. `scope` says for whom: `required` by a server or a device, `optional`
for the demo, `excluded` for those who build and test.
"""

import base64
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import NormalizedName, canonicalize_name

from tests.machine.lock import (
    LOCK,
    PROJECT,
    Entry,
    declared_for,
    reached,
    read_lock,
    requirements_of,
)

NPM_LOCK = Path("dashboard/web/package-lock.json")
NPM_LOCK_OF_TESTS = Path("tests/servers/oidc/package-lock.json")
NOTHING = '{"packages": {}}'
OTHERS = ("demo", "dev")  # of the extras; the rest runs on a server or a device


def bill(project: str, lock: str, npm_lock: str, npm_tests: str = NOTHING) -> Bom:
    """Make the bill from the texts of pyproject.toml and of the locks."""
    python: dict[str, list[Component]] = defaultdict(list)
    scopes = _scopes(project)
    entries, _ = read_lock(lock)
    for locked, found in entries.items():
        scope = scopes.get(locked, ComponentScope.EXCLUDED)
        python[locked] = [_python(entry, scope) for entry in found]
    others = [one for versions in python.values() for one in versions]
    pages = list(_npm(npm_lock, ComponentScope.REQUIRED))
    known = {one.purl for one in pages}
    others += pages
    tests = _npm(npm_tests, ComponentScope.EXCLUDED)
    others += [one for one in tests if one.purl not in known]
    bom = Bom(
        components=others, serial_number=uuid5(NAMESPACE_OID, project + lock + npm_lock)
    )
    own = _own(project)
    bom.metadata.component = own
    bom.register_dependency(own, others)
    for name, versions in python.items():
        asked = {canonicalize_name(one.name) for one in requirements_of(name)}
        needed = [one for other in sorted(asked) for one in python.get(other, [])]
        for component in versions:
            bom.register_dependency(component, needed)
    return bom


def _own(project: str) -> Component:
    table = tomllib.loads(project)["project"]
    return Component(
        name=table["name"],
        version=table["version"],
        type=ComponentType.APPLICATION,
        bom_ref=table["name"],
        licenses=[_licence(table["license"])],
    )


def _scopes(project: str) -> dict[NormalizedName, ComponentScope]:
    """Say of each package that something of the project leads to, for whom it is."""
    groups = declared_for(project)
    found = dict.fromkeys(reached(groups["dev"]), ComponentScope.EXCLUDED)
    demo = reached(groups.get("demo", []))
    found |= dict.fromkeys(demo, ComponentScope.OPTIONAL)
    runs = [one for name in groups if name not in OTHERS for one in groups[name]]
    return found | dict.fromkeys(reached(runs), ComponentScope.REQUIRED)


def _python(entry: Entry, scope: ComponentScope) -> Component:
    purl = PackageURL("pypi", name=entry.name, version=str(entry.version))
    return Component(
        name=entry.name,
        version=str(entry.version),
        bom_ref=str(purl),
        purl=purl,
        scope=scope,
        licenses=_licences_of(entry.name),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in entry.hashes],
    )


def _npm(lock: str, scope: ComponentScope) -> Iterator[Component]:
    """Give what a lock of npm holds; a program that builds is in no page."""
    for place, package in sorted(json.loads(lock)["packages"].items()):
        if not place:
            continue
        group, _, name = place.rpartition("node_modules/")[2].rpartition("/")
        purl = PackageURL("npm", group or None, name, package["version"])
        algorithm, _, digest = package["integrity"].partition("-")
        builds = "bin" in package or package.get("optional", False)
        content = base64.b64decode(digest).hex()
        yield Component(
            name=name,
            group=group or None,
            version=package["version"],
            bom_ref=str(purl),
            purl=purl,
            scope=ComponentScope.EXCLUDED if builds else scope,
            licenses=[_licence(package["license"])] if "license" in package else (),
            hashes=[HashType(alg=_ALGORITHMS[algorithm], content=content)],
        )


_ALGORITHMS = {"sha512": HashAlgorithm.SHA_512, "sha1": HashAlgorithm.SHA_1}


def _licences_of(name: str) -> Iterable[License]:
    """Give the licence that an installed package says it has."""
    try:
        told = metadata(name).json
    except PackageNotFoundError:
        return ()
    said = str(told.get("license_expression") or told.get("license") or "")
    short = said.strip().partition("\n")[0]
    return [_licence(short)] if short else ()


def _licence(said: str) -> License:
    return LicenseFactory().make_from_string(said)


def main(arguments: Sequence[str]) -> int:
    """Write the bill of this checkout into the file that is named."""
    (target,) = map(Path, arguments)
    texts = (PROJECT, LOCK, NPM_LOCK, NPM_LOCK_OF_TESTS)
    bom = bill(*(one.read_text() for one in texts))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")
    print(f"{target}: {len(bom.components)} components")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
