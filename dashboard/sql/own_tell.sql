-- Where messages to the asker go.
select store.own_tell() as tell
