"""The demo's broker: amqtt on the loopback address, in a process of its own.

It stands in for Mosquitto where nobody is root. It has no TLS and asks nobody who he
is, so it listens on 127.0.0.1 and nowhere else.
"""

import asyncio
import logging
import signal
import sys

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig

_PLUGINS = {
    "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
}


async def serve(port: int) -> None:
    """Carry messages on 127.0.0.1:`port` until SIGTERM or SIGINT.

    Prints `ready` once it accepts connections.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(
        BrokerConfig(
            listeners={"default": ListenerConfig(bind=f"127.0.0.1:{port}")},
            plugins=_PLUGINS,
        ),
    )
    await broker.start()
    print("ready", flush=True)  # noqa: T201  # the parent waits for this line
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.disable(logging.INFO)
    # What amqtt says names the address that a client came from; who said it will do.
    logging.basicConfig(format="%(levelname)s in %(name)s")
    asyncio.run(serve(int(sys.argv[1])))
