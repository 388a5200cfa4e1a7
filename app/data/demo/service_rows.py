"""Rows of interactions, tasks, and tickets with their messages."""

import datetime as dt
from collections.abc import Iterator

from app.data.demo import words
from app.data.demo.catalogue import PRODUCTS, SUPPORTERS, TICKET_CATEGORIES, Row
from app.data.demo.customer_rows import (
    brand,
    contact_key,
    contact_person,
    deal_key,
    language,
    name,
    order_number,
)
from app.data.demo.days import Days
from app.data.demo.names import Draw, pick
from app.data.demo.plan import Contact, Deal, Profile, Purchase, Trouble, sold, weighted

KINDS = (("call", 0.36), ("chat", 0.56), ("email", 0.70), ("visit", 0.83), ("meeting", 0.91), ("return_visit", 1.0))
MOODS = (("positive", 0.48), ("neutral", 0.83), ("negative", 1.0))
SADDER_MOODS = (("positive", 0.15), ("neutral", 0.55), ("negative", 1.0))
PRIORITIES = (("low", 0.15), ("normal", 0.70), ("high", 0.92), ("urgent", 1.0))
CHANNELS = (("phone", 0.4), ("email", 0.6), ("chat", 0.85), ("web", 1.0))
# Hours until the first answer and until the solution are due
PROMISES = {"low": (24, 120), "normal": (8, 72), "high": (4, 24), "urgent": (1, 8)}
_LEAVES = {key: (kind, queue) for key, _, _, kind, queue in TICKET_CATEGORIES if key in words.TICKETS}
_COMPLAINTS = tuple(key for key, (kind, _) in _LEAVES.items() if kind == "complaint")
_OTHERS = tuple(key for key, (kind, _) in _LEAVES.items() if kind != "complaint")
_DONE = ("resolved", "closed")


def interaction_rows(draw: Draw, days: Days, customer: Profile, worked: list[Deal],
                     held: list[Contact]) -> Iterator[Row]:
    """The conversations of a customer, the oldest first; notes are internal."""
    tongue = language(customer)
    for number, contact in enumerate(held, start=1):
        kind = "note" if contact.internal else weighted(draw, KINDS)
        person = 1 + int(draw() * customer.contacts)
        sad = contact.ago < 150 and customer.rhythm in ("slowing", "stopped")
        mood = None if contact.internal else weighted(draw, SADDER_MOODS if sad else MOODS)
        agreed = contact.next_ago is not None
        author, team = (customer.owner, customer.team) if customer.owner else ("sales1", "sales_east")
        yield {
            "key": f"I{customer.serial + 1:07d}-{number:02d}", "kind": kind, "customer": customer.key,
            "contact": contact_key(customer, person), "opportunity": _open_deal(customer, worked, contact.ago),
            "happened_at": days.moment(contact.ago, customer.serial),
            "direction": None if contact.internal else "in" if draw() < 0.3 else "out",
            "content": pick(draw, words.CONTENTS[tongue][kind]).format(
                person=contact_person(customer, person).name, product=PRODUCTS[pick(draw, sold(customer))][1]),
            "reaction": pick(draw, words.REACTIONS[tongue][mood]) if mood else None,
            "outcome": pick(draw, words.OUTCOMES[tongue][mood]) if mood else None,
            "next_step": pick(draw, words.NEXT_STEPS[tongue]) if agreed else None,
            "next_at": days.moment(contact.next_ago, customer.serial) if contact.next_ago is not None else None,
            "owner": author, "team": team, "created_at": days.moment(contact.ago, customer.serial),
        }


def _open_deal(customer: Profile, worked: list[Deal], ago: int) -> str | None:
    """The deal that was being worked on that day."""
    for deal in worked:
        if deal.created >= ago >= (deal.closed or 0):
            return deal_key(customer, deal.number)
    return None


def task_rows(draw: Draw, days: Days, customer: Profile, worked: list[Deal]) -> Iterator[Row]:
    """One task for every other customer who has an owner: done, overdue, due today, or ahead."""
    if customer.owner is None or draw() > 0.6:
        return
    due, status = _due(draw, customer.since)
    running = next((deal for deal in worked if deal.closed is None), None)
    assignee, team = _assignee(draw(), customer)
    yield {
        "key": f"TK{customer.serial + 1:07d}", "subject": pick(draw, words.TASKS[language(customer)]).format(
            organisation=name(customer) if customer.person else brand(customer).word),
        "about": ("opportunity", deal_key(customer, running.number)) if running else ("customer", customer.key),
        "assignee": assignee, "owner": assignee, "team": team, "due_at": days.moment(due, customer.serial),
        "remind_at": days.moment(due, customer.serial) - dt.timedelta(minutes=30), "status": status,
        "done_at": days.moment(due, customer.serial) if status == "done" else None,
        "priority": weighted(draw, PRIORITIES),
        "created_at": days.moment(min(max(due, 0) + 1 + int(draw() * 14), customer.since), customer.serial),
    }


def _due(draw: Draw, since: int) -> tuple[int, str]:
    """The day (ago) when a task is due, not before the day `since`, and its status."""
    chance = draw()
    if chance < 0.10:
        return 0, "open"
    if chance < 0.26:
        return 1 + int(draw() * min(12, since)), "open" if draw() < 0.7 else "in_progress"
    if chance < 0.55:
        return -1 - int(draw() * 21), "open"
    return 1 + int(draw() * min(120, since)), "done" if draw() < 0.93 else "cancelled"


