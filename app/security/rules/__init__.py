"""Pure judgements of the room: at the door, and about people and teams."""
