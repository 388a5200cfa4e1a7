"""The lists are walked by index: (column, id) of what they show, (owner, order, id) and (team, order, id) of records.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Table: the columns of each index. Those of records hold the living only.
RECORDS = {
    "agent": ("active id", "last_assigned_at id", "owner_id id", "team_id id", "user_id id"),
    "attachment": ("about_entity id", "created_at id", "mime id", "name id", "owner_id id", "size id",
        "team_id id"),
    "churn_alert": ("cause id", "customer_id id", "owner_id id", "owner_id score id", "raised_at id", "reason id",
        "score id", "sign id", "status id", "team_id score id"),
    "contact": ("created_at id", "customer_id id", "decision_maker id", "gender id", "job_title id", "name id",
        "owner_id created_at id", "owner_id id", "team_id created_at id"),
    "customer": ("city id", "created_at id", "industry_id id", "kind id", "last_contact_at id",
        "last_order_at id", "lead_source_id id", "level id", "lifecycle_stage id", "name id",
        "next_contact_at id", "owner_id created_at id", "owner_id id", "province id", "region_id id", "size id",
        "team_id created_at id"),
    "import_batch": ("created_at id", "entity id", "kind id", "owner_id id", "state id", "team_id id"),
    "interaction": ("contact_id id", "customer_id id", "direction id", "happened_at id", "kind id", "lead_id id",
        "next_at id", "opportunity_id id", "owner_id happened_at id", "owner_id id", "team_id happened_at id"),
    "lead": ("company id", "converted_at id", "created_at id", "industry_id id", "last_contact_at id", "name id",
        "next_at id", "owner_id created_at id", "owner_id id", "region_id id", "score id", "source_id id",
        "status id", "team_id created_at id"),
    "notification": ("created_at id", "kind id", "owner_id id", "read_at id", "team_id id"),
    "opportunity": ("amount id", "closed_at id", "competitor_id id", "created_at id", "currency id",
        "customer_id id", "expected_close_on id", "furthest_stage_id id", "last_contact_at id",
        "loss_reason_id id", "name id", "next_at id", "owner_id created_at id", "owner_id id", "pipeline_id id",
        "probability id", "product_id id", "source_id id", "stage_category id", "stage_changed_at id",
        "stage_id id", "team_id created_at id"),
    "opportunity_line": ("amount id", "opportunity_id id", "owner_id id", "product_id id", "team_id id"),
    "order": ("amount id", "channel id", "created_at id", "currency id", "customer_id id", "number id",
        "opportunity_id id", "ordered_at id", "owner_id id", "owner_id ordered_at id", "status id",
        "team_id ordered_at id"),
    "order_line": ("amount id", "order_id id", "owner_id id", "product_id id", "team_id id"),
    "rule": ("active id", "entity id", "name id", "order id", "owner_id order id", "run_as_id id",
        "team_id order id", "updated_at id"),
    "saved_view": ("entity id", "name id", "owner_id id", "shared id", "team_id id"),
    "task": ("about_entity id", "assignee_id id", "created_at id", "due_at id", "owner_id due_at id",
        "priority id", "remind_at id", "status id", "subject id", "team_id due_at id"),
    "ticket": ("assignee_id id", "category_id id", "channel id", "contact_id id", "created_at id",
        "customer_id id", "first_responded_at id", "kind id", "number id", "order_id id",
        "owner_id created_at id", "priority id", "product_id id", "queue_id id", "reopened id",
        "resolve_due_at id", "resolved_at id", "response_due_at id", "satisfaction id", "status id", "subject id",
        "team_id created_at id"),
    "ticket_message": ("author id", "created_at id", "internal id", "owner_id id", "team_id id", "ticket_id id"),
    "user_profile": ("display_name id", "locale id", "owner_id display_name id", "team_id display_name id",
        "team_id id", "user_id id"),
}
LOGS = {
    "job_run": ("schedule_id id",),
    "lifecycle_change": ("at id", "customer_id id", "order_id id"),
    "pipeline_snapshot": ("owner_id id", "pipeline_id id", "stage_id id", "taken_on id"),
    "rule_run": ("rule_id id",),
    "segment_snapshot": ("industry_id id", "taken_on id", "team_id id"),
    "stage_change": ("at id", "from_stage_id id", "opportunity_id id", "to_stage_id id"),
}


def _indexes():
    for tables, living in ((RECORDS, sa.text("deleted_at IS NULL")), (LOGS, None)):
        for table, indexes in tables.items():
            for columns in map(str.split, indexes):
                yield f"ix_{table}_{'_'.join(columns)}_list", table, columns, living


def upgrade() -> None:
    for name, table, columns, living in _indexes():
        op.create_index(name, table, columns, sqlite_where=living, postgresql_where=living)


def downgrade() -> None:
    for name, table, _columns, _living in _indexes():
        op.drop_index(name, table)
