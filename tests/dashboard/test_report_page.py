"""The CSO's page: figures of each place, kits as counts alone, and no small number."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.query import Query
from dashboard.asker import FRESH
from dashboard.page import QUERIES
from dashboard.period import Period, offered
from tests.dashboard.house import Guest, House
from tests.dashboard.past import happened, last_month, midday
from tests.dashboard.town import COLLEAGUE, FURTHER, HAVEN, KIT, OWNER, Town

CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
REPORTS = ("report_incidents", "report_blind", "report_medians", "report_places")
SILENT = """
    insert into store.incident_record (incident, unit, device, run, lane, seq, at, kind,
                                       data)
    select %(like)s, unit, device, 'r', 'al', nextval('store.incident_incident_seq'),
           %(at)s, %(kind)s, '{"unheard_s": 60}'
      from store.device where site = %(site)s order by device limit 1"""


async def asked(house: House, person: str, name: str, **given: object) -> list[Any]:
    """Ask the store itself for a part of the report, in somebody's name."""
    month = last_month()
    values = {"year": month.year, "since": month.first, "months": 1, **given}
    query: Query[dict[str, Any]] = QUERIES[name]
    async with house.parts.database.transaction(person) as transaction:
        return await transaction.all(query, **values)


async def exported(guest: Guest, **given: str) -> dict[tuple[str, ...], str]:
    """Give the file's values by place, figure, what it is of and outcome."""
    answer = await guest.get("/report.csv", params=given)
    assert answer.status_code == 200
    found = csv.DictReader(io.StringIO(answer.text))
    named = ("unit", "station", "figure", "of", "outcome")
    return {tuple(row[each] for each in named): row["value"] for row in found}


@pytest.fixture
async def eventful(house: House) -> House:
    """Have a month with much at a station, and both much and little at kits."""
    town = house.town
    alarm, panic = await town.intrusion(), await town.panic()
    await happened(town, alarm, 12, taken_s=60)
    await happened(town, alarm, 9, "false", taken_s=150)
    await happened(town, alarm, 6, "exercise", taken_s=400)
    await happened(town, panic, 8)
    await happened(town, panic, 3, "nuisance")
    return house


async def test_the_report_counts_each_place_by_kind_and_outcome(eventful: House):
    found = await exported(await eventful.guest("cso"))
    haven = ("duinland", HAVEN)
    assert found[*haven, "incidents", "intrusion-station", "real"] == "12"
    assert found[*haven, "incidents", "intrusion-station", "false"] == "9"
    assert found[*haven, "incidents", "intrusion-station", ""] == "21"
    assert found[*haven, "incidents", "", ""] == "21"
    assert found[*haven, "false_alarms", "contact", ""] == "9"
    assert found[*haven, "exercises", "", ""] == "6"


async def test_the_report_says_how_soon_they_were_taken(eventful: House):
    guest = await eventful.guest("cso")
    answer = await guest.get("/report.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    of = {
        row["figure"]: row
        for row in rows
        if (row["station"], row["of"]) == (HAVEN, "attention")
    }
    assert of["taken"]["value"] == "21"
    assert of["taken_median_s"]["value"] == "60"
    soon = of["taken_within_90_s"]
    assert (soon["value"], soon["n"], soon["promise"]) == ("0.5714", "21", "0.8000")
    assert float(soon["low"]) < 0.5714 < float(soon["high"]) < 0.8
    assert of["taken_within_180_s"]["value"] == "1.0000"
    page = (await guest.get("/report")).text
    assert "57,1 %" in page
    assert "belofte niet gehaald" in page


async def test_the_first_who_took_it_counts_and_what_ended_by_itself_waits_for_nobody(
    house: House,
):
    town = house.town
    alarm = await town.intrusion()
    await happened(town, alarm, 5, taken_s=None)  # untaken for an hour
    await happened(town, alarm, 5, taken_s=10)  # and taken again after 900 s
    await town.pen.execute(
        "update store.incident set resolved = opened + interval '20 s'"
        " where incident in (select incident from store.incident"
        "  where outcome = 'real' and incident not in"
        "   (select incident from store.incident_log where what = 'acknowledged'))"
    )
    found = await exported(await house.guest("cso"))
    place = ("duinland", HAVEN)
    assert found[*place, "incidents", "", ""] == "10"
    assert found[*place, "taken", "attention", ""] == "5"
    assert found[*place, "taken_within_90_s", "attention", ""] == "1.0000"


