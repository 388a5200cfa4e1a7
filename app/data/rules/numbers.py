"""Numbers and amounts as people type them, read exactly or refused. Ranges are the gate's to judge."""

import re
from decimal import Decimal

from app.data.rules.currencies import currencies_meant, known_currencies
from app.data.rules.texts import half_width, short
from app.kernel import money
from app.kernel.problems import N_, Problem, problem

DECIMAL_PLACES = 4
UNITS = {"万": 4, "萬": 4, "亿": 8, "億": 8}
# Decimal arithmetic rounds beyond 28 digits, and no column keeps as many.
_DIGITS_MOST = 28
_GROUPED = {
    ".": re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]*)(?:\.(?P<part>[0-9]+))?"),
    ",": re.compile(r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]*)(?:,(?P<part>[0-9]+))?"),
}
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_NARROW_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_CURRENCY = r"(?:[^\W\d_]{3}|[¥$€£₩₹₽元])"
_BEFORE = re.compile(rf"({_CURRENCY})\s*(?=[0-9.,(-])")
_AFTER = re.compile(rf"(?<=[0-9).,万萬亿億\s])\s*({_CURRENCY})$")


def decimal_mark(example: str) -> str | None:
    """The decimal mark that an example such as ``1,234.56`` or ``1.234,56`` shows, or None if it shows none."""
    mark = example.strip()[-3:-2]
    return mark if mark in (".", ",") and example.strip()[-2:].isdigit() else None


def _unsigned(text: str) -> tuple[int, str]:
    """The sign and the rest: a leading sign, or brackets as accountants write a negative amount."""
    if text.startswith("(") and text.endswith(")"):
        return -1, text[1:-1].strip()
    if text[:1] in ("+", "-"):
        return (-1 if text[0] == "-" else 1), text[1:].strip()
    return 1, text


def _refusal(text: str, sentence: str) -> Problem:
    if _SCIENTIFIC.fullmatch(half_width(text).strip()):
        return problem(N_("“%(value)s” is in scientific notation, which may have lost digits."), value=short(text))
    return problem(sentence, value=short(text))


def _core(body: str, mark: str) -> Decimal | None:
    """The number that `body`, without sign, shows; None if it shows none."""
    shift = UNITS.get(body[-1:], 0)
    match = _GROUPED[mark].fullmatch(body[:-1].rstrip() if shift else body)
    if match is None:
        return None
    part = match["part"] or ""
    digits = re.sub(r"[ ,.]", "", match["whole"]) + part
    if not 0 < len(digits) <= _DIGITS_MOST:
        return None
    return Decimal((0, tuple(map(int, digits)), shift - len(part)))


def _number(text: str, mark: str) -> Decimal | None:
    sign, body = _unsigned(half_width(text).translate(_NARROW_SPACES).strip())
    number = _core(body, mark)
    return number.copy_negate() if number is not None and sign < 0 else number


def read_integer(text: str, mark: str = ".") -> int | Problem:
    """A whole number: grouping by threes, full-width digits, 万 and 亿, brackets or a sign.

    ``50%`` is read as 50, since a whole number cannot mean a fraction. `mark` is the decimal mark, ``.`` or ``,``; the
    other one groups thousands.
    """
    number = _number(half_width(text).strip().removesuffix("%"), mark)
    if number is None or number != number.to_integral_value():
        return _refusal(text, N_("“%(value)s” is not a whole number."))
    return int(number)


def read_decimal(text: str, mark: str = ".") -> Decimal | Problem:
    """An exact number of at most four decimal places, written as `read_integer` describes."""
    number = _number(text, mark)
    if number is None:
        return _refusal(text, N_("“%(value)s” is not a number."))
    shifted = number.scaleb(DECIMAL_PLACES)
    if shifted != shifted.to_integral_value():
        return problem(N_("“%(value)s” has more than %(places)s decimal places."), value=short(text),
                       places=DECIMAL_PLACES)
    return number


def _without_currency(text: str) -> tuple[str, list[str]]:
    """The amount without its currency signs, and the signs: ``$ -5`` and ``-$5`` give ``-5``."""
    sign, body = _unsigned(half_width(text).translate(_NARROW_SPACES).strip())
    signs = []
    if before := _BEFORE.match(body):
        signs.append(before[1])
        body = body[before.end():]
    if after := _AFTER.search(body):
        signs.append(after[1])
        body = body[: after.start()].rstrip()
    # A second sign would turn the amount round; in brackets the reader refuses it.
    return (f"({body})" if sign < 0 else body), signs


def read_money(text: str, currency: str, mark: str = ".") -> int | Problem:
    """Minor units of `currency` in `text`: ``￥1,234.50``, ``$5``, ``1.5万元``, ``CNY 100``, ``(3.00)``.

    A sign or code of another currency than `currency`, which is the record's, is refused.
    """
    if currency not in known_currencies():
        return problem(N_("“%(currency)s” is not a currency code."), currency=short(currency))
    bare, signs = _without_currency(text)
    number = _number(bare, mark)
    if number is None or not all(map(currencies_meant, signs)):
        return _refusal(text, N_("“%(value)s” is not an amount."))
    if not all(currency in currencies_meant(sign) for sign in signs):
        return problem(N_("“%(value)s” names another currency than the record, which has %(currency)s."),
                       value=short(text), currency=currency)
    try:
        return money.to_minor(number, currency)
    except ValueError:
        return problem(N_("“%(value)s” has more decimal places than %(currency)s, which has %(places)s."),
                       value=short(text), currency=currency, places=money.exponent(currency))
