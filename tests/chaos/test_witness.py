"""What the witness saw comes again, the very same bytes on the same topic."""

import random
from threading import Condition

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.chaos.witness import witness
from tests.servers.mosquitto import Broker

SECONDS = 30


def test_frames_come_again_twice_and_in_any_order(private_broker: Broker):
    heard: list[tuple[str, bytes]] = []
    changed = Condition()

    def note(message: mqtt.MQTTMessage) -> None:
        with changed:
            heard.append((message.topic, bytes(message.payload)))
            changed.notify_all()

    def ready(*_: object) -> None:
        with changed:
            changed.notify_all()

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: note(message)
    client.on_subscribe = ready
    client.connect("127.0.0.1", private_broker.port)
    sent = [(f"wp/1/device-{n}/al", b"frame %d" % n) for n in range(20)]
    with witness(private_broker.port) as seen, changed:
        client.loop_start()
        client.subscribe("wp/1/+/al", qos=1)
        changed.wait(SECONDS)
        published = 0
        while seen.kept < len(sent):  # until it has subscribed as well
            for topic, payload in sent:
                client.publish(topic, payload, qos=1)
            published += len(sent)
            changed.wait(0.2)
        assert changed.wait_for(lambda: len(heard) == published, SECONDS)
        count = seen.replay(random.Random(1), 10)
        assert changed.wait_for(lambda: len(heard) == published + count, SECONDS)
    client.disconnect()
    client.loop_stop()
    again = heard[published:]
    assert count == 20
    assert set(again) <= set(sent)
    assert len(set(again)) == 10
    assert again != sorted(again)
