"""Alerts and dashboards speak of metrics and labels that exist, and each alert fires on its fault (promtool)."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.telemetry import described_metrics
from clue_service.main import SERVICE as CLUE
from heli_local.chart.helm import HELM_4, ToolMissing
from heli_local.chart.promtool import promtool
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL

HERE = Path(__file__).parent
METRIC = re.compile(r"\b(heli_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
# Given by the PodMonitor, by Prometheus and by kube-state-metrics, not by the process.
FROM_OUTSIDE = {"namespace", "component", "release", "pod", "le", "job_name"}


def known_metrics() -> dict[str, set[str]]:
    """Name of a time series → its labels, of all that the processes register."""
    assert all(service.name for service in (CLUE, INSPECTION, NOTIFICATION, POOL))  # imported, so that they register
    known = {}
    for one in described_metrics():
        endings = ("_bucket", "_sum", "_count") if one["kind"] == "histogram" else ("",)
        known |= {f"{one['name']}{ending}": set(one["labels"]) for ending in endings}
    return known


def expressions(root: Path) -> Iterator[tuple[str, str]]:
    rules = yaml.safe_load((root / "deploy/chart/files/alerts.yaml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for path in (root / "deploy/chart/files/dashboards").glob("*.json"):
        board = json.loads(path.read_text())
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']} {target['refId']}", target["expr"]


def test_expressions_name_metrics_and_labels_that_exist(root: Path) -> None:
    known = known_metrics()
    assert {"heli_http_requests_total", "heli_matching_seconds_bucket"} <= set(known)
    seen = 0
    for where, expression in expressions(root):
        labels: set[str] = set()
        for name, matchers in METRIC.findall(expression):
            assert name in known, f"{where}: {name}"
            assert set(MATCHER.findall(matchers)) <= known[name] | FROM_OUTSIDE, where
            labels |= known[name]
            seen += 1
        for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
            assert {one.strip() for one in grouped.split(",")} <= labels | FROM_OUTSIDE, where
    assert seen > 70


def test_every_metric_is_looked_at(root: Path) -> None:
    """By an alert or a panel: one that nobody sees is a number for nobody."""
    looked_at = "\n".join(expression for _, expression in expressions(root))
    unseen = {one["name"] for one in described_metrics() if not re.search(rf"\b{one['name']}", looked_at)}
    assert unseen == set()


def test_panels_show_what_alerts_are_about(root: Path) -> None:
    """Whoever is woken finds the curve."""
    panels = "\n".join(expression for where, expression in expressions(root) if ": " in where)
    for where, expression in expressions(root):
        if ": " not in where:
            for name in {found for found, _ in METRIC.findall(expression)}:
                assert name.removesuffix("_bucket") in panels, where


def test_an_alert_of_what_is_absent_names_the_installation(rendered_by: Any) -> None:
    """Or another one on the same cluster would stand in for the worker that died."""
    (rules,) = rendered_by(HELM_4, "production").of_kind("PrometheusRule")
    expressions = [rule["expr"] for group in rules["spec"]["groups"] for rule in group["rules"]]
    absent = [matchers for one in expressions for matchers in re.findall(r"absent\(\w+\{([^}]*)\}", one)]
    assert len(absent) == 4
    assert all('namespace="heli"' in one for one in absent)
    assert "$NAMESPACE" not in "".join(expressions)


def test_every_alert_says_where_to_read_on(root: Path) -> None:
    rules = yaml.safe_load((root / "deploy/chart/files/alerts.yaml").read_text())
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^#+ (.+)$", (root / path).read_text(), re.MULTILINE)
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, rule["alert"]


def test_every_alert_has_a_unit_test(root: Path) -> None:
    rules = yaml.safe_load((root / "deploy/chart/files/alerts.yaml").read_text())
    tests = yaml.safe_load((HERE / "alerts.test.yaml").read_text())
    firing = {one["alertname"] for test in tests["tests"] for one in test["alert_rule_test"] if one["exp_alerts"]}
    assert firing == {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Run promtool on files by name; it must have nothing to say. Without the program CI fails, and others are told."""
    try:
        program = promtool()
    except ToolMissing as missing:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            raise
        pytest.skip(f"NOT RUN, the unit tests of alert rules: {missing}")

    def check(*arguments: str, **files: str) -> None:
        folder = tmp_path_factory.mktemp("promtool")
        for name, content in files.items():
            (folder / f"{name.replace('_', '.')}.yaml").write_text(content)
        done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return check


def test_alerts_fire_on_their_fault_and_keep_silent_otherwise(root: Path, checked: Callable[..., None]) -> None:
    rules = (root / "deploy/chart/files/alerts.yaml").read_text().replace("$NAMESPACE", "heli")
    checked("check", "rules", "alerts.yaml", alerts=rules)
    checked("test", "rules", "alerts.test.yaml", alerts=rules, alerts_test=(HERE / "alerts.test.yaml").read_text())


def test_promtool_reads_every_panel_and_what_scales_workers(
    root: Path, production: Any, checked: Callable[..., None]
) -> None:
    queries = [
        trigger["metadata"]["query"]
        for one in production.of_kind("ScaledObject")
        for trigger in one["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]
    assert queries
    panels = [expression for where, expression in expressions(root) if ": " in where]
    rules = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate((*panels, *queries))]
    checked("check", "rules", "panels.yaml", panels=yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))


def test_no_side_of_an_or_hides_the_other(root: Path) -> None:
    """`A or B` shows B only where A has nothing of the same labels; a panel of both has two targets."""
    for path in sorted((root / "deploy/chart/files/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            assert all(" or " not in target["expr"] for target in panel["targets"]), panel["title"]


def test_without_promtool_ci_fails_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ToolMissing, match="not on the PATH"):
        promtool()
