"""The chart renders, alike in Helm 3 and 4, and the rendered examples in the repository are what it renders."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from heli_local.chart.helm import HELM_3, HELM_4, Release
from heli_local.chart.rendering import rendered_examples, run_helm

SETS = ("minimal", "production", "ingress-and-hooks", "by-hand")


def test_the_rendered_examples_are_fresh(root: Path) -> None:
    stale = [path for path, content in rendered_examples(root).items() if (root / path).read_text() != content]
    assert stale == [], "run `make chart`"


@pytest.mark.parametrize("name", SETS)
def test_both_helms_render_the_same(rendered_by: Callable[[Release, str], Any], name: str) -> None:
    def in_order(release: Release) -> list[str]:
        return sorted(yaml.safe_dump(one) for one in rendered_by(release, name).documents)

    assert in_order(HELM_3) == in_order(HELM_4)
    assert len(in_order(HELM_4)) > 40


@pytest.mark.parametrize("values", [(), ("deploy/examples/production.yaml",)], ids=["minimal", "production"])
def test_lint_has_nothing_to_say(helm: Release, root: Path, values: tuple[str, ...]) -> None:
    files = [part for path in values for part in ("--values", str(root / path))]
    assert "0 chart(s) failed" in run_helm(helm, "lint", "--strict", root / "deploy/chart", *files)


def test_a_package_holds_the_files_that_templates_read(helm: Release, root: Path, tmp_path: Path) -> None:
    run_helm(helm, "package", root / "deploy/chart", "--destination", tmp_path)
    (package,) = tmp_path.glob("heli-*.tgz")
    options = ("--set", "prometheusRule.enabled=true", "--set", "dashboards.enabled=true")
    text = run_helm(helm, "template", "heli", package, *options)
    assert "HeliRelayStuck" in text
    assert "heli-dashboard-platform" in text
    assert "closed to strangers" in text


def test_the_overlay_changes_what_it_names_and_nothing_else(root: Path) -> None:
    kubectl = HELM_4.program("kubectl")
    done = subprocess.run(
        [kubectl, "kustomize", root / "deploy/examples/overlay"], capture_output=True, text=True, check=True
    )
    overlaid = list(yaml.safe_load_all(done.stdout))
    base = [one for one in yaml.safe_load_all((root / "deploy/rendered/production.yaml").read_text()) if one]
    assert len(overlaid) == len(base)
    gateway = next(one for one in overlaid if one["kind"] == "Deployment" and one["metadata"]["name"] == "heli-gateway")
    assert gateway["spec"]["template"]["spec"]["runtimeClassName"] == "gvisor"
    assert gateway["spec"]["template"]["spec"]["containers"][0]["image"] == "mirror.example.org/heli/gateway:0.1.0"
    assert {one["metadata"]["namespace"] for one in overlaid} == {"heli"}
