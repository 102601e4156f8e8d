-- The stations, and each unit for its homes, in the order of the report.
select unit, unit_name, station, name, exercised from store.report_places() order by unit, station nulls last
