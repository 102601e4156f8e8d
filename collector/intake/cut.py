"""Takes the place of a client at the broker, which thereby loses its connection."""

from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from collector.intake.source import CONNECT_S, KEEPALIVE_S, Broker

_STEP_S = 0.2


def cut(broker: Broker, client_id: str) -> None:
    """Connect under another's client id, and go; blocks. Raises OSError.

    Only a listener that leaves us the choice of our client id lets us: that of the
    collectors.
    """
    answers: list[bool] = []

    def answered(*args: Any) -> None:
        answers.append(bool(args[3].is_failure))

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=True,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_S
    if broker.tls is not None:
        client.tls_set_context(broker.tls)
    client.on_connect = answered
    client.connect(broker.host, broker.port, KEEPALIVE_S)
    for _ in range(int(CONNECT_S / _STEP_S)):
        if answers or client.loop(_STEP_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            break
    with suppress(OSError):
        client.disconnect()
    if answers != [False]:
        raise ConnectionRefusedError("the broker does not let us cut")
