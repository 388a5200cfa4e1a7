"""Pure judgements about tickets: how they move, when they are due, what may be merged, how categories form a tree."""
