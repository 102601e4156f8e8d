"""A real collector behind the broker as it is installed, and devices that are real."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nacl.signing import SigningKey

from collector.__main__ import SEALING_FILE, SIGNING_FILE, main
from collector.settings import PREFIX
from sites import certificate
from sites.frame import Header, encode_record, seal
from sites.health import Heartbeat
from sites.keys import private_key
from sites.topic import Path as Way
from tests.collector.setting import Setting, Url, with_key
from tests.firmware.broker import PASSPHRASE, Installed, Peer, installed_broker

KEY = SigningKey(b"k" * 32)


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
        secret.write_bytes(PASSPHRASE)
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
async def served(url: Url, folder: Path, **more: str) -> AsyncIterator[Served]:
    """Run broker and collector; `more` are further settings of the collector."""
    with installed_broker() as broker:
        setting = Setting(url, broker, folder)  # type: ignore[arg-type]  # only its port
        device = with_key(folder / "inventory", KEY)
        setting.environment |= {
            f"{PREFIX}INVENTORY": str(folder / "inventory"),
            f"{PREFIX}BROKER": f"mqtts://localhost:{broker.inner}",
            f"{PREFIX}BROKER_TLS": str(broker.collector()),
            **{f"{PREFIX}{name}": value for name, value in more.items()},
        }
        setting.renew()
        await setting.start()
        try:
            yield Served(broker, setting, device, folder)
        finally:
            setting.process.kill()
