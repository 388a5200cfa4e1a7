"""What somebody has to do, by when, and about which record."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.desk.rules import tasks
from app.kernel import about, clock, fields
from app.kernel.actor import Actor
from app.kernel.entity import Entity, Find, Values
from app.kernel.problems import Problem

PRIORITIES = {"low": _l("Low"), "normal": _l("Normal"), "high": _l("High"), "urgent": _l("Urgent")}
TASK_STATUSES = {tasks.OPEN: _l("To do"), tasks.IN_PROGRESS: _l("In progress"), tasks.DONE: _l("Done"),
                 tasks.CANCELLED: _l("Cancelled")}


def _made(model: type, actor: Actor) -> Any:
    """Tasks that the actor created, whoever has them now; None without a user."""
    return model.created_by_id == actor.id if actor.id else None


class Task(Entity):
    """Something to do. Its assignee is its owner; whoever may read what it is about may read it too.

    The scope `made` is that of who asked for it.
    """

    __tablename__ = "task"
    __table_args__ = (sa.Index("ix_task_owner_id_status_due_at", "owner_id", "status", "due_at"),
                      sa.Index("ix_task_created_by_id", "created_by_id"))
    entity_label, entity_label_plural = _l("Task"), _l("Tasks")
    title_field = "subject"
    lookup_keys = ("subject",)
    hangs_on = ("about",)
    through = "about"
    named_scopes = {"made": _made}
    scope_labels = {"made": _l("Made by the user for others")}

    subject = fields.text(_l("Subject"), 300, required=True, aliases=("任务名称", "待办事项"))
    description = fields.long_text(_l("Description"))
    about = fields.about(_l("About"))
    about_entity = fields.text(_l("Kind of record"), 60, readonly=True)
    about_id = fields.integer(_l("Number of the record"), readonly=True)
    assignee_id = fields.pointer("ab_user", _l("Assignee"), aliases=("执行人",))
    due_at = fields.moment(_l("Due"), index=True, aliases=("截止时间",))
    remind_at = fields.moment(_l("Remind at"), index=True)
    priority = fields.choice(_l("Priority"), PRIORITIES, required=True, default="normal")
    status = fields.choice(_l("Status"), TASK_STATUSES, required=True, default=tasks.OPEN)
    done_at = fields.moment(_l("Done at"), readonly=True)

    assignee = orm.relationship("User", foreign_keys=[assignee_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return tasks.task_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        done_at = tasks.done_at(values.get("status"), values.get("done_at"), clock.now())
        return {**about.parts(values.get("about")), **tasks.one_holder(values, before), "done_at": done_at}
