"""Draws records of every kind, with every field at its bounds."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from sites.event import KINDS
from sites.record import Record

# Encoded and decoded in whole microseconds, as they go over the wire.
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # hypothesis wants it so
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  # and adds the zone below
    timezones=st.just(UTC),
)
HEX = "0123456789abcdef"


def _of(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case msgspec.inspect.IntType():
            drawn: st.SearchStrategy[Any] = st.integers(kind.ge, kind.le)
        case msgspec.inspect.FloatType():
            drawn = st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False)
        case msgspec.inspect.LiteralType():
            drawn = st.sampled_from(kind.values)
        case msgspec.inspect.UnionType():
            drawn = st.one_of(*map(_of, kind.types))
        case msgspec.inspect.TupleType():
            drawn = st.tuples(*map(_of, kind.item_types))
        case msgspec.inspect.StrType():
            if str(kind.pattern).startswith("^0[23]"):
                return st.text(HEX, min_size=64, max_size=64).map("02".__add__)
            length = 64 if "64" in str(kind.pattern) else 16
            drawn = st.text(HEX, min_size=length, max_size=length)
        case _:
            drawn = _PLAIN[type(kind)]
    return drawn


_PLAIN: dict[type[msgspec.inspect.Type], st.SearchStrategy[Any]] = {
    msgspec.inspect.NoneType: st.none(),
    msgspec.inspect.BoolType: st.booleans(),
    msgspec.inspect.DateTimeType: TIMES,
}


def of_kind(kind: type[Record]) -> st.SearchStrategy[Record]:
    """Draw records of one kind."""
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)
    return st.builds(
        kind, **{field.name: _of(field.type) for field in described.fields}
    )


RECORDS: st.SearchStrategy[Record] = st.one_of(*map(of_kind, KINDS.values()))


def every_kind() -> tuple[type[Record], ...]:
    """Give all kinds of records."""
    return tuple(KINDS.values())


def words_of(kind: object) -> tuple[object, ...]:
    """Give the words of a Literal."""
    return get_args(kind)
