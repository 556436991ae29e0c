"""Install, upgrade and rollback by the real Helms on a fake Kubernetes API: what comes when, what a failure stops."""

import importlib.util
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chassis.embedded import EmbeddedPostgres
from heli_local.chart.helm import Release

ROOT = Path(__file__).resolve().parents[3]
SHORTS = ("clue", "inspection", "notification", "pool")
NUMBERS = itertools.count(1)

Run = Callable[..., subprocess.CompletedProcess[str]]


def _fake_cluster() -> Any:
    name = "chart_fake_cluster"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("fake_cluster.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def cluster() -> Iterator[Any]:
    with _fake_cluster().FakeCluster() as running:
        yield running


@pytest.fixture
def run(helm: Release, cluster: Any, postgres_server: EmbeddedPostgres, tmp_path: Path) -> Iterator[Run]:
    """Helm on the fake. What it remembers of releases it keeps in PostgreSQL: in Secrets it would be protobuf."""
    name = f"helm{os.getpid()}_{next(NUMBERS)}"
    storage = postgres_server.create_service_database(name).owner.replace("+asyncpg", "")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "KUBECONFIG": str(cluster.kubeconfig),
        "HELM_DRIVER": "sql",
        "HELM_DRIVER_SQL_CONNECTION_STRING": f"{storage}?sslmode=disable",
    }

    def helm_does(verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        chart = [ROOT / "deploy/chart"] if verb in {"install", "upgrade"} else []
        command = [helm.program("helm"), verb, "heli", *chart, "--namespace", "heli", "--timeout", "30s"]
        command += ["--qps", "1000", "--burst-limit", "1000", *options]  # of a small limit most would be waiting
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=90)

    yield helm_does
    postgres_server.drop_database(name)


def tag(name: str) -> tuple[str, str]:
    return "--set", f"image.tag={name}"


def images(cluster: Any) -> set[str]:
    containers = [
        container
        for one in cluster.named("Deployment").values()
        for container in one["spec"]["template"]["spec"]["containers"]
    ]
    return {container["image"].rpartition(":")[2] for container in containers}


def said(cluster: Any, pattern: str) -> list[str]:
    return [str(one) for one in cluster.state.changes if re.fullmatch(pattern, str(one))]


def positions(cluster: Any, pattern: str) -> list[int]:
    return [number for number, one in enumerate(cluster.state.changes) if re.fullmatch(pattern, str(one))]


def test_an_installation_migrates_every_database_before_anything_runs(run: Run, cluster: Any) -> None:
    done = run("install", *tag("one"))
    assert done.returncode == 0, done.stderr
    assert said(cluster, "(create|complete) Job/.*") == [
        f"{verb} Job/heli-{short}-migrate" for short in SHORTS for verb in ("create", "complete")
    ]
    needed = positions(cluster, "create (NetworkPolicy|ServiceAccount)/heli-migrate")
    assert len(needed) == 2
    assert max(needed) < min(positions(cluster, "create Job/.*"))
    assert max(positions(cluster, "complete Job/.*")) < min(positions(cluster, "create (Deployment|Service)/.*"))
    assert images(cluster) == {"one"}
    assert len(cluster.named("Deployment")) == 9


def test_a_migration_that_fails_at_installation_lets_nothing_start(run: Run, cluster: Any) -> None:
    cluster.state.failing.add("heli-notification")
    done = run("install", *tag("one"))
    assert done.returncode != 0
    assert "failed" in done.stderr.lower()
    assert said(cluster, "(complete|fail) Job/.*")[-1] == "fail Job/heli-notification-migrate"
    assert cluster.named("Deployment") == cluster.named("Service") == {}
    cluster.state.failing.clear()
    again = run("upgrade", "--install", *tag("one"))
    assert again.returncode == 0, again.stderr
    assert images(cluster) == {"one"}


def test_an_upgrade_migrates_first_and_one_that_fails_changes_nothing_that_runs(run: Run, cluster: Any) -> None:
    assert run("install", *tag("one")).returncode == 0
    cluster.forget_changes()
    cluster.state.failing.add("heli-pool")
    failed = run("upgrade", *tag("two"))
    assert failed.returncode != 0
    assert said(cluster, ".* (Deployment|Service)/.*") == []
    assert images(cluster) == {"one"}

    cluster.state.failing.clear()
    cluster.forget_changes()
    done = run("upgrade", *tag("two"))
    assert done.returncode == 0, done.stderr
    assert said(cluster, "(delete|create|complete) Job/.*") == [
        f"{verb} Job/heli-{short}-migrate" for short in SHORTS for verb in ("delete", "create", "complete")
    ]
    assert max(positions(cluster, "complete Job/.*")) < min(positions(cluster, "(patch|replace) Deployment/.*"))
    assert images(cluster) == {"two"}


def test_a_rollback_runs_no_migration(run: Run, cluster: Any) -> None:
    assert run("install", *tag("one")).returncode == 0
    assert run("upgrade", *tag("two")).returncode == 0
    cluster.forget_changes()
    done = run("rollback", "1")
    assert done.returncode == 0, done.stderr
    assert said(cluster, ".* Job/.*") == []
    assert images(cluster) == {"one"}


def test_ordinary_jobs_are_named_by_what_they_run_and_come_back_with_a_rollback(run: Run, cluster: Any) -> None:
    """So an older release's `migrate` meets a newer schema, and leaves it as it is."""
    mode = ("--set", "migrations.mode=job")
    assert run("install", *mode, *tag("one")).returncode == 0
    first = set(cluster.named("Job"))
    assert len(first) == 4
    cluster.forget_changes()
    assert run("upgrade", *mode, *tag("one"), "--set", "logLevel=info").returncode == 0
    assert said(cluster, "(create|delete) Job/.*") == []
    assert run("upgrade", *mode, *tag("two")).returncode == 0
    second = set(cluster.named("Job"))
    assert not first & second
    assert len(second) == 4
    assert run("rollback", "1").returncode == 0
    assert set(cluster.named("Job")) == first


def test_without_migrations_there_is_no_job(run: Run, cluster: Any) -> None:
    done = run("install", "--set", "migrations.mode=none", *tag("one"))
    assert done.returncode == 0, done.stderr
    assert cluster.named("Job") == {}
    assert images(cluster) == {"one"}


def test_the_smoke_test_runs_when_it_is_asked_for_and_not_before(run: Run, cluster: Any) -> None:
    assert run("install", *tag("one")).returncode == 0
    assert cluster.named("Pod") == {}
    for _ in range(2):
        done = run("test")
        assert done.returncode == 0, done.stderr
    assert said(cluster, ".* Pod/.*") == [f"{verb} Pod/heli-smoke-test" for verb in ("create", "delete", "create")]


def test_taking_it_away_takes_everything_but_what_hooks_made(run: Run, cluster: Any) -> None:
    assert run("install", *tag("one")).returncode == 0
    assert run("uninstall").returncode == 0
    left = {f"{one['kind']}/{one['metadata']['name']}" for one in cluster.state.objects.values()}
    jobs = {f"Job/heli-{short}-migrate" for short in SHORTS}
    assert left == jobs | {"ServiceAccount/heli-migrate", "NetworkPolicy/heli-migrate"}
