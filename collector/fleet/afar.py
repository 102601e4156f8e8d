"""The part of `wachtpost collector fleet` that commands devices from afar.

`command-key` and `command` need no store and no network: they belong on a machine that
has neither. `send` and `commands` are for whoever runs the collector.
"""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.database import Transaction
from collector.fleet import courier, order_paper
from collector.fleet.console import in_store, passphrase
from collector.query import Row
from collector.settings import PREFIX
from sites.keys import key_text

MINUTES = 60


def add_to(words: Any) -> None:
    """Add what commands devices."""
    made = words.add_parser("command-key", help="make the key that signs commands")
    made.add_argument("file", type=Path, metavar="FILE")
    made.set_defaults(act=_command_key)
    one = words.add_parser("command", help=f"sign a command: {order_paper.ORDERS}")
    one.add_argument("device", metavar="DEVICE")
    one.add_argument("order", nargs="+", metavar="ORDER")
    one.add_argument("--key", type=Path, required=True, metavar="FILE")
    one.add_argument("--valid", type=int, default=MINUTES, metavar="MINUTES")
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.set_defaults(act=_command)
    for each in (made, one):
        each.add_argument("--passphrase-file", type=Path, metavar="FILE")
    send = words.add_parser("send", help="have a signed command brought to its device")
    send.add_argument("file", type=Path, metavar="FILE")
    send.set_defaults(act=_send)
    listed = words.add_parser("commands", help="what became of each command")
    listed.set_defaults(act=_commands)
    for each in (send, listed):
        each.add_argument("--url", help=f"else {PREFIX}DATABASE_URL")


def _command_key(asked: argparse.Namespace) -> None:
    secret = passphrase(asked.passphrase_file, f"that of {asked.file}")
    key = order_paper.make_key(asked.file, secret)
    print(f'command_key = "{key_text(key.verify_key)}"')


def _command(asked: argparse.Namespace) -> None:
    order = order_paper.order_of(asked.order)
    valid = timedelta(minutes=asked.valid)
    made = order_paper.make(asked.device, order, datetime.now(UTC), valid)
    key = order_paper.read_key(
        asked.key, passphrase(asked.passphrase_file, f"that of {asked.key}")
    )
    order_paper.write(asked.out, made, key)
    print(f"{made.device} {made.number} until {made.end:%F %T}Z: {asked.out}")


def _send(asked: argparse.Namespace) -> None:
    command, signed = order_paper.load(asked.file)

    async def send(transaction: Transaction) -> None:
        await courier.put(transaction, command, signed)

    in_store(asked, send)
    print(f"{command.device} {command.number} waits to be brought")


def _commands(asked: argparse.Namespace) -> None:
    async def look(transaction: Transaction) -> list[Row]:
        return await courier.listed(transaction)

    for row in in_store(asked, look):
        told = f"{row['device']} {row['number']} {row['site']} {row['what']}"
        print(f"{told} {row['state']} {row['since']:%F %T}Z")
