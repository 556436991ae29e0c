"""What every rendered set keeps to: pod security `restricted`, probes that exist, closed networks, calm rollouts."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.serving import STOP_SECONDS
from chassis.web import create_app
from clue_service.main import SERVICE as CLUE

COMPONENT = "app.kubernetes.io/component"
PEER = re.compile(r'peers\["(\w+)"\]')
ANY_PEER = re.compile(r"peers\[(?!\")")
FOLDERS = {
    "clue": "clue-service/src",
    "pool": "personnel-pool-service/src",
    "inspection": "inspection-service/src",
    "notification": "notification-service/src",
}


def containers(rendered: Any) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name, pod in rendered.pods().items():
        for container in pod["spec"]["containers"] + pod["spec"].get("initContainers", []):
            yield name, pod["spec"], container


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions", []):
        assert one["operator"] == "In"
        if labels.get(one["key"]) not in one["values"]:
            return False
    return True


def check_restricted(name: str, pod: Mapping[str, Any], container: Mapping[str, Any]) -> None:
    """The Pod Security Standard `restricted`, and a root file system that cannot be written."""
    outer, inner = pod["securityContext"], container["securityContext"]
    assert outer["runAsNonRoot"] is True, name
    assert outer["runAsUser"] >= 10_000, name
    assert outer["seccompProfile"] == {"type": "RuntimeDefault"}, name
    assert inner["allowPrivilegeEscalation"] is False, name
    assert inner["readOnlyRootFilesystem"] is True, name
    assert inner["capabilities"] == {"drop": ["ALL"]}, name
    assert not inner.get("privileged"), name
    assert not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")), name
    assert not any("hostPort" in port for port in container.get("ports", [])), name
    allowed = {"emptyDir", "configMap", "secret", "persistentVolumeClaim"}
    assert all(set(volume) - {"name"} <= allowed for volume in pod.get("volumes", [])), name
    assert pod["automountServiceAccountToken"] is False, name
    assert pod["enableServiceLinks"] is False, name


def test_pod_security(rendered: Any) -> None:
    seen = 0
    for name, pod, container in containers(rendered):
        check_restricted(name, pod, container)
        seen += 1
    assert seen >= 10


def test_pod_security_of_the_nats_example(example_documents: Mapping[str, Any]) -> None:
    (stateful,) = [one for one in example_documents["nats/nats.yaml"] if one["kind"] == "StatefulSet"]
    pod = stateful["spec"]["template"]["spec"]
    for container in pod["containers"]:
        check_restricted("nats", pod, container)


def test_memory_is_bounded_and_cpu_is_not(rendered: Any) -> None:
    for name, pod, container in containers(rendered):
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
        assert set(container["resources"]["limits"]) == {"memory"}, name
        assert all("sizeLimit" in one["emptyDir"] for one in pod.get("volumes", []) if "emptyDir" in one), name


def test_images_are_pinned(rendered: Any) -> None:
    for name, _, container in containers(rendered):
        assert re.search(r"(:\d[\w.-]*|@sha256:[0-9a-f]{64})$", container["image"]), name


def test_every_service_has_an_account_of_its_own(rendered: Any) -> None:
    accounts = {one["metadata"]["name"]: one for one in rendered.of_kind("ServiceAccount")}
    used: dict[str, set[str]] = {}
    for name, pod in rendered.pods().items():
        used.setdefault(pod["spec"]["serviceAccountName"], set()).add(name.split("/")[1].split("-")[1])
    assert set(used) == set(accounts)
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())
    assert "default" not in used
    services = {account.rpartition("-")[2] for account in accounts} - {"migrate"}
    assert services == {"gateway", "clue", "pool", "inspection", "notification"}


async def test_probes_ask_addresses_that_answer(rendered: Any) -> None:
    app = create_app(title="x", routers=[], pings={}, body_limit=1)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://pod") as client:
        real = {path for path in ("/livez", "/readyz", "/metrics") if (await client.get(path)).status_code == 200}
    assert real == {"/livez", "/readyz", "/metrics"}
    for one in rendered.of_kind("Deployment"):
        (container,) = one["spec"]["template"]["spec"]["containers"]
        asked = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
        assert {probe["path"] for probe in asked.values()} <= real
        assert {probe["port"] for probe in asked.values()} == {"http"}
        # A restart mends no database: liveness asks the process alone.
        assert asked["liveness"]["path"] == asked["startup"]["path"] == "/livez"
        component = one["metadata"]["labels"][COMPONENT]
        assert asked["readiness"]["path"] == ("/livez" if component == "gateway" else "/readyz")


def test_commands_are_real(rendered: Any) -> None:
    from chassis.runtime import service_cli

    known = {command.name or command.callback.__name__ for command in service_cli(CLUE).registered_commands}  # type: ignore[union-attr]
    for name, _, container in containers(rendered):
        if container["name"] != "smoke-test":
            assert set(container["args"]) <= known, name


def test_rollouts_take_nothing_away_before_they_add(rendered: Any) -> None:
    for one in rendered.of_kind("Deployment"):
        assert one["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        pod = one["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        waits = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert pod["terminationGracePeriodSeconds"] >= waits + STOP_SECONDS
        assert (waits > 0) == (container["args"] == ["api"])


def test_budgets_and_spread_cover_every_deployment(rendered: Any) -> None:
    for one in rendered.of_kind("Deployment"):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert matches(one["spec"]["selector"], labels)
        budgets = [b for b in rendered.of_kind("PodDisruptionBudget") if matches(b["spec"]["selector"], labels)]
        assert [b["spec"]["maxUnavailable"] for b in budgets] == [1], one["metadata"]["name"]
        spread = one["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert {s["topologyKey"] for s in spread} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
        assert all(matches(s["labelSelector"], labels) for s in spread)


def test_a_deployment_has_one_scaler_at_most_and_then_no_fixed_number(rendered: Any) -> None:
    scalers = [
        one["spec"]["scaleTargetRef"]["name"] for one in rendered.of_kind("HorizontalPodAutoscaler", "ScaledObject")
    ]
    assert len(scalers) == len(set(scalers))
    for one in rendered.of_kind("Deployment"):
        assert ("replicas" in one["spec"]) != (one["metadata"]["name"] in scalers)


def test_services_select_pods_that_listen(rendered: Any) -> None:
    pods = [pod for name, pod in rendered.pods().items() if name.startswith("Deployment")]
    services = rendered.of_kind("Service")
    assert len(services) == 5
    for one in services:
        chosen = [pod for pod in pods if matches({"matchLabels": one["spec"]["selector"]}, pod["labels"])]
        assert len(chosen) == 1, one["metadata"]["name"]
        names = {port["name"] for port in chosen[0]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in one["spec"]["ports"]} <= names


def test_the_edge_lets_in_the_api_and_its_pages_alone(rendered: Any) -> None:
    paths = []
    for one in rendered.of_kind("Ingress"):
        paths += [path["path"] for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
        assert one["spec"]["tls"]
    for one in rendered.of_kind("HTTPRoute"):
        paths += [match["path"]["value"] for rule in one["spec"]["rules"] for match in rule["matches"]]
    assert sorted(paths) in ([], ["/docs", "/v1"])
    assert len(rendered.of_kind("Ingress", "HTTPRoute")) <= 1


# -- networks ------------------------------------------------------------------------------------------------------


def reachable(rendered: Any) -> set[tuple[str, str]]:
    """Pairs of components, the first of which may open a connection to the second: both sides must agree."""
    pods = {pod["labels"][COMPONENT]: pod["labels"] for pod in rendered.pods().values()}
    policies = rendered.of_kind("NetworkPolicy")

    def peers(component: str, direction: str) -> Iterator[Mapping[str, Any]]:
        for policy in policies:
            if matches(policy["spec"]["podSelector"], pods[component]):
                for rule in policy["spec"].get(direction, []):
                    assert rule["ports"], "a rule without ports opens all of them"
                    yield from rule["to" if direction == "egress" else "from"]

    def allows(component: str, direction: str, other: str) -> bool:
        return any(
            "namespaceSelector" not in peer
            and matches(peer.get("podSelector", {"matchLabels": {"": "x"}}), pods[other])
            for peer in peers(component, direction)
        )

    return {(a, b) for a in pods for b in pods if allows(a, "egress", b) and allows(b, "ingress", a)}


def calls_in_the_code(root: Path) -> dict[str, set[str]]:
    """Service → those it calls, from `peers["…"]`; a name that is computed stands for all, itself among them.

    All services keep a copy of the pool's directory and ask it for units.
    """
    found = {}
    for short, folder in FOLDERS.items():
        text = "\n".join(path.read_text() for path in (root / folder).rglob("*.py") if "testing" not in path.parts)
        found[short] = set(FOLDERS) if ANY_PEER.search(text) else {*PEER.findall(text), "pool"} - {short}
    return found


def test_nothing_reaches_anything_but_what_the_code_calls(rendered: Any, root: Path) -> None:
    wanted = {("gateway", f"{short}-api") for short in FOLDERS} | {("smoke-test", "gateway")}
    for short, others in calls_in_the_code(root).items():
        wanted |= {(f"{short}-{role}", f"{other}-api") for role in ("api", "worker") for other in others}
    assert reachable(rendered) == wanted


def test_everything_is_refused_first(rendered: Any) -> None:
    (deny,) = [one for one in rendered.of_kind("NetworkPolicy") if one["metadata"]["name"].endswith("-deny")]
    assert set(deny["spec"]) == {"podSelector", "policyTypes"}
    assert set(deny["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    assert all(matches(deny["spec"]["podSelector"], pod["labels"]) for pod in rendered.pods().values())


@pytest.mark.parametrize(
    ("label", "allowed"),
    [
        ("cnpg.io/cluster", re.compile(r".*-(api|worker|migrate)$")),
        ("app.kubernetes.io/name=nats", re.compile(r".*-worker$")),
    ],
)
def test_database_and_broker_are_reached_by_those_who_use_them(
    rendered: Any, label: str, allowed: re.Pattern[str]
) -> None:
    key, _, value = label.partition("=")
    reaching = set()
    for policy in rendered.of_kind("NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            for peer in rule["to"]:
                found = peer.get("podSelector", {}).get("matchLabels", {})
                if key in found and (not value or found[key] == value) and "app.kubernetes.io/instance" not in found:
                    reaching |= {
                        pod["labels"][COMPONENT]
                        for pod in rendered.pods().values()
                        if matches(policy["spec"]["podSelector"], pod["labels"])
                    }
    everybody = {pod["labels"][COMPONENT] for pod in rendered.pods().values()}
    assert reaching == {one for one in everybody if one != "gateway" and allowed.match(one)}


def test_the_collector_is_reached_by_whoever_traces_and_by_nobody_while_traces_are_off(rendered: Any) -> None:
    reaching = set()
    for policy in rendered.of_kind("NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            if any("observability" in str(peer) for peer in rule["to"]):
                assert rule["ports"] == [{"protocol": "TCP", "port": 4318}]
                reaching.add(policy["metadata"]["labels"][COMPONENT])
    traced = {
        pod["labels"][COMPONENT]
        for pod in rendered.pods().values()
        if any(one["name"] == "HELI_TRACES_ENDPOINT" for one in pod["spec"]["containers"][0].get("env", []))
    }
    assert {one for one in traced if not one.endswith("-migrate")} == reaching
    assert bool(reaching) == (rendered.name == "production")


def test_the_mail_server_is_reached_by_the_one_worker_that_writes(rendered: Any) -> None:
    """Which alone knows the password; nobody where no server is named."""
    mail = {"protocol": "TCP", "port": 587}
    reaching = {
        policy["metadata"]["labels"][COMPONENT]
        for policy in rendered.of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        if mail in rule["ports"]
    }
    told = {
        pod["labels"][COMPONENT]
        for pod in rendered.pods().values()
        if any(one["name"] == "HELI_SMTP_PASSWORD" for one in pod["spec"]["containers"][0].get("env", []))
    }
    assert told == reaching == ({"notification-worker"} if rendered.name == "production" else set())


def test_no_rule_lets_out_to_everywhere(rendered: Any) -> None:
    """A rule with an empty `to`, or without one, opens its ports to every destination there is."""
    seen = 0
    for policy in rendered.of_kind("NetworkPolicy"):
        for direction, side in (("egress", "to"), ("ingress", "from")):
            for rule in policy["spec"].get(direction) or []:
                assert rule[side], policy["metadata"]["name"]
                assert all(peer for peer in rule[side]), policy["metadata"]["name"]
                seen += 1
    assert seen > 30


def test_the_store_of_files_is_reached_by_the_clue_service_alone(rendered: Any) -> None:
    """By its api and its worker, which both read and write files, and by nobody where none is named."""
    reaching = set()
    for policy in rendered.of_kind("NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            if any("objects" in str(peer) for peer in rule["to"]):
                assert rule["ports"] == [{"protocol": "TCP", "port": 443}]
                reaching.add(policy["metadata"]["labels"][COMPONENT])
    told = {
        pod["labels"][COMPONENT]
        for pod in rendered.pods().values()
        if any(one["name"] == "HELI_ATTACHMENT_STORE" for one in pod["spec"]["containers"][0].get("env", []))
    }
    assert told == reaching == ({"clue-api", "clue-worker"} if rendered.name == "production" else set())


# -- migrations ----------------------------------------------------------------------------------------------------


def test_hooks_bring_all_they_need_and_nothing_waits_for_the_release(rendered: Any) -> None:
    jobs = rendered.of_kind("Job")
    expected = {"minimal": 4, "production": 4, "ingress-and-hooks": 4, "by-hand": 0}[rendered.name]
    assert len(jobs) == expected
    for job in jobs:
        annotations = job["metadata"]["annotations"]
        assert ("helm.sh/hook" in annotations) == (rendered.name != "production")
        assert job["spec"]["backoffLimit"] <= 1
        assert job["spec"]["activeDeadlineSeconds"] > 0
        account = rendered.named("ServiceAccount", job["spec"]["template"]["spec"]["serviceAccountName"])
        if "helm.sh/hook" in annotations:
            assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
            for early in (
                account,
                *(p for p in rendered.of_kind("NetworkPolicy") if p["metadata"]["name"].endswith("-migrate")),
            ):
                assert int(early["metadata"]["annotations"]["helm.sh/hook-weight"]) < int(
                    annotations["helm.sh/hook-weight"]
                )


def test_an_ordinary_job_gets_another_name_with_another_image(root: Path) -> None:
    import yaml
    from heli_local.chart.helm import HELM_4
    from heli_local.chart.rendering import render

    def names(tag: str) -> set[str]:
        text = render(root, HELM_4, "--set", f"migrations.mode=job,image.tag={tag}")
        return {one["metadata"]["name"] for one in yaml.safe_load_all(text) if one and one["kind"] == "Job"}

    assert names("1.0") == names("1.0")
    assert names("1.0").isdisjoint(names("1.1"))


def test_webhooks_leave_from_one_worker_and_never_inwards(production: Any) -> None:
    leaving = {}
    for policy in production.of_kind("NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            for block in (peer["ipBlock"] for peer in rule["to"] if "except" in peer.get("ipBlock", {})):
                assert rule["ports"] == [{"protocol": "TCP", "port": 443}]
                leaving[policy["metadata"]["name"]] = block
    assert set(leaving) == {"heli-notification-worker"}
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(
        leaving["heli-notification-worker"]["except"]
    )


def test_the_database_has_room_for_every_pool_at_its_largest(
    production: Any, example_documents: Mapping[str, Any]
) -> None:
    """All replicas, one more of each during a rollout, and what leads holds connections of its own: relay, consumer."""
    (cluster,) = [one for one in example_documents["cloudnative-pg/cluster.yaml"] if one["kind"] == "Cluster"]
    room = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    scalers = {}
    for one in production.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        spec = one["spec"]
        scalers[spec["scaleTargetRef"]["name"]] = spec.get("maxReplicas") or spec["maxReplicaCount"]
    wanted = 4  # migrations
    for one in production.of_kind("Deployment"):
        (container,) = one["spec"]["template"]["spec"]["containers"]
        env = {entry["name"]: entry.get("value", "") for entry in container["env"]}
        if "HELI_DATABASE_URL" in env:
            pool = int(env["HELI_DATABASE_POOL_SIZE"]) + int(env["HELI_DATABASE_POOL_OVERFLOW"])
            leading = 2 if container["args"] == ["worker"] else 0
            replicas = scalers.get(one["metadata"]["name"]) or one["spec"]["replicas"]
            wanted += (replicas + 1) * (pool + leading)
    assert 400 < wanted <= room - 20  # some are kept for people and the operator
