"""Rules, queues and agents, schedules and job runs, the outbox, reminders that fired, churn alerts."""

from app.workflows.models.alerts import ChurnAlert, WinBackPlan
from app.workflows.models.automation import Rule, RuleRun
from app.workflows.models.jobs import JobRun, Schedule, ScheduleFire
from app.workflows.models.outbox import OutboxMessage
from app.workflows.models.queues import Agent, Queue, Skill
from app.workflows.models.reminders import ReminderFire, ReminderStep

__all__ = ["Agent", "ChurnAlert", "JobRun", "OutboxMessage", "Queue", "ReminderFire", "ReminderStep", "Rule", "RuleRun",
           "Schedule", "ScheduleFire", "Skill", "WinBackPlan"]
