"""A real collector's process, with a database, a broker and keys of its own."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from nacl.signing import SigningKey

from collector.__main__ import SEALING_FILE, SIGNING_FILE, main
from collector.settings import PREFIX
from sites.keys import key_text
from sites.load import load
from tests.collector.databases import Role
from tests.collector.process import ROOT, Process
from tests.collector.waiting import SECONDS, until
from tests.servers.mosquitto import Broker
from tests.servers.process import free_port

EXAMPLES = ROOT / "sites" / "examples"
Url = Callable[[Role], str]


class Setting:
    """A collector's process with a database, a broker and keys of its own."""

    def __init__(self, url: Url, broker: Broker, folder: Path) -> None:
        self.health = f"127.0.0.1:{free_port()}"
        self.keys = folder / "keys"
        assert main(["keys", str(self.keys)]) == 0
        self.environment = {
            f"{PREFIX}DATABASE_URL": url("wachtpost_collector"),
            f"{PREFIX}INVENTORY": str(EXAMPLES),
            f"{PREFIX}BROKER": f"mqtt://127.0.0.1:{broker.port}",
            f"{PREFIX}SEALING_KEY_FILE": str(self.keys / SEALING_FILE),
            f"{PREFIX}SIGNING_KEY_FILE": str(self.keys / SIGNING_FILE),
            f"{PREFIX}BLOBS": str(folder / "blobs"),
            f"{PREFIX}HEALTH": self.health,
        }
        self.log = folder / "log"
        self.renew()

    def renew(self) -> None:
        """Take the environment as it is now."""
        self.process = Process(["collector", "run"], self.log, self.environment)

    async def start(self) -> None:
        self.process.start()
        await until(lambda: self.listens() or not self.process.running, SECONDS)
        assert self.process.running, self.process.said()

    def listens(self) -> bool:
        status, told = self.ask("/healthz")
        if status not in {200, 503}:
            return False
        return not {"broker", "hearing"} & set(json.loads(told)["troubles"])

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                f"http://{self.health}{path}", timeout=5
            ) as got:  # our own address
                return got.status, got.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def read(self, name: str) -> str:
        return (self.keys / name).read_text()


def with_key(inventory: Path, key: SigningKey) -> str:
    """Copy the examples, with our key for the first device of Bureau Haven."""
    return with_keys(inventory, {"bureau-haven": key})["bureau-haven"]


def with_keys(inventory: Path, keys: Mapping[str, SigningKey]) -> dict[str, str]:
    """Copy the examples, with keys of ours; give the first device of each site."""
    declared = load(EXAMPLES).sites
    first = {site: declared[site].devices[0] for site in keys}
    for path in EXAMPLES.rglob("*.yaml"):
        text = path.read_text()
        for site, device in first.items():
            text = text.replace(device.key, key_text(keys[site].verify_key))
        copy = inventory / path.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)
    return {site: device.id for site, device in first.items()}
