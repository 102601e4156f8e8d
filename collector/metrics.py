"""What the collector counts, in the format that Prometheus reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60)


@dataclass(frozen=True)
class Metrics:
    """The counters of one process; each process and each test has its own."""

    registry: CollectorRegistry
    frames: Counter
    set_aside: Counter
    rows: Counter
    duplicates: Counter
    late: Counter
    unanswered: Counter
    batch_seconds: Histogram
    waiting: Gauge

    @staticmethod
    def new() -> "Metrics":
        """Make a set of counters, all of them at zero."""
        registry = CollectorRegistry()

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(f"wachtpost_{name}", told, labels, registry=registry)

        return Metrics(
            registry=registry,
            frames=counter("frames", "Frames by outcome.", "lane", "outcome"),
            set_aside=counter("frames_set_aside", "Frames not believed.", "reason"),
            rows=counter("rows", "Rows stored for the first time.", "lane"),
            duplicates=counter("duplicates_refused", "Rows that were there.", "lane"),
            late=counter("rows_late", "Rows that came after later ones.", "lane"),
            unanswered=counter("receipts_unsent", "Receipts that had no way down."),
            batch_seconds=Histogram(
                "wachtpost_batch_seconds",
                "Seconds from poll to commit.",
                ("lane",),
                registry=registry,
                buckets=_SECONDS,
            ),
            waiting=Gauge(
                "wachtpost_messages_waiting",
                "Messages that wait to be read.",
                ("lane",),
                registry=registry,
            ),
        )

    def text(self) -> bytes:
        """Write all of them as Prometheus reads them."""
        return generate_latest(self.registry)


@dataclass
class Health:
    """What is wrong at present, by the part that says so; empty means well.

    `since` is when it began, whatever the reason became meanwhile.
    """

    troubles: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def trouble(self, part: str, why: str) -> None:
        """Say that a part does not do its work, and why."""
        self.troubles[part] = why
        self.since.setdefault(part, self.clock())

    def tell(self, part: str, why: str | None) -> None:
        """Say what is wrong with a part; None: it does its work."""
        if why is None:
            self.well(part)
        else:
            self.trouble(part, why)

    def well(self, part: str) -> None:
        """Say that a part does its work again."""
        self.troubles.pop(part, None)
        self.since.pop(part, None)
