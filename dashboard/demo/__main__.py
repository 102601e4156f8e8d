"""`wachtpost demo`: everything at once on this machine, on recorded or made input."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import structlog

from collector.errors import CollectorError
from dashboard.demo.errors import DemoError
from dashboard.demo.material import find
from dashboard.demo.show import Plan, Show, raised
from dashboard.demo.tally import Tally
from dashboard.errors import DashboardError
from sites.errors import SitesError

PORT = 8080
OWN_FOOTAGE = "Intel IoT DevKit sample videos, CC BY 4.0"


def main(arguments: Sequence[str]) -> int:
    """Run the demo until Ctrl-C, or for a while; gives the exit code."""
    asked = _parser().parse_args(arguments)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    result, failed = None, False
    try:
        result = asyncio.run(_run(asked))
    except* (DemoError, DashboardError, CollectorError, SitesError, OSError) as group:
        failed = True
        for error in _each(group):
            print(f"wachtpost demo: {error}", file=sys.stderr)
    if failed:
        return 1
    if result is not None:
        print(result.line())
    return 0


async def _run(asked: argparse.Namespace) -> Tally | None:
    plan = Plan(asked.port, find(os.environ.get("FOOTAGE")), _say)
    _say("Wachtpost, demonstration")
    up, stop = asyncio.Event(), asyncio.Event()
    showing = asyncio.create_task(_show(plan, asked, up, stop), name="show")

    def told() -> None:
        _say("ending ...")
        stop.set()
        if not up.is_set():
            showing.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told)
    await asyncio.wait({showing})
    return None if showing.cancelled() else showing.result()


async def _show(
    plan: Plan, asked: argparse.Namespace, up: asyncio.Event, stop: asyncio.Event
) -> Tally | None:
    async with raised(plan) as show:
        await _tell(show)
        up.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(asked.for_seconds):
                await show.watch(stop)
        return await show.count() if asked.json else None


async def _tell(show: Show) -> None:
    films = show.plan.films
    credit = f" ({OWN_FOOTAGE})" if films.footage else ", by this program itself"
    names = [player.site.kit or _name(player.site.name) for player in show.players]
    _say(f"  runs: {', kit '.join(names)}; footage: {films.word}{credit}")
    _say(f"\nOpen {show.address} with a link below; each works once.")
    for role, link in await show.links():
        _say(f"  {role:<20} {link}")
    _say("\nAfter some seconds a back door opens, and somebody at home asks for help.")
    if films.ours:
        _say("After some minutes a cloth hangs before a camera outside.")
    _say("Ctrl-C ends all of it.")


def _name(text: object) -> str:
    return str(getattr(text, "nl", ""))


def _each(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    found: list[Exception] = []
    for error in group.exceptions:
        found += _each(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "wachtpost demo",
        description=__doc__,
        epilog="FOOTAGE=DIR plays the .mp4 files of that folder;"
        " FOOTAGE=made plays scenes that the program draws.",
    )
    parser.add_argument("--port", type=int, default=PORT, help="of the pages")
    parser.add_argument(
        "--for",
        dest="for_seconds",
        type=float,
        metavar="SECONDS",
        help="end by itself after so long",
    )
    parser.add_argument(
        "--json", action="store_true", help="print what it came to on the last line"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
