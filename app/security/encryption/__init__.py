"""Personal values at rest: the ring of keys, the ring in force, and columns that are encrypted as they are written."""
