"""The command `wachtpost dashboard`."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType

import structlog
import uvicorn

from collector.blob import open_store
from collector.database import Database, Limits
from collector.errors import CollectorError
from collector.migrate import require_current
from dashboard.app import make_app, make_pages
from dashboard.bell import Bell
from dashboard.errors import DashboardError
from dashboard.front import build
from dashboard.group import read_provider
from dashboard.parts import Parts
from dashboard.settings import Settings, explain, read_key, read_settings
from dashboard.sign_in import LINK_MINUTES_MAX, make_link, shut_out
from dashboard.storing import Storing, addresses
from sites.errors import SitesError
from sites.inventory import Inventory
from sites.load import load

GRACE_S = 3


class Server(uvicorn.Server):
    """Ends the open pages' streams first, since they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, bell: Bell) -> None:
        super().__init__(config)
        self._bell = bell

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._bell.close()
        super().handle_exit(sig, frame)


def main(arguments: Sequence[str]) -> int:
    """Run one of the dashboard's commands; gives the exit code."""
    asked = _parser().parse_args(arguments)
    _log_to_stderr()
    try:
        if asked.command == "build":
            print("built" if build(again=asked.again) else "nothing to build")
        elif asked.command == "link":
            asyncio.run(_link(read_settings(os.environ), asked.person, asked.minutes))
        elif asked.command == "shut-out":
            asyncio.run(_shut_out(read_settings(os.environ), asked.person))
        else:
            asyncio.run(_run(read_settings(os.environ)))
    except (DashboardError, CollectorError, SitesError) as error:
        print(f"wachtpost dashboard: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wachtpost dashboard",
        epilog=f"settings, from the environment:\n{explain()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="serve the pages")
    link = commands.add_parser(
        "link", help="make a sign-in link that works once, and print it"
    )
    link.add_argument("person", help="the person's id in the inventory")
    link.add_argument("--minutes", type=_minutes, default=15)
    out = commands.add_parser(
        "shut-out", help="end a person's sessions, passkeys and unused links"
    )
    out.add_argument("person", help="the person's id in the inventory")
    front = commands.add_parser("build", help="build the front end, if it has changed")
    front.add_argument("--again", action="store_true", help="build in any case")
    return parser


def _minutes(text: str) -> int:
    minutes = int(text)
    if not 1 <= minutes <= LINK_MINUTES_MAX:
        raise argparse.ArgumentTypeError(f"1 to {LINK_MINUTES_MAX}, not {text}")
    return minutes


def _log_to_stderr() -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


async def _link(settings: Settings, person: str, minutes: int) -> None:
    url = settings.database_url.get_secret_value()
    async with Database.open(url, "wachtpost link", Limits(connections=1)) as database:
        secret = await make_link(database, person, minutes)
    print(f"{settings.address}/sign-in/{secret}")


async def _shut_out(settings: Settings, person: str) -> None:
    url = settings.database_url.get_secret_value()
    async with Database.open(url, "wachtpost shut out", Limits(1)) as database:
        await shut_out(database, person)
    print(f"{person}: signed out everywhere, no passkey left")


async def _run(settings: Settings) -> None:
    build()
    inventory = load(settings.inventory) if settings.inventory else Inventory()
    url = settings.database_url.get_secret_value()
    limits = Limits(connections=settings.connections)
    async with Database.open(url, "wachtpost dashboard", limits) as database:
        await require_current(database)
        parts = Parts(
            settings=settings,
            database=database,
            bell=Bell(),
            pages=make_pages(),
            inventory=inventory,
            blobs=open_store(settings.blobs),
            key=read_key(settings.key_file),
            now=lambda: datetime.now(UTC),
            wait=asyncio.sleep,
            storing=Storing(addresses(settings.collector), database),
            provider=read_provider(settings.provider) if settings.provider else None,
        )
        config = uvicorn.Config(
            make_app(parts),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,  # an address may hold a sign-in link
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        await Server(config, parts.bell).serve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
