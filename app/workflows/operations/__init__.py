"""What happens by itself. Importing this registers the jobs, the reactions and the consumer of events."""

from app.workflows.operations import (
    actions,
    alerts,
    assignment,
    backups,
    churn,
    defaults,
    engine,
    follow_up,
    imports,
    jobs,
    outbox,
    queues,
    scheduler,
    snapshots,
    ticks,
    upkeep,
)

__all__ = ["actions", "alerts", "assignment", "backups", "churn", "defaults", "engine", "follow_up", "imports", "jobs",
           "outbox", "queues", "scheduler", "snapshots", "ticks", "upkeep"]