def _assignee(chance: float, customer: Profile) -> tuple[str | None, str | None]:
    if chance < 0.80:
        return customer.owner, customer.team
    if chance < 0.92:
        return SUPPORTERS[customer.serial % 2]
    return ("manager", "kemai") if chance < 0.97 else ("marketing", "marketing")


def ticket_number(customer: Profile, number: int) -> str:
    """The number of ticket `number` (from 1) of a customer."""
    return f"T{customer.serial + 1:07d}-{number}"


def ticket_rows(draw: Draw, days: Days, customer: Profile, bought: list[Purchase], had: list[Trouble]) -> Iterator[Row]:
    """The tickets of a customer, the oldest first."""
    for number, trouble in enumerate(had, start=1):
        category = pick(draw, _COMPLAINTS if trouble.complaint else _OTHERS)
        opened = days.moment(trouble.ago, customer.serial + number)
        order = max((place for place, purchase in enumerate(bought, start=1) if purchase.ago > trouble.ago), default=0)
        product = PRODUCTS[pick(draw, sold(customer))]
        key = ticket_number(customer, number)
        assignee, team = (None, "support") if trouble.status == "new" else SUPPORTERS[int(draw() < 0.45)]
        yield {
            "key": key, "number": key, "kind": _LEAVES[category][0], "category": category, "status": trouble.status,
            "channel": weighted(draw, CHANNELS), "customer": customer.key,
            "contact": contact_key(customer, 1 + int(draw() * customer.contacts)), "product": product[0],
            "order": order_number(customer, order) if order and draw() < 0.6 else None, "queue": _LEAVES[category][1],
            "assignee": assignee, "owner": assignee, "team": team, "created_at": opened,
        } | _wording(draw, customer, category, product[1], trouble) | _progress(draw, trouble, opened)


def _wording(draw: Draw, customer: Profile, category: str, product: str, trouble: Trouble) -> Row:
    texts = words.TICKETS[category]
    spoken = [text for text in texts if text[0].isascii() == customer.english] or texts
    subject, description, resolution = spoken[int(draw() * len(spoken))]
    if trouble.status == "merged":
        resolution = "与同一客户的另一张工单重复，已合并处理。"
    return {"subject": subject.format(product=product), "description": description.format(product=product),
            "resolution": resolution if trouble.status in (*_DONE, "merged") else None}


def _progress(draw: Draw, trouble: Trouble, opened: dt.datetime) -> Row:
    """Priority, promised and real times; one answer in eight and one solution in six come too late.

    Nothing happens after yesterday's office hours, whatever the delay: what would is left as it was.
    """
    priority = weighted(draw, PRIORITIES)
    answer, solution = PROMISES[priority]
    answered = opened + _share(draw, answer, 0.87)
    solved = max(answered, opened + _share(draw, solution, 0.83))
    latest = opened + dt.timedelta(days=trouble.ago) - dt.timedelta(hours=12)
    done = trouble.status in _DONE
    silent = trouble.status == "new" or (trouble.status == "open" and draw() < 0.3)
    return {"priority": priority, "response_due_at": opened + dt.timedelta(hours=answer),
            "resolve_due_at": opened + dt.timedelta(hours=solution),
            "first_responded_at": None if silent else min(answered, latest),
            "resolved_at": min(solved, latest) if done else None,
            "satisfaction": _satisfaction(draw, trouble) if done and draw() < 0.7 else None}


def _share(draw: Draw, hours: int, punctual: float) -> dt.timedelta:
    """A part of `hours` in whole minutes with the probability `punctual`, else up to twice as much and more."""
    part = 0.1 + 0.85 * draw() if draw() < punctual else 1.1 + draw()
    return dt.timedelta(minutes=int(hours * 60 * part))


def _satisfaction(draw: Draw, trouble: Trouble) -> int:
    """From 1 to 5, lower after a complaint."""
    return max(1, 5 - int(draw() ** 2 * (4 if trouble.complaint else 2.5)))


def message_rows(draw: Draw, ticket: Row) -> Iterator[Row]:
    """The talk on a ticket between opening and first answer, and after it; internal remarks now and then.

    What was said on a merged ticket went over to the other one.
    """
    if ticket["status"] == "merged":
        return
    said = [("customer", ticket["description"], ticket["created_at"], False)]
    answered = ticket["first_responded_at"]
    if answered:
        said.append(("agent", pick(draw, words.AGENT_REPLIES), answered, False))
        if draw() < 0.3:
            said.append(("agent", pick(draw, words.INTERNAL_REMARKS), answered, True))
    if ticket["resolved_at"]:
        said.append(("customer", pick(draw, words.CUSTOMER_REPLIES), ticket["resolved_at"], False))
    for number, (author, body, moment, internal) in enumerate(said, start=1):
        yield {"key": f"{ticket['key']}-M{number}", "ticket": ticket["key"], "author": author, "body": body,
               "internal": internal, "owner": ticket["owner"], "team": ticket["team"], "created_at": moment}
