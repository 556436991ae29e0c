"""The search in the index as a function in the database, made with the tables: settings of its own, one round trip."""

# The lateral forms make the planner probe the indexes once for each key and each clue found; a plain `&&` or join reads
# whole tables at small sizes. Rows of another version hide behind the limit of a key, which bounds the work.
RETRIEVAL = """
    WITH found AS (
        SELECT hit.id, hit.clue_id, sum(q.weight) AS score
        FROM unnest(:keys, :weights) AS q(key, weight)
        CROSS JOIN LATERAL (
            SELECT id, clue_id, format FROM clue_key WHERE keys @> ARRAY[q.key] LIMIT :per_key
        ) AS hit
        WHERE hit.clue_id <> :own AND hit.format = :format
        GROUP BY hit.id, hit.clue_id ORDER BY score DESC, hit.id LIMIT :most
    )
    SELECT found.id, found.clue_id, found.score, stored.features, stored.grams
    FROM found
    CROSS JOIN LATERAL (SELECT features, grams FROM clue_feature WHERE clue_feature.id = found.id OFFSET 0) AS stored
"""
# They hold inside the function only. Small tables too are read through their indexes. Of a key that a flood of letters
# has, the index gives a part by chance, some eight thousand postings; budgets seldom let a query look at that many. The
# plan is kept: it is the same for whatever keys, and making it anew took a sixth of the time.
RETRIEVAL_SETTINGS = {
    "enable_seqscan": "off",
    "gin_fuzzy_search_limit": "8000",
    "plan_cache_mode": "force_generic_plan",
}
_PARAMETERS = {
    "keys": "int4[]",
    "weights": "float8[]",
    "own": "uuid",
    "per_key": "int4",
    "most": "int4",
    "format": "int2",
}


def retrieval_function() -> str:
    """The statement that makes the function; a migration brings the same one to a service's database."""
    body = RETRIEVAL
    for place, name in enumerate(_PARAMETERS, 1):
        body = body.replace(f":{name}", f"${place}")
    settings = " ".join(f"SET {name} = '{value}'" for name, value in RETRIEVAL_SETTINGS.items())
    return (
        f"CREATE OR REPLACE FUNCTION matching_retrieve({', '.join(_PARAMETERS.values())}) "
        "RETURNS TABLE (id int8, clue_id uuid, score float8, features bytea, grams bytea) "
        f"LANGUAGE sql STABLE ROWS 300 {settings} AS $body${body}$body$"
    )
