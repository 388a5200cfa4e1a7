"""The rows of one table as a compressed file of JSON lines: first the columns, then a list of values for each row."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the file; the number of rows."""
    count = 0
    with gzip.open(path, "wt", compresslevel=6, encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(list(columns)) + "\n")
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def read_rows(path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    """The columns and, one by one, the rows. OSError, EOFError or ValueError where the file is damaged."""
    lines = _lines(path)
    return json.loads(next(lines, "null")) or [], (json.loads(line) for line in lines)


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from stream
