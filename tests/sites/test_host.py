"""Settings name machines; what is plain stays on this one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.errors import HostError
from sites.host import MAX_PORT, is_here, parse_host


@given(st.sampled_from(["localhost", "::1", "broker.test"]), st.integers(1, MAX_PORT))
def test_host_and_port_are_read_as_they_were_written(host: str, port: int):
    assert parse_host(f"{host}:{port}") == (host, port)


@pytest.mark.parametrize(
    "text", ["", "broker.test", ":1883", "h:", "h:x", "h:-1", "h:0", "h:65536"]
)
def test_anything_else_is_refused_and_quoted(text: str):
    with pytest.raises(HostError) as refused:
        parse_host(text)
    assert str(refused.value) == f"{text!r} is not HOST:PORT"


def test_who_listens_may_leave_the_port_to_the_machine():
    assert parse_host("127.0.0.1:0", least_port=0) == ("127.0.0.1", 0)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_this_machine_is_known_by_its_loopback_names(host: str):
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["", "broker.test", "10.0.0.1", "localhost.test", "2001:db8::1"]
)
def test_any_other_name_is_another_machine(host: str):
    assert not is_here(host)
