"""Every document is valid, strictly, in the oldest Kubernetes the chart admits and the newest known here.

A kind nobody knows fails.

Kinds that are not Kubernetes' own are held against custom_resources.json: the part of their schemas that the chart
uses, everything else refused. CloudNativePG's kinds have no schema here and are only read (docs/operators/untested.md).
"""

import copy
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import kubernetes_validate.utils
import pytest
import yaml

VERSIONS = ("1.30", "1.37")
WITHOUT_SCHEMA = {"Cluster", "ObjectStore", "ScheduledBackup"}
CUSTOM = json.loads(Path(__file__).with_name("custom_resources.json").read_text())


@pytest.fixture(scope="module", autouse=True)
def _read_definitions_once() -> Any:
    """The library reads a megabyte of definitions for each document."""
    read = kubernetes_validate.utils.schema_contents
    kubernetes_validate.utils.schema_contents = functools.cache(read)
    yield
    kubernetes_validate.utils.schema_contents = read


def check(document: Mapping[str, Any], version: str) -> None:
    schema = CUSTOM.get(f"{document['apiVersion']} {document['kind']}")
    if schema is None:
        kubernetes_validate.validate(dict(document), version, strict=True)
    else:
        assert set(document) == {"apiVersion", "kind", "metadata", "spec"}
        jsonschema.validate(document["spec"], schema)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_chart_is_valid(rendered: Any, version: str) -> None:
    for document in rendered.documents:
        check(document, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_examples_are_valid(example_documents: Mapping[str, Any], version: str) -> None:
    assert set(example_documents) == {"cloudnative-pg/cluster.yaml", "nats/nats.yaml"}
    unchecked = set()
    for document in (one for documents in example_documents.values() for one in documents):
        if document["kind"] in WITHOUT_SCHEMA:
            unchecked.add(document["kind"])
        else:
            check(document, version)
    assert unchecked == WITHOUT_SCHEMA


def test_the_oldest_one_is_the_oldest_that_the_chart_admits(repository_root: Path) -> None:
    admitted = yaml.safe_load((repository_root / "deploy/chart/Chart.yaml").read_text())["kubeVersion"]
    assert admitted == f">={VERSIONS[0]}.0-0"


def test_without_values_all_kinds_are_of_kubernetes_itself(minimal: Any) -> None:
    groups = {document["apiVersion"].rpartition("/")[0] for document in minimal.documents}
    assert groups == {"", "apps", "batch", "policy", "networking.k8s.io"}


def test_production_uses_every_custom_kind(production: Any) -> None:
    used = {f"{document['apiVersion']} {document['kind']}" for document in production.documents}
    assert used >= set(CUSTOM)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_typo_and_a_kind_nobody_knows_are_refused(minimal: Any, version: str) -> None:
    wrong = copy.deepcopy(minimal.named("Deployment", "heli-gateway"))
    container = wrong["spec"]["template"]["spec"]["containers"][0]
    container["livenesProbe"] = container.pop("livenessProbe")
    with pytest.raises(kubernetes_validate.ValidationError):
        check(wrong, version)
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        check({"apiVersion": "example.org/v1", "kind": "Mystery", "metadata": {"name": "x"}, "spec": {}}, version)


def test_a_typo_in_a_custom_kind_is_refused(production: Any) -> None:
    for kind in ("ScaledObject", "PodMonitor", "PrometheusRule", "HTTPRoute", "ExternalSecret"):
        wrong = copy.deepcopy(production.of_kind(kind)[0])
        wrong["spec"]["tirggers"] = []
        with pytest.raises(jsonschema.ValidationError):
            check(wrong, VERSIONS[0])
