"""The page docs/benchmarks/matching.md and its plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import machine
import numpy as np

from matching import aims
from matching.accuracy import ENGINE, METHODS, SPLINK, TRGM, Compared
from matching.growth import STAGES, Measured, growth_exponent
from matching.letters import Order, Ordered
from matching.truth import SLICES

PAGE = Path(__file__).resolve().parents[2] / "docs/benchmarks/matching.md"
PLOT = PAGE.with_suffix(".svg")
_PACKAGES = ("numpy", "scikit-learn", "splink", "duckdb", "matplotlib")


def write(
    compared: Compared | None,
    grown: Sequence[Measured],
    ordered: Ordered | None,
    asked: Sequence[str],
    *,
    is_kept: bool,
) -> str:
    """The page's text; with ``is_kept`` it and the plot are stored. ``asked`` are the options of this run."""
    if is_kept:
        _draw(grown)
    command = " ".join(["bench matching", *asked])
    head = f"# Matching\n\n`.venv/bin/python {command}` wrote this page; "
    head += "what the engine does and why: [matching](../architecture/matching.md).\n\n"
    parts = [
        head,
        machine.described(_PACKAGES),
        aims.table(compared, grown, ordered),
        *(_compared(compared) if compared else ()),
        *(_letters(ordered) if ordered else ()),
        *(_grown(grown) if grown else ()),
    ]
    text = "".join(parts)
    if is_kept:
        PAGE.write_text(text, encoding="utf-8")
    return text


def _compared(compared: Compared) -> list[str]:
    p50 = {name: _quantile(compared.times[name], 50) for name in METHODS}
    p99 = {name: _quantile(compared.times[name], 99) for name in METHODS}
    search = _quantile(compared.search_times, 50)
    errors = {name: compared.measures[name]["errors"] for name in METHODS}
    rows = [
        ("pair precision", lambda m, _: _share(m["pair_precision"])),
        ("pair recall", lambda m, _: _share(m["pair_recall"])),
        ("pair F1", lambda m, _: _share(m["pair_f1"])),
        ("B³ F1", lambda m, _: _share(m["bcubed_f1"])),
        ("intake recall", lambda m, _: _share(m["intake_recall"])),
        ("false alarm", lambda m, _: _share(m["false_alarm"])),
        ("pairs called wrongly (either way)", lambda m, _: f"{m['errors']:,}"),
        ("… against the engine's", lambda _, name: f"{errors[name] / max(errors[ENGINE], 1):.1f} ×"),
        *((f"called the same though {name}", lambda m, _, name=name: _share(m[name])) for name in SLICES),
        ("one clue's check p50, ms", lambda _, name: f"{p50[name]:.1f}"),
        ("one clue's check p99, ms", lambda _, name: f"{p99[name]:.1f}"),
        ("… of it search, p50, ms", lambda _, name: f"{p50[name] if name != ENGINE else search:.1f}"),
        ("p50 against the engine's check", lambda _, name: f"{p50[name] / p50[ENGINE]:.1f} ×"),
    ]
    head = (
        f"\n## Against other ways\n\n{compared.clues:,} generated clues in wording that no fit has seen, in the order "
    )
    said = (
        "of their arrival. The thresholds of the peers, and Splink's m, come from as many clues in other words; the "
        "engine's is .5. Splink compares the normalised columns of the nightly batch, so it too profits from the "
        "engine's reading of names, units, sums and dates. Times are of the later half; the engine's are of the whole "
        "check with both transactions, the peers' of the search alone.\n\n"
    )
    table = "| measure | " + " | ".join(METHODS) + " |\n| --- |" + " ---: |" * len(METHODS) + "\n"
    for title, value in rows:
        table += f"| {title} | " + " | ".join(value(compared.measures[name], name) for name in METHODS) + " |\n"
    return [head, said, table, _bands(compared)]


def _bands(compared: Compared) -> str:
    found = compared.bands
    return (
        f"\nThe bands of the engine: *likely* with precision {_share(found['likely_precision'])} and recall "
        f"{_share(found['likely_recall'])}; {found['review_pairs_per_clue']:.2f} pairs a clue for review. Of the pairs "
        "that only look alike it calls *likely*: "
        + ", ".join(f"{_share(found[f'likely: {name}'])} of {name}" for name in SLICES)
        + ".\n"
    )


def _letters(ordered: Ordered) -> list[str]:
    text = f"\n## Real letters\n\n{ordered.letters:,} letters of residents that name nobody, in the order of their "
    text += (
        "file; they are no part of this project. Beside the engine: an exact scan of all earlier letters by TF-IDF of "
    )
    text += "single characters and pairs, in the same run.\n\n"
    text += "| labels | letters asked | R@50 | mean average precision | R@50, TF-IDF | precision, TF-IDF |\n"
    text += "| --- | ---: | ---: | ---: | ---: | ---: |\n"
    text += "".join(_order(labels, order) for labels, order in ordered.by_labels.items())
    if ordered.doubted:
        text += "\nA doubted label is on a letter that, read by a person, reports something else and only mentions "
        text += "the matter's place.\n"
    if any("by rule" in labels for labels in ordered.by_labels):
        text += (
            "\nLabelled by rule: whoever names the matter's place or firm, and what is wrong there, is of the matter; "
        )
        text += "nobody read those letters one by one, and the engine was not fitted to them.\n"
    return [text]


