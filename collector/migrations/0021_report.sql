-- What the CSO's report is made of: counts, never rows, and of homes only those of a whole unit. They count by the month
-- in which an incident was resolved, since nothing of it changes afterwards, and only months that are over.
set role wachtpost_owner;

-- Where one device was silent is rare among the rest, and asked for over a year.
create index event_of_silence on store.event (site, at) where kind in ('device.silent', 'device.heard');

-- The month of the wall clock at home, where it is over, nothing of it was forgotten, and the CSO asks; else null.
create function store.report_month(at timestamptz) returns date
language sql stable
set search_path = pg_catalog, pg_temp
return (select m.month::date
          from (select date_trunc('month', at at time zone 'Europe/Amsterdam') as month) m
         where (m.month + interval '1 month') at time zone 'Europe/Amsterdam' <= now() - interval '1 day'
           and m.month at time zone 'Europe/Amsterdam' > now() - interval '3 years');

-- Of a year: incidents by month, place, rule, outcome, by what a false alarm came from, and by how soon somebody took them:
-- 0 within the first bound of EN 50518 (30 s, 90 s), 1 within the last (60 s, 180 s), 2 later; null where nobody had to.
create function store.report_incidents(of_year int)
returns table (month date, unit text, station text, rule text, title jsonb, outcome text, exercise boolean, priority text,
               pace int, source text, n bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select x.month, x.unit, x.station, x.rule, (array_agg(x.title order by x.incident desc))[1], x.outcome, x.exercise,
           x.priority, x.pace, x.source, count(*)
      from (select i.incident, store.report_month(i.resolved) as month, i.unit,
                   case when s.kind = 'station' then i.site end as station, i.rule, i.title, i.outcome, i.exercise,
                   i.priority,
                   case when i.exercise or i.priority = 'notice' then null
                        when t.taken is null and i.resolved - i.opened <= make_interval(secs => b.last) then null
                        when coalesce(t.taken, 'infinity') - i.opened <= make_interval(secs => b.first) then 0
                        when coalesce(t.taken, 'infinity') - i.opened <= make_interval(secs => b.last) then 1
                        else 2 end as pace,
                   case when i.outcome in ('false', 'nuisance') then
                       (select coalesce(r.data ->> 'cause', r.kind) from store.incident_record r
                         where r.incident = i.incident order by r.at, r.seq limit 1) end as source
              from store.incident i
              join store.site s on s.site = i.site
             cross join lateral (select case i.priority when 'urgent' then 30 else 90 end as first,
                                        case i.priority when 'urgent' then 60 else 180 end as last) b
             cross join lateral (select min(l.at) as taken from store.incident_log l
                                  where l.incident = i.incident and l.what = 'acknowledged') t
             where store.asker_role() = 'cso'
               and i.resolved >= make_timestamptz(of_year, 1, 1, 0, 0, 0, 'Europe/Amsterdam')
               and i.resolved < make_timestamptz(of_year + 1, 1, 1, 0, 0, 0, 'Europe/Amsterdam')) x
     where x.month is not null
     group by x.month, x.unit, x.station, x.rule, x.outcome, x.exercise, x.priority, x.pace, x.source;
end;

-- The middle of how long it took until somebody took one, in a month, a quarter or a year; not of fewer than five.
create function store.report_medians(since date, months int)
returns table (unit text, station text, priority text, seconds double precision)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select i.unit, case when s.kind = 'station' then i.site end, i.priority,
           percentile_cont(0.5) within group (order by extract(epoch from t.taken - i.opened))
      from store.incident i
      join store.site s on s.site = i.site
     cross join lateral (select min(l.at) as taken from store.incident_log l
                          where l.incident = i.incident and l.what = 'acknowledged') t
     where store.asker_role() = 'cso' and not i.exercise and i.priority <> 'notice' and t.taken is not null
       and months in (1, 3, 12) and extract(day from since) = 1 and (extract(month from since)::int - 1) % months = 0
       and i.resolved >= since::timestamp at time zone 'Europe/Amsterdam'
       and i.resolved < (since + make_interval(months => months)) at time zone 'Europe/Amsterdam'
       and store.report_month(since::timestamp at time zone 'Europe/Amsterdam') is not null
       and store.report_month((since + make_interval(months => months - 1)) at time zone 'Europe/Amsterdam') is not null
     group by 1, 2, 3
    having count(*) >= 5;
end;

-- Of a year: by month, for how long a device of a place was silent, one or more of them, and of how many places that was so.
-- Of no unit: for how long no collector heard anything.
create function store.report_blind(of_year int)
returns table (month date, unit text, station text, seconds double precision, places bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with months as (
        select m.month::date as month, m.month at time zone 'Europe/Amsterdam' as since,
               (m.month + interval '1 month') at time zone 'Europe/Amsterdam' as until
          from generate_series(0, 11) k
         cross join lateral (select make_timestamp(of_year, 1, 1, 0, 0, 0) + make_interval(months => k) as month) m
         where store.asker_role() = 'cso'
           and store.report_month(m.month at time zone 'Europe/Amsterdam') is not null
    ), words as (
        select e.device, e.kind, coalesce(e.corrected, e.at) as at, e.data, null::timestamptz as resolved
          from store.event e
         where e.kind in ('device.silent', 'device.heard') and exists (select from months)
           and e.site in (select s.site from store.site s)
        union all
        select r.device, r.kind, coalesce(r.corrected, r.at), r.data, i.resolved
          from store.incident_record r join store.incident i on i.incident = r.incident
         where r.kind in ('device.silent', 'device.heard') and exists (select from months)
        union all
        select p.device, p.kind, coalesce(p.corrected, p.at), p.data, null
          from store.suppressed p
         where p.kind in ('device.silent', 'device.heard') and exists (select from months)
    ), silences as (
        select d.unit, d.site,
               w.at - make_interval(secs => coalesce((w.data ->> 'unheard_s')::float8, 0)) as since,
               coalesce(w.heard, w.resolved, d.removed, now()) as until
          from (select device, kind, at, data, resolved,
                       min(at) filter (where kind = 'device.heard')
                           over (partition by device order by at range between current row and unbounded following) as heard
                  from words) w
          join store.device d on d.device = w.device
         where w.kind = 'device.silent'
    ), spans as (
        select m.month, s.unit, s.site,
               range_agg(tstzrange(greatest(s.since, m.since), least(s.until, m.until))) as blind
          from silences s join months m on s.since < m.until and s.until > m.since
         group by m.month, s.unit, s.site
    )
    select x.month, x.unit, case when s.kind = 'station' then x.site end,
           sum((select sum(extract(epoch from upper(r) - lower(r))) from unnest(x.blind) r))::float8,
           count(*)
      from spans x join store.site s on s.site = x.site
     group by 1, 2, 3
    union all
    select m.month, null, null,
           sum(extract(epoch from least(d.until, m.until) - greatest(d.since, m.since)))::float8, 1
      from store.deaf d join months m on d.since < m.until and d.until > m.since
     group by m.month;
end;

-- The stations, and one line for the homes of each unit. `exercised`: a station's last exercise.
create function store.report_places()
returns table (unit text, unit_name jsonb, station text, name jsonb, exercised timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select u.unit, u.name, s.site, s.name,
           (select max(i.opened) from store.incident i where i.site = s.site and i.exercise)
      from store.unit u join store.site s on s.unit = u.unit and s.kind = 'station' and s.removed is null
     where store.asker_role() = 'cso'
    union all
    select u.unit, u.name, null, null, null from store.unit u where store.asker_role() = 'cso';
end;

revoke execute on function
    store.report_month(timestamptz), store.report_incidents(int), store.report_medians(date, int), store.report_blind(int),
    store.report_places() from public;
grant execute on function
    store.report_incidents(int), store.report_medians(date, int), store.report_blind(int), store.report_places()
    to wachtpost_dashboard;
reset role;
