"""Pure judgements about tasks and uploaded files."""
