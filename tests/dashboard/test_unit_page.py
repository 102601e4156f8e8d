"""The unit page: who sees what, and in which words."""

from tests.dashboard.house import House
from tests.dashboard.town import OWNER


async def test_a_panic_stands_on_top_with_what_to_do(house: House):
    await house.town.intrusion()
    await house.town.panic(silent=True)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert page.index("Kit 7F3K-QG: noodknop") < page.index("Bureau Haven: alarm")
    assert "bel NIET naar deze kit" in page
    assert "AOL-20417" in page
