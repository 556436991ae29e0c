"""The search in the index of matching as a function: settings of its own, one round trip."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("""
CREATE OR REPLACE FUNCTION matching_retrieve(int4[], float8[], uuid, int4, int4, int2)
RETURNS TABLE (id int8, clue_id uuid, score float8, features bytea, grams bytea)
LANGUAGE sql STABLE ROWS 300 SET enable_seqscan = 'off' SET gin_fuzzy_search_limit = '8000' AS $body$
    WITH found AS (
        SELECT hit.id, hit.clue_id, sum(q.weight) AS score
        FROM unnest($1, $2) AS q(key, weight)
        CROSS JOIN LATERAL (
            SELECT id, clue_id, format FROM clue_key WHERE keys @> ARRAY[q.key] LIMIT $4
        ) AS hit
        WHERE hit.clue_id <> $3 AND hit.format = $6
        GROUP BY hit.id, hit.clue_id ORDER BY score DESC, hit.id LIMIT $5
    )
    SELECT found.id, found.clue_id, found.score, stored.features, stored.grams
    FROM found
    CROSS JOIN LATERAL (SELECT features, grams FROM clue_feature WHERE clue_feature.id = found.id OFFSET 0) AS stored
$body$
""")


def downgrade() -> None:
    op.execute("DROP FUNCTION matching_retrieve(int4[], float8[], uuid, int4, int4, int2)")
