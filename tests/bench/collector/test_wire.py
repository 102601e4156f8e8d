"""The generator's MQTT is what a broker and paho understand."""

import pytest

from tests.bench.collector import wire
from tests.bench.collector.sender import Connection, Flood, Probe, drive, packets_of
from tests.servers.mosquitto import Broker


def test_a_short_packet_has_its_length_in_one_byte():
    assert wire.publish("a/b", b"hi", 0) == b"\x32\x09\x00\x03a/b\x00\x01hi"


def test_a_long_packet_has_its_length_in_as_many_as_it_needs():
    packet = wire.publish("t", bytes(200), 1)
    assert packet[:3] == b"\x32\xcd\x01"  # 205 = 0x4d | 1 << 7
    assert len(packet) == 3 + 205
    assert wire.publish("t", bytes(20_000), 1)[1:4] == b"\xa5\x9c\x01"


def test_numbers_of_packets_go_round_and_are_never_nought():
    first, last, again = (
        wire.publish("t", b"", place)[5:7] for place in (0, 65_534, 65_535)
    )
    assert (first, last, again) == (b"\x00\x01", b"\xff\xff", b"\x00\x01")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_packets_are_found_however_they_are_cut(size: int):
    packets = [wire.publish("t", bytes(n), n) for n in (0, 120, 130, 3)]
    stream, reader = b"".join(packets), wire.Reader()
    found: list[tuple[int, bytes]] = []
    for start in range(0, len(stream), size):
        found += reader.feed(stream[start : start + size])
    assert [kind for kind, _ in found] == [wire.PUBLISH] * 4
    assert [len(body) for _, body in found] == [5, 125, 135, 8]


def test_topic_and_payload_are_read_from_what_was_published():
    assert wire.published(b"\x00\x03a/b\xff\x00") == ("a/b", b"\xff\x00")


def test_a_real_broker_takes_a_flood_and_gives_it_to_who_listens(broker: Broker):
    frames = [("wp/1/x-1/down", b"%d" % n) for n in range(300)]
    connection = Connection(broker.port, "flood", ["wp/1/x-1/down"])
    flood = Flood(connection, list(packets_of(frames)), 50)
    drive(flood, None, lambda: flood.done)
    assert (flood.sent, connection.answered) == (300, 300)
    connection.close()


def test_no_more_is_under_way_than_the_window_has_room_for(broker: Broker):
    connection = Connection(broker.port, "deaf")
    flood = Flood(connection, [wire.publish("t", b"", n) for n in range(100)], 40)
    while flood.step(0.0):
        pass
    assert flood.sent == 40
    connection.close()


def test_a_paced_flood_sends_what_is_due(broker: Broker):
    connection = Connection(broker.port, "paced")
    flood = Flood(connection, [wire.publish("t", b"", n) for n in range(100)], 100)
    flood.pace(10.0)
    begin = flood._begin
    assert not flood.step(begin)
    assert flood.step(begin + 0.55)
    assert flood.sent == 5
    connection.close()


def test_a_probe_goes_on_although_nothing_comes_back(broker: Broker):
    connection = Connection(broker.port, "probe")
    probe = Probe(connection, lambda n: wire.publish("t", b"", n), 1.0)
    begin = probe._next
    for after in (0.0, 0.5, 1.0, 2.5):
        probe.step(begin + after)
    assert len(probe.sent) == 3
    assert len(probe.seconds(probe.sent[-1] + 7.0)) == 3
    assert min(probe.seconds(probe.sent[-1] + 7.0)) == pytest.approx(7.0)
    connection.close()
