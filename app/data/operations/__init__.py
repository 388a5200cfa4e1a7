"""Named changes of the data room: a file staged, tried out, applied and taken back."""

from app.data.operations.applying import BACKGROUND, READ, Interrupted, apply, as_facts, counts_of, try_out
from app.data.operations.background import (
    break_off,
    go_on,
    is_long,
    most_at_once,
    progress_of,
    receive,
    receive_again,
    stop,
)
from app.data.operations.outcome import (
    UNDO,
    RowShown,
    batch_of,
    is_large,
    rejected_file,
    rest_undo,
    shown_rows,
    take_back,
    take_back_later,
    take_back_on,
    template_file,
)
from app.data.operations.plan import ON_MATCH, header_map, importable_fields, read_mapping
from app.data.operations.staging import Wish, importable, stage, stage_again
from app.data.operations.steps import Steps

__all__ = [
    "BACKGROUND", "ON_MATCH", "READ", "UNDO", "Interrupted", "RowShown", "Steps", "Wish", "apply", "as_facts",
    "batch_of", "break_off", "counts_of", "go_on", "header_map", "importable", "importable_fields", "is_large",
    "is_long", "most_at_once", "progress_of", "read_mapping", "receive", "receive_again", "rejected_file", "rest_undo",
    "shown_rows", "stage", "stage_again", "stop", "take_back", "take_back_later", "take_back_on", "template_file",
    "try_out",
]
