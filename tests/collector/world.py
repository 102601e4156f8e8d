"""The small world of the incident tests, with keys that really sign."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from sites.frame import Header, encode_record, seal
from sites.inventory import Inventory
from sites.keys import key_text
from sites.record import Lane, Record
from tests.incident import stage

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RUN = "0123456789abcdef"
COLLECTOR_SEAL = PrivateKey(bytes([1]) * 32)
COLLECTOR_SIGN = SigningKey(bytes([2]) * 32)
STATION, KIT, OTHER = stage.STATION_DEVICE, stage.KIT_DEVICE, stage.OTHER_DEVICE
DEVICE_KEYS = {
    device: SigningKey(device.encode() * 2) for device in (STATION, KIT, OTHER)
}


def inventory() -> Inventory:
    """Give two units, a station in each, a kit in the first; keys as above."""
    keys = {device: key_text(key.verify_key) for device, key in DEVICE_KEYS.items()}
    return stage.inventory().with_keys(keys)


@dataclass
class Sender:
    """Seals frames as a device would, numbering records where they have no number."""

    device: str = STATION
    run: str = RUN
    lane: Lane = "up"
    key: SigningKey | None = None
    next_seq: int = field(default=1)

    def frame(self, *records: Record) -> bytes:
        """Seal these records, numbered on from the last frame."""
        return self.raw(*(encode_record(self._numbered(one)) for one in records))

    def raw(self, *records: bytes, sent_at: datetime = NOW) -> bytes:
        """Seal bytes as they are, whatever they say."""
        return seal(
            Header(self.device, self.run, self.lane, sent_at),
            list(records),
            self.key or DEVICE_KEYS[self.device],
            COLLECTOR_SEAL.public_key,
        )

    def _numbered(self, record: Record) -> Record:
        if record.seq:
            return record
        fields = {name: getattr(record, name) for name in record.__struct_fields__}
        numbered = type(record)(**{**fields, "seq": self.next_seq})
        self.next_seq += 1
        return numbered
