"""Screens of automation: rules and their log, queues and agents, schedules and jobs, reminder steps, churn alerts."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel.database import session
from app.kernel.views import Action, Chart, EntityInterface, EntityView, View, count
from app.workflows.models import (
    Agent,
    ChurnAlert,
    JobRun,
    Queue,
    ReminderStep,
    Rule,
    RuleRun,
    Schedule,
    Skill,
    WinBackPlan,
)
from app.workflows.operations.alerts import close_kept, close_lost, dismiss, take_on
from app.workflows.operations.jobs import enqueue
from app.workflows.queries import alerts_by_reason, sentence_of


class RuleView(EntityView):
    """Automation rules."""

    datamodel = EntityInterface(Rule)
    icon = "robot"
    help = _l("When something happens to a record and a condition holds, do this. Every run is logged with its reason.")
    list_columns = ["name", "entity", "active", "order", "run_as", "updated_at"]
    text_columns = ["name"]
    sort_columns = ["name", "order", "updated_at"]
    search_columns = ["entity", "active"]
    form_sections = [("", ["name", "entity", "active", "order", "run_as"]),
                     (_l("Definition"), ["trigger", "condition", "actions"])]
    base_order = ("order", "asc")
    related = ["rule_run.rule"]

    def page(self, template: str, *, status: int = 200, **parts: Any) -> Any:
        """The record page begins with the rule as a sentence."""
        if template == "crm/show.html":
            return super().page("crm/rule.html", status=status, sentence=sentence_of(parts["record"]), **parts)
        return super().page(template, status=status, **parts)


class RuleRunView(EntityView):
    """Why a rule fired or did not."""

    datamodel = EntityInterface(RuleRun)
    icon = "list-check"
    read_only = True
    list_columns = ["at", "rule", "entity", "record_id", "fired", "why", "result"]
    search_columns = ["rule", "entity", "record_id", "fired", "at"]


class QueueView(EntityView):
    """Queues of tickets."""

    datamodel = EntityInterface(Queue)
    icon = "inbox"
    list_columns = ["name", "is_default", "skills"]
    text_columns = ["name"]
    search_columns = ["skills"]
    form_sections = [("", ["name", "is_default", "skills"])]
    base_order = ("name", "asc")
    related = ["ticket.queue"]


class SkillView(EntityView):
    """Skills of agents."""

    datamodel = EntityInterface(Skill)
    icon = "award"
    list_columns = ["name"]
    text_columns = ["name"]
    form_sections = [("", ["name"])]


class AgentView(EntityView):
    """Who works on tickets."""

    datamodel = EntityInterface(Agent)
    icon = "headset"
    list_columns = ["user", "queues", "skills", "capacity", "active", "absent_from", "absent_until",
                    "last_assigned_at"]
    sort_columns = ["last_assigned_at"]
    search_columns = ["queues", "skills", "active"]
    form_sections = [("", ["user", "queues", "skills", "capacity", "active", "absent_from", "absent_until"])]


def run_now(ids: list[int], values: dict[str, Any]) -> str:
    """Put the jobs of the chosen schedules into the queue."""
    for row in session().scalars(sa.select(Schedule).where(Schedule.id.in_(ids))):
        enqueue(row.job, schedule_id=row.id)
    return str(_l("Waiting for a worker."))


class ScheduleView(EntityView):
    """When jobs run."""

    datamodel = EntityInterface(Schedule)
    icon = "clock"
    help = _l("Times are local to the schedule's time zone; each due moment takes effect once.")
    list_columns = ["name", "job", "kind", "zone", "at", "minutes", "active", "next_at"]
    text_columns = ["name", "job"]
    search_columns = ["job", "active"]
    form_sections = [("", ["name", "job", "active", "kind", "zone", "at", "weekdays", "day", "minutes",
                           "expression"])]
    base_order = ("next_at", "asc")
    related = ["job_run.schedule"]
    actions = [Action("run_now", _l("Run now"), run_now, many=True, verb="edit")]


class JobRunView(EntityView):
    """What ran, when, how long, how many, next and error."""

    datamodel = EntityInterface(JobRun)
    icon = "player-play"
    read_only = True
    list_columns = ["job", "state", "slot", "started_at", "milliseconds", "handled", "attempts", "due_at", "error",
                    "schedule"]
    search_columns = ["job", "state", "schedule", "started_at"]
    saved_views = [View(_l("Failed"), state=["failed", "dead"]), View(_l("Running"), state="running")]


class ReminderStepView(EntityView):
    """The days after which somebody is reminded."""

    datamodel = EntityInterface(ReminderStep)
    icon = "bell"
    list_columns = ["entity", "day", "audience", "active"]
    search_columns = ["entity", "audience"]
    form_sections = [("", ["entity", "day", "audience", "active"])]
    base_order = ("entity", "asc")


class WinBackPlanView(EntityView):
    """What to do for each cause of churn."""

    datamodel = EntityInterface(WinBackPlan)
    icon = "heart-handshake"
    list_columns = ["cause", "plan", "expected_effect"]
    form_sections = [("", ["cause", "plan", "expected_effect"])]


class ChurnAlertView(EntityView):
    """Customers who are about to leave."""

    datamodel = EntityInterface(ChurnAlert)
    icon = "alert-triangle"
    help = _l("One open alert per customer, with its reasons. Say the cause, what was done and what came of it.")
    list_columns = ["customer", "score", "reason", "status", "cause", "owner", "raised_at"]
    text_columns = ["reason"]
    search_columns = ["status", "cause", "sign", "owner", "team", "raised_at", "customer"]
    show_columns = ["customer", "score", "status", "reason", "cause", "evidence", "plan", "action_taken", "outcome",
                    "raised_at", "closed_at", "owner", "team"]
    form_sections = [("", ["status", "cause", "evidence", "plan", "action_taken", "outcome"])]
    base_order = ("score", "desc")
    saved_views = [View(_l("Mine, open"), owner="me", status=["open", "in_progress"])]
    related = ["task.about"]
    bulk_fields = ["owner", "status"]
    charts = [
        Chart("by_reason", _l("Churn alerts by reason and outcome"), query=alerts_by_reason, period="raised_at",
              kind="table"),
        Chart("by_status", _l("Churn alerts by status"), group="status", measure=count(), period="raised_at",
              kind="pie", rollup=True),
        Chart("by_cause", _l("Churn alerts by cause"), group="cause", split="status", measure=count(),
              period="raised_at"),
    ]
    actions = [Action("take_on", _l("Take on"), take_on, many=True, verb="edit"),
               Action("kept", _l("Customer kept"), close_kept, fields=["outcome", "action_taken"], verb="edit"),
               Action("lost", _l("Customer lost"), close_lost, fields=["outcome", "action_taken"], verb="edit"),
               Action("dismiss", _l("Dismiss"), dismiss, fields=["outcome"], verb="edit")]
