"""Queues of tickets and the agents who work on them."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Entity, Values, living_key
from app.kernel.problems import N_, Problem, problem
from app.support.models import Ticket, TicketCategory


def _links(name: str, left: str, right: str) -> sa.Table:
    return sa.Table(name, db.Model.metadata, sa.Column(f"{left}_id", sa.ForeignKey(f"{left}.id"), primary_key=True),
                    sa.Column(f"{right}_id", sa.ForeignKey(f"{right}.id"), primary_key=True, index=True))


agent_queue = _links("agent_queue", "agent", "queue")
agent_skill = _links("agent_skill", "agent", "skill")
queue_skill = _links("queue_skill", "queue", "skill")


class Skill(Entity):
    """Something that an agent can and a queue may ask for."""

    __tablename__ = "skill"
    __table_args__ = (living_key("skill", "name"),)
    entity_label, entity_label_plural = _l("Skill"), _l("Skills")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)


class Queue(Entity):
    """A line of tickets; categories lead to it, agents serve it."""

    __tablename__ = "queue"
    __table_args__ = (living_key("queue", "name"),)
    entity_label, entity_label_plural = _l("Queue"), _l("Queues")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True, aliases=("处理队列",))
    is_default = fields.boolean(_l("Default queue"), help=_l("Takes tickets whose category leads nowhere."))
    skills = fields.many("Skill", queue_skill, _l("Needed skills"))


# The pointers lie in the room below; what they lead to is declared here, above.
Ticket.queue = orm.relationship(Queue, foreign_keys=[Ticket.queue_id])
TicketCategory.queue = orm.relationship(Queue, foreign_keys=[TicketCategory.queue_id])


class Agent(Entity):
    """Who works on tickets: capacity in open tickets, skills, queues, absence."""

    __tablename__ = "agent"
    __table_args__ = (living_key("agent", "user_id"),)
    entity_label, entity_label_plural = _l("Agent"), _l("Agents")
    natural_key = ("user",)
    title_field = "name"

    name = fields.text(_l("Name"), 130, readonly=True)
    user_id = fields.pointer("ab_user", _l("User"), required=True)
    capacity = fields.integer(_l("Capacity"), least=0, most=10_000, required=True, default=10,
                              help=_l("Open tickets at the same time."))
    active = fields.boolean(_l("Active"), default=True)
    absent_from = fields.moment(_l("Absent from"))
    absent_until = fields.moment(_l("Absent until"))
    last_assigned_at = fields.moment(_l("Last assigned"), readonly=True, quiet=True)
    queues = fields.many("Queue", agent_queue, _l("Queues"))
    skills = fields.many("Skill", agent_skill, _l("Skills"))
    user = orm.relationship("User", foreign_keys=[user_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        start, end = values.get("absent_from"), values.get("absent_until")
        if start and end and end <= start:
            return {"absent_until": problem(N_("The absence must end after it begins."))}
        return {}

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: object) -> dict[str, object]:
        return {"owner": values.get("user")}

    def is_absent(self) -> bool:
        """Whether the agent is away at this moment, or switched off."""
        now = clock.now()
        begun = self.absent_from is None or self.absent_from <= now
        over = self.absent_until is not None and self.absent_until <= now
        away = begun and not over and (self.absent_from is not None or self.absent_until is not None)
        return away or not self.active
