"""Named changes of the data room: a file staged, tried out, applied and taken back."""

from app.data.operations.applying import apply, as_facts, counts_of, try_out
from app.data.operations.outcome import RowShown, batch_of, rejected_file, shown_rows, take_back, template_file
from app.data.operations.plan import ON_MATCH, header_map, importable_fields, read_mapping
from app.data.operations.staging import Wish, importable, stage, stage_again

__all__ = [
    "ON_MATCH", "RowShown", "Wish", "apply", "as_facts", "batch_of", "counts_of", "header_map", "importable",
    "importable_fields", "read_mapping", "rejected_file", "shown_rows", "stage", "stage_again", "take_back",
    "template_file", "try_out",
]
