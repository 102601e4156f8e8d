"""How a server process logs: one line an event, and never the value of anything."""

import sys
from types import TracebackType
from typing import TextIO

import structlog

Broken = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def configure() -> None:
    """Log to standard output from now on, where the journal reads it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=say_where
            ),
        ],
    )


def say_where(to: TextIO, broken: Broken) -> None:
    """Say what broke and where, with its causes, and no value.

    A message of PostgreSQL quotes rows, and the usual traceback of structlog shows
    what every variable held: kit numbers, references, keys.
    """
    error = broken[1]
    while error is not None:
        to.write(f"  {type(error).__name__} at {_innermost(error)}\n")
        error = error.__cause__ or error.__context__


def _innermost(error: BaseException) -> str:
    trace = error.__traceback__
    places = []
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places) or "?"
