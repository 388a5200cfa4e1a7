"""Churn alerts: who is about to leave, why, and what may keep him."""
