"""A real collector behind the broker as it is installed, and devices that are real."""

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from collector.__main__ import SEALING_FILE, SIGNING_FILE, main
from collector.settings import PREFIX
from sites import certificate
from sites.frame import Header, encode_record, seal
from sites.health import Heartbeat
from sites.keys import key_text, private_key, signing_key
from sites.topic import Path as Way
from tests.collector.setting import Setting, Url, with_key
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.device_home import make_home, site_file
from tests.firmware.broker import PASSPHRASE, Installed, Peer, installed_broker

KEY = DEVICE_KEY


@dataclass
class Served:
    """A broker, a collector's process and the declared device `device`."""

    broker: Installed
    setting: Setting
    device: str
    folder: Path
    seq: int = field(default=0)

    def fleet(self, *words: str) -> int:
        """Give a command as the administrator does."""
        url = self.setting.environment[f"{PREFIX}DATABASE_URL"]
        with ThreadPoolExecutor(1) as aside:  # a loop of ours is running
            return aside.submit(main, ["fleet", *words, "--url", url]).result()

    def with_authority(self, *words: str) -> int:
        secret = self.folder / "passphrase"
        own = ("--authority", str(self.broker.folder), "--passphrase-file", str(secret))
        return self.fleet(*words, *own)

    def issue(self, way: int = 1) -> Path:
        """Certify a path with the real command; gives its TLS folder."""
        path, key = f"{self.device}-{way}", certificate.new_key()
        out = self.folder / path
        text = certificate.key_text(key.public_key())
        words = ("issue", path, "--key", text, "--out", str(out))
        assert self.with_authority(*words) == 0
        (out / "key.pem").write_bytes(certificate.key_pem(key))
        return out

    def home(self, second: Path | None = None) -> Path:
        """Make the folder of the agent of the device, certified a day ago."""
        site = site_file(self.device)
        to = private_key(self.setting.read(SEALING_FILE)).public_key
        port = f"localhost:{self.broker.port}"
        more = {"path": f"{self.device}-2", "broker": port, "tls": str(second)}
        return make_home(
            self.folder / "agent",
            self.broker.port,
            site,
            broker=port,
            tls=str(self.aged(self.issue())),
            collector_seal=key_text(to),
            collector_sign=key_text(signing_key(self.signing).verify_key),
            second=more if second is not None else None,
        )

    def aged(self, papers: Path) -> Path:
        """Let what lies there have come more than a day ago."""
        for file in papers.glob("*.pem"):
            before = file.stat().st_mtime - 90_000
            os.utime(file, (before, before))
        return papers

    def frame(self) -> bytes:
        """Seal a new heartbeat of the device."""
        self.seq, now = self.seq + 1, datetime.now(UTC)
        beat = Heartbeat(
            seq=self.seq, at=now, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5
        )
        to = private_key(self.setting.read(SEALING_FILE)).public_key
        header = Header(self.device, "0" * 16, "up", now)
        return seal(header, [encode_record(beat)], KEY, to)

    def say(self, peer: Peer, way: int = 1) -> bytes:
        """Send a new heartbeat; gives the frame."""
        frame = self.frame()
        peer.say(Way(self.device, way).topic("up"), frame)
        return frame

    @property
    def signing(self) -> str:
        return self.setting.read(SIGNING_FILE)


@asynccontextmanager
async def served(
    url: Url, folder: Path, *, renewing: bool = False
) -> AsyncIterator[Served]:
    """Run broker and collector, which renews certificates or not."""
    with installed_broker() as broker:
        setting = Setting(url, broker, folder)  # type: ignore[arg-type]  # only its port
        device = with_key(folder / "inventory", KEY)
        setting.environment |= {
            f"{PREFIX}INVENTORY": str(folder / "inventory"),
            f"{PREFIX}BROKER": f"mqtts://localhost:{broker.inner}",
            f"{PREFIX}BROKER_TLS": str(broker.collector()),
        }
        secret = folder / "passphrase"
        secret.write_bytes(PASSPHRASE)
        secret.chmod(0o600)
        if renewing:
            setting.environment |= {
                f"{PREFIX}AUTHORITY": str(broker.folder),
                f"{PREFIX}AUTHORITY_PASSPHRASE_FILE": str(secret),
            }
        setting.renew()
        await setting.start()
        try:
            yield Served(broker, setting, device, folder)
        finally:
            setting.process.kill()
