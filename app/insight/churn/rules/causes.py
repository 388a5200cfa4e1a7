"""Why a customer may be leaving, and what to try: a suggestion for the owner, who decides."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from app.insight.churn.rules.signs import Sign, SignKind
from app.kernel.problems import N_, Problem, problem

# An own word of the customer (a complaint, a reason for a lost deal) outweighs anything read from his purchases.
SAID, SEEN = 2, 1


class Cause(enum.StrEnum):
    """The causes that an alert can carry."""

    PRODUCT = "product"
    SERVICE = "service"
    PRICE = "price"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CauseFacts:
    """What the rooms know of the last year or so, as counts.

    Complaints are the open or recent ones; `other_complaints` those about neither product nor price. Lost deals are
    counted by their reason; `competitor` names who won the last one on the product.
    """

    product_complaints: int = 0
    price_complaints: int = 0
    other_complaints: int = 0
    low_satisfaction: int = 0
    lost_on_product: int = 0
    lost_on_price: int = 0
    lost_otherwise: int = 0
    competitor: str = ""


@dataclass(frozen=True)
class Suggestion:
    """The likely cause with its evidence in words, the plan for it and what the plan should bring about."""

    cause: Cause
    evidence: Problem
    plan: Problem
    expected: Problem


PLANS = {
    Cause.PRODUCT: (N_("Offer a more competitive package: compare with what others offer the customer, and make a "
                       "better bundle."),
                    N_("The customer comes back.")),
    Cause.SERVICE: (N_("After-sales care: solve what is open, apologise in person, and visit again after a week."),
                    N_("The customer is more satisfied.")),
    Cause.PRICE: (N_("Offer a coupon or a discount on what the customer usually buys."),
                  N_("Buying costs the customer less.")),
    Cause.OTHER: (N_("Make a return visit, and agree on what would suit the customer now."),
                  N_("The reason is removed, or known to be beyond us.")),
    Cause.UNKNOWN: (N_("Make a return visit, and ask for the reason."),
                    N_("The reason is known.")),
}


def suggest_cause(signs: Sequence[Sign], facts: CauseFacts) -> Suggestion:
    """The cause with the most evidence; between equals service comes first, then product, price, other.

    Signs alone can point to service (open complaints) and to price (spending falls while purchases go on).
    """
    evidence = {
        Cause.SERVICE: _service(signs, facts),
        Cause.PRODUCT: _product(facts),
        Cause.PRICE: _price(signs, facts),
        Cause.OTHER: _other(facts),
    }
    cause = max(evidence, key=lambda one: evidence[one][0])
    weight, words = evidence[cause]
    if weight == 0:
        cause, words = Cause.UNKNOWN, problem(N_("Nothing on record says why."))
    plan, expected = PLANS[cause]
    return Suggestion(cause, words, problem(plan), problem(expected))


def _service(signs: Sequence[Sign], facts: CauseFacts) -> tuple[int, Problem]:
    sign = next((one for one in signs if one.kind is SignKind.COMPLAINTS), None)
    explained = facts.product_complaints + facts.price_complaints
    if sign is not None and not explained and not facts.other_complaints:
        return SAID * int(sign.sentence.params["count"]), sign.sentence
    words = problem(N_("Complaints about service: %(complaints)d; poor ratings: %(ratings)d."),
                    complaints=facts.other_complaints, ratings=facts.low_satisfaction)
    return SAID * (facts.other_complaints + facts.low_satisfaction), words


def _product(facts: CauseFacts) -> tuple[int, Problem]:
    counts = {"complaints": facts.product_complaints, "deals": facts.lost_on_product}
    if facts.competitor and facts.lost_on_product:
        words = problem(N_("Complaints about products: %(complaints)d; deals lost to a better product: %(deals)d, "
                           "the last to %(competitor)s."), competitor=facts.competitor, **counts)
    else:
        words = problem(N_("Complaints about products: %(complaints)d; deals lost to a better product: %(deals)d."),
                        **counts)
    return SAID * (facts.product_complaints + facts.lost_on_product), words


def _price(signs: Sequence[Sign], facts: CauseFacts) -> tuple[int, Problem]:
    said = facts.price_complaints + facts.lost_on_price
    if said:
        words = problem(N_("Complaints about prices: %(complaints)d; deals lost on price: %(deals)d."),
                        complaints=facts.price_complaints, deals=facts.lost_on_price)
        return SAID * said, words
    if signs and signs[0].kind is SignKind.SPEND:
        return SEEN, signs[0].sentence
    return 0, problem("")


def _other(facts: CauseFacts) -> tuple[int, Problem]:
    words = problem(N_("Deals lost for other reasons: %(deals)d."), deals=facts.lost_otherwise)
    return SEEN * facts.lost_otherwise, words
