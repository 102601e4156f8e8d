-- Come in before or after whoever shuts the asker out, not meanwhile.
select store.hold_asker() as there
