"""Splink on DuckDB over an export: blocking, comparisons, m from labels, u by random sampling, links of clusters.

Needs the extra ``clue-service[batch]``. Blocking, the DuckDB process and its memory are the only parts that another
backend would replace (docs/scaling.md).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue_service.reclusterings.errors import BatchExtraMissing

if TYPE_CHECKING:
    import duckdb
    from splink import DuckDBAPI, SplinkDataFrame

MATCH = 0.98
_MOST_SHARED = 60  # clues that share a word, mark or person; one that more share tells nothing and costs squares
_SAMPLED_PAIRS = 2_000_000.0
_SEED = 1
_LEAST = 1e-5  # no level is impossible
_RULES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("marks",), ("marks",)),
    (("sound",), ()),
    (("others",), ("others",)),
    (("surname", "kind", "areas"), ("areas",)),
    (("amounts", "areas"), ("amounts", "areas")),
    (("words",), ("words",)),
)
"""Blocking rules, the most telling first: (columns that must agree, which of them are lists)."""


@dataclass(frozen=True)
class Limits:
    """What one run may use. ``threads`` and ``memory`` are DuckDB's."""

    comparisons: int
    memory: str
    threads: int


@dataclass(frozen=True)
class Linked:
    """What Splink found: (clue, clue, probability) within clusters; how much it compared; rules beyond the limit."""

    links: list[tuple[int, int, float]]
    clusters: int
    comparisons: int
    rules_left_out: int


Progress = Callable[[str], None]
Probabilities = list[list[float | None]]
"""By comparison and level; None where a level cannot occur or never did."""


def connect(folder: Path, limits: Limits) -> "duckdb.DuckDBPyConnection":
    """A DuckDB in memory that spills nowhere but into the run's folder. Raises BatchExtraMissing."""
    try:
        import duckdb
        import splink  # noqa: F401 - both parts of the extra are asked for before anything is exported
    except ImportError as error:
        raise BatchExtraMissing from error
    settings: dict[str, Any] = {
        "memory_limit": limits.memory,
        "threads": limits.threads,
        "temp_directory": str(folder / "spill"),
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET enable_progress_bar = false")
    return connection


def link(
    connection: "duckdb.DuckDBPyConnection",
    export: Path,
    labelled: Path,
    share_with_mate: float,
    limits: Limits,
    say: Progress,
) -> Linked:
    """Link the clues of ``export``; m comes from ``labelled`` too. ``share_with_mate`` is the prior: mates per row."""
    from splink import DuckDBAPI, Linker

    database = DuckDBAPI(connection)
    table = _rare_only(connection, export, "clues")
    rows = len(connection.table("clues"))
    if rows < 2:
        return Linked([], 0, 0, 0)
    say("learning from labels")
    agreement = _m_of(database, _rare_only(connection, labelled, "labelled"))
    registered = database.register(table, dataset_display_name="clues")
    rules, comparisons = _affordable(registered, limits.comparisons)
    settings = _settings([_block(rule) for rule in rules], min(0.5, 2 * share_with_mate / (rows - 1)))
    _take_over(settings, "m_probability", agreement)
    say("sampling pairs")
    chance = _u_of(connection, database, agreement, share_with_mate)
    _take_over(settings, "u_probability", chance)
    linker = Linker(registered, settings, log_level=None)
    say("comparing")
    predicted = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
    say("clustering")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, MATCH)
    return _read(connection, predicted, clusters, comparisons, len(_RULES) - len(rules))


def _rare_only(connection: "duckdb.DuckDBPyConnection", file: Path, name: str) -> str:
    """A table of an export in which lists keep only what few clues have."""
    connection.execute(f"CREATE TABLE {name}_raw AS SELECT * FROM read_parquet(?)", [str(file)])  # noqa: S608 - own name
    kept = []
    for column in ("others", "marks", "words"):
        connection.execute(
            f"CREATE TABLE {name}_{column} AS SELECT word FROM (SELECT clue, unnest({column}) AS word FROM {name}_raw) "  # noqa: S608 - own names
            f"GROUP BY word HAVING count(DISTINCT clue) BETWEEN 2 AND {_MOST_SHARED}"
        )
        kept.append(
            f"(SELECT list(w ORDER BY w) FROM unnest(raw.{column}) AS t(w) SEMI JOIN {name}_{column} ON word = w)"  # noqa: S608 - own names
            f" AS {column}"
        )
    # Lists that lose everything become null: nothing is known, not nothing agrees.
    connection.execute(f"CREATE TABLE {name} AS SELECT * REPLACE ({', '.join(kept)}) FROM {name}_raw AS raw")  # noqa: S608 - own names
    return name


def _affordable(table: "SplinkDataFrame", most: int) -> tuple[list[Any], int]:
    """The rules, in their order, whose comparisons together stay within the limit; how many these are."""
    from splink.blocking_analysis import count_comparisons_from_blocking_rules

    counted = count_comparisons_from_blocking_rules(
        table,
        blocking_rules=[_block(rule) for rule in _RULES],
        link_type="dedupe_only",
        record_sample_proportion=1.0,
    )
    kept, total = [], 0
    for rule, count in zip(_RULES, counted, strict=True):
        if total + count["marginal_comparison_count"] <= most:
            kept.append(rule)
            total += count["marginal_comparison_count"]
    return kept, total


def _block(rule: tuple[tuple[str, ...], tuple[str, ...]]) -> Any:
    from splink import block_on

    columns, lists = rule
    return block_on(*columns, arrays_to_explode=list(lists) or None)


