"""Metrics of matching: counts, shares and times, never which clue. Described in docs/reference/metrics.md."""

from chassis.telemetry import REGISTRY
from prometheus_client import Gauge, Histogram

SECONDS = Histogram(
    "heli_matching_seconds",
    "Time of a search by step: retrieve asks the index, score compares what it gives",
    ["step"],
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 2),
)
PROBABILITY = Histogram(
    "heli_matching_probability",
    "Probabilities of compared pairs by search",
    ["origin"],
    registry=REGISTRY,
    buckets=(0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1),
)
CANDIDATES = Histogram(
    "heli_matching_candidates",
    "Pairs that a search shows to people, by search",
    ["origin"],
    registry=REGISTRY,
    buckets=(0, 1, 2, 3, 5, 8, 13, 21, 34, 50),
)
PAIRS = Gauge(
    "heli_matching_pairs", "Pairs by band and by the search that found them", ["band", "origin"], registry=REGISTRY
)
VERDICTS = Gauge(
    "heli_matching_verdicts", "Pairs by band and verdict, open among them", ["band", "decision"], registry=REGISTRY
)
WRONG_LIKELY = Gauge(
    "heli_matching_likely_decided_different_share",
    "Share of the last decided likely pairs that people call different; NaN while they are few",
    registry=REGISTRY,
)
CALIBRATION_GAP = Gauge(
    "heli_matching_calibration_gap",
    "Mean probability less share decided as same, of the last decided pairs, by band; above zero is too sure",
    ["band"],
    registry=REGISTRY,
)
DRIFT = Gauge(
    "heli_matching_level_drift",
    "Population stability index of the last pairs' levels against the model's own data, by field",
    ["field"],
    registry=REGISTRY,
)
MODEL = Gauge("heli_matching_model", "The matching model in effect: 1", ["model"], registry=REGISTRY)
