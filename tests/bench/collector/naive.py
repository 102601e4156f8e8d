"""What somebody writes in an afternoon: a paho callback with one INSERT a message.

It opens no seal, checks no signature, decides nothing and confirms nothing.
`python -m tests.bench.collector.naive DATABASE_URL BROKER_PORT` runs until it is ended.
"""

import json
import sys
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

TOPIC = "naive/up"
READY = "ready"
_INSERT = b"""
    insert into store.event
        (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
    values (%(device)s, %(run)s, 'up', %(seq)s, %(at)s, now(), %(unit)s, %(site)s,
            %(kind)s, %(sensor)s, 1, '{}')
        on conflict do nothing
"""


def main(url: str, port: int) -> None:
    """Insert whatever comes, for ever."""
    connection = psycopg.connect(url, autocommit=True)

    def insert(_client: Any, _user: Any, message: mqtt.MQTTMessage) -> None:
        connection.execute(_INSERT, json.loads(message.payload))

    def ready(*_: Any) -> None:
        print(READY, flush=True)  # noqa: T201  # whoever started it waits for this

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = insert
    client.on_subscribe = ready
    client.connect("127.0.0.1", port)
    client.subscribe(TOPIC, 1)
    client.loop_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
