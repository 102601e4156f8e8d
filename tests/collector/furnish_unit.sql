-- One row or more of everything that belongs to the unit %(u)s.
insert into store.unit values (%(u)s, '{"nl": "Eenheid"}', '{}');
insert into store.person values (%(u)s || '-gone', %(u)s, 'coordinator', 'nl', null, now());
insert into store.site values (%(u)s || '-site', %(u)s, 'station', '{"nl": "Bureau"}',
                               null, null, null, 'Europe/Amsterdam', null);
insert into store.zone values (%(u)s || '-site', 1, %(u)s, 'entrance', '{}', '[]');
insert into store.device values (%(u)s || '-device', %(u)s || '-site', %(u)s, %(u)s || '-key');
insert into store.sensor values (%(u)s || '-device', 1, %(u)s, 'contact', 1, null);
insert into store.event
    select %(u)s || '-device', 'run', 'up', n, '2026-11-01Z'::timestamptz + n * interval '1 day',
           now(), %(u)s, %(u)s || '-site', 'contact.opened', 1, 1, '{}'
      from generate_series(1, 3) n;
insert into store.measurement
    select %(u)s || '-device', 'run', 'up', n, '2026-11-01Z'::timestamptz + n * interval '1 day',
           now(), %(u)s, %(u)s || '-site', 1, 'temperature', 20 + n
      from generate_series(4, 6) n;
insert into store.event_untimed values (%(u)s || '-device', 'run', 'up', 7, '1970-01-01',
    now(), %(u)s, %(u)s || '-site', 'contact.opened', 1, 1, '{}');
insert into store.frame_set_aside values (%(u)s || '-digest', now(), 'topic', %(u)s,
    %(u)s || '-device', 'bad_signature', '', 3, 'raw', 1, now());
insert into store.device_state values (%(u)s || '-device', %(u)s, %(u)s || '-site', 'run', now());
insert into store.path_state values (%(u)s || '-device', 1, %(u)s, %(u)s || '-site', now());
insert into store.lane_state (device, run, lane, unit, site, heard)
    values (%(u)s || '-device', 'run', 'up', %(u)s, %(u)s || '-site', now());
insert into store.gap values (%(u)s || '-device', 'run', 'up', 8, 9, %(u)s, %(u)s || '-site', now());
insert into store.clock_jump values (%(u)s || '-device', 'run', now(), %(u)s, %(u)s || '-site', 60);
insert into store.clock_lag (device, run, unit, site, seconds, since, until, before)
    values (%(u)s || '-device', 'run', %(u)s, %(u)s || '-site', 60, now(), now(), now());
insert into store.certificate values (%(u)s || '-serial', %(u)s || '-device', 1, %(u)s, %(u)s || '-site', 'key', now(),
    now(), now(), 'chain');
insert into store.renewal values (%(u)s || '-device', 1, %(u)s, %(u)s || '-site', 'key', 1);
insert into store.turn values (%(u)s || '-device', 'run', %(u)s, %(u)s || '-site', 1, '{}');
insert into store.clone (device, unit, site, runs) values (%(u)s || '-device', %(u)s, %(u)s || '-site', '{run}');
insert into store.command (device, number, unit, site, what, said, signature, made, expires)
    values (%(u)s || '-device', 1, %(u)s, %(u)s || '-site', 'restart', '', '', now(), now());
insert into store.picture values (%(u)s || '-picture', %(u)s || '-device', %(u)s,
                                  %(u)s || '-site', 1, now());
insert into store.picture_part values (%(u)s || '-picture', %(u)s, 1, 'part');
insert into store.task_aside values (%(u)s, %(u)s || '-device', 1, 'lens.dirty', now(),
                                     %(u)s || '-gone');
insert into store.incident (unit, site, rule, cause, priority, title, to_control_room, occurred,
                            playbook, playbook_version)
    values (%(u)s, %(u)s || '-site', 'rule', 'alarm', 'urgent', '{}', false, now(), 'book', 1),
           (%(u)s, %(u)s || '-site', 'rule', 'panic', 'urgent', '{}', true, now(), 'book', 1);
insert into store.incident_record
    select incident, unit, unit || '-device', 'run', 'al', 1, now(), 'alarm.raised', 1, 1, '{}'
      from store.incident where unit = %(u)s;
insert into store.receiver_line (account, unit, next_ask) values (upper(md5(%(u)s))::char(8), %(u)s, now());
insert into store.signal (incident, unit, account, kind, ends, made, next_try)
    select incident, unit, 'ABC', 'alarm.raised', false, now(), now() from store.incident where unit = %(u)s;
insert into store.incident_step
    select incident, 'call', unit, 1, 'coordinator', '{}', true
      from store.incident where unit = %(u)s;
insert into store.incident_log (incident, unit, what)
    select incident, unit, 'opened' from store.incident where unit = %(u)s;
insert into store.exercise (unit, site, rule, person)
    values (%(u)s, %(u)s || '-site', 'rule', %(u)s || '-gone');
insert into store.suppression (unit, site, kinds, why, since, until, person)
    values (%(u)s, %(u)s || '-site', '{camera.lost}', 'works', now(), now() + interval '1 hour', %(u)s || '-gone');
insert into store.suppressed
    select suppression, unit, %(u)s || '-device', 'run', 'up', 1, now(), now(), null, site, 'camera.lost', 1, 1, '{}'
      from store.suppression where unit = %(u)s;
insert into store.measurement_hour
    values (%(u)s || '-site', '2026-11-02Z', %(u)s, %(u)s || '-device', 1, 'temperature', 2, 1, 3, 4);
insert into store.measurement_day select * from store.measurement_hour where unit = %(u)s;
insert into store.event_hour values (%(u)s || '-site', '2026-11-02Z', %(u)s, 'contact.opened', 2);
insert into store.event_day select * from store.event_hour where unit = %(u)s;
insert into store.rollup_dirty values (%(u)s || '-site', '2026-11-02Z');
insert into store.forgotten values (%(u)s, '2026-10-02Z');
update store.person set site = %(u)s || '-site' where person = %(u)s || '-gone';
select store.audit_note('consult', 'kit:' || %(u)s, 'site:' || %(u)s || '-site', null, 'done', null, null, null);
insert into store.attention (sort, unit, person, entry)
    values ('too_many_looks', %(u)s, %(u)s || '-gone', null);
insert into store.notice (attention, person)
    select attention, person from store.attention where unit = %(u)s;
insert into store.right_review (person, unit, role, by)
    values (%(u)s || '-gone', %(u)s, 'coordinator', %(u)s || '-gone');
insert into store.escalation (incident, round, step, unit, tells, due)
    select incident, 1, 1, unit, '{desk}', now() from store.incident where unit = %(u)s;
insert into store.roster_change (unit, part, person, since, until, made_by)
    values (%(u)s, 'first', %(u)s || '-gone', now(), now() + interval '1 day', %(u)s || '-gone');
insert into store.watchdog values (%(u)s || '-watchdog', now());
