"""What happened in months that are over: incidents like one that the rules opened."""

from datetime import UTC, date, datetime, timedelta

from dashboard.period import Period, offered
from tests.dashboard.town import OWNER, Town

_LIKE = """
    with made as (
        insert into store.incident (unit, site, rule, cause, priority, title, occurred,
                                    opened, state, owner, acknowledged, resolved,
                                    outcome, sentence, playbook, playbook_version,
                                    exercise)
        select unit, site, rule, cause, priority, title, %(at)s, %(at)s, 'resolved',
               %(owner)s, %(at)s, %(at)s + interval '1 hour', %(outcome)s, '-',
               playbook, playbook_version, %(outcome)s = 'exercise'
          from store.incident, generate_series(1, %(number)s)
         where incident = %(like)s
        returning incident, unit
    ), told as (
        insert into store.incident_log (incident, unit, at, person, what)
        select m.incident, m.unit, %(at)s + make_interval(secs => s), %(owner)s,
               'acknowledged'
          from made m, unnest(array[%(taken)s::float8, 900]) s
         where %(taken)s::float8 is not null
    )
    insert into store.incident_record (incident, unit, device, run, lane, seq, at, kind,
                                       sensor, zone, data)
    select m.incident, r.unit, r.device, r.run, r.lane, r.seq, r.at, r.kind, r.sensor,
           r.zone, r.data
      from made m, store.incident_record r where r.incident = %(like)s"""


def last_month() -> Period:
    """Give the latest month that is over."""
    return offered(datetime.now(UTC))[0]


async def happened(
    town: Town,
    like: int,
    number: int,
    outcome: str = "real",
    taken_s: float | None = 20,
    at: datetime | None = None,
) -> None:
    """Have so many more like that one, resolved within the hour; last month, or at."""
    told = {
        "like": like,
        "number": number,
        "outcome": outcome,
        "taken": taken_s,
        "at": at or last_month().since + timedelta(days=9, hours=3),
        "owner": OWNER,
    }
    await town.pen.execute(_LIKE, told)


def midday(month: date, day: int) -> datetime:
    """Give noon (UTC) of a day of a month."""
    return datetime(month.year, month.month, day, 12, tzinfo=UTC)
