"""Letters of advice and orders of supervised handling."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _supervised_handling()
    _advice()


def _supervised_handling() -> None:
    op.create_table('supervised_handling',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('trigger', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('demand', sa.String(), nullable=False),
    sa.Column('secrecy_level', sa.String(), nullable=False),
    sa.Column('ordering_unit', sa.String(), nullable=False),
    sa.Column('commission', sa.String(), nullable=False),
    sa.Column('target_unit', sa.String(), nullable=False),
    sa.Column('clue_id', sa.Uuid(), nullable=True),
    sa.Column('proposed_by', sa.String(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reported_on', sa.Date(), nullable=True),
    sa.Column('times_returned', sa.SmallInteger(), nullable=False),
    sa.Column('times_pressed', sa.SmallInteger(), nullable=False),
    sa.Column('escalated_to', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['clue_id'], ['clue.id'], name='fk_supervised_handling_clue_id_clue'),
    sa.PrimaryKeyConstraint('id', name='pk_supervised_handling')
    )
    op.create_index('ix_supervised_handling_commission', 'supervised_handling', ['commission', 'id'], unique=False)
    op.create_index('ix_supervised_handling_escalated_to', 'supervised_handling', ['escalated_to', 'id'], unique=False)
    op.create_index('ix_supervised_handling_ordering_unit', 'supervised_handling', ['ordering_unit', 'id'], unique=False)
    op.create_index('ix_supervised_handling_target_unit', 'supervised_handling', ['target_unit', 'id'], unique=False)


def _advice() -> None:
    op.create_table('advice',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('demands', sa.String(), nullable=False),
    sa.Column('legal_basis', sa.String(), nullable=True),
    sa.Column('secrecy_level', sa.String(), nullable=False),
    sa.Column('issuing_unit', sa.String(), nullable=False),
    sa.Column('commission', sa.String(), nullable=False),
    sa.Column('addressed_unit', sa.String(), nullable=False),
    sa.Column('watchers', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('clue_id', sa.Uuid(), nullable=True),
    sa.Column('consultation_id', sa.Uuid(), nullable=True),
    sa.Column('reissue_of', sa.Uuid(), nullable=True),
    sa.Column('drafted_by', sa.String(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply_due_on', sa.Date(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=True),
    sa.Column('replied_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('times_returned', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['clue_id'], ['clue.id'], name='fk_advice_clue_id_clue'),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name='fk_advice_consultation_id_consultation'),
    sa.ForeignKeyConstraint(['reissue_of'], ['advice.id'], name='fk_advice_reissue_of_advice'),
    sa.PrimaryKeyConstraint('id', name='pk_advice')
    )
    op.create_index('ix_advice_addressed_unit', 'advice', ['addressed_unit', 'id'], unique=False)
    op.create_index('ix_advice_commission', 'advice', ['commission', 'id'], unique=False)
    op.create_index('ix_advice_issuing_unit', 'advice', ['issuing_unit', 'id'], unique=False)
    op.create_index('ix_advice_watchers', 'advice', ['watchers'], unique=False, postgresql_using='gin')


def downgrade() -> None:
    op.drop_index('ix_advice_watchers', table_name='advice', postgresql_using='gin')
    op.drop_index('ix_advice_issuing_unit', table_name='advice')
    op.drop_index('ix_advice_commission', table_name='advice')
    op.drop_index('ix_advice_addressed_unit', table_name='advice')
    op.drop_table('advice')
    op.drop_index('ix_supervised_handling_target_unit', table_name='supervised_handling')
    op.drop_index('ix_supervised_handling_ordering_unit', table_name='supervised_handling')
    op.drop_index('ix_supervised_handling_escalated_to', table_name='supervised_handling')
    op.drop_index('ix_supervised_handling_commission', table_name='supervised_handling')
    op.drop_table('supervised_handling')
