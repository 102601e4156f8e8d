"""What the witness saw comes again, the very same bytes on the same topic."""

import random
from collections.abc import Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.chaos.witness import witness
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

SENT = [(f"wp/1/device-{n}/al", b"frame %d" % n) for n in range(20)]


async def test_frames_come_again_twice_and_in_any_order(private_broker: Broker):
    heard: list[tuple[str, bytes]] = []
    subscribed: list[object] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, came: heard.append(
        (came.topic, bytes(came.payload))
    )
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.connect("127.0.0.1", private_broker.port)
    client.loop_start()
    client.subscribe("wp/1/+/al", qos=1)
    await until(lambda: subscribed)
    with witness(private_broker.port) as seen:
        await until(lambda: send_until_seen(client, seen.kept, heard))
        heard.clear()
        count = seen.replay(random.Random(1), 10)  # noqa: S311  # repeatable
        await until(lambda: len(heard) >= count)
    client.disconnect()
    client.loop_stop()
    assert len(heard) == count == 20
    assert set(heard) <= set(SENT)
    assert len(set(heard)) == 10
    assert heard != sorted(heard)


def send_until_seen(client: mqtt.Client, seen: int, heard: Sequence[object]) -> bool:
    """Send all once it subscribed, each time when the last sending has come."""
    if seen == len(SENT):
        return len(heard) % len(SENT) == 0
    if len(heard) % len(SENT) == 0:
        for topic, payload in SENT:
            client.publish(topic, payload, qos=1).wait_for_publish(30)
    return False
