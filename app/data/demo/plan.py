"""What happens to each customer, as bare numbers: who they are, which deals, purchases, contacts and tickets they have.

Rows are worded elsewhere; here is only the story, so that the rows of different entities tell the same one. Days are
counted backwards: `ago` 3 is three days before today, 0 today and -3 in three days. Every function draws from a `draw`
that gives floats in [0, 1), and the same draws give the same story.
"""

from typing import NamedTuple

from app.data.demo.catalogue import DISCONTINUED, INDUSTRIES, PRODUCTS, SELLERS, STAGES
from app.data.demo.names import IDENTITIES, Draw, english_trade, pick
from app.data.demo.places import Place, place

HISTORY = 720
INDUSTRY_KEYS = tuple(INDUSTRIES)
# A multiplier near the golden ratio spreads neighbours evenly, and never meets a number twice: it has no factor 2 or 5.
SPREAD = 618_033

# Choices with their cumulated probabilities.
RHYTHMS = (("none", 0.20), ("one_time", 0.36), ("regular", 0.62), ("growing", 0.73), ("slowing", 0.86),
           ("stopped", 1.0))
_STATES_OF_OLD = (("closed", 0.86), ("resolved", 0.93), ("merged", 0.96), ("waiting_third", 0.98), ("open", 1.0))
_STATES_OF_LATE = (("resolved", 0.45), ("closed", 0.68), ("waiting_customer", 0.80), ("waiting_third", 0.90),
                   ("open", 1.0))
_STATES_OF_NEW = (("new", 0.42), ("open", 0.75), ("waiting_customer", 0.87), ("resolved", 1.0))

# The mean number of contacts by rhythm: who buys less is also spoken to less.
_CONTACTS = {"none": 4.6, "one_time": 4.6, "regular": 9.2, "growing": 10.4, "slowing": 7.0, "stopped": 6.0}
# A rhythm needs days to be seen.
_LEAST_KNOWN = {"regular": 90, "growing": 90, "slowing": 150, "stopped": 240}
# Days without any contact until today, at least and at most.
_SILENCE = {"none": (1, 20), "one_time": (1, 60), "regular": (1, 12), "growing": (1, 7), "slowing": (25, 60),
            "stopped": (70, 120)}

CONVERTED_SOURCES = (("referral", 0.34), ("campaign", 0.52), ("trade_fair", 0.70), ("web_advertising", 0.81),
                     ("website", 0.91), ("phone", 0.95), ("partner", 1.0))
# Multiplies the chance of passing a stage: a referral trusts already, a click on an advertisement does not.
_STAGE_FACTOR = {"referral": 1.12, "partner": 1.07, "trade_fair": 1.0, "campaign": 0.98, "website": 0.97, "phone": 0.95,
                 "web_advertising": 0.88, "sales1": 1.03, "sales2": 0.97}
_PASSING = (0.72, 0.77, 0.81)
LOSSES = (("price", 0.27), ("competitor", 0.47), ("product", 0.61), ("timing", 0.75), ("budget", 0.86),
          ("service", 0.93), ("no_response", 1.0))
OPEN_STAGES = tuple(stage[0] for stage in STAGES if stage[2] == "open")
_EXPECTED_DAYS = tuple(stage[3] for stage in STAGES if stage[3] is not None)
_SOLD = {english: tuple(number for number, product in enumerate(PRODUCTS)
                        if product[0] not in DISCONTINUED and product[1].isascii() == english)
         for english in (True, False)}
_CONSUMABLES = {english: tuple(number for number in numbers if PRODUCTS[number][2] == "consumable")
                for english, numbers in _SOLD.items()}


class Profile(NamedTuple):
    """A customer in short: `serial` from 0, `identity` makes the name, `since` is the day of first sight (ago)."""

    serial: int
    key: str
    identity: int
    person: bool
    english: bool
    place: Place
    industry: str
    rhythm: str
    since: int
    owner: str | None
    team: str | None
    source: str
    from_lead: bool
    contacts: int


class Line(NamedTuple):
    """A product by its number in the price list, pieces, and discount and amount in minor units."""

    product: int
    quantity: int
    discount: int
    amount: int


