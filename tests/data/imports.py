"""Short ways through an import for tests."""

import csv
import io

from app.data import operations
from app.data.operations import Wish


def staged(entity, text, *, name="rows.csv", **wish):
    """The batch of a file of this text, staged by the actor in force."""
    return operations.stage(entity, text.encode() if isinstance(text, str) else text, name, Wish(**wish))


def run(entity, text, **wish):
    """Import a text: the counts and the batch."""
    number = staged(entity, text, **wish)
    return operations.apply(number), number


def refused(number):
    """The rejected rows of a batch: header, then rows."""
    text = b"".join(operations.rejected_file(number)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def reasons(number):
    """Row number to reason of every rejected row."""
    return {int(row[0]): row[1] for row in refused(number)[1:]}
