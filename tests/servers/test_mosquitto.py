"""The brokers that the other tests stand on."""

import socket
from queue import SimpleQueue

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers import mosquitto
from tests.servers.errors import ServerDidNotStart
from tests.servers.mosquitto import Broker

SECONDS = 10


class Listener:
    """A client that subscribes to one topic and keeps what comes."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self.heard: SimpleQueue[bytes] = SimpleQueue()
        self._ready: SimpleQueue[int] = SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda *given: self.heard.put(given[2].payload)
        self.client.on_subscribe = lambda *given: self._ready.put(given[2])
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        self.client.subscribe(topic, qos=1)
        self._ready.get(timeout=SECONDS)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def is_listening(broker: Broker) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((broker.host, broker.port)) == 0


def test_a_message_goes_through_the_broker(broker: Broker) -> None:
    listener = Listener(broker, "test/through")
    listener.client.publish("test/through", b"hello", qos=1)
    heard = listener.heard.get(timeout=SECONDS)
    listener.close()
    assert heard == b"hello"


def test_a_killed_broker_comes_back_on_its_port_and_remembers_nothing(
    private_broker: Broker,
) -> None:
    listener = Listener(private_broker, "test/kept")
    listener.client.publish("test/kept", b"old", qos=1, retain=True)
    listener.heard.get(timeout=SECONDS)
    listener.close()
    port = private_broker.port

    private_broker.kill()
    assert private_broker.pid is None
    assert not is_listening(private_broker)

    private_broker.start()
    assert private_broker.port == port
    listener = Listener(private_broker, "test/kept")
    listener.client.publish("test/kept", b"new", qos=1)
    assert listener.heard.get(timeout=SECONDS) == b"new"
    listener.close()


def test_a_private_broker_is_nobody_elses(
    broker: Broker, private_broker: Broker
) -> None:
    assert broker.port != private_broker.port
    private_broker.stop()
    assert is_listening(broker)


def test_it_ends_with_its_context() -> None:
    with mosquitto.started() as broker:
        assert is_listening(broker)
    assert not is_listening(broker)


def test_a_bad_setting_is_told_in_the_brokers_own_words() -> None:
    with (
        pytest.raises(ServerDidNotStart, match="no_such_setting"),
        mosquitto.started(["no_such_setting true"]),
    ):
        pass
