"""Pure judgements about customers: what may be entered, what a contact moves, which stage orders make."""
