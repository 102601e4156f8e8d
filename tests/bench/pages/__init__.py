"""What pages cost: how soon they come, how soon they change, for how many at once."""
