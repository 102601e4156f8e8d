-- Give the mark of a device of which two live.
select found, runs from store.clone where device = %(device)s and cleared is null
