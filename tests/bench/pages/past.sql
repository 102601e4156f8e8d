-- A year of incidents that are over, at a hundred places, each with its record.
with made as (
    insert into store.incident
           (unit, site, rule, cause, priority, title, occurred, opened, changed, playbook, playbook_version,
            state, owner, acknowledged, resolved, outcome, sentence)
    select 'veenrand', format('bench-%%s', lpad((n %% 100)::text, 4, '0')), 'intrusion-station', 'intrusion', 'attention',
           '{"nl": "alarm terwijl ingeschakeld", "en": "alarm while armed"}', t.at, t.at, t.at, b.playbook, b.version,
           'resolved', 'veenrand-desk', t.at + interval '40 s', t.at + interval '20 min',
           (array['real', 'false', 'nuisance'])[1 + n %% 3], 'x'
      from generate_series(1, %(count)s::int) n
     cross join lateral (
           select now() - interval '2 days' - n * interval '1 year' / %(count)s::int as at) t
     cross join (select playbook, version from store.playbook where playbook = 'intrusion-station') b
 returning incident, unit, site, occurred)
insert into store.incident_record (incident, unit, device, run, lane, seq, at, kind, sensor, zone, data)
select incident, unit, site, 'bade000000000000', 'al', incident, occurred, 'alarm.raised', 1, 1, '{}' from made
