"""All that is to be done, on a page of its own; the unit's page shows its beginning."""

from datetime import timedelta

from sites.inventory import Inventory
from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, OUTSIDER, OWNER

STATION = "bureau-station"
HOUR = timedelta(hours=1)


def tasks(page: str) -> int:
    """Count the lines of the list."""
    return page.partition('<ul class="todo">')[2].partition("</ul>")[0].count("<li")


async def test_the_page_holds_every_line_of_the_units_page(house: House):
    town = house.town
    silent = town.now - timedelta(minutes=31)
    await town.heard(town.device(STATION), silent, silent=silent)
    await town.event(HAVEN, "lens.dirty", 20 * HOUR, 7)
    await town.set_aside("duinland", "bad_signature", 3)
    guest = await house.guest(OWNER)
    home, page = (await guest.get("/")).text, (await guest.get("/todo")).text
    for words in (
        "zonder signaal: laat ter plaatse kijken",
        "3 frames apart gezet: handtekening klopt niet",
        "Bureau Haven",
    ):
        assert words in home
        assert words in page
    number = tasks(page)
    assert number >= 3
    assert tasks(home) == number
    assert f'href="/todo">Bekijk alle {number}</a>' in home


async def test_what_is_set_aside_there_leaves_the_list_there(house: House):
    await house.town.event(HAVEN, "lens.dirty", 20 * HOUR, 7)
    guest = await house.guest(OWNER)
    page = (await guest.get("/todo")).text
    form = page.partition('action="/task/aside"')[2].partition("</form>")[0]
    values = {}
    for part in form.split("<input ")[1:]:
        name = part.partition('name="')[2].partition('"')[0]
        values[name] = part.partition('value="')[2].partition('"')[0]
    assert values["from"] == "todo"
    values.pop("token")
    answer = await guest.post("/task/aside", **values)
    assert (answer.status_code, answer.headers["location"]) == (303, "/todo")
    assert tasks((await guest.get("/todo")).text) == tasks(page) - 1


async def test_another_unit_has_a_list_of_its_own(house: House):
    await house.town.set_aside("duinland", "bad_signature", 3)
    page = (await (await house.guest(OUTSIDER)).get("/todo")).text
    assert "apart gezet" not in page


async def test_the_page_is_one_of_those_in_the_bar(house: House):
    page = (await (await house.guest(OWNER)).get("/todo")).text
    assert '<a href="/todo" aria-current="page">Te doen</a>' in page
    assert '<a href="/" aria-current' not in page


async def test_the_list_is_shown_where_the_dashboard_knows_no_inventory(house: House):
    object.__setattr__(house.parts, "inventory", Inventory())
    guest = await house.guest(OWNER)
    for path in ("/", "/todo", "/wall", "/incidents"):
        assert (await guest.get(path)).status_code == 200, path
    assert "Te lang niet geoefend op 4 plekken" in (await guest.get("/todo")).text
