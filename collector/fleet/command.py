"""The command `wachtpost collector fleet`: keys and certificates, by an administrator.

Private keys of devices are not made here: a device prints the public half of its own.
A passphrase comes from a file or is asked for, never from the command line.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.database import Transaction
from collector.fleet import afar, certificate, clone, papers
from collector.fleet.authority import Authority, issue_broker, issue_collector
from collector.fleet.console import in_store, passphrase
from collector.query import Row
from collector.settings import PREFIX
from sites.certificate import Chain, new_key
from sites.errors import TopicError
from sites.topic import parse_path

REASONS = ("stolen", "lost", "replaced", "ended", "other")


def add_to(commands: Any) -> None:
    """Add `fleet` and what it can do."""
    fleet = commands.add_parser("fleet", help="authorities, certificates, clones")
    words = fleet.add_subparsers(required=True, metavar="WHAT", dest="verb")
    _add_authorities(words)
    _add_certificates(words)
    afar.add_to(words)


def _add_authorities(words: Any) -> None:
    made = words.add_parser("authority", help="make a root and what issues under it")
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--root-only", action="store_true", help="for collectors")
    made.add_argument("--root-passphrase-file", type=Path, metavar="FILE")
    made.add_argument("--passphrase-file", type=Path, metavar="FILE")
    made.set_defaults(act=_authority)
    for name, told, act in (
        ("broker", "certify a broker under its names", _broker),
        ("collector", "certify a collector under its name", _collector),
    ):
        one = words.add_parser(name, help=told)
        one.add_argument("names", nargs="+" if name == "broker" else 1, metavar="NAME")
        one.add_argument("--authority", type=Path, required=True, metavar="DIR")
        one.add_argument("--root-passphrase-file", type=Path, metavar="FILE")
        one.add_argument("--out", type=Path, required=True, metavar="DIR")
        one.set_defaults(act=act)


def _add_certificates(words: Any) -> None:
    issue = words.add_parser("issue", help="give a path its first certificate")
    issue.add_argument("--key", required=True, help="as `wachtpost edge init` prints")
    renew = words.add_parser("renew", help="the same key again, carried to the device")
    for one in (issue, renew):
        one.add_argument("path", metavar="PATH")
        one.add_argument("--authority", type=Path, required=True, metavar="DIR")
        one.add_argument("--passphrase-file", type=Path, metavar="FILE")
        one.add_argument("--out", type=Path, required=True, metavar="DIR")
        one.set_defaults(act=_issue)
    revoke = words.add_parser("revoke", help="let a path, or a device, in no more")
    revoke.add_argument("what", metavar="PATH|DEVICE")
    revoke.add_argument("--reason", choices=REASONS, required=True)
    revoke.set_defaults(act=_revoke)
    clear = words.add_parser("clear", help="a device is one again, not two")
    clear.add_argument("device", metavar="DEVICE")
    clear.set_defaults(act=_clear)
    listed = words.add_parser("list", help="how each path stands")
    listed.set_defaults(act=_list)
    crl = words.add_parser("crl", help="write what brokers may not let in")
    crl.add_argument("--authority", type=Path, required=True, metavar="DIR")
    crl.add_argument("--passphrase-file", type=Path, metavar="FILE")
    crl.add_argument("--out", type=Path, required=True, metavar="FILE")
    crl.set_defaults(act=_crl)
    for one in (issue, renew, revoke, clear, listed, crl):
        one.add_argument("--url", help=f"else {PREFIX}DATABASE_URL")


def _authority(asked: argparse.Namespace) -> None:
    now, folder = _now(), asked.folder
    secret = passphrase(asked.root_passphrase_file, f"the root's in {folder}")
    if (folder / f"{papers.ROOT}.key").exists():
        root = papers.read_root(folder, secret)
    else:
        root = papers.make_root_in(folder, secret, now)
    if not asked.root_only:
        own = passphrase(asked.passphrase_file, f"the issuing one's in {folder}")
        papers.make_issuing_in(folder, root, own, now)
    print(f"{folder}: carry {papers.ROOT}.key away from here, and keep it offline")


def _broker(asked: argparse.Namespace) -> None:
    root, key = _root(asked), new_key()
    made = issue_broker(root, asked.names, key.public_key(), _now())
    papers.put_pair((asked.out / "broker.pem", asked.out / "broker.key"), made, key)


def _collector(asked: argparse.Namespace) -> None:
    root, key = _root(asked), new_key()
    made = issue_collector(root, asked.names[0], key.public_key(), _now())
    papers.put_pair((asked.out / "cert.pem", asked.out / "key.pem"), made, key)


def _issue(asked: argparse.Namespace) -> None:
    path, issuers = parse_path(asked.path), _issuers(asked)

    async def issue(transaction: Transaction) -> Chain:
        key = getattr(asked, "key", None)
        if key is None:
            key = await certificate.key_of(transaction, path)
        issuer = issuers.present
        chain = await certificate.issue(transaction, issuer, path, key, _now())
        what = f"path:{path.text}"
        await certificate.noted(transaction, what, path.device, asked.verb)
        return chain

    chain = in_store(asked, issue)
    asked.out.mkdir(parents=True, exist_ok=True)
    papers.put(asked.out / "cert.pem", chain.pem)
    papers.put(
        asked.out / papers.TRUSTED, (asked.authority / papers.TRUSTED).read_bytes()
    )
    print(f"{path.text} until {chain.leaf.not_valid_after_utc:%F %T}Z: {asked.out}")


def _revoke(asked: argparse.Namespace) -> None:
    try:
        device, way = parse_path(asked.what)
    except TopicError:
        device, way = asked.what, None

    async def revoke(transaction: Transaction) -> int:
        gone = await certificate.revoke(transaction, device, way, asked.reason)
        sort = "device" if way is None else "path"
        what = f"{sort}:{asked.what}"
        await certificate.noted(transaction, what, device, asked.verb)
        return len(gone)

    print(f"{in_store(asked, revoke)} certificates revoked")


def _clear(asked: argparse.Namespace) -> None:
    async def clear(transaction: Transaction) -> None:
        await clone.clear(transaction, asked.device)
        what = f"device:{asked.device}"
        await certificate.noted(transaction, what, asked.device, asked.verb)

    in_store(asked, clear)
    print(f"{asked.device} is one device again")


def _list(asked: argparse.Namespace) -> None:
    async def look(transaction: Transaction) -> list[Row]:
        return await transaction.all(certificate.QUERIES["paths"])

    for row in in_store(asked, look):
        until = f" until {row['until']:%F %T}Z" if row["until"] else ""
        print(f"{row['device']}-{row['way']} {row['site']} {row['state']}{until}")


def _crl(asked: argparse.Namespace) -> None:
    issuers = _issuers(asked)
    revoked = in_store(asked, certificate.revoked_serials)
    papers.put(asked.out, issuers.revocation_lists(revoked, _now()))
    print(f"{len(revoked)} revoked: {asked.out}")


def _root(asked: argparse.Namespace) -> Authority:
    what = f"the root's in {asked.authority}"
    secret = passphrase(asked.root_passphrase_file, what)
    return papers.read_root(asked.authority, secret)


def _issuers(asked: argparse.Namespace) -> papers.Issuers:
    what = f"the issuing one's in {asked.authority}"
    return papers.read_issuers(asked.authority, passphrase(asked.passphrase_file, what))


def _now() -> datetime:
    return datetime.now(UTC)
