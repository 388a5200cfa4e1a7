"""Judgements about churn: values in, scores, reasons, decisions and plans out. These names are the room's outside."""

from app.insight.churn.rules.alerts import AlertState, Decision, decide
from app.insight.churn.rules.calibration import BackTest, Learned, Window, back_test, does_not_return, learn_weights
from app.insight.churn.rules.causes import Cause, CauseFacts, Suggestion, suggest_cause
from app.insight.churn.rules.facts import Columns, CustomerFacts, Ledger, ledger_from, ledger_of
from app.insight.churn.rules.measures import Split, auc, better_than_chance, split
from app.insight.churn.rules.scoring import Judgement, Judgements, judge, judge_all
from app.insight.churn.rules.segments import EVERYBODY, UNKNOWN, SegmentProfile, learn_segments
from app.insight.churn.rules.settings import ChurnSettings, check_settings
from app.insight.churn.rules.signs import Sign, SignKind

__all__ = [
    "EVERYBODY", "UNKNOWN", "AlertState", "BackTest", "Cause", "CauseFacts", "ChurnSettings", "Columns",
    "CustomerFacts", "Decision", "Judgement", "Judgements", "Learned", "Ledger", "SegmentProfile", "Sign", "SignKind",
    "Split", "Suggestion", "Window", "auc", "back_test", "better_than_chance", "check_settings", "decide",
    "does_not_return", "judge", "judge_all", "learn_segments", "learn_weights", "ledger_from", "ledger_of", "split",
    "suggest_cause",
]
