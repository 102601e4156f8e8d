-- What the pages of units ask for at each look is found without reading all of the last days.
set role wachtpost_owner;
create index event_of_switch on store.event (site, at) where kind in
    ('panel.armed', 'panel.disarmed', 'camera.lost', 'camera.restored', 'nuisance.started', 'nuisance.ended');
create index event_of_door on store.event (device, sensor, at desc, seq desc)
    where kind in ('contact.opened', 'contact.closed');
reset role;
