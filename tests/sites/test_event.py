import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given

from sites import event
from sites.event import KINDS, AnyRecord, kind_of, may_leave
from sites.frame import decode_record, encode_record
from sites.record import Record
from tests.sites.records import RECORDS, every_kind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

# What a home may send: always, only while its panel is in alarm, or never.
LEAVES_HOME = {
    "contact.opened": "never",
    "contact.closed": "never",
    "motion.started": "never",
    "motion.ended": "never",
    "light.changed": "never",
    "nuisance.started": "never",
    "nuisance.ended": "never",
    "lens.dirty": "always",
    "visits.repeated": "never",
    "visit.lingered": "never",
    "preset.proposed": "never",
    "clip.kept": "never",
    "tamper.opened": "always",
    "tamper.closed": "always",
    "panic.pressed": "always",
    "duress.entered": "always",
    "alarm.raised": "always",
    "alarm.ended": "in_alarm",
    "panel.armed": "never",
    "panel.disarmed": "never",
    "entry.started": "never",
    "measurement.taken": "never",
    "run.started": "always",
    "records.dropped": "always",
    "heartbeat": "always",
    "clock.changed": "always",
    "command.obeyed": "always",
    "command.refused": "always",
    "certificate.asked": "always",
    "camera.lost": "always",
    "camera.restored": "always",
    "outbox.damaged": "always",
    "disk.filling": "always",
    "disk.full": "always",
    "disk.restored": "always",
}
IN_THE_ALARM_LANE = {
    "command.obeyed",
    "command.refused",
    "tamper.opened",
    "panic.pressed",
    "duress.entered",
    "alarm.raised",
    "alarm.ended",
    "run.started",
    "outbox.damaged",
    "clock.changed",
    "disk.filling",
    "disk.full",
}


def strings_in(kind: msgspec.inspect.Type) -> list[msgspec.inspect.StrType]:
    """Find every string that a field can hold, however deep."""
    if isinstance(kind, msgspec.inspect.StrType):
        return [kind]
    inner: list[msgspec.inspect.Type] = []
    if isinstance(kind, msgspec.inspect.UnionType):
        inner = list(kind.types)
    if isinstance(kind, msgspec.inspect.TupleType):
        inner = list(kind.item_types)
    return [found for one in inner for found in strings_in(one)]


def fields_of(kind: type[Record]) -> tuple[msgspec.inspect.Field, ...]:
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)
    return described.fields


def test_the_table_of_kinds_holds_every_record():
    assert set(KINDS.values()) == set(AnyRecord.__args__)
    assert set(KINDS.values()) == {
        kind for kind in vars(event).values() if _is_record(kind)
    }
    assert set(KINDS) == set(LEAVES_HOME)


def _is_record(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Record) and thing is not Record


@pytest.mark.parametrize("kind", every_kind())
def test_no_field_of_a_record_can_hold_free_text(kind):
    admitted = (
        msgspec.inspect.IntType
        | msgspec.inspect.FloatType
        | msgspec.inspect.BoolType
        | msgspec.inspect.NoneType
        | msgspec.inspect.DateTimeType
        | msgspec.inspect.LiteralType
        | msgspec.inspect.StrType
        | msgspec.inspect.UnionType
        | msgspec.inspect.TupleType
    )
    for field in fields_of(kind):
        assert isinstance(field.type, admitted), field.name
        for text in strings_in(field.type):
            assert text.pattern in {
                r"^[0-9a-f]{16}\Z",
                r"^[0-9a-f]{64}\Z",
                r"^0[23][0-9a-f]{64}\Z",  # a public key
            }


@pytest.mark.parametrize("kind", every_kind())
def test_no_field_is_about_a_person_or_a_place_on_earth(kind):
    banned = re.compile(
        r"name|street|address|city|postcode|lat|lon|plate|phone|mail|person|\bip$|mac$"
        r"|note|text|comment|description"
    )
    for field in fields_of(kind):
        assert not banned.search(field.name), field.name


@pytest.mark.parametrize("kind", every_kind())
def test_a_record_refuses_a_field_that_it_does_not_know(kind):
    assert kind.__struct_config__.forbid_unknown_fields
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize(("kind", "leaves"), sorted(LEAVES_HOME.items()))
def test_what_may_leave_a_home_is_fixed_by_kind(kind, leaves):
    assert KINDS[kind].leaves_home == leaves


@given(RECORDS)
def test_a_home_sends_what_its_kind_allows_and_a_station_everything(record):
    leaves = LEAVES_HOME[kind_of(record)]
    for in_alarm in (True, False):
        assert may_leave(record, home=False, in_alarm=in_alarm)
    assert may_leave(record, home=True, in_alarm=True) == (leaves != "never")
    assert may_leave(record, home=True, in_alarm=False) == (leaves == "always")


def test_alarms_and_what_explains_them_go_by_the_alarm_lane():
    found = {name for name, kind in KINDS.items() if kind.lane == "al"}
    assert found == IN_THE_ALARM_LANE


@given(RECORDS)
def test_a_record_is_read_as_it_was_written(record):
    again = decode_record(encode_record(record))
    assert again == record
    assert kind_of(again) == kind_of(record)


def test_the_kind_stands_in_the_record_under_its_word():
    record = event.PanicPressed(at=NOON, sensor=5, silent=True)
    assert kind_of(record) == "panic.pressed"
    assert msgspec.json.decode(encode_record(record)) == {
        "kind": "panic.pressed",
        "at": "2026-11-22T12:00:00Z",
        "sensor": 5,
        "silent": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00Z","zone":0}',
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00Z","zone":1,"who":"Jan"}',
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00Z","zone":1,"score":1.1}',
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00","zone":1}',
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00Z","zone":1,"picture":"a"}',
        b'{"kind":"motion.started","at":"2026-11-22T12:00:00Z","zone":"garden"}',
        b'{"kind":"alarm.raised","at":"2026-11-22T12:00:00Z","cause":"Jan was here"}',
        b'{"kind":"entry.started","at":"2026-11-22T12:00:00Z","zone":1,"seconds":46}',
        b'{"kind":"alarm.rung","at":"2026-11-22T12:00:00Z"}',
        b'{"kind":"heartbeat"}',
        b"[]",
    ],
)
def test_a_record_out_of_bounds_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        decode_record(text)


@pytest.mark.parametrize("number", ["1e308", "-1e308", "1.1e9"])
def test_no_number_is_so_large_that_their_sum_is_none(number: str):
    fields = f'"at":"2026-11-22T12:00:00Z","seq":1,"sensor":1,"value":{number}'
    body = f'{{"kind":"measurement.taken","quantity":"co2",{fields}}}'
    with pytest.raises(msgspec.ValidationError, match="value"):
        decode_record(body.encode())
    with pytest.raises(msgspec.ValidationError):
        decode_record(
            b'{"kind":"motion.ended","at":"2026-11-22T12:00:00Z","zone":1,'
            b'"seconds":1.1e9}'
        )
