"""The signs of churn, each with how strong it is and a sentence with both of its numbers."""

import enum
from dataclasses import dataclass

from app.insight.churn.rules.settings import ChurnSettings
from app.kernel.problems import N_, Problem, problem


class SignKind(enum.StrEnum):
    """The keys of the reasons, as alerts store them and charts count them."""

    RHYTHM = "rhythm"
    ONE_PURCHASE = "one_purchase"
    FREQUENCY = "frequency"
    SPEND = "spend"
    CONTACT = "contact"
    COMPLAINTS = "complaints"


# The order in which equals are named.
KINDS = tuple(SignKind)


@dataclass(frozen=True)
class Sign:
    """One reason: `strength` 0..1, `weight` 0..1 of its kind, `sentence` for the reader."""

    kind: SignKind
    strength: float
    weight: float
    sentence: Problem

    @property
    def importance(self) -> float:
        """What reasons are ordered by, 0..1."""
        return self.strength * self.weight


@dataclass(frozen=True)
class Reading:
    """The numbers of one customer that sentences speak of: days, counts, minor units."""

    silence: float
    usual_gap: float
    returned_share: float
    purchase_days: int
    purchases: int
    purchases_expected: float
    spent: float
    spent_expected: float
    contact_days: int
    contacts: int
    contacts_expected: float
    complaints: int
    complaint_days: int


def weights(settings: ChurnSettings) -> dict[SignKind, float]:
    """The weight of each kind; silence has the full one, since the score of a silent customer is a chance itself."""
    return {
        SignKind.RHYTHM: 1.0,
        SignKind.ONE_PURCHASE: 1.0,
        SignKind.FREQUENCY: settings.frequency_weight,
        SignKind.SPEND: settings.spend_weight,
        SignKind.CONTACT: settings.contact_weight,
        SignKind.COMPLAINTS: settings.complaint_weight,
    }


def sentence(kind: SignKind, reading: Reading, settings: ChurnSettings) -> Problem:
    """The reason in words, with the customer's number and the one it is held against."""
    return SENTENCES[kind](reading, settings)


def _rhythm(reading: Reading, _: ChurnSettings) -> Problem:
    return problem(N_("No purchase for %(silence)d days; this customer usually buys every %(gap)d days."),
                   silence=round(reading.silence), gap=max(round(reading.usual_gap), 1))


def _one_purchase(reading: Reading, _: ChurnSettings) -> Problem:
    return problem(
        N_("One purchase only, %(silence)d days ago; of the comparable customers who came back, "
           "%(share)d%% had done so by then."),
        silence=round(reading.silence), share=round(100 * reading.returned_share))


def _frequency(reading: Reading, _: ChurnSettings) -> Problem:
    return problem(
        N_("Purchases in the last %(days)d days: %(recent)d; at this customer's own pace it would be %(usual).1f."),
        days=reading.purchase_days, recent=reading.purchases, usual=reading.purchases_expected)


def _spend(reading: Reading, settings: ChurnSettings) -> Problem:
    return problem(
        N_("Spent in the last %(days)d days: %(recent)s; at this customer's own pace it would be %(usual)s."),
        days=reading.purchase_days, recent=_money(reading.spent, settings),
        usual=_money(reading.spent_expected, settings))


def _contact(reading: Reading, _: ChurnSettings) -> Problem:
    return problem(
        N_("Days with contact in the last %(days)d days: %(recent)d; at the usual pace it would be %(usual).1f."),
        days=reading.contact_days, recent=reading.contacts, usual=reading.contacts_expected)


def _complaints(reading: Reading, _: ChurnSettings) -> Problem:
    return problem(N_("Open complaints: %(count)d; the oldest has waited %(days)d days."),
                   count=reading.complaints, days=reading.complaint_days)


def _money(minor: float, settings: ChurnSettings) -> str:
    digits = len(str(settings.minor_units)) - 1
    return f"{minor / settings.minor_units:,.{digits}f}"


SENTENCES = {
    SignKind.RHYTHM: _rhythm,
    SignKind.ONE_PURCHASE: _one_purchase,
    SignKind.FREQUENCY: _frequency,
    SignKind.SPEND: _spend,
    SignKind.CONTACT: _contact,
    SignKind.COMPLAINTS: _complaints,
}
