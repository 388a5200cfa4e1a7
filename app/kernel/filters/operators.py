"""Which questions each kind of field answers, and how the many operators come down to a few tests.

Every test is false for a missing value, and a denying operator is the plain denial of its test: that is how SQL, whose
logic has a third value, and Python come to the same answer.
"""

from app.kernel.fields import Field

EMPTY = ("is_empty", "is_not_empty")
EQUAL = ("eq", "ne", "in", "not_in")
ORDER = ("lt", "lte", "gt", "gte", "between")
TEXT = ("contains", "not_contains", "starts_with", "ends_with")
MANY = ("has", "has_not", "has_any")

# Operator -> (test, denied). `among` takes values and spans, the rest one value; `filled` none.
TESTS = {
    "eq": ("among", False), "ne": ("among", True), "in": ("among", False), "not_in": ("among", True),
    "between": ("among", False), "lt": ("lt", False), "lte": ("lte", False), "gt": ("gt", False),
    "gte": ("gte", False), "contains": ("contains", False), "not_contains": ("contains", True),
    "starts_with": ("starts_with", False), "ends_with": ("ends_with", False), "has": ("has_all", False),
    "has_any": ("has_any", False), "has_not": ("has_any", True), "is_not_empty": ("filled", False),
    "is_empty": ("filled", True),
}
OPERATORS = frozenset(TESTS)

# A list of tags is asked by the same words as a single pointer.
MANY_TESTS = {"eq": ("has_all", False), "ne": ("has_any", True), "in": ("has_any", False), "not_in": ("has_any", True)}

_OF_KIND = {
    "text": EQUAL + TEXT + EMPTY, "long_text": EQUAL + TEXT + EMPTY,
    "integer": EQUAL + ORDER + EMPTY, "decimal": EQUAL + ORDER + EMPTY, "money": EQUAL + ORDER + EMPTY,
    "date": EQUAL + ORDER + EMPTY, "moment": EQUAL + ORDER + EMPTY,
    "boolean": EQUAL + EMPTY, "choice": EQUAL + EMPTY, "pointer": EQUAL + EMPTY, "user": EQUAL + EMPTY,
    "about": EQUAL + EMPTY, "many": MANY + EQUAL + EMPTY, "json": EMPTY,
    # Of an encrypted value only a keyed hash can be compared.
    "personal": EQUAL + EMPTY,
}


def kind_of(field: Field) -> str:
    """The kind by which `field` is filtered: a personal field is opaque whatever it holds."""
    return "personal" if field.personal else field.kind


def operators_for(field: Field) -> tuple[str, ...]:
    """The operators that `field` answers, in the order in which a screen offers them."""
    return _OF_KIND[kind_of(field)]


def meaning_of(field: Field, operator: str) -> tuple[str, bool]:
    """The test that `operator` comes down to on `field`, and whether it is denied."""
    if field.kind == "many" and operator in MANY_TESTS:
        return MANY_TESTS[operator]
    return TESTS[operator]
