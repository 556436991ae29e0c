"""Pool entries and their past, tags with synonyms, identity numbers, appraisals, workload, imports, integrity records."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_APPEND_ONLY = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke all on pool_entry_state from %I', app);
        execute format('grant select, insert on pool_entry_state to %I', app);
    end if;
end
$$
"""

# The words rosters use most; a deployment adds its own over the API.
_TAGS: tuple[tuple[str, str, str, str, list[str]], ...] = (
    ("experience", "discipline", "纪检监察", "Discipline inspection", ["纪检", "监察", "执纪"]),
    ("experience", "organisation", "组织人事", "Organisation and personnel", ["组织", "人事", "organization"]),
    ("experience", "audit", "审计", "Audit", ["审计工作"]),
    ("experience", "finance", "财务", "Finance", ["财会", "会计", "财政", "accounting"]),
    ("experience", "legal", "法律", "Law", ["法学", "司法", "law"]),
    ("experience", "petition", "信访", "Petitions", ["信访工作"]),
    ("experience", "propaganda", "宣传", "Propaganda", ["宣传思想"]),
    ("experience", "it", "信息技术", "Information technology", ["计算机", "信息化", "大数据"]),
    ("experience", "engineering", "工程建设", "Engineering", ["工程", "招投标"]),
    ("skill", "interview", "谈话", "Interviewing", ["谈话突破", "询问"]),
    ("skill", "record_taking", "笔录", "Record-taking", ["记录"]),
    ("skill", "ledger_analysis", "查账", "Ledger analysis", ["账目分析", "账务分析"]),
    ("skill", "writing", "文字综合", "Writing", ["写作", "文字材料", "公文写作"]),
    ("skill", "data", "数据分析", "Data analysis", ["数据"]),
    ("language", "english", "英语", "English", []),
    ("language", "cantonese", "粤语", "Cantonese", ["广东话"]),
    ("certificate", "lawyer", "法律职业资格", "Legal profession qualification", ["司法考试", "律师资格"]),
    ("certificate", "cpa", "注册会计师", "Certified public accountant", ["CPA证书"]),
)


def _versioned() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _cadre(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=f"fk_{table}_cadre_id_cadre")


def upgrade() -> None:
    _cadres()
    _tags()
    _entries()
    _records()
    _imports()
    op.execute(_APPEND_ONLY)
    _backfill()


