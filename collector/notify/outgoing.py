"""Starts what brings messages out, as far as a way is set for each."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from collector.database import Database
from collector.metrics import Health
from collector.notify import notice, reach, sender
from collector.notify.channel import Channel
from collector.notify.email import Email
from collector.notify.push import Push
from collector.notify.receiver import Receiver
from collector.notify.setting import Messages
from collector.notify.signal import Signaller
from collector.notify.sms import Sms


def start(
    group: asyncio.TaskGroup,
    database: Database,
    messages: Messages,
    clock: Callable[[], datetime],
    health: Health,
) -> list[asyncio.Task[None]]:
    """Start the tasks; what is not set is told on `/healthz`."""
    tasks = []
    if messages.receiver is not None:
        receiver = Receiver(messages.receiver, clock)
        signals = Signaller(database, receiver, clock, health)
        tasks.append(group.create_task(signals.run(), name="signals"))
    channels: list[Channel] = []
    if messages.email is None:
        health.trouble("notify", "no SMTP server is set: nobody is told by e-mail")
    else:
        email = Email(messages.email)
        channels.append(email)
        telling = notice.run(database, email, messages.address)
        tasks.append(group.create_task(telling, name="notices"))
    if messages.sms is None:
        health.trouble("sms", "no SMS gateway is set: nobody is told by SMS")
    else:
        channels.append(Sms(messages.sms))
    if messages.push is not None:  # without it nobody can turn a browser on
        channels.append(Push(database, messages.push, clock))
    asked = [one for one in channels if one.name != "push"]
    reaching = reach.run(database, asked, messages.address, clock)
    tasks.append(group.create_task(reaching, name="reach"))
    if channels:
        sending = sender.run(database, channels, messages.address)
        tasks.append(group.create_task(sending, name="notify"))
    return tasks