class Deal(NamedTuple):
    """An opportunity. `steps` are (stage, ago) from the first to the present stage; `closed` is None while open."""

    number: int
    source: str
    created: int
    steps: tuple[tuple[str, int], ...]
    closed: int | None
    loss_reason: str | None
    lines: tuple[Line, ...]

    @property
    def stage(self) -> str:
        """The stage of today."""
        return self.steps[-1][0]


class Purchase(NamedTuple):
    """An order: `deal` is the number of the deal that made it, `weight` scales the quantities (1.0 is usual)."""

    ago: int
    deal: int | None
    cancelled: bool
    weight: float


class Contact(NamedTuple):
    """A conversation, or a note if `internal`; `next_ago` is the day agreed for the next one."""

    ago: int
    internal: bool
    next_ago: int | None


class Trouble(NamedTuple):
    """A ticket: the day it was opened, its present state, and whether it complains."""

    ago: int
    status: str
    complaint: bool


def weighted(draw: Draw, limits: tuple[tuple[str, float], ...]) -> str:
    """One of the keys of `limits`, which come with their cumulated probabilities up to 1."""
    chance = draw()
    return next(key for key, limit in limits if chance < limit)


def profile(draw: Draw, serial: int, offset: int) -> Profile:
    """Customer number `serial` from 0; one in twenty is an English organisation and one in five is a person."""
    identity = (serial * SPREAD + offset) % IDENTITIES
    slot = identity % 20
    english, person = slot == 0, 1 <= slot <= 4
    industry = english_trade(identity // 20)[1] if english else pick(draw, INDUSTRY_KEYS)
    where = place(draw, english)
    pooled = draw() < 0.12
    rhythm = "none" if pooled else weighted(draw, RHYTHMS)
    least = _LEAST_KNOWN.get(rhythm, 1)
    since = least + int((HISTORY - least) * draw() ** 1.25)
    easterly = where.region in ("east", "north", "northeast", "overseas")
    seller = SELLERS[0 if (draw() < 0.9) == easterly else 1]
    owner, team = (None, None) if pooled else seller
    return Profile(serial, f"C{serial + 1:07d}", identity, person, english, where, industry, rhythm, since, owner, team,
                   weighted(draw, CONVERTED_SOURCES), draw() < 0.33, 1 if person else 2 + int(draw() * 2.7))


def sold(customer: Profile, consumables: bool = False) -> tuple[int, ...]:
    """The numbers of the products that this customer can buy: export editions abroad, the others at home."""
    return (_CONSUMABLES if consumables else _SOLD)[customer.english]


def line(draw: Draw, products: tuple[int, ...], weight: float = 1.0) -> Line:
    """One line of an order or opportunity: dear things in ones and twos, cheap ones by the dozen."""
    product = pick(draw, products)
    price = PRODUCTS[product][3]
    quantity = 1 + int(draw() * weight * (3 if price > 500_000 else 10 if price > 100_000 else 24))
    discount = quantity * price * (0, 0, 0, 5, 10, 15)[int(draw() * 6)] // 100
    return Line(product, quantity, discount, quantity * price - discount)


def deals(draw: Draw, customer: Profile) -> list[Deal]:
    """The opportunities of a customer, the oldest first; nobody works on customers in the public pool."""
    if customer.owner is None:
        return []
    count = int(draw() * (2 if customer.person else 5.4))
    ages = sorted((1 + int((customer.since - 1) * draw() ** 1.5) for _ in range(count)), reverse=True)
    return [_deal(draw, customer, number, created) for number, created in enumerate(ages, start=1)]


def _deal(draw: Draw, customer: Profile, number: int, created: int) -> Deal:
    first = number == 1 and customer.from_lead
    source = customer.source if first else weighted(draw, CONVERTED_SOURCES)
    factor = _STAGE_FACTOR[source] * _STAGE_FACTOR[customer.owner or "sales1"]
    steps, closed = _course(draw, created, factor)
    lost = steps[-1][0] == "lost"
    lines = tuple(line(draw, sold(customer)) for _ in range(1 + int(draw() * 3)))
    return Deal(number, source, created, steps, closed, weighted(draw, LOSSES) if lost else None, lines)


def _course(draw: Draw, created: int, factor: float) -> tuple[tuple[tuple[str, int], ...], int | None]:
    """The stages from the day `created` until the deal is closed or today comes; and the closing day or None."""
    steps = []
    ago = created
    for stage, days, passing in zip(OPEN_STAGES, _EXPECTED_DAYS, _PASSING, strict=True):
        steps.append((stage, ago))
        ago -= 1 + int(days * 1.9 * draw() ** 0.8)
        if ago < 1 or draw() < 0.03:
            return tuple(steps), None
        if draw() > passing * factor:
            return (*steps, ("lost", ago)), ago
    return (*steps, ("won", ago)), ago


def purchases(draw: Draw, customer: Profile, worked: list[Deal]) -> list[Purchase]:
    """The orders of a customer, the oldest first: the deals that were won, and what is bought without any."""
    bought = [Purchase(deal.closed, deal.number, False, 1.0) for deal in worked if deal.closed and deal.stage == "won"]
    if customer.rhythm == "one_time" and not bought:
        bought.append(Purchase(1 + int(draw() * customer.since), None, False, 1.0))
    elif customer.rhythm not in ("none", "one_time"):
        bought += _rhythm(draw, customer)
    bought.sort(key=lambda purchase: -purchase.ago)
    return bought


def _rhythm(draw: Draw, customer: Profile) -> list[Purchase]:
    """Repeat purchases, walked back from the last one with gaps that grow or shrink as the rhythm says."""
    rhythm = customer.rhythm
    gap = 28 + 52 * draw()
    silent = {"regular": draw() * gap, "growing": draw() * gap * 0.6, "slowing": gap * (0.9 + 0.8 * draw()),
              "stopped": 90 + gap * (0.5 + 2 * draw())}[rhythm]
    if rhythm == "slowing":
        gap *= 1.5
    bought: list[Purchase] = []
    ago, weight = 1 + silent, 0.45 if rhythm == "slowing" else 1.0
    while ago < customer.since and len(bought) < 9:
        bought.append(Purchase(int(ago), None, draw() < 0.03, weight))
        ago += gap * (0.75 + 0.5 * draw())
        if rhythm == "growing":
            gap, weight = gap * 1.15, weight * 0.9
        elif rhythm == "slowing":
            gap, weight = gap * 0.75, weight * 1.3
    return bought


def contacts(draw: Draw, customer: Profile) -> list[Contact]:
    """Conversations and notes, the oldest first; only the last one may have an appointment that is still to come."""
    count = int((2.5 if customer.owner is None else _CONTACTS[customer.rhythm]) * (0.35 + 1.3 * draw()))
    least, most = (60, 150) if customer.owner is None else _SILENCE[customer.rhythm]
    silent = min(least + int(draw() * (most - least)), customer.since)
    days = sorted((silent + int(draw() * (customer.since - silent)) for _ in range(count)), reverse=True)
    # Of two contacts on one day the first cannot have agreed on the second.
    held = [Contact(ago, draw() < 0.06, next_ago if next_ago is not None and draw() < 0.5 and next_ago < ago else None)
            for ago, next_ago in zip(days, [*days[1:], None], strict=False)]
    if held and customer.owner and draw() < 0.6:
        held[-1] = held[-1]._replace(next_ago=min(held[-1].ago - 1, 9 - int(draw() * 26)))
    return held


def troubles(draw: Draw, customer: Profile, bought: list[Purchase]) -> list[Trouble]:
    """Tickets, most of them young; customers who turn away have complained more often."""
    leaving = customer.rhythm in ("slowing", "stopped")
    many = 3.6 if leaving else 3.0 if bought else 1.2
    ages = sorted((1 + int(min(360, customer.since) * draw() ** 2) for _ in range(int(draw() * many))), reverse=True)
    return [Trouble(ago, weighted(draw, _states_at(ago)), draw() < (0.62 if leaving else 0.28)) for ago in ages]


def _states_at(ago: int) -> tuple[tuple[str, float], ...]:
    return _STATES_OF_OLD if ago > 20 else _STATES_OF_LATE if ago > 4 else _STATES_OF_NEW
