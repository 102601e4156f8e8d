"""The command `wachtpost edge`: make a device, run it, and give it commands by hand."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from edge.errors import EdgeError, GpioError, HandError, SettingsError
from edge.order import give

# ruff: noqa: PLC0415  # a command by hand waits for no library that it does not need

NAME = "device.toml"
TEMPLATE = """\
# What each setting means: edge/README.md
path = "{device}-1"
key_file = "device.key"
site_file = "site.json"
# broker = "HOST:8883"
# tls = "tls"
# collector_seal = ""
# collector_sign = ""
# site_file_key = ""
# command_key = ""
"""


def main(arguments: list[str]) -> int:
    """Run one subcommand; gives the exit code: 2 for bad settings, 1 for a refusal."""
    options = _parser().parse_args(arguments)
    home: Path = options.home.resolve()
    own = {
        "run": lambda: run(home),
        "init": lambda: init(home),
        "path-key": lambda: path_key(home / options.word),
        "papers": lambda: papers(home, Path(options.word)),
        "written": lambda: written(home),
    }
    try:
        if options.command in own:
            return own[options.command]()
        words = (options.command, getattr(options, "word", None))
        return by_hand(home, " ".join(filter(None, words)))
    except (SettingsError, GpioError) as error:
        print(error, file=sys.stderr)
        return 2
    except (EdgeError, OSError) as error:
        print(f"wachtpost edge {options.command}: {error}", file=sys.stderr)
        return 1


def run(home: Path) -> int:
    """Watch until told to end."""
    from edge.agent import watch
    from edge.settings import load

    configure_log()
    watch(load(home))
    return 0


def written(home: Path) -> int:
    """Print how many records the device ever numbered."""
    from edge.past import count_written

    print(count_written(home / "outbox"))
    return 0


def init(home: Path) -> int:
    """Make a new device: its id, its keys and a file of settings to fill in."""
    from nacl.signing import SigningKey

    from edge.paperwork import new_papers
    from sites import certificate
    from sites.keys import key_text, new_device_id

    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (NAME, "device.key"):
        if (home / name).exists():
            raise SettingsError((f"{home / name}: there is a device here already",))
    device, key = new_device_id(), SigningKey.generate()
    fd = os.open(home / "device.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        file.write(key_text(key) + "\n")
    (home / NAME).write_text(TEMPLATE.format(device=device), encoding="utf-8")
    print(f"device {device}")
    print(f"key {key_text(key.verify_key)}")
    print(f"certificate-key {certificate.key_text(new_papers(home / 'tls'))}")
    return 0


def path_key(folder: Path) -> int:
    """Make the key of one more path, in a folder of its own; prints the public half."""
    from edge.paperwork import new_papers
    from sites import certificate

    if (folder / "key.pem").exists():
        raise SettingsError((f"{folder}: there is a key here already",))
    print(f"certificate-key {certificate.key_text(new_papers(folder))}")
    return 0


def papers(home: Path, file: Path) -> int:
    """Keep a certificate that was brought, beside the key that it is for."""
    from edge.paperwork import bring
    from edge.settings import tls_folders

    folder = bring(tls_folders(home), file.read_bytes())
    print(f"{folder}: the agent tries it first when it next connects")
    return 0


def by_hand(home: Path, line: str) -> int:
    """Give a command to the agent that runs in `home`, and print its answer."""
    if not home.is_dir():
        raise HandError(f"there is no folder {str(home)!r}")
    answer = give(home, line)
    print(msgspec.json.encode(answer).decode())
    return 0 if answer.ok else 1


def configure_log() -> None:
    """Log event names with keys, one line each, to standard error."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "event"]
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wachtpost edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, sentence in (
        ("run", "watch until told to end"),
        ("init", "make a new device: prints its id and public key"),
        ("disarm", "disarm, ending an alarm too"),
        ("duress", "disarm, and tell that it was forced"),
        ("status", "say how the device is"),
        ("restart", "end, so that the supervisor starts it anew"),
        ("written", "count the records that it ever wrote down, running or not"),
    ):
        _add(commands, name, sentence)
    arming = _add(commands, "arm", "arm, after the exit delay")
    arming.add_argument("word", nargs="?", choices=["away", "night"], default="away")
    _add(commands, "clips", "list the clips that it keeps")
    for name, sentence in (
        ("hold", "keep a clip as evidence, whatever the limits say"),
        ("release", "hold a clip no longer"),
    ):
        clip = _add(commands, name, sentence)
        clip.add_argument("word", metavar="CLIP", help="the start of its digest")
    view = _add(commands, "accept-view", "learn the scene of camera N anew")
    view.add_argument("word", metavar="N", type=_number, help="the camera's number")
    key = _add(commands, "path-key", "make the key of a second path")
    key.add_argument("word", metavar="FOLDER", help="in the device's, such as tls-2")
    brought = _add(commands, "papers", "take a certificate that was brought")
    brought.add_argument("word", metavar="FILE", help="as `fleet renew` wrote it")
    panic = _add(commands, "panic", "ask for help")
    panic.add_argument("--silent", dest="word", action="store_const", const="silent")
    return parser


def _number(text: str) -> str:
    return str(int(text))


def _add(commands: Any, name: str, sentence: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=sentence)
    parser.add_argument(
        "--home", type=Path, required=True, help="the folder of the device"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
