"""What a set-based change did, row by row."""

from dataclasses import dataclass, field

from app.kernel.errors import NotAllowed, RuleError
from app.kernel.problems import Problems

# Law 4: long work is done in units of at most this many rows.
CHUNK = 500


@dataclass
class Outcome:
    """`done` ids changed or created, `unchanged` ids, `refused` problems by id (by position for inserts).

    A row outside the actor's reach is refused under the field name ``""``.
    """

    done: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, Problems] = field(default_factory=dict)
    # For inserts: position in the input -> id of the new row.
    created: dict[int, int] = field(default_factory=dict)

    def insist(self) -> "Outcome":
        """Itself if nothing was refused. NotAllowed or RuleError for the first row that was."""
        for problems in self.refused.values():
            if "" in problems:
                raise NotAllowed(problems[""])
            raise RuleError(problems=problems)
        return self

    def add(self, other: "Outcome") -> None:
        """Take the outcome of another chunk in."""
        self.done += other.done
        self.unchanged += other.unchanged
        self.refused |= other.refused
        self.created |= other.created
