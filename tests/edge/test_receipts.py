"""What comes down is counted, and a flood of it fills no log."""

from structlog.testing import capture_logs

from edge.receipts import Receipts
from sites.answer import Receipt, seal_answer
from tests.edge.collector_side import COLLECTOR_SIGN, DEVICE_KEY
from tests.edge.records import NOON
from tests.edge.wire import DEVICE

FLOOD = 1000


def test_a_flood_of_receipts_is_counted_and_hardly_logged():
    own = Receipts(DEVICE, DEVICE_KEY, COLLECTOR_SIGN.verify_key)
    aside = Receipt(DEVICE, "a" * 64, "set_aside", NOON, "unreadable")
    genuine = seal_answer(aside, COLLECTOR_SIGN, DEVICE_KEY.verify_key)
    with capture_logs() as logged:
        for _ in range(FLOOD):
            assert own.open(b"rubbish") is None
            assert own.open(genuine) == aside
    assert own.counts == {"ignored": FLOOD, "set_aside": FLOOD}
    assert [line["count"] for line in logged[:4]] == [1, 1, 2, 2]
    assert {line.get("reason") for line in logged} == {None, "unreadable"}
    assert len(logged) == 20


def test_a_receipt_for_another_device_is_ignored():
    own = Receipts(DEVICE, DEVICE_KEY, COLLECTOR_SIGN.verify_key)
    other = Receipt("z" * 16, "a" * 64, "stored", NOON)
    assert own.open(seal_answer(other, COLLECTOR_SIGN, DEVICE_KEY.verify_key)) is None
    assert own.counts == {"ignored": 1}
