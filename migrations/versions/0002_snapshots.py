"""Nightly pictures of the pipelines and of the customers by segment.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# What the templates of roles say of the new entities, for the roles that are there already: (role, entity, verb, scope).
GRANTS = (
    ("Manager", "pipeline_snapshot", "read", "tree"), ("Manager", "pipeline_snapshot", "export", "tree"),
    ("Manager", "segment_snapshot", "read", "tree"), ("Manager", "segment_snapshot", "export", "tree"),
    ("Sales", "pipeline_snapshot", "read", "own"),
    ("Analyst", "pipeline_snapshot", "read", "all"), ("Analyst", "pipeline_snapshot", "export", "all"),
    ("Analyst", "segment_snapshot", "read", "all"), ("Analyst", "segment_snapshot", "export", "all"),
    ("Viewer", "pipeline_snapshot", "read", "team"), ("Viewer", "segment_snapshot", "read", "team"),
)
role = sa.table("ab_role", sa.column("id", sa.Integer), sa.column("name", sa.String))
grant = sa.table("access_grant", *(sa.column(name, sa.String) for name in ("entity", "verb", "scope")),
                 sa.column("role_id", sa.Integer))


def upgrade() -> None:
    op.create_table('segment_snapshot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('lifecycle_stage', sa.String(length=40), nullable=False),
    sa.Column('level', sa.String(length=40), nullable=True),
    sa.Column('industry_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['industry_id'], ['industry.id'], name=op.f('fk_segment_snapshot_industry_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], name=op.f('fk_segment_snapshot_owner_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_segment_snapshot_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment_snapshot'))
    )
    with op.batch_alter_table('segment_snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_segment_snapshot_industry_id'), ['industry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_segment_snapshot_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index('ix_segment_snapshot_taken_on_lifecycle_stage', ['taken_on', 'lifecycle_stage'], unique=False)
        batch_op.create_index(batch_op.f('ix_segment_snapshot_team_id'), ['team_id'], unique=False)

    op.create_table('pipeline_snapshot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('pipeline_id', sa.Integer(), nullable=True),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('weighted_amount', sa.BigInteger(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], name=op.f('fk_pipeline_snapshot_owner_id')),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_pipeline_snapshot_pipeline_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_pipeline_snapshot_stage_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_pipeline_snapshot_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pipeline_snapshot'))
    )
    with op.batch_alter_table('pipeline_snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pipeline_snapshot_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pipeline_snapshot_pipeline_id'), ['pipeline_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pipeline_snapshot_stage_id'), ['stage_id'], unique=False)
        batch_op.create_index('ix_pipeline_snapshot_taken_on_stage_id', ['taken_on', 'stage_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pipeline_snapshot_team_id'), ['team_id'], unique=False)
    known = dict(op.get_bind().execute(sa.select(role.c.name, role.c.id)).all())
    rows = [{"role_id": known[name], "entity": entity, "verb": verb, "scope": scope}
            for name, entity, verb, scope in GRANTS if name in known]
    if rows:
        op.get_bind().execute(sa.insert(grant), rows)


def downgrade() -> None:
    op.get_bind().execute(sa.delete(grant).where(grant.c.entity.in_(["pipeline_snapshot", "segment_snapshot"])))
    with op.batch_alter_table('pipeline_snapshot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pipeline_snapshot_team_id'))
        batch_op.drop_index('ix_pipeline_snapshot_taken_on_stage_id')
        batch_op.drop_index(batch_op.f('ix_pipeline_snapshot_stage_id'))
        batch_op.drop_index(batch_op.f('ix_pipeline_snapshot_pipeline_id'))
        batch_op.drop_index(batch_op.f('ix_pipeline_snapshot_owner_id'))

    op.drop_table('pipeline_snapshot')
    with op.batch_alter_table('segment_snapshot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_segment_snapshot_team_id'))
        batch_op.drop_index('ix_segment_snapshot_taken_on_lifecycle_stage')
        batch_op.drop_index(batch_op.f('ix_segment_snapshot_owner_id'))
        batch_op.drop_index(batch_op.f('ix_segment_snapshot_industry_id'))

    op.drop_table('segment_snapshot')
