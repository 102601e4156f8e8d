import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites import topic
from sites.errors import TopicError
from sites.keys import device_bytes, device_text, new_device_id, new_run_id
from sites.topic import Channel, Path, parse_path, parse_topic, probe_topic
from tests.sites.records import words_of

DEVICES = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16)
PATHS = st.builds(Path, DEVICES, st.integers(1, 9))
CHANNELS = st.sampled_from(words_of(Channel))


@given(PATHS, CHANNELS)
def test_a_topic_is_read_as_it_was_written(path, channel):
    assert parse_topic(path.topic(channel)) == (path, channel)
    assert parse_path(path.text) == path


@given(PATHS)
def test_a_topic_names_the_path_and_nothing_else(path):
    assert path.topic("al") == f"wp/1/{path.device}-{path.way}/al"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wp/1/abcdefghijklmnop-1",
        "wp/2/abcdefghijklmnop-1/al",
        "wp/1/abcdefghijklmnop-0/al",
        "wp/1/abcdefghijklmno-1/al",
        "wp/1/ABCDEFGHIJKLMNOP-1/al",
        "wp/1/abcdefghijklmnop-1/al/x",
        "wp/1/abcdefghijklmnop-1/al\n",
        "wp/1/+/al",
        "wp/1/#",
        "$SYS/broker",
    ],
)
def test_another_topic_is_refused_and_quoted(text):
    with pytest.raises(TopicError) as caught:
        parse_topic(text)
    assert str(caught.value) == f"no topic or path of version 1: {text!r}"


@given(st.text(max_size=300))
def test_any_text_is_a_topic_of_ours_or_a_topic_error(text):
    for parse in (parse_topic, parse_path):
        with pytest.raises(TopicError) as caught:
            parse(text)
        assert len(str(caught.value)) < 1200


def test_a_long_topic_is_quoted_in_part():
    with pytest.raises(TopicError) as caught:
        parse_topic("x" * 10_000)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    ("pattern", "channel"),
    [
        (topic.ALARMS, "al"),
        (topic.PLAIN, "up"),
        (topic.BLOBS, "bl"),
        (topic.GONE, "gone"),
    ],
)
def test_a_subscription_is_the_topic_with_any_path(pattern, channel):
    path = Path("abcdefghijklmnop", 1)
    assert pattern.replace("+", path.text) == path.topic(channel)


@given(st.binary(min_size=10, max_size=10))
def test_a_device_id_is_80_bits(raw):
    assert device_bytes(device_text(raw)) == raw
    assert parse_path(f"{device_text(raw)}-1").device == device_text(raw)


def test_ids_are_drawn_and_differ():
    assert len({new_device_id() for _ in range(100)}) == 100
    assert len({new_run_id() for _ in range(100)}) == 100
    assert parse_path(f"{new_device_id()}-1")


def test_the_collectors_own_words_are_no_devices_topic():
    own = probe_topic("collector-alarms")
    assert own == "wp/1/probe/collector-alarms"
    with pytest.raises(TopicError):
        parse_topic(own)
