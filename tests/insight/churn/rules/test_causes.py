from app.insight.churn.rules import Cause, CauseFacts, Sign, SignKind, suggest_cause
from app.insight.churn.rules.causes import PLANS
from app.kernel.problems import problem

COMPLAINTS = Sign(SignKind.COMPLAINTS, 0.9, 0.85,
                  problem("Open complaints: %(count)d; the oldest has waited %(days)d days.", count=2, days=40))
SPEND = Sign(SignKind.SPEND, 0.9, 0.75, problem("Spent less."))
RHYTHM = Sign(SignKind.RHYTHM, 0.9, 1.0, problem("Silent."))


def test_open_complaints_of_no_known_kind_point_to_service_and_are_the_evidence():
    found = suggest_cause([COMPLAINTS], CauseFacts())
    assert found.cause is Cause.SERVICE
    assert str(found.evidence) == "Open complaints: 2; the oldest has waited 40 days."


def test_complaints_that_are_known_to_be_about_products_do_not_point_to_service():
    found = suggest_cause([COMPLAINTS], CauseFacts(product_complaints=2))
    assert found.cause is Cause.PRODUCT
    assert str(found.evidence) == "Complaints about products: 2; deals lost to a better product: 0."


def test_complaints_about_prices_point_to_price():
    found = suggest_cause([COMPLAINTS], CauseFacts(price_complaints=2))
    assert found.cause is Cause.PRICE
    assert str(found.evidence) == "Complaints about prices: 2; deals lost on price: 0."


def test_other_complaints_and_poor_ratings_point_to_service():
    found = suggest_cause([COMPLAINTS], CauseFacts(other_complaints=1, low_satisfaction=2, product_complaints=1))
    assert found.cause is Cause.SERVICE
    assert str(found.evidence) == "Complaints about service: 1; poor ratings: 2."


def test_a_deal_lost_to_a_better_product_names_the_competitor():
    found = suggest_cause([RHYTHM], CauseFacts(lost_on_product=1, competitor="Northwind"))
    assert found.cause is Cause.PRODUCT
    assert "the last to Northwind" in str(found.evidence)


def test_a_competitor_without_a_lost_deal_is_no_evidence():
    assert suggest_cause([], CauseFacts(competitor="Northwind")).cause is Cause.UNKNOWN


def test_a_deal_lost_on_price_points_to_price():
    assert suggest_cause([RHYTHM], CauseFacts(lost_on_price=1)).cause is Cause.PRICE


def test_spending_that_falls_first_suggests_price_where_nobody_said_anything():
    found = suggest_cause([SPEND, RHYTHM], CauseFacts())
    assert found.cause is Cause.PRICE
    assert found.evidence == SPEND.sentence


def test_spending_that_falls_because_purchases_do_suggests_nothing():
    assert suggest_cause([RHYTHM, SPEND], CauseFacts()).cause is Cause.UNKNOWN


def test_what_the_customer_said_outweighs_what_was_seen():
    assert suggest_cause([SPEND], CauseFacts(lost_on_product=1)).cause is Cause.PRODUCT


def test_between_equals_service_comes_first():
    assert suggest_cause([], CauseFacts(other_complaints=1, product_complaints=1)).cause is Cause.SERVICE


def test_deals_lost_for_other_reasons_are_another_cause():
    found = suggest_cause([RHYTHM], CauseFacts(lost_otherwise=2))
    assert found.cause is Cause.OTHER
    assert str(found.evidence) == "Deals lost for other reasons: 2."


def test_without_evidence_the_cause_is_unknown_and_the_plan_is_to_ask():
    found = suggest_cause([RHYTHM], CauseFacts())
    assert found.cause is Cause.UNKNOWN
    assert "ask for the reason" in str(found.plan)
    assert str(found.evidence) == "Nothing on record says why."


def test_every_cause_has_its_plan_and_what_it_should_bring_about():
    assert set(PLANS) == set(Cause)
    assert "competitive package" in PLANS[Cause.PRODUCT][0]
    assert "comes back" in PLANS[Cause.PRODUCT][1]
    assert "After-sales care" in PLANS[Cause.SERVICE][0]
    assert "satisfied" in PLANS[Cause.SERVICE][1]
    assert "discount" in PLANS[Cause.PRICE][0]
    assert "costs" in PLANS[Cause.PRICE][1]
