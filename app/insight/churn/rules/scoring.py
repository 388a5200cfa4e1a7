"""The churn score: one formula over columns; a single customer is a table of one row, so both paths agree exactly.

    quiet = logistic(resting + rate_weight * log((a / b) / ((a + x) / (b + T)))    own rate, shrunk to the segment's
                     + silence_weight * log(1 + Z) * [x > 0]                       how much the silence is a break
                     - value_weight * log(1 + V))                                  spent so far, in usual purchases
            * ((1 - w) * (o + (1 - o) * R) + w * max(0, 2 S - 1))                  an ordinary silence counts for less
    trend = max(frequency_weight * F, spend_weight * M)
    score = 100 * (1 - (1 - max(quiet, trend)) * (1 - contact_weight * C) * (1 - complaint_weight * K))

x repeat purchases in T days since the first; a, b the segment's prior; S the chance that the own rhythm would have
ended the silence, Z = -log(1 - S) its surprise; R = S, but for one-time buyers the segment's return curve; o is
ordinary_share; w = x / (x + rhythm_known_after), how well the own rhythm is known; F, M, C the falls of purchases,
spend and contact; K complaints. The factor of the quiet score keeps a slow but steady buyer from looking lost between
two purchases. The last line is a noisy-or (Pearl, Probabilistic Reasoning in Intelligent Systems, 1988): each cause
suffices. Purchases enter by the larger of two, because a silence lowers the trend as well and would count twice.
The score orders customers by the risk that they do not return; it is no probability.

Directions, each tested: a longer silence never lowers the score; a purchase or contact today never raises it, nor does
a purchase of the last `pad_days` that leaves a repeat buyer a silence of at most s (a + x) / (a + x + 1); more or older
complaints never lower it. A customer who never bought is not judged: score 0.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.insight.churn.rules.facts import CustomerFacts, Flags, Floats, History, Ledger, history, ledger_of
from app.insight.churn.rules.rhythm import (
    fallen_share,
    logistic,
    own_pace,
    shrunk_rate,
    strength_of_complaints,
    strength_of_fall,
    surprise_of_silence,
)
from app.insight.churn.rules.segments import EVERYBODY, GRID, UNKNOWN, SegmentProfile, curves_at
from app.insight.churn.rules.settings import ChurnSettings
from app.insight.churn.rules.signs import KINDS, Reading, Sign, SignKind, sentence, weights


@dataclass(frozen=True)
class Judgement:
    """One customer: `score` 0..100, `signs` with the most important first; `may_alert` by judged and lifecycle."""

    score: float
    signs: tuple[Sign, ...]
    may_alert: bool

    @property
    def first_reason(self) -> Sign | None:
        """The sign to name first."""
        return self.signs[0] if self.signs else None


@dataclass(frozen=True)
class Fall:
    """What was done in the recent time, what the own pace asks for, and the share missing. One entry per customer."""

    days: Floats
    recent: Floats
    expected: Floats
    share: Floats


@dataclass(frozen=True)
class Rhythm:
    """The silence of every customer against what is usual; `features` has the columns rate, surprise, value.

    `broken` is the strength of the sign: 0 while the silence is as likely as not, then up to 1.
    """

    silence: Floats
    usual_gap: Floats
    returned: Floats
    broken: Floats
    features: Floats


@dataclass(frozen=True)
class Judgements:
    """Many customers in columns, in the ledger's order; `judgement(i)` puts one into words."""

    score: Floats
    quiet: Floats
    may_alert: Flags
    strengths: Mapping[SignKind, Floats]
    rhythm: Rhythm
    falls: Mapping[SignKind, Fall]
    complaints: tuple[np.ndarray, np.ndarray]
    settings: ChurnSettings

    def __len__(self) -> int:
        return len(self.score)

    def judgement(self, position: int) -> Judgement:
        """The judgement of one customer with its sentences."""
        signs = [self._sign(kind, position) for kind in KINDS if self._is_named(kind, position)]
        # Rounded, because equals may differ in the last bit and the order of KINDS shall decide between them.
        signs.sort(key=lambda sign: -round(sign.importance, 9))
        return Judgement(float(self.score[position]), tuple(signs), bool(self.may_alert[position]))

    def _is_named(self, kind: SignKind, position: int) -> bool:
        strength = self.strengths[kind][position]
        if strength >= self.settings.least_strength and strength > 0:
            return True
        # A slow rhythm can make the score high before it is broken; an alert still needs its reason.
        applies = kind is (SignKind.RHYTHM if self.rhythm.usual_gap[position] > 0 else SignKind.ONE_PURCHASE)
        flagged = self.score[position] >= self.settings.raise_at
        return bool(applies and flagged and 100 * self.quiet[position] >= self.settings.close_at)

    def _sign(self, kind: SignKind, position: int) -> Sign:
        strength = float(self.strengths[kind][position])
        words = sentence(kind, self._reading(position), self.settings)
        return Sign(kind, strength, weights(self.settings)[kind], words)

    def _reading(self, position: int) -> Reading:
        buys, money, contact = (self.falls[kind] for kind in (SignKind.FREQUENCY, SignKind.SPEND, SignKind.CONTACT))
        return Reading(
            silence=float(self.rhythm.silence[position]),
            usual_gap=float(self.rhythm.usual_gap[position]),
            returned_share=float(self.rhythm.returned[position]),
            purchase_days=int(buys.days[position]),
            purchases=int(buys.recent[position]),
            purchases_expected=float(buys.expected[position]),
            spent=float(money.recent[position]),
            spent_expected=float(money.expected[position]),
            contact_days=int(contact.days[position]),
            contacts=int(contact.recent[position]),
            contacts_expected=float(contact.expected[position]),
            complaints=int(self.complaints[0][position]),
            complaint_days=int(self.complaints[1][position]),
        )


