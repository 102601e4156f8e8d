"""The command `wachtpost`: hands each subcommand to the room that owns it."""

import importlib
import sys

ROOMS = {
    "demo": ("dashboard.demo.__main__", "run everything here, on real or made input"),
    "edge": ("edge.__main__", "watch one site with one device"),
    "collector": ("collector.__main__", "hear every site, remember, decide"),
    "dashboard": ("dashboard.__main__", "serve the pages"),
    "sites": ("sites.__main__", "check an inventory, cut a device's file from it"),
    "clip": ("edge.clip.command", "check that a clip is what a device filmed"),
    "look": ("edge.look.command", "run the motion detector over a recorded file"),
}


def main() -> int:
    """Run one subcommand; its own arguments follow its name.

    A room is imported only when it is asked for, because a Pi installs the edge alone.
    """
    arguments = sys.argv[1:]
    if not arguments or arguments[0] not in ROOMS:
        return _usage(arguments)
    module, _ = ROOMS[arguments[0]]
    try:
        room = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in sys.stdlib_module_names:
            raise
        print(
            f"wachtpost {arguments[0]}: {error.name!r} is not installed here;"
            f" this machine has another extra of wachtpost",
            file=sys.stderr,
        )
        return 1
    return int(room.main(arguments[1:]) or 0)


def _usage(arguments: list[str]) -> int:
    asked_for_help = bool(arguments) and arguments[0] in {"-h", "--help"}
    out = sys.stdout if asked_for_help else sys.stderr
    if arguments and not asked_for_help:
        print(f"wachtpost: no subcommand {arguments[0]!r}", file=out)
    print("usage: wachtpost SUBCOMMAND ...", file=out)
    for name, (_, sentence) in ROOMS.items():
        print(f"  {name:<10} {sentence}", file=out)
    return 0 if asked_for_help else 2


if __name__ == "__main__":
    sys.exit(main())
