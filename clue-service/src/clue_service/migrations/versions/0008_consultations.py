"""Consultations, and the journal of all proceedings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _proceeding_step()
    _consultation()
    _consultation_action()
    _consultation_clue()
    _consultation_opinion()
    _consultation_participant()
    _consultation_recusal()
    op.execute(_ROWS_ARE_FINAL)


def _proceeding_step() -> None:
    op.create_table('proceeding_step',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('item_type', sa.String(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('verb', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('document', postgresql.JSONB(), nullable=False),
    sa.Column('unit', sa.String(), nullable=True),
    sa.Column('taken_by', sa.String(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_proceeding_step'),
    sa.UniqueConstraint('item_id', 'version', name='uq_proceeding_step_item_id_version')
    )


def _consultation() -> None:
    op.create_table('consultation',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('secrecy_level', sa.String(), nullable=False),
    sa.Column('convener_unit', sa.String(), nullable=False),
    sa.Column('commission', sa.String(), nullable=False),
    sa.Column('convened_by', sa.String(), nullable=False),
    sa.Column('convened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('alert_id', sa.Uuid(), nullable=True),
    sa.Column('quorum', sa.SmallInteger(), nullable=False),
    sa.Column('opening', sa.String(), nullable=False),
    sa.Column('scheduled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('meets_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opinions_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opinions_opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('attended', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('minutes', sa.String(), nullable=True),
    sa.Column('conclusion', sa.String(), nullable=True),
    sa.Column('lead_unit', sa.String(), nullable=True),
    sa.Column('concluded_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['alert_id'], ['overlap_alert.id'], name='fk_consultation_alert_id_overlap_alert'),
    sa.PrimaryKeyConstraint('id', name='pk_consultation'),
    sa.UniqueConstraint('alert_id', name='uq_consultation_alert_id')
    )
    op.create_index('ix_consultation_commission', 'consultation', ['commission', 'id'], unique=False)
    op.create_index('ix_consultation_convener_unit', 'consultation', ['convener_unit', 'id'], unique=False)
    op.create_index('ix_consultation_sealed', 'consultation', ['opinions_due_at'], unique=False, postgresql_where="state = 'scheduled' and opinions_opened_at is null")


def _consultation_action() -> None:
    op.create_table('consultation_action',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('task', sa.String(), nullable=False),
    sa.Column('owner_unit', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('result', sa.String(), nullable=True),
    sa.Column('settled_by', sa.String(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_consultation_action_consultation_id_consultation'),
    sa.PrimaryKeyConstraint('id', name='pk_consultation_action')
    )
    op.create_index('ix_consultation_action_consultation_id', 'consultation_action', ['consultation_id', 'position'], unique=False)
    op.create_index('ix_consultation_action_owner_unit', 'consultation_action', ['owner_unit', 'state', 'id'], unique=False)


def _consultation_clue() -> None:
    op.create_table('consultation_clue',
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('clue_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['clue_id'], ['clue.id'], name='fk_consultation_clue_clue_id_clue'),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_consultation_clue_consultation_id_consultation'),
    sa.PrimaryKeyConstraint('consultation_id', 'clue_id', name='pk_consultation_clue')
    )


def _consultation_opinion() -> None:
    op.create_table('consultation_opinion',
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_consultation_opinion_consultation_id_consultation'),
    sa.PrimaryKeyConstraint('consultation_id', 'unit', name='pk_consultation_opinion')
    )


def _consultation_participant() -> None:
    op.create_table('consultation_participant',
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('persons', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_consultation_participant_consultation_id_consultation'),
    sa.PrimaryKeyConstraint('consultation_id', 'unit', name='pk_consultation_participant')
    )
    op.create_index('ix_consultation_participant_unit', 'consultation_participant', ['unit', 'consultation_id'], unique=False)


def _consultation_recusal() -> None:
    op.create_table('consultation_recusal',
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('sub', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_consultation_recusal_consultation_id_consultation'),
    sa.PrimaryKeyConstraint('consultation_id', 'sub', name='pk_consultation_recusal')
    )

_ROWS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on proceeding_step from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    op.drop_table('consultation_recusal')
    op.drop_index('ix_consultation_participant_unit', table_name='consultation_participant')
    op.drop_table('consultation_participant')
    op.drop_table('consultation_opinion')
    op.drop_table('consultation_clue')
    op.drop_index('ix_consultation_action_owner_unit', table_name='consultation_action')
    op.drop_index('ix_consultation_action_consultation_id', table_name='consultation_action')
    op.drop_table('consultation_action')
    op.drop_index('ix_consultation_sealed', table_name='consultation', postgresql_where="state = 'scheduled' and opinions_opened_at is null")
    op.drop_index('ix_consultation_convener_unit', table_name='consultation')
    op.drop_index('ix_consultation_commission', table_name='consultation')
    op.drop_table('consultation')
    op.drop_table('proceeding_step')
