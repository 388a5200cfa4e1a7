"""Cells, values and problems of staged rows, and pieces of files, as sealed texts, and back."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.fields import fields_of
from app.kernel.problems import Problem, Problems
from app.kernel.stored import decode, encode
from app.security.encryption.current import key_ring

CELLS, GIVEN, PROBLEMS = "import_row.cells", "import_row.given", "import_row.problems"
PIECE = "import_row.piece"


def seal_cells(cells: Sequence[str]) -> str:
    """The cells of a row as they were read."""
    return key_ring().seal(json.dumps(list(cells), ensure_ascii=False), CELLS)


def open_cells(stored: str) -> list[str]:
    """The cells that `seal_cells` sealed."""
    return json.loads(key_ring().open(stored, CELLS))


def seal_piece(piece: bytes) -> str:
    """A piece of a file."""
    return key_ring().seal(base64.b64encode(piece).decode("ascii"), PIECE)


def open_piece(stored: str) -> bytes:
    """The piece that `seal_piece` sealed."""
    return base64.b64decode(key_ring().open(stored, PIECE))


def seal_given(model: type, values: Mapping[str, Any]) -> str:
    """Typed values by outer field name."""
    known = fields_of(model)
    return key_ring().seal(json.dumps({name: encode(model, known[name], value) for name, value in values.items()},
                                      ensure_ascii=False), GIVEN)


def open_given(model: type, stored: str) -> dict[str, Any]:
    """The values that `seal_given` sealed; fields that no longer exist are left out."""
    known, given = fields_of(model), json.loads(key_ring().open(stored, GIVEN))
    return {name: decode(model, known[name], value) for name, value in given.items() if name in known}


def seal_problems(problems: Problems) -> str:
    """Problems by field; they may quote the cell."""
    return key_ring().seal(json.dumps({name: _plain(found) for name, found in problems.items()}, ensure_ascii=False),
                           PROBLEMS)


def open_problems(stored: str | None) -> Problems:
    """The problems that `seal_problems` sealed."""
    if stored is None:
        return {}
    return {name: _problem(found) for name, found in json.loads(key_ring().open(stored, PROBLEMS)).items()}


def _plain(found: Problem) -> dict[str, Any]:
    return {"text": found.text, "params": {name: _plain_parameter(value) for name, value in found.params.items()}}


def _plain_parameter(value: Any) -> Any:
    if isinstance(value, Problem):
        return _plain(value)
    return value if isinstance(value, (int, float)) else str(value)


def _problem(found: Mapping[str, Any]) -> Problem:
    return Problem(found["text"], {name: _problem(value) if isinstance(value, dict) else value
                                   for name, value in found["params"].items()})
