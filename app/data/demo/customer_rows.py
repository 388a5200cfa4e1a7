"""Rows of customers, their contacts, and the leads they came from or never became."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from app.customers.rules import lifecycle
from app.data.demo import names, places, words
from app.data.demo.catalogue import TAGS, Row
from app.data.demo.days import Days
from app.data.demo.names import Draw, pick
from app.data.demo.plan import Contact, Deal, Profile, Purchase, weighted

SHORT_BRANDS = 2_000  # so many customers can do with brands of two syllables before the first repetition
UNCONVERTED_SOURCES = (("web_advertising", 0.34), ("campaign", 0.54), ("website", 0.72), ("trade_fair", 0.85),
                       ("referral", 0.91), ("phone", 0.96), ("partner", 1.0))
SIZES = (("micro", 0.30), ("small", 0.65), ("medium", 0.90), ("large", 1.0))
LEVELS = {"none": "minor", "one_time": "minor", "regular": "regular", "growing": "key", "slowing": "regular",
          "stopped": "regular"}
DAYS_UNTIL_CHURNED = 180
ORDERS_OF_THE_LOYAL = 5


class Move(NamedTuple):
    """A change of the lifecycle stage: when (days ago), from where to where, and the number of the order behind it."""

    ago: int
    before: str | None
    after: str
    order: int | None


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
        "tags": _tags(draw, customer), "lead_source": customer.source, "owner": customer.owner, "team": customer.team,
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


def _birth_date(draw: Draw, days: Days) -> str:
    born = dt.date(days.date(0).year - 22 - int(draw() * 40), 1 + int(draw() * 12), 1 + int(draw() * 28))
    return born.isoformat()


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
    life = lifecycle_moves(customer, bought)
    return {"lifecycle_stage": life[-1].after,
            "churned_at": days.moment(life[-1].ago, salt) if life[-1].after == lifecycle.CHURNED else None,
            "owned_since": days.moment(customer.since, salt) if customer.owner else None,
            "last_order_at": days.moment(min(kept), salt) if kept else None,
            "last_contact_at": days.moment(min(spoken), salt) if spoken else None,
            "next_contact_at": days.moment(agreed[-1], salt) if agreed else None}


def lifecycle_moves(customer: Profile, bought: list[Purchase]) -> list[Move]:
    """The life of a customer from potential on; half a year of silence after an order ends it until the next one."""
    moves = [Move(customer.since, None, lifecycle.POTENTIAL, None)]
    count, last = 0, customer.since

    def step(ago: int, after: str, order: int | None) -> None:
        if moves[-1].after != after:
            moves.append(Move(ago, moves[-1].after, after, order))

    for number, purchase in enumerate(bought, start=1):
        if purchase.cancelled:
            continue
        if count and last - purchase.ago > DAYS_UNTIL_CHURNED:
            step(last - DAYS_UNTIL_CHURNED, lifecycle.CHURNED, None)
        count, last = count + 1, purchase.ago
        step(last, _stage_after(count), number)
    if count and last > DAYS_UNTIL_CHURNED:
        step(last - DAYS_UNTIL_CHURNED, lifecycle.CHURNED, None)
    return moves


def _stage_after(count: int) -> str:
    if count == 1:
        return lifecycle.FIRST
    return lifecycle.LOYAL if count >= ORDERS_OF_THE_LOYAL else lifecycle.REPEAT


def lifecycle_change_rows(days: Days, customer: Profile, bought: list[Purchase]) -> Iterator[Row]:
    """The stages that a customer went through, the first one from None."""
    for number, move in enumerate(lifecycle_moves(customer, bought), start=1):
        yield {"key": f"{customer.key}-L{number}", "customer": customer.key,
               "at": days.moment(move.ago, customer.serial), "from_stage": move.before, "to_stage": move.after,
               "reason": lifecycle.why(move.before, move.after),
               "order": order_number(customer, move.order) if move.order else None, "owner": customer.owner,
               "team": customer.team}


def order_number(customer: Profile, number: int) -> str:
    """The number of order `number` (from 1) of a customer."""
    return f"SO{customer.serial + 1:07d}-{number:02d}"


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
            "converted_customer": customer.key, "converted_contact": contact_key(customer, 1),
            "converted_at": days.moment(customer.since, customer.serial),
            "industry": None if customer.person else customer.industry, "region": customer.place.region,
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
    open_ = status != "discarded" and not pooled
    where = places.place(draw, customer.english)
    return {
        "key": f"L{customer.serial + 1:07d}-{number}", "name": person.name,
        "company": _prospect(draw, where.city, customer), "phone": places.mobile("164", serial),
        "email": f"{person.latin}{serial}@example.org", "status": status, "source": weighted(draw, UNCONVERTED_SOURCES),
        "interest": pick(draw, words.INTERESTS[language(customer)]), "score": 10 + int(draw() * 75),
        "next_at": days.moment(5 - int(draw() * 14), serial) if open_ and draw() < 0.7 else None,
        "industry": customer.industry, "region": where.region, "converted_customer": None, "converted_contact": None,
        "converted_opportunity": None, "converted_at": None,
        "owner": None if pooled else customer.owner or "sales1",
        "team": None if pooled else customer.team or "sales_east", "created_at": days.moment(age, serial),
    }


def _lead_statuses(age: int) -> tuple[tuple[str, float], ...]:
    if age < 7:
        return (("new", 0.70), ("contacted", 1.0))
    if age < 45:
        return (("new", 0.10), ("contacted", 0.55), ("qualified", 0.80), ("discarded", 1.0))
    return (("contacted", 0.20), ("qualified", 0.30), ("discarded", 1.0))


def _prospect(draw: Draw, city: str, customer: Profile) -> str:
    number = int(draw() * names.IDENTITIES)
    if customer.english:
        return names.english_organisation(number // 20)
    return names.chinese_organisation(number, city, customer.industry, names.brand(number, short=True))
