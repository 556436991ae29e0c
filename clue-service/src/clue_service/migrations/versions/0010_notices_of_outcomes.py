"""Notices of outcomes to linked offices and resident groups, and what reporters are owed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _outcome_notice()
    _reporter_notice()


def _outcome_notice() -> None:
    op.create_table('outcome_notice',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('source_ref', sa.String(), nullable=False),
    sa.Column('item_type', sa.String(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('item_no', sa.String(), nullable=True),
    sa.Column('about_unit', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('handling_unit', sa.String(), nullable=False),
    sa.Column('commission', sa.String(), nullable=False),
    sa.Column('secrecy_level', sa.String(), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ack_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_outcome_notice'),
    sa.UniqueConstraint('source_ref', 'about_unit', 'unit', name='uq_outcome_notice_source_ref_about_unit_unit')
    )
    op.create_index('ix_outcome_notice_commission', 'outcome_notice', ['commission', 'id'], unique=False)
    op.create_index('ix_outcome_notice_unit', 'outcome_notice', ['unit', 'id'], unique=False)
    op.create_index('ix_outcome_notice_waiting', 'outcome_notice', ['ack_due_at'], unique=False, postgresql_where="state = 'notified'")


def _reporter_notice() -> None:
    op.create_table('reporter_notice',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('clue_id', sa.Uuid(), nullable=False),
    sa.Column('clue_no', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('clue_version', sa.BigInteger(), nullable=False),
    sa.Column('commission', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('method', sa.String(), nullable=True),
    sa.Column('given_on', sa.Date(), nullable=True),
    sa.Column('given_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['clue_id'], ['clue.id'], name='fk_reporter_notice_clue_id_clue'),
    sa.PrimaryKeyConstraint('id', name='pk_reporter_notice'),
    sa.UniqueConstraint('clue_id', 'kind', name='uq_reporter_notice_clue_id_kind')
    )
    op.create_index('ix_reporter_notice_commission', 'reporter_notice', ['commission', 'state', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_reporter_notice_commission', table_name='reporter_notice')
    op.drop_table('reporter_notice')
    op.drop_index('ix_outcome_notice_waiting', table_name='outcome_notice', postgresql_where="state = 'notified'")
    op.drop_index('ix_outcome_notice_unit', table_name='outcome_notice')
    op.drop_index('ix_outcome_notice_commission', table_name='outcome_notice')
    op.drop_table('outcome_notice')
