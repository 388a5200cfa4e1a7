from dataclasses import replace

import pytest

from app.insight.churn.rules import ChurnSettings, Sign, SignKind
from app.insight.churn.rules.signs import KINDS, Reading, sentence, weights
from app.kernel.problems import problem

READING = Reading(
    silence=95, usual_gap=30.4, returned_share=0.854, purchase_days=90, purchases=1, purchases_expected=5.96,
    spent=120_050, spent_expected=640_000, contact_days=60, contacts=2, contacts_expected=7.5, complaints=2,
    complaint_days=34)

WORDS = {
    SignKind.RHYTHM: "No purchase for 95 days; this customer usually buys every 30 days.",
    SignKind.ONE_PURCHASE: ("One purchase only, 95 days ago; of the comparable customers who came back, "
                            "85% had done so by then."),
    SignKind.FREQUENCY: "Purchases in the last 90 days: 1; at this customer's own pace it would be 6.0.",
    SignKind.SPEND: "Spent in the last 90 days: 1,200.50; at this customer's own pace it would be 6,400.00.",
    SignKind.CONTACT: "Days with contact in the last 60 days: 2; at the usual pace it would be 7.5.",
    SignKind.COMPLAINTS: "Open complaints: 2; the oldest has waited 34 days.",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_sign_says_both_of_its_numbers(kind):
    assert str(sentence(kind, READING, ChurnSettings())) == WORDS[kind]


def test_a_sentence_keeps_its_places_for_the_translation():
    found = sentence(SignKind.RHYTHM, READING, ChurnSettings())
    assert "%(silence)d" in found.text
    assert found.params == {"silence": 95, "gap": 30}


def test_a_gap_of_less_than_a_day_is_told_as_a_day():
    found = sentence(SignKind.RHYTHM, replace(READING, usual_gap=0.3), ChurnSettings())
    assert found.params["gap"] == 1


@pytest.mark.parametrize(("minor_units", "words"), [(1, "120,050"), (100, "1,200.50"), (1000, "120.050")])
def test_amounts_are_told_in_the_currencys_own_unit(minor_units, words):
    found = sentence(SignKind.SPEND, READING, ChurnSettings(minor_units=minor_units))
    assert found.params["recent"] == words


def test_importance_is_strength_by_weight():
    assert Sign(SignKind.SPEND, 0.5, 0.8, problem("")).importance == pytest.approx(0.4)


def test_every_kind_has_a_weight_and_it_follows_the_settings():
    found = weights(ChurnSettings(frequency_weight=0.1, spend_weight=0.2, contact_weight=0.3, complaint_weight=0.4))
    assert [found[kind] for kind in KINDS] == [1.0, 1.0, 0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(("kind", "change", "said"), [
    (SignKind.RHYTHM, {"silence": 0, "usual_gap": 0},
     "No purchase for 0 days; this customer usually buys every 1 days."),
    (SignKind.RHYTHM, {"silence": 94.5, "usual_gap": 1.5},
     "No purchase for 94 days; this customer usually buys every 2 days."),
    (SignKind.ONE_PURCHASE, {"silence": 1, "returned_share": 1.0},
     "One purchase only, 1 days ago; of the comparable customers who came back, 100% had done so by then."),
    (SignKind.ONE_PURCHASE, {"silence": 1, "returned_share": 0.0},
     "One purchase only, 1 days ago; of the comparable customers who came back, 0% had done so by then."),
    (SignKind.FREQUENCY, {"purchases": 0, "purchases_expected": 0.04},
     "Purchases in the last 90 days: 0; at this customer's own pace it would be 0.0."),
    (SignKind.SPEND, {"spent": 0, "spent_expected": 10**14},
     "Spent in the last 90 days: 0.00; at this customer's own pace it would be 1,000,000,000,000.00."),
    (SignKind.COMPLAINTS, {"complaints": 1, "complaint_days": 0},
     "Open complaints: 1; the oldest has waited 0 days.")])
def test_a_sign_reads_well_at_the_edge_of_its_numbers(kind, change, said):
    assert str(sentence(kind, replace(READING, **change), ChurnSettings())) == said


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_of_a_sign_stands_in_its_text_instead_of_its_places(kind):
    found = sentence(kind, READING, ChurnSettings())
    other = sentence(kind, replace(READING, silence=1, usual_gap=2, returned_share=0.1, purchase_days=3, purchases=4,
                                   purchases_expected=5, spent=600, spent_expected=700, contact_days=8, contacts=9,
                                   contacts_expected=10, complaints=11, complaint_days=12), ChurnSettings())
    assert found.text == other.text, "one key of the catalogue for every customer"
    assert found.params.keys() == other.params.keys()
    assert all(found.params[name] != other.params[name] for name in found.params)