def _cadres() -> None:
    # Defaults stay in the database: the release before this one writes these tables without the new columns.
    op.add_column("cadre", sa.Column("clearance", sa.String(), nullable=False, server_default="internal"))
    op.add_column("cadre", sa.Column("tag_codes", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.create_index("ix_cadre_tag_codes", "cadre", ["tag_codes"], postgresql_using="gin")
    op.create_index("ix_cadre_name_birth_date", "cadre", ["name", "birth_date"])
    op.create_table(
        "cadre_identity",
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cadre_id", name="pk_cadre_identity"),
        _cadre("cadre_identity"),
        sa.UniqueConstraint("digest", name="uq_cadre_identity_digest"),
    )


def _tags() -> None:
    op.create_table(
        "tag",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("synonyms", postgresql.JSONB(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        *_versioned(),
        sa.PrimaryKeyConstraint("code", name="pk_tag"),
    )
    op.create_table(
        "tag_spelling",
        sa.Column("spelling", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("spelling", name="pk_tag_spelling"),
        sa.ForeignKeyConstraint(["code"], ["tag.code"], name="fk_tag_spelling_code_tag"),
    )
    op.create_index("ix_tag_spelling_code", "tag_spelling", ["code"])


def _entries() -> None:
    op.create_table(
        "pool_entry",
        _id(),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("pool_kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("nominated_by", sa.String(), nullable=False),
        sa.Column("checked_by", sa.String()),
        sa.Column("checked_on", sa.Date()),
        sa.Column("decided_by", sa.String()),
        sa.Column("admitted_on", sa.Date()),
        sa.Column("reviewed_on", sa.Date()),
        sa.Column("review_due_on", sa.Date()),
        sa.Column("review_reminded_on", sa.Date()),
        sa.Column("proposed_by", sa.String()),
        sa.Column("proposed_result", sa.String()),
        sa.Column("ground", sa.String()),
        sa.Column("reason", sa.String()),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_pool_entry"),
        _cadre("pool_entry"),
    )
    op.create_index(
        "uq_pool_entry_cadre_id_pool_kind",
        "pool_entry",
        ["cadre_id", "pool_kind"],
        unique=True,
        postgresql_where=sa.text("status not in ('exited', 'rejected', 'withdrawn')"),
    )
    op.create_index("ix_pool_entry_status_id", "pool_entry", ["status", "id"])
    op.create_index("ix_pool_entry_review_due_on", "pool_entry", ["review_due_on"])
    op.create_table(
        "pool_entry_look",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("looked_by", sa.String(), nullable=False),
        _instant("looked_at"),
        sa.PrimaryKeyConstraint("entry_id", "looked_by", name="pk_pool_entry_look"),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entry.id"], name="fk_pool_entry_look_entry_id_pool_entry"),
    )
    op.create_table(
        "pool_entry_state",
        _id(),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("pool_kind", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ground", sa.String()),
        _instant("since"),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pool_entry_state"),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entry.id"], name="fk_pool_entry_state_entry_id_pool_entry"),
        _cadre("pool_entry_state"),
    )
    op.create_index("ix_pool_entry_state_cadre_id_since", "pool_entry_state", ["cadre_id", "since"])
    op.create_index("ix_pool_entry_state_entry_id_since", "pool_entry_state", ["entry_id", "since"])


def _records() -> None:
    op.create_table(
        "appraisal",
        _id(),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("comment", sa.LargeBinary()),
        sa.Column("recommends_exit", sa.Boolean(), nullable=False),
        sa.Column("source_ref", sa.String()),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name="pk_appraisal"),
        _cadre("appraisal"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_appraisal_unit_code_unit"),
        sa.UniqueConstraint("source_ref", name="uq_appraisal_source_ref"),
        sa.CheckConstraint("period_from <= period_to", name="ordered"),
    )
    op.create_index("ix_appraisal_cadre_id_period_to", "appraisal", ["cadre_id", "period_to"])
    op.create_table(
        "workload_entry",
        _id(),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source_ref", sa.String()),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name="pk_workload_entry"),
        _cadre("workload_entry"),
        sa.UniqueConstraint("source_ref", name="uq_workload_entry_source_ref"),
        sa.CheckConstraint("first_day <= last_day", name="ordered"),
    )
    op.create_index("ix_workload_entry_cadre_id_first_day", "workload_entry", ["cadre_id", "first_day"])
    op.add_column("supervised_person", sa.Column("is_top_leader", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("supervised_person", sa.Column("object_group", sa.String()))
    op.create_table(
        "integrity_record",
        _id(),
        sa.Column("person_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("secrecy_level", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source_ref", sa.String()),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_unit", sa.String()),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name="pk_integrity_record"),
        sa.ForeignKeyConstraint(
            ["person_code"], ["supervised_person.code"], name="fk_integrity_record_person_code_supervised_person"
        ),
        sa.UniqueConstraint("source_ref", name="uq_integrity_record_source_ref"),
    )
    op.create_index("ix_integrity_record_person_code_happened_on", "integrity_record", ["person_code", "happened_on"])


def _imports() -> None:
    op.create_table(
        "file_import",
        _id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("row_count", "created", "updated", "unchanged", "refused", "flagged")
        ),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("applied_by", sa.String()),
        _instant("applied_at", nullable=True),
        sa.Column("outcome", sa.LargeBinary()),
        sa.Column("file", sa.LargeBinary()),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_file_import"),
    )
    op.create_index("ix_file_import_kind_id", "file_import", ["kind", "id"])


def _backfill() -> None:
    op.execute(
        """
        with entry as (
            insert into pool_entry (
                cadre_id, pool_kind, status, nominated_by, decided_by, admitted_on, review_due_on,
                version, created_at, updated_at
            )
            select c.id, kind, case when c.status = 'exited' then 'exited' else 'active' end, 'system', 'system',
                (c.created_at at time zone 'Asia/Shanghai')::date,
                (c.created_at at time zone 'Asia/Shanghai')::date + interval '1 year',
                1, c.created_at, c.created_at
            from cadre c cross join unnest(c.pool_kinds) as kind
            returning id, cadre_id, pool_kind, status, created_at
        )
        insert into pool_entry_state (entry_id, cadre_id, pool_kind, verb, status, since, recorded_by)
        select id, cadre_id, pool_kind, 'appoint', status, created_at, 'system' from entry
        """
    )
    tag = sa.table(
        "tag", *(sa.column(name) for name in ("code", "kind", "name_zh", "name_en", "is_retired", "version")),
        sa.column("synonyms", postgresql.JSONB()), sa.column("created_at"), sa.column("updated_at"),
    )
    spelling = sa.table("tag_spelling", sa.column("spelling"), sa.column("code"))
    for kind, code, zh, en, synonyms in _TAGS:
        op.execute(
            tag.insert().values(
                code=code, kind=kind, name_zh=zh, name_en=en, synonyms=synonyms, is_retired=False, version=1,
                created_at=sa.func.now(), updated_at=sa.func.now(),
            )
        )
        for text in sorted({one.lower() for one in (code, zh, en, *synonyms)}):
            op.execute(spelling.insert().values(spelling=text, code=code))
    op.execute(
        """
        update cadre set tag_codes = (
            select coalesce(array_agg(distinct coalesce(s.code, t)), '{}')
            from unnest(cadre.tags) t left join tag_spelling s on s.spelling = lower(btrim(normalize(t, nfkc)))
        )
        """
    )


def downgrade() -> None:
    for name in (
        "file_import", "integrity_record", "workload_entry", "appraisal", "pool_entry_state", "pool_entry_look",
        "pool_entry", "tag_spelling", "tag", "cadre_identity",
    ):
        op.drop_table(name)
    for column in ("object_group", "is_top_leader"):
        op.drop_column("supervised_person", column)
    op.drop_index("ix_cadre_name_birth_date", "cadre")
    for column in ("tag_codes", "clearance"):
        op.drop_column("cadre", column)