def _order(labels: str, order: Order) -> str:
    figures = (order.recall, order.precision, order.peer_recall, order.peer_precision)
    return f"| {labels} | {order.asked:,} | {' | '.join(map(_share, figures))} |\n"


def _grown(grown: Sequence[Measured]) -> list[str]:
    text = f"\n## Growth\n\n{grown[0].questions} clues with earlier mates are asked for in databases of rising size. "
    text += "Distractors come from one invented city for every 5,000 clues, so that names, units and topics grow with "
    text += "the count; they are prepared by several processes and loaded through COPY. The check is intake's: "
    text += (
        "prepare, store and commit, then in a second transaction count what is new (once a second, as intake does), "
    )
    text += "retrieve and score, on uvloop as the services run. PostgreSQL has a quarter of the memory for its buffers "
    text += "and has read the tables before.\n\n"
    head = ["clues", *(f"{one.clues:,}" for one in grown)]
    text += "| " + " | ".join(head) + " |\n| --- |" + " ---: |" * len(grown) + "\n"
    for title, value in _growth_rows():
        text += f"| {title} | " + " | ".join(value(one) for one in grown) + " |\n"
    if len(grown) > 1:
        text += f"\nTime grows with the clues to the power of {growth_exponent(grown):.2f} (p50), "
        text += f"{growth_exponent(grown, 0.99):.2f} (p99).\n"
    text += f"\n![Time and recall by size]({PLOT.name})\n"
    last = grown[-1]
    text += f"\n## The retrieval at {last.clues:,} clues\n\n`EXPLAIN (ANALYZE, BUFFERS)` of one question:\n\n"
    return [text, f"```\n{last.plan}\n```\n"]


def _growth_rows() -> list[tuple[str, Any]]:
    return [
        ("mates retrieved", lambda one: _share(one.retrieved / max(one.mates, 1))),
        ("mates scored", lambda one: _share(one.scored / max(one.mates, 1))),
        ("mates shown (≥ .10)", lambda one: _share(one.shown / max(one.mates, 1))),
        ("questions with a true mate ≥ .5", lambda one: _share(one.answered / max(one.questions, 1))),
        *(
            (f"{stage} p50 / p95 / p99, ms", lambda one, stage=stage: _three(one, stage))
            for stage in (STAGES[-1], *STAGES[:-1])
        ),
        *(
            (f"{name}, its search alone, p50, ms (× the engine's check)", lambda one, name=name: _peer(one, name))
            for name in (TRGM, SPLINK)
        ),
        ("keys searched, p50 / p99", lambda one: f"{_quantile(one.keys, 50):.0f} / {_quantile(one.keys, 99):.0f}"),
        ("start of a process with stored counts, s", lambda one: f"{one.start_s:.1f}"),
        ("… counting everything, s", lambda one: f"{one.start_without_snapshot_s:.1f}"),
        ("stored counts, MB", lambda one: f"{one.snapshot_mb:.1f}"),
        (
            "keys / their index / features on disk, MB",
            lambda one: " / ".join(f"{v:.0f}" for v in one.tables_mb.values()),
        ),
        ("load average of the machine meanwhile", lambda one: f"{one.load:.1f}"),
    ]


def _three(one: Measured, stage: str) -> str:
    return " / ".join(f"{one.quantile(share, stage):.1f}" for share in (0.5, 0.95, 0.99))


def _peer(one: Measured, name: str) -> str:
    if name not in one.peers:
        return "–"
    p50 = _quantile(one.peers[name], 50)
    return f"{p50:.0f} ({p50 / one.quantile(0.5):.1f} ×)"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share))


def _draw(grown: Sequence[Measured]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, (times, recall) = plt.subplots(1, 2, figsize=(10, 4))
    sizes = [one.clues for one in grown]
    for share in (0.5, 0.95, 0.99):
        times.plot(sizes, [one.quantile(share) for one in grown], marker="o", label=f"engine p{100 * share:.0f}")
    for name in (TRGM, SPLINK):
        known = [one for one in grown if name in one.peers]
        times.plot([one.clues for one in known], [_quantile(one.peers[name], 50) for one in known], "x--", label=name)
    times.set(xscale="log", yscale="log", xlabel="clues", ylabel="milliseconds", title="One clue's whole check")
    times.legend()
    values: Mapping[str, Any] = {
        "retrieved": [one.retrieved / max(one.mates, 1) for one in grown],
        "scored": [one.scored / max(one.mates, 1) for one in grown],
        "shown": [one.shown / max(one.mates, 1) for one in grown],
    }
    for name, shares in values.items():
        recall.plot(sizes, shares, marker="o", label=name)
    recall.set(xscale="log", ylim=(0.9, 1), xlabel="clues", title="Share of mates")
    recall.legend()
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(PLOT, metadata={"Date": None})
