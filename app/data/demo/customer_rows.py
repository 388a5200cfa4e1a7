"""Rows of customers, their contacts, and the leads they came from or never became."""

import datetime as dt
from collections.abc import Iterator

from app.data.demo import names, places, words
from app.data.demo.catalogue import TAGS, Row
from app.data.demo.days import Days
from app.data.demo.names import Draw, pick
from app.data.demo.plan import Contact, Deal, Profile, Purchase, weighted

SHORT_BRANDS = 2_000  # so many customers can do with brands of two syllables before the first repetition
UNCONVERTED_SOURCES = (("web_advertising", 0.34), ("campaign", 0.54), ("website", 0.72), ("trade_fair", 0.85),
                       ("referral", 0.91), ("phone", 0.96), ("partner", 1.0))
SIZES = (("micro", 0.30), ("small", 0.65), ("medium", 0.90), ("large", 1.0))
LEVELS = {"none": "C", "one_time": "C", "regular": "B", "growing": "A", "slowing": "B", "stopped": "B"}
DAYS_UNTIL_CHURNED = 180


def language(customer: Profile) -> str:
    """``en`` or ``zh``: what is spoken with this customer."""
    return "en" if customer.english else "zh"


def brand(customer: Profile) -> names.Spelled:
    """The short name of an organisation."""
    if customer.english:
        return names.english_brand(customer.identity // 20)
    return names.brand(customer.identity, short=customer.serial < SHORT_BRANDS)


def name(customer: Profile) -> str:
    """The full name of an organisation or person."""
    if customer.person:
        return contact_person(customer, 1).name
    if customer.english:
        return names.english_organisation(customer.identity // 20)
    return names.chinese_organisation(customer.identity, customer.place.city, customer.industry, brand(customer))


def contact_person(customer: Profile, number: int) -> names.Person:
    """Contact `number` (from 1) of a customer; the first one of a person is the person."""
    return names.person(names.steady(customer.identity * 8 + number), customer.english)


def contact_key(customer: Profile, number: int) -> str:
    """The key of contact `number` (from 1)."""
    return f"CT{customer.serial + 1:07d}-{number}"


def customer_row(draw: Draw, days: Days, customer: Profile, bought: list[Purchase], held: list[Contact]) -> Row:
    """The customer with what purchases and conversations say about him."""
    where = customer.place
    return {
        "key": customer.key, "code": customer.key, "name": name(customer), "level": LEVELS[customer.rhythm],
        "kind": "person" if customer.person else "organisation",
        "region": where.region, "province": where.province, "city": where.city,
        "address": places.address(draw, customer.english),
        "preferences": pick(draw, words.PREFERENCES[language(customer)]),
        "needs": pick(draw, words.NEEDS[language(customer)]) if draw() < 0.7 else None,
        "tags": _tags(draw, customer), "source": customer.source, "owner": customer.owner, "team": customer.team,
        "created_at": days.moment(customer.since, customer.serial),
    } | (_person(draw, days, customer) if customer.person else _organisation(draw, customer)) | _state(
        days, customer, bought, held)


def _organisation(draw: Draw, customer: Profile) -> Row:
    latin = brand(customer).latin
    return {"industry": customer.industry, "size": weighted(draw, SIZES), "website": f"https://{latin}.example.com",
            "phone": places.landline(customer.place, customer.serial),
            "email": f"info.{latin}{customer.serial}@example.com",
            "gender": None, "birth_date": None, "occupation": None}


def _person(draw: Draw, days: Days, customer: Profile) -> Row:
    person = contact_person(customer, 1)
    return {"industry": None, "size": None, "website": None,
            "phone": places.mobile("161", customer.serial), "email": f"{person.latin}{customer.serial}@example.cn",
            "gender": person.gender, "birth_date": _birth_date(draw, days), "occupation": pick(draw, words.OCCUPATIONS)}


def _birth_date(draw: Draw, days: Days) -> dt.date:
    return dt.date(days.date(0).year - 22 - int(draw() * 40), 1 + int(draw() * 12), 1 + int(draw() * 28))


def _tags(draw: Draw, customer: Profile) -> list[str]:
    chosen = ["export"] if customer.english else []
    if draw() < 0.45:
        chosen.append(pick(draw, TAGS)[0])
    if customer.rhythm == "growing" and "fast_growth" not in chosen:
        chosen.append("fast_growth")
    return list(dict.fromkeys(chosen))


def _state(days: Days, customer: Profile, bought: list[Purchase], held: list[Contact]) -> Row:
    kept = [purchase.ago for purchase in bought if not purchase.cancelled]
    spoken = [contact.ago for contact in held if not contact.internal]
    agreed = [contact.next_ago for contact in held if contact.next_ago is not None]
    salt = customer.serial
    return {"lifecycle_stage": lifecycle_stage(kept),
            "last_order_at": days.moment(min(kept), salt) if kept else None,
            "last_contact_at": days.moment(min(spoken), salt) if spoken else None,
            "next_contact_at": days.moment(agreed[-1], salt) if agreed else None}


def lifecycle_stage(purchase_days: list[int]) -> str:
    """The stage of a customer with orders so many days ago."""
    if not purchase_days:
        return "potential"
    if min(purchase_days) > DAYS_UNTIL_CHURNED:
        return "churned"
    return "first_purchase" if len(purchase_days) == 1 else "repeat_purchase" if len(purchase_days) < 5 else "loyal"


def contact_rows(draw: Draw, days: Days, customer: Profile) -> Iterator[Row]:
    """The people at a customer; the first one decides more often."""
    brand_latin = "" if customer.person else brand(customer).latin
    for number in range(1, customer.contacts + 1):
        person = contact_person(customer, number)
        title, decides = pick(draw, words.JOB_TITLES[language(customer)])
        serial = customer.serial * 8 + number
        place = f"{number}.{brand_latin}" if brand_latin else serial
        yield {
            "key": contact_key(customer, number), "customer": customer.key, "name": person.name,
            "job_title": None if customer.person else title, "decision_maker": customer.person or decides,
            "phone": places.mobile("163", serial), "email": f"{person.latin}{place}@example.com",
            "wechat": None if customer.english else f"wx_{person.latin.replace('.', '_')}{serial % 1000:03d}",
            "gender": person.gender, "birth_date": _birth_date(draw, days) if draw() < 0.3 else None,
            "preferences": pick(draw, words.PREFERENCES[language(customer)]) if draw() < 0.3 else None,
            "remark": pick(draw, words.REMARKS) or None, "owner": customer.owner, "team": customer.team,
            "created_at": days.moment(customer.since, customer.serial),
        }


def lead_rows(draw: Draw, days: Days, customer: Profile, worked: list[Deal]) -> Iterator[Row]:
    """The lead that a customer was before, if any, and as many that came to nothing so far as there are customers."""
    if customer.from_lead:
        yield _lead(draw, days, customer, 0) | {
            "name": contact_person(customer, 1).name, "company": None if customer.person else name(customer),
            "status": "converted", "source": customer.source, "score": 60 + int(draw() * 40), "next_at": None,
            "converted_customer": customer.key,
            "converted_opportunity": deal_key(customer, worked[0].number) if worked else None,
            "owner": customer.owner, "team": customer.team,
            "created_at": days.moment(customer.since + 1 + int(draw() * 30), customer.serial)}
    for number in range(1, 1 + (draw() < 0.62) + (draw() < 0.3)):
        yield _lead(draw, days, customer, number)


def deal_key(customer: Profile, number: int) -> str:
    """The key of opportunity `number` (from 1)."""
    return f"OP{customer.serial + 1:07d}-{number}"


def _lead(draw: Draw, days: Days, customer: Profile, number: int) -> Row:
    """A lead who is nobody's customer yet, from the same trade and tongue as `customer`."""
    serial = customer.serial * 4 + number
    person = names.person(draw, customer.english)
    age = 1 + int(240 * draw() ** 2)
    status = weighted(draw, _lead_statuses(age))
    pooled = status == "new" and draw() < 0.4
    open_ = status != "disqualified" and not pooled
    where = places.place(draw, customer.english)
    return {
        "key": f"L{customer.serial + 1:07d}-{number}", "name": person.name,
        "company": _prospect(draw, where.city, customer), "phone": places.mobile("164", serial),
        "email": f"{person.latin}{serial}@example.org", "status": status, "source": weighted(draw, UNCONVERTED_SOURCES),
        "interest": pick(draw, words.INTERESTS[language(customer)]), "score": 10 + int(draw() * 75),
        "next_at": days.moment(5 - int(draw() * 14), serial) if open_ and draw() < 0.7 else None,
        "converted_customer": None, "converted_opportunity": None,
        "owner": None if pooled else customer.owner or "sales1",
        "team": None if pooled else customer.team or "sales_east", "created_at": days.moment(age, serial),
    }


def _lead_statuses(age: int) -> tuple[tuple[str, float], ...]:
    if age < 7:
        return (("new", 0.70), ("contacted", 1.0))
    if age < 45:
        return (("new", 0.10), ("contacted", 0.55), ("qualified", 0.80), ("disqualified", 1.0))
    return (("contacted", 0.20), ("qualified", 0.30), ("disqualified", 1.0))


def _prospect(draw: Draw, city: str, customer: Profile) -> str:
    number = int(draw() * names.IDENTITIES)
    if customer.english:
        return names.english_organisation(number // 20)
    return names.chinese_organisation(number, city, customer.industry, names.brand(number, short=True))
