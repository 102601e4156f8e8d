-- A silent press takes the loud steps that nobody did yet away, so that nobody rings.
grant delete on store.incident_step to wachtpost_collector;
