"""Rows of opportunities with their lines and stage history, and of orders with their lines."""

from collections.abc import Iterator

from app.data.demo import words
from app.data.demo.catalogue import COMPETITORS, CURRENCY, PIPELINE, PRODUCTS, STAGES, Row
from app.data.demo.customer_rows import brand, deal_key, language, name, order_number
from app.data.demo.days import Days
from app.data.demo.names import Draw, pick
from app.data.demo.plan import Deal, Line, Profile, Purchase, line, sold

_PROBABILITY = {stage[0]: stage[4] for stage in STAGES}
CHANNELS = ("online", "phone", "store", "partner")


def opportunity_row(draw: Draw, days: Days, customer: Profile, deal: Deal) -> Row:
    """One opportunity as it stands today."""
    ended = deal.closed is not None
    planned = deal.created - 30 - int(draw() * 60)
    return {
        "key": deal_key(customer, deal.number), "code": deal_key(customer, deal.number),
        "name": _deal_name(draw, customer, deal), "customer": customer.key,
        "pipeline": PIPELINE, "stage": deal.stage, "amount": sum(entry.amount for entry in deal.lines),
        "currency": CURRENCY, "opened_on": days.date(deal.created),
        "expected_close_on": days.date(planned if ended else min(planned, 12)),
        "next_at": days.moment(min(deal.created, 8 - int(draw() * 22)), customer.serial)
        if not ended and draw() < 0.7 else None,
        "closed_at": days.moment(deal.closed, customer.serial) if deal.closed is not None else None,
        "probability": _PROBABILITY[deal.stage], "score": 20 + int(draw() * 80), "source": deal.source,
        "need": pick(draw, words.NEEDS[language(customer)]), "competitor": _competitor(draw, deal),
        "loss_reason": deal.loss_reason, "lesson": _lesson(draw, deal), "owner": customer.owner, "team": customer.team,
        "created_at": days.moment(deal.created, customer.serial),
    }


def _deal_name(draw: Draw, customer: Profile, deal: Deal) -> str:
    short = name(customer) if customer.person else brand(customer).word
    return pick(draw, words.DEAL_NAMES[language(customer)]).format(
        organisation=short, product=PRODUCTS[deal.lines[0].product][1])


def _competitor(draw: Draw, deal: Deal) -> str | None:
    if deal.loss_reason == "competitor" or draw() < 0.35:
        return pick(draw, COMPETITORS)[0]
    return None


def _lesson(draw: Draw, deal: Deal) -> str | None:
    if deal.loss_reason:
        return words.LOST_LESSONS[deal.loss_reason]
    return pick(draw, words.WON_LESSONS) or None if deal.stage == "won" else None


def line_rows(parent: str, key: str, lines: tuple[Line, ...]) -> Iterator[Row]:
    """Lines of the order or opportunity `key`; `parent` names the field that points at it."""
    for number, entry in enumerate(lines, start=1):
        code, _, _, price = PRODUCTS[entry.product]
        yield {"key": f"{key}-{number}", parent: key, "product": code, "quantity": entry.quantity, "unit_price": price,
               "discount": entry.discount, "amount": entry.amount}


def stage_change_rows(days: Days, customer: Profile, deal: Deal) -> Iterator[Row]:
    """Every stage that a deal entered, the first one from None; `stayed_seconds` is the time in the stage left."""
    key = deal_key(customer, deal.number)
    before, since = None, None
    for number, (stage, ago) in enumerate(deal.steps, start=1):
        at = days.moment(ago, customer.serial)
        yield {"key": f"{key}-S{number}", "opportunity": key, "from_stage": before, "to_stage": stage, "at": at,
               "stayed_seconds": int((at - since).total_seconds()) if since else None, "owner": customer.owner,
               "team": customer.team}
        before, since = stage, at


def orders(draw: Draw, days: Days, customer: Profile, worked: list[Deal],
           bought: list[Purchase]) -> Iterator[tuple[Row, tuple[Line, ...]]]:
    """The orders of a customer with their lines; an order that a deal made has the lines of the deal."""
    for number, purchase in enumerate(bought, start=1):
        lines = worked[purchase.deal - 1].lines if purchase.deal else _basket(draw, customer, purchase)
        key = order_number(customer, number)
        yield {
            "key": key, "number": key, "customer": customer.key,
            "opportunity": deal_key(customer, purchase.deal) if purchase.deal else None,
            "ordered_at": days.moment(purchase.ago, customer.serial), "status": _status(purchase),
            "channel": "sales" if purchase.deal else pick(draw, CHANNELS),
            "amount": sum(entry.amount for entry in lines), "currency": CURRENCY, "owner": customer.owner,
            "team": customer.team, "created_at": days.moment(purchase.ago, customer.serial),
        }, lines


def _basket(draw: Draw, customer: Profile, purchase: Purchase) -> tuple[Line, ...]:
    weight = purchase.weight * (0.3 if customer.person else 1.0)
    lines = [line(draw, sold(customer, consumables=True), weight)]
    if draw() < 0.6:
        lines.append(line(draw, sold(customer, consumables=True), weight))
    if draw() < 0.3:
        lines.append(line(draw, sold(customer), weight * 0.3))
    return tuple(lines)


def _status(purchase: Purchase) -> str:
    if purchase.cancelled:
        return "cancelled"
    return "completed" if purchase.ago > 12 else "shipped" if purchase.ago > 4 else "confirmed"
