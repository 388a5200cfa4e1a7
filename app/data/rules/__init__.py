"""What the cells and headers of a foreign file mean, and how values are written to one. Pure."""

from app.data.rules.dates import ISO, DateFormat, decide_date_order, read_date, read_moment
from app.data.rules.formulas import check_formula, defuse, restore
from app.data.rules.headers import Column, HeaderMap, Suggestion, Unmatched, map_headers
from app.data.rules.mapping import NO_MAPPING, MappingFile
from app.data.rules.numbers import read_decimal, read_integer, read_money
from app.data.rules.texts import clean_header, header_key, word_key
from app.data.rules.values import Context, Reference, choice_words, column_context, parse_value, show_value

__all__ = [
    "ISO", "NO_MAPPING", "Column", "Context", "DateFormat", "HeaderMap", "MappingFile", "Reference", "Suggestion",
    "Unmatched", "check_formula", "choice_words", "clean_header", "column_context", "decide_date_order", "defuse",
    "header_key", "map_headers", "parse_value", "read_date", "read_decimal", "read_integer", "read_moment",
    "read_money", "restore", "show_value", "word_key",
]