async def test_no_count_under_five_is_on_the_page_or_in_the_file_a27(eventful: House):
    guest = await eventful.guest("cso")
    for period in offered(datetime.now(UTC)):
        if not period.holds(last_month().first):
            continue
        given = {"period": period.name}
        page = (await guest.get("/report", params=given)).text
        cells = [re.sub(r"<[^>]+>", "", each) for each in CELL.findall(page)]
        numbers = [int(each) for each in cells if each.strip().isdecimal()]
        assert numbers
        assert min(numbers) >= 5
        for name, value in (await exported(guest, **given)).items():
            if name[2] in {"incidents", "false_alarms", "exercises", "taken"}:
                assert value == "hidden" or int(value) >= 5, name
    found = await exported(guest)
    kits = ("duinland", "kits", "incidents")
    assert found[*kits, "", ""] == "11"
    assert found[*kits, "", "real"] == "hidden"  # else 3 nuisances would follow
    assert found[*kits, "", "nuisance"] == "hidden"


async def test_of_homes_nothing_is_known_but_counts_of_a_unit(eventful: House):
    guest = await eventful.guest("cso")
    rows = await asked(eventful, "cso", "report_incidents")
    assert {row["station"] for row in rows} == {HAVEN, None}
    assert {"device", "site", "incident"}.isdisjoint(rows[0])
    texts = [(await guest.get("/report")).text, (await guest.get("/report.csv")).text]
    kit = await eventful.town.row("select kit from store.site where site = %s", KIT)
    for text in texts:
        for known in (KIT, kit["kit"], eventful.town.device(KIT)):
            assert known.lower() not in text.lower()


async def test_the_store_counts_for_the_cso_alone(eventful: House):
    for person in (OWNER, COLLEAGUE, *(role.replace("_", "-") for role in FURTHER)):
        for name in REPORTS:
            found = await asked(eventful, person, name)
            empty = name == "report_blind"  # nothing was blind
            assert bool(found) == (person == "cso" and not empty), (person, name)


async def test_nothing_but_a_whole_month_that_is_over_is_ever_counted_a27(house: House):
    town = house.town
    alarm = await town.intrusion()
    now = datetime.now(UTC)
    await happened(town, alarm, 9, at=now - timedelta(hours=2))
    for year in (now.year, now.year - 1):
        assert await asked(house, "cso", "report_incidents", year=year) == []
    since = now.date().replace(day=1)
    for months in (1, 3, 12):
        given = {"since": since, "months": months}
        assert await asked(house, "cso", "report_medians", **given) == []
    await happened(town, alarm, 9)
    month = last_month()
    assert await asked(house, "cso", "report_medians")
    for slide in (
        {"since": month.first + timedelta(days=1)},
        {"since": month.first.replace(month=2), "months": 3},
        {"months": 2},
        {"months": 0},
        {"since": month.first - timedelta(days=1)},
    ):
        assert await asked(house, "cso", "report_medians", **slide) == [], slide


async def test_what_is_forgotten_soon_is_counted_no_more(house: House):
    old = datetime.now(UTC) - timedelta(days=3 * 366)
    alarm = await house.town.intrusion()
    await happened(house.town, alarm, 9, at=old)
    assert await asked(house, "cso", "report_incidents", year=old.year) == []


async def silence(town: Town, like: int, **at: datetime) -> None:
    for kind, moment in at.items():
        told = {"like": like, "at": moment, "kind": f"device.{kind}", "site": HAVEN}
        await town.pen.execute(SILENT, told)


async def test_hours_without_sight_are_told_of_stations_and_of_the_centre(house: House):
    town, month = house.town, last_month().first
    like = await town.intrusion()
    begin = midday(month, 5)
    await silence(town, like, silent=begin, heard=begin + timedelta(hours=3))
    await silence(town, like, silent=begin)  # told twice
    await town.pen.execute(
        "insert into store.deaf values (%s, %s)", [begin, begin + timedelta(minutes=7)]
    )
    guest = await house.guest("cso")
    found = await exported(guest)
    assert found["duinland", HAVEN, "blind_s", "", ""] == str(3 * 3600 + 60)
    assert found["veenrand", "bureau-oost", "blind_s", "", ""] == "0"
    assert found["duinland", "kits", "blind_s", "", ""] == "hidden"
    assert found["", "", "deaf_s", "", ""] == "420"
    page = (await guest.get("/report")).text
    assert "Blind: 3 u 1 min" in page
    assert "ontving zelf niets gedurende 7 min 0 s" in page


