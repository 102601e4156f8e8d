"""The command `wachtpost sites`: checks an inventory, cuts a device's file from it."""

import argparse
import random
import sys
from pathlib import Path

from sites.device_file import cut, sign
from sites.errors import InventoryError, SitesError
from sites.inventory import Inventory
from sites.keys import signing_key
from sites.kit import new_kit_number
from sites.load import load


def main(argv: list[str]) -> int:
    """Run one of the subcommands; 0 when all is well, 1 when not, 2 on misuse."""
    arguments = _parser().parse_args(argv)
    if arguments.do == "check":
        return _check(arguments.path)
    if arguments.do == "kit-number":
        print(new_kit_number(random.SystemRandom()))
        return 0
    try:
        return _device_file(arguments)
    except (SitesError, OSError) as error:
        print(f"wachtpost sites: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wachtpost sites",
        description="Checks an inventory, cuts a device's file from it.",
    )
    commands = parser.add_subparsers(dest="do", required=True, metavar="SUBCOMMAND")
    check = commands.add_parser("check", help="print every problem of an inventory")
    check.add_argument(
        "path",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="an inventory's folder, or a file in it",
    )
    file = commands.add_parser(
        "device-file", help="write the signed file of one device"
    )
    file.add_argument("device", metavar="DEVICE", help="the device's id")
    file.add_argument("--inventory", required=True, type=Path, metavar="DIR")
    file.add_argument(
        "--key",
        required=True,
        type=Path,
        metavar="FILE",
        help="the private key that signs: 64 hexadecimal digits",
    )
    file.add_argument("--out", required=True, type=Path, metavar="FILE")
    commands.add_parser("kit-number", help="draw a number for a new kit")
    return parser


def _check(paths: list[Path]) -> int:
    worst = 0
    for folder in dict.fromkeys(_folder_of(path) for path in paths):
        try:
            print(f"{folder}: {_calm(load(folder))}")
        except InventoryError as error:
            print(error)
            worst = 1
    return worst


def _folder_of(path: Path) -> Path:
    """Find the inventory to which a file belongs; a folder is one itself."""
    if not path.is_file():
        return path
    on_top = path.name in {"policy.yaml", "rules.yaml"}
    return path.parent if on_top else path.absolute().parent.parent


def _calm(inventory: Inventory) -> str:
    homes = sum(site.kind == "home" for site in inventory.sites.values())
    counts = (
        (len(inventory.units), "units"),
        (len(inventory.sites) - homes, "stations"),
        (homes, "kits"),
        (len(inventory.rules), "rules"),
        (len(inventory.playbooks), "playbooks"),
    )
    said = ", ".join(f"{n} {what if n != 1 else what[:-1]}" for n, what in counts)
    return f"{said}, nothing is wrong"


def _device_file(arguments: argparse.Namespace) -> int:
    key = signing_key(
        arguments.key.read_text(errors="replace"), f"the key in {arguments.key}"
    )
    file = cut(load(arguments.inventory), arguments.device)
    arguments.out.write_bytes(sign(file, key))
    print(f"wrote {arguments.out} for {file.device}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
