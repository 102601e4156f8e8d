"""As much of MQTT 3.1.1 as a generator needs that costs next to nothing."""

import struct
from collections.abc import Iterator, Sequence

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
KEEPALIVE_S = 600
LAST_NUMBER = 65_535


def connect(client: str) -> bytes:
    """Open a clean session."""
    opening = b"\x00\x04MQTT\x04\x02" + struct.pack(">H", KEEPALIVE_S)
    return _packet(CONNECT << 4, opening + _text(client))


def subscribe(topics: Sequence[str]) -> bytes:
    """Ask for topics with QoS 0."""
    asked = b"".join(_text(topic) + b"\x00" for topic in topics)
    return _packet(SUBSCRIBE << 4 | 2, b"\x00\x01" + asked)


def publish(topic: str, payload: bytes, place: int) -> bytes:
    """Publish with QoS 1; `place` in the row of all packets gives its number."""
    number = struct.pack(">H", place % LAST_NUMBER + 1)
    return _packet(PUBLISH << 4 | 2, _text(topic) + number + payload)


class Reader:
    """Cuts what comes over a connection into packets, as it comes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Give the type and the body of each packet that is whole now."""
        data, at = self._rest + data, 0
        while (found := _length(data, at + 1)) is not None:
            length, body = found
            if body + length > len(data):
                break
            yield data[at] >> 4, data[body : body + length]
            at = body + length
        self._rest = data[at:]


def published(body: bytes) -> tuple[str, bytes]:
    """Give topic and payload of what came with QoS 0."""
    (length,) = struct.unpack_from(">H", body)
    return body[2 : 2 + length].decode(), body[2 + length :]


def _packet(first: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, low = size >> 7, size & 127
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([first]) + length + body


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """Give a length that stands there and where it ends; None if it is not whole."""
    length = shift = 0
    while at < len(data):
        length |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return length, at
    return None


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