async def test_hours_without_sight_end_with_their_month(house: House):
    town, month = house.town, last_month()
    like = await town.intrusion()
    begin = month.until - timedelta(hours=2)
    await silence(town, like, silent=begin, heard=month.until + timedelta(hours=5))
    found = await exported(await house.guest("cso"))
    assert found["duinland", HAVEN, "blind_s", "", ""] == str(2 * 3600 + 60)


async def test_the_file_is_given_to_who_just_proved_who_he_is(eventful: House):
    device = await eventful.passkey_of("cso")
    guest = await eventful.guest("cso")
    await eventful.town.pen.execute(
        "update store.session set proven = proven - %s", [FRESH]
    )
    answer = await guest.get("/report.csv")
    assert answer.status_code == 403
    assert "incidents" not in answer.text
    assert (await guest.get("/report")).status_code == 200
    await guest.confirm(device)
    answer = await guest.get("/report.csv")
    assert answer.status_code == 200
    name = f'attachment; filename="report-{last_month().name}.csv"'
    assert answer.headers["content-disposition"] == name
    noted = await eventful.town.row(
        "select count(*) as n from store.audit where object = 'export:report'"
        " and actor = 'cso' and verb = 'disclose' and result = 'done'"
    )
    assert noted["n"] == 1


async def test_a_period_that_is_not_offered_is_that_of_the_latest_month(house: House):
    guest = await house.guest("cso")
    for wanted in ("", "2026-02..2026-03", "1999", f"{datetime.now(UTC):%Y-%m}"):
        page = (await guest.get("/report", params={"period": wanted})).text
        assert f'<option value="{last_month().name}" selected>' in page
        assert page.count(" selected>") == 1
    year = Period(datetime.now(UTC).year - 1, 1, 12)
    page = (await guest.get("/report", params={"period": year.name})).text
    assert f'<option value="{year.name}" selected>' in page
    assert f"Rapportage {year.year}, heel het jaar" in page


async def test_it_is_what_the_cso_begins_with_in_both_languages(eventful: House):
    guest = await eventful.guest("cso")
    page = (await guest.get("/")).text
    assert "Hoe snel opgepakt" in page
    assert 'data-live="/live/report?period=' in page
    guest.client.cookies.set("taal", "en")
    page = (await guest.get("/")).text
    assert "How soon taken" in page
    assert "57.1%" in page
    assert "promise not kept" in page


async def test_a_place_of_which_nothing_may_be_told_says_so(house: House):
    await happened(house.town, await house.town.intrusion(), 4)
    page = (await (await house.guest("cso")).get("/report")).text
    assert page.count("Minder dan 5 van alles: niets te tonen.") == 6


async def test_a_silence_of_which_no_incident_was_made_counts_the_same(house: House):
    town, month = house.town, last_month()
    ago = town.now - midday(month.first, 5)
    site = "bureau-station"
    await town.event(site, "device.silent", ago, unheard_s=0)
    await town.event(site, "device.heard", ago - timedelta(hours=4))
    await town.event(site, "device.silent", ago - timedelta(days=9), unheard_s=30)
    rest = month.until - midday(month.first, 14) + timedelta(seconds=30)  # not yet over
    found = await exported(await house.guest("cso"))
    wanted = timedelta(hours=4) + rest
    assert found["duinland", site, "blind_s", "", ""] == str(
        round(wanted.total_seconds())
    )


async def test_two_devices_silent_at_once_are_one_place_without_sight(house: House):
    town, month = house.town, last_month().first
    like = await town.intrusion()
    begin = midday(month, 5)
    await silence(town, like, silent=begin, heard=begin + timedelta(hours=3))
    await town.pen.execute(
        "insert into store.device (device, site, unit, key)"
        " values ('zzzzzzzzzzzzzzzz', %s, 'duinland', 'k')",
        [HAVEN],
    )
    await town.pen.execute(
        "update store.incident_record set device = 'zzzzzzzzzzzzzzzz'"
        " where kind like 'device.%'"
    )
    await silence(town, like, silent=begin, heard=begin + timedelta(hours=2))
    rows = await asked(house, "cso", "report_blind", year=month.year)
    assert [(row["station"], row["seconds"], row["places"]) for row in rows] == [
        (HAVEN, 3 * 3600 + 60, 1)
    ]
