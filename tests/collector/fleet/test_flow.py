"""More than a device can send is a flood, whatever anybody puts into a topic."""

import pytest

from collector.fleet.flow import MOST_A_SECOND, Flow
from sites.topic import Path

PATH = Path("a" * 16, 1)
UP = PATH.topic("up")


def pour(flow: Flow, topic: str, count: int) -> None:
    for _ in range(count):
        flow.note(topic)


def test_more_than_a_device_can_send_in_that_time_is_a_flood():
    flow = Flow({PATH.device}, 100.0)
    pour(flow, UP, 2 * MOST_A_SECOND)
    assert flow.take(102.0) == set()
    pour(flow, UP, 2 * MOST_A_SECOND + 1)
    assert flow.take(104.0) == {PATH}
    assert flow.take(106.0) == set()


def test_the_longer_nobody_looked_the_more_may_have_come():
    flow = Flow({PATH.device}, 0.0)
    pour(flow, UP, 3 * MOST_A_SECOND)
    assert flow.take(30.0) == set()
    pour(flow, UP, 10)
    assert flow.take(30.0) == set()


@pytest.mark.parametrize(
    "topic", ["wp/1/evil/al", "", "wp/1/probe/x", Path("b" * 16, 1).topic("up")]
)
def test_a_topic_of_no_device_is_neither_counted_nor_stumbled_over(topic: str):
    flow = Flow({PATH.device}, 0.0)
    pour(flow, topic, MOST_A_SECOND + 1)
    assert not flow._counts
    assert flow.take(1.0) == set()