def _settings(rules: Sequence[Any], prior: float) -> dict[str, Any]:
    from splink import SettingsCreator

    creator = SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=list(rules),
        probability_two_random_records_match=max(prior, 1e-9),
        retain_matching_columns=False,
        additional_columns_to_retain=["clue"],
    )
    return dict(creator.create_settings_dict("duckdb"))


def _comparisons() -> list[Any]:
    return [
        _levels(
            "naming",
            "surname_l IS NULL OR surname_r IS NULL",
            "name_l = name_r",
            "sound_l = sound_r",
            "surname_l = surname_r AND (name_l IS NULL OR name_r IS NULL)",
            "given_l = given_r",
        ),
        _levels(
            "office",
            "(kind_l IS NULL AND areas_l IS NULL) OR (kind_r IS NULL AND areas_r IS NULL)",
            "unit_l = unit_r",
            "kind_l = kind_r AND list_has_any(areas_l, areas_r)",
            "kind_l = kind_r AND (areas_l IS NULL OR areas_r IS NULL)",
            "list_has_any(areas_l, areas_r)",
        ),
        *(
            _levels(column, f"{column}_l IS NULL OR {column}_r IS NULL", f"list_has_any({column}_l, {column}_r)")
            for column in ("topics", "amounts", "months", "others", "marks")
        ),
        _levels(
            "words",
            "words_l IS NULL OR words_r IS NULL",
            *(f"len(list_intersect(words_l, words_r)) >= {least}" for least in (8, 4, 2, 1)),
        ),
        _levels("gap", "false", *(f"abs(received_l - received_r) <= {days}" for days in (31, 183, 731))),
    ]


def _levels(name: str, unknown: str, *conditions: str) -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels: list[Any] = [
        cll.CustomLevel(unknown, "unknown").configure(is_null_level=True),
        *(cll.CustomLevel(condition, condition) for condition in conditions),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(levels, output_column_name=name)


def _m_of(database: "DuckDBAPI", table: str) -> Probabilities:
    """How often each level occurs in pairs of one matter, by comparison and level."""
    from splink import Linker

    registered = database.register(table, dataset_display_name="labelled")
    linker = Linker(registered, _settings([_block(_RULES[1])], 1e-4), log_level=None)
    linker.training.estimate_m_from_label_column("matter")
    return _levels_of(linker, "m_probability")


def _u_of(
    connection: "duckdb.DuckDBPyConnection", database: "DuckDBAPI", agreement: Probabilities, share_with_mate: float
) -> Probabilities:
    """How often each level occurs in pairs of different matters, from random pairs of clues and generated ones.

    In a young database too many random pairs are of one matter: generated clues thin them out, and what pairs of one
    matter add, as far as their share is known, is taken off.
    """
    from splink import Linker

    connection.execute(
        "CREATE TABLE sampled AS SELECT * REPLACE (row_number() OVER () AS unique_id)"
        " FROM (SELECT * FROM clues UNION ALL SELECT * FROM labelled WHERE clue < 0)"
    )
    registered = database.register("sampled", dataset_display_name="sampled")
    linker = Linker(registered, _settings([_block(_RULES[1])], 1e-4), log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=_SEED, min_count_per_level=None)
    rows, clues = len(connection.table("sampled")), len(connection.table("clues"))
    taught = connection.execute(
        "SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM"
        " (SELECT count(*) AS n FROM labelled WHERE clue < 0 GROUP BY matter)"
    ).fetchall()[0][0]
    mates = (float(taught) + share_with_mate * clues) / (rows * (rows - 1) / 2)
    observed = _levels_of(linker, "u_probability")
    return [
        [
            None if u is None else max((u - mates * (m or 0.0)) / (1 - mates), u / 10)
            for u, m in zip(chance, same, strict=True)
        ]
        for chance, same in zip(observed, agreement, strict=True)
    ]


def _levels_of(linker: Any, kind: str) -> Probabilities:
    document = linker.misc.save_model_to_json()
    return [[level.get(kind) for level in one["comparison_levels"]] for one in document["comparisons"]]


def _take_over(settings: dict[str, Any], kind: str, found: Probabilities) -> None:
    for comparison, probabilities in zip(settings["comparisons"], found, strict=True):
        for level, probability in zip(comparison["comparison_levels"], probabilities, strict=True):
            if probability is not None and not level.get("is_null_level"):
                level[kind] = min(max(probability, _LEAST), 1 - _LEAST)


def _read(
    connection: "duckdb.DuckDBPyConnection",
    predicted: "SplinkDataFrame",
    clusters: "SplinkDataFrame",
    comparisons: int,
    left_out: int,
) -> Linked:
    """Links of clues within clusters, the surest rows of each pair."""
    found = connection.execute(
        "SELECT least(clue_l, clue_r), greatest(clue_l, clue_r), max(match_probability)"  # noqa: S608 - Splink's names
        f" FROM {predicted.physical_name} WHERE clue_l <> clue_r AND match_probability >= {MATCH}"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    rows = connection.execute(
        f"SELECT cluster_id, list(DISTINCT clue) FROM {clusters.physical_name}"  # noqa: S608 - Splink's names
        " GROUP BY 1 HAVING count(DISTINCT clue) > 1"
    ).fetchall()
    together: dict[int, set[int]] = defaultdict(set)
    for cluster, members in rows:
        for clue in members:
            together[clue].add(cluster)
    links = [(one, other, float(sure)) for one, other, sure in found if together[one] & together[other]]
    return Linked(links, len(rows), comparisons, left_out)
