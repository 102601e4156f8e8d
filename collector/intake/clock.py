"""How far a device's clock is off, from the frames that come: pure decisions."""
