"""Normal forms: two ways of writing the same phone number, address, day or identity number become equal.

Pure. What a person typed is kept for display; the normal form is only for comparing and for keys.
"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache

import idna
import phonenumbers

from app.kernel.problems import N_, Problem, problem

LONGEST_PHONE = 250

# How an extension is written in Chinese, and after a landline or a forwarding number by a mere dash: 010-62345678-801.
_EXTENSION_WORD = re.compile(r"\s*(?:转|轉|分机号?|分機號?)+[:\s]*")
_EXTENSION_DASH = re.compile(r"(.*(?:0\d{2,3}\D{0,2}\d{3,4}[-\s]?\d{4}|1\d{10}))\s*-\s*(\d{1,6})")
_NUMBER_WORDS = re.compile(r"^tel:|ext(?:ension)?\b|x(?=\s*\d)", re.IGNORECASE)
_PHONE_SIGNS = re.compile(r"[\s\-()]+")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII)
_ID_SEPARATORS = re.compile(r"[\s\-]+")

# GB 11643-1999, ISO 7064 MOD 11-2: place i from 0 weighs 2**(17-i) mod 11, the sum mod 11 selects the check sign.
_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
_CHECK_SIGNS = "10X98765432"


def plain(text: str) -> str:
    """The form for comparing any text: full width as half width, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# A row is judged, compared and indexed by the same number: reading it is dear, a chunk of rows is remembered.
@lru_cache(maxsize=2_000)
def phone(text: str, region: str = "CN") -> str | None:
    """The E.164 form of a phone number (``+8613800138000``, ``+861062345678;ext=801``), or None if it is none.

    `region` is the ISO 3166 code of the country for numbers that are written without one. A local number without its
    area code has no normal form, since two cities may both have it.
    """
    if len(text) > LONGEST_PHONE:
        return None
    written = _EXTENSION_WORD.sub(" ext ", unicodedata.normalize("NFKC", text).strip())
    number = _dialable(written, region)
    dashed = _EXTENSION_DASH.fullmatch(written)
    # Only what is no number as it stands is read with the end as extension: 0086-138-0013-8000 has none.
    if number is None and dashed is not None:
        number = _dialable(f"{dashed[1]} ext {dashed[2]}", region)
    if number is None:
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def _dialable(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    # The library reads letters as the keys of a telephone ("1-800-FLOWERS") and passes over stars ("138****8000").
    if "*" in text or any(sign.isalpha() for sign in _NUMBER_WORDS.sub("", text)):
        return None
    digits = _PHONE_SIGNS.sub("", text)
    if region == "CN" and _CHINESE_MOBILE.fullmatch(digits):
        # Before a mobile number that begins with 179 the library takes the code of a carrier off.
        text = f"+86{digits}"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # New mobile prefixes come faster than releases of the library's tables.
    is_mobile = number.country_code == 86 and _CHINESE_MOBILE.fullmatch(str(number.national_number)) is not None
    return number if is_mobile or phonenumbers.is_valid_number(number) else None


def email(text: str) -> str | None:
    """The e-mail address without surrounding space, its domain in lower case and ASCII, or None if it is none.

    The part before the @ keeps its case: a server may tell them apart. For comparing use `email_key`.
    """
    local, _at, domain = unicodedata.normalize("NFC", text).strip().replace("＠", "@").rpartition("@")
    if not local or any(sign.isspace() or not sign.isprintable() or sign in '<>,;"' for sign in local):
        return None
    ascii_domain = _ascii_domain(domain)
    return f"{local}@{ascii_domain}" if ascii_domain else None


@lru_cache(maxsize=1_000)
def _ascii_domain(domain: str) -> str | None:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower().rstrip(".")
    except idna.IDNAError:
        return None


def email_key(text: str) -> str | None:
    """The form under which two addresses are one mailbox: `email` without case, as practically every server does."""
    address = email(text)
    return address.casefold() if address is not None else None


def day(text: str) -> str | None:
    """The ISO form (``1990-01-05``) of a day written year first, or None. Other orders are the reader's to decide."""
    text = unicodedata.normalize("NFKC", text).strip().replace("年", "-").replace("月", "-").removesuffix("日")
    match = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return None


def id_number(text: str) -> str:
    """An identity number in upper case without spaces and dashes. Not judged: see `id_number_problem`."""
    return _ID_SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def id_number_problem(text: str) -> Problem | None:
    """What is wrong with a Chinese identity number of 18 places by GB 11643, or None.

    Judged are its length and signs, the birth day in places 7 to 14, and the check sign (ISO 7064 MOD 11-2).
    """
    number = id_number(text)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return problem(N_("An identity number has 17 digits and a digit or X at the end."))
    if day(number[6:14]) is None:
        return problem(N_("The birth date inside this identity number does not exist."))
    total = sum(int(sign) * weight for sign, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECK_SIGNS[total % 11] != number[17]:
        return problem(N_("The last place of this identity number does not fit the others. Please check for a typo."))
    return None


def normal_form(kind: str, text: str, region: str = "CN") -> str:
    """The form for comparing a value of `kind` (phone, email, date, id_number or text).

    What has no normal form of its kind is compared as plain text, so that nothing typed is lost for equality.
    ValueError for an unknown kind.
    """
    if kind == "phone":
        return phone(text, region) or _PHONE_SIGNS.sub("", plain(text))
    if kind == "email":
        return email_key(text) or plain(text)
    if kind == "date":
        return day(text) or plain(text)
    if kind == "id_number":
        return id_number(text)
    if kind == "text":
        return plain(text)
    raise ValueError(f"no normal form is known for {kind!r}")