def judge(facts: CustomerFacts, segment: SegmentProfile, settings: ChurnSettings, at: dt.date) -> Judgement:
    """Judge one customer on the day `at`; what lies after it is not seen."""
    return judge_all(ledger_of([facts]), {facts.segment: segment}, settings, at).judgement(0)


def judge_all(ledger: Ledger, profiles: Mapping[str, SegmentProfile], settings: ChurnSettings,
              at: dt.date) -> Judgements:
    """Judge all at once; a segment without a profile takes that of EVERYBODY, or UNKNOWN."""
    day = at.toordinal()
    past = history(ledger.purchases, len(ledger), day, settings.recent_days, settings.pace_after)
    met = history(ledger.contacts, len(ledger), day, settings.recent_days, settings.pace_after)
    rhythm = read_rhythm(ledger, past, profiles, day)
    falls = _falls(past, met, day, settings)
    strengths = _strengths(ledger, past, rhythm, falls, settings)
    quiet = _quiet(rhythm, past, settings)
    score = np.where(past.count > 0, _score(quiet, strengths, settings), 0.0)
    return Judgements(score, quiet, ledger.may_alert & (past.count > 0), strengths, rhythm, falls,
                      (ledger.open_complaints, ledger.oldest_complaint_days), settings)


def read_rhythm(ledger: Ledger, past: History, profiles: Mapping[str, SegmentProfile], at: int) -> Rhythm:
    """Silence, rhythm and features of everybody; `returned` is S for repeat buyers, the return curve for one-timers.

    `usual_gap` (days, shrunk) is 0 for those without a repeat purchase: they have no rhythm of their own.
    """
    shape, exposure, curves, purchase = _profile_columns(ledger, profiles)
    bought, again = past.count > 0, past.count > 1
    repeats = np.maximum(past.count - 1, 0).astype(float)
    silence = np.where(bought, at - past.last, 0).astype(float)
    active = (past.last - past.first).astype(float)
    surprise = np.where(again, surprise_of_silence(silence, repeats, active, shape, exposure), 0.0)
    own_chance = -np.expm1(-surprise)
    returned = np.where(again, own_chance, curves_at(curves, silence))
    rate = shrunk_rate(repeats, silence + active, shape, exposure)
    value = np.where(purchase > 0, past.total_amount / np.where(purchase > 0, purchase, 1.0), 0.0)
    features = np.column_stack([np.log(shape / exposure) - np.log(rate), np.log1p(surprise), -np.log1p(value)])
    usual_gap = np.where(again, (exposure + active) / (shape + repeats), 0.0)
    return Rhythm(silence, usual_gap, np.where(bought, returned, 0.0), np.maximum(2 * own_chance - 1, 0.0), features)


