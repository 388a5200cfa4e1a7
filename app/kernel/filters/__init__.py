"""The one typed filter tree of the house (law 12): read from anywhere, bound to an entity, run in SQL or in Python.

A tree (`tree`, `read`) is plain data; `bind` gives it fields, types, rights and the present moment; `compile_filter`
and `matches` answer alike, `say` and `chips` put it into words.
"""

from app.kernel.filters.bind import bind, everything_may_be_used
from app.kernel.filters.bound import Bound
from app.kernel.filters.operators import operators_for
from app.kernel.filters.python import matches
from app.kernel.filters.read import RESERVED, from_keywords, from_rest, parse, to_query
from app.kernel.filters.say import Chip, chips, operator_word, say
from app.kernel.filters.sql import compile_filter
from app.kernel.filters.text import fold, folded, install_functions
from app.kernel.filters.tree import (
    EVERYTHING,
    And,
    Minor,
    Not,
    Or,
    Tree,
    Where,
    all_of,
    from_dict,
    leaves,
    to_dict,
    without,
)
from app.kernel.filters.values import Context

__all__ = [
    "EVERYTHING", "RESERVED", "And", "Bound", "Chip", "Context", "Minor", "Not", "Or", "Tree", "Where", "all_of",
    "bind", "chips", "compile_filter", "everything_may_be_used", "fold", "folded", "from_dict", "from_keywords",
    "from_rest", "install_functions", "leaves", "matches", "operator_word", "operators_for", "parse", "say", "to_dict",
    "to_query", "without",
]