def _profile_columns(ledger: Ledger, profiles: Mapping[str, SegmentProfile]) -> tuple[Floats, ...]:
    default = profiles.get(EVERYBODY, UNKNOWN)
    found = [profiles.get(name, default) for name in ledger.segments]
    curves = np.array([one.returned for one in found], float).reshape(len(found), len(GRID))
    columns = [np.array([getattr(one, name) for one in found], float) for name in ("shape", "exposure", "purchase")]
    shape, exposure, purchase = (column[ledger.segment] for column in columns)
    return shape, exposure, curves[ledger.segment], purchase


def _falls(past: History, met: History, at: int, settings: ChurnSettings) -> dict[SignKind, Fall]:
    pseudo = settings.pseudo_events
    # The largest purchase as the unit: a mean would shrink with a cheap purchase and so turn it into a bad sign.
    unit = pseudo * np.maximum(past.largest, 1.0)
    return {
        SignKind.FREQUENCY: _fall(past, past.recent, past.later, pseudo, at, settings),
        SignKind.SPEND: _fall(past, past.recent_amount, past.later_amount, unit, at, settings),
        SignKind.CONTACT: _fall(met, met.recent, met.later, pseudo, at, settings),
    }


def _fall(events: History, recent: np.ndarray, later: np.ndarray, pseudo: Floats | float, at: int,
          settings: ChurnSettings) -> Fall:
    known = np.where(events.count > 0, at - events.first, 0)
    days = np.minimum(known, settings.recent_days).astype(float)
    pace = own_pace(later.astype(float), (events.last - events.first).astype(float), settings.pad_days)
    recent = recent.astype(float)
    return Fall(days, recent, pace * days, fallen_share(recent, pace * days, pseudo))


def _strengths(ledger: Ledger, past: History, rhythm: Rhythm, falls: Mapping[SignKind, Fall],
               settings: ChurnSettings) -> dict[SignKind, Floats]:
    bought = past.count > 0
    found = {kind: np.where(bought, strength_of_fall(fall.share, settings.fall_from, settings.fall_full), 0.0)
             for kind, fall in falls.items()}
    found[SignKind.RHYTHM] = rhythm.broken
    found[SignKind.ONE_PURCHASE] = np.where(past.count == 1, rhythm.returned, 0.0)
    count, oldest = ledger.open_complaints.astype(float), ledger.oldest_complaint_days.astype(float)
    complaints = strength_of_complaints(count, oldest, settings.complaint_half_days)
    found[SignKind.COMPLAINTS] = np.where(bought, complaints, 0.0)
    return found


def _quiet(rhythm: Rhythm, past: History, settings: ChurnSettings) -> Floats:
    log_odds = (settings.resting + settings.rate_weight * rhythm.features[:, 0]
                + settings.silence_weight * rhythm.features[:, 1] + settings.value_weight * rhythm.features[:, 2])
    repeats = np.maximum(past.count - 1, 0)
    known = repeats / (repeats + settings.rhythm_known_after)
    ordinary = settings.ordinary_share + (1 - settings.ordinary_share) * rhythm.returned
    counts = (1 - known) * ordinary + known * rhythm.broken
    return np.where(past.count > 0, logistic(log_odds) * counts, 0.0)


def _score(quiet: Floats, strengths: Mapping[SignKind, Floats], settings: ChurnSettings) -> Floats:
    trend = np.maximum(settings.frequency_weight * strengths[SignKind.FREQUENCY],
                       settings.spend_weight * strengths[SignKind.SPEND])
    stays = (1 - np.maximum(quiet, trend)) * (1 - settings.contact_weight * strengths[SignKind.CONTACT])
    return 100 * (1 - stays * (1 - settings.complaint_weight * strengths[SignKind.COMPLAINTS]))
