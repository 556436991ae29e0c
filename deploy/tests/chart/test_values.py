"""Values that make no sense, or that would weaken the platform by a slip, are refused before anything is rendered."""

import re
from pathlib import Path

import pytest
import yaml
from chassis.serving import STOP_SECONDS
from heli_local.chart.helm import Release
from heli_local.chart.rendering import ChartRefused, render

REFUSED = {
    "unknown name": ["--set", "replicaCount=3"],
    "unknown name deep down": ["--set", "services.clue.api.replica=3"],
    "unknown service": ["--set", "services.billing.database=x"],
    "tag latest": ["--set", "image.tag=latest"],
    "tag latest of a service": ["--set", "services.pool.image.tag=latest"],
    "half a digest": ["--set", "gateway.image.digest=sha256:abc"],
    "ingress and route": ["--set", "ingress.enabled=true,httpRoute.enabled=true,httpRoute.parentRefs[0].name=x"],
    "route without parent": ["--set", "httpRoute.enabled=true"],
    "hpa and keda": ["--set", "services.clue.api.autoscaling.mode=both"],
    "unknown migration mode": ["--set", "migrations.mode=auto"],
    "hooks with external secrets": ["--set", "externalSecrets.enabled=true"],
    "issuer without tls": ["--set", "identity.issuer=http://identity.example.org"],
    "public address with a slash at its end": ["--set", "publicUrl=https://heli.example.org/"],
    "two streams replicas": ["--set", "nats.streamReplicas=2"],
    "port zero": ["--set", "database.port=0"],
    "prefer ssl": ["--set", "database.sslMode=prefer"],
    "two bundles": ["--set", "trust.configMap=a,trust.secret=b"],
    "a setting of another service": ["--set-string", "services.clue.settings.HELI_LENDING_SHARE=1"],
    "a setting nobody reads": ["--set-string", "services.pool.settings.HELI_LENDING_SHAER=1"],
    "the development environment": ["--set-string", "services.pool.settings.HELI_ENVIRONMENT=local"],
    "a secret as a setting": ["--set-string", "services.pool.settings.HELI_DATABASE_URL=x"],
    "a setting that is a number": ["--set", "services.pool.settings.HELI_LENDING_SHARE=1"],
    "a mail password as a setting": ["--set-string", "services.notification.settings.HELI_SMTP_PASSWORD=hunter2"],
    "too little time to drain": ["--set", "gateway.api.terminationGracePeriodSeconds=10"],
    "one second too little for an api": [
        *("--set", f"gateway.api.terminationGracePeriodSeconds={8 + STOP_SECONDS - 1}"),
    ],
    "one second too little for a worker": [
        *("--set", f"services.pool.worker.terminationGracePeriodSeconds={STOP_SECONDS - 1}"),
    ],
    "a wait before the end that eats the time to drain": ["--set", "pods.preStopSeconds=9"],
    "no destination of dns": ["--set-json", "networkPolicy.dns=[]"],
    "no destination of the database": ["--set-json", "networkPolicy.database=[]"],
    "no destination of nats": ["--set-json", "networkPolicy.nats=[]"],
    "a peer that is everybody": ["--set-json", "networkPolicy.database=[{}]"],
    "a selector that selects nothing known": [
        *("--set-json", 'networkPolicy.nats=[{"podSelector": {"labels": {"app": "nats"}}}]'),
    ],
    "mail to another port than the one that is open": [
        *("--set-json", 'networkPolicy.mail.to=[{"ipBlock": {"cidr": "10.0.0.1/32"}}]'),
        *("--set-string", "services.notification.settings.HELI_SMTP_PORT=465"),
    ],
    "more replicas at least than at most": [
        *("--set", "gateway.api.autoscaling.mode=hpa,gateway.api.autoscaling.minReplicas=9"),
    ],
    "no replica": ["--set", "services.clue.worker.replicas=0"],
    "no memory limit": ["--set", "gateway.api.resources.limits=null"],
    "a database name that needs quoting": ["--set", "services.clue.database=Clue-1"],
}


SAID = re.compile(
    r"don't meet the specifications|externalSecrets needs|it may take \d+ to end"
    r"|more than maxReplicas|mail\.port is not"
)


@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_refused(helm: Release, root: Path, options: list[str]) -> None:
    with pytest.raises(ChartRefused, match=SAID):
        render(root, helm, *options)


def test_a_known_setting_reaches_its_service_alone(helm: Release, root: Path) -> None:
    text = render(root, helm, "--set-string", "services.pool.settings.HELI_LENDING_SHARE=0.2")
    assert text.count("HELI_LENDING_SHARE") == 2  # api and worker


def test_just_enough_time_to_drain_is_taken(helm: Release, root: Path) -> None:
    """So the chart's own figure is the programs'."""
    text = render(
        *(root, helm),
        *("--set", f"gateway.api.terminationGracePeriodSeconds={8 + STOP_SECONDS}"),
        *("--set", f"services.pool.worker.terminationGracePeriodSeconds={STOP_SECONDS}"),
    )
    assert f"terminationGracePeriodSeconds: {STOP_SECONDS}\n" in text


def test_without_the_schema_too_no_list_that_is_empty_opens_a_port(helm: Release, root: Path) -> None:
    """Helm can be told to skip the schema."""
    lists = [part for name in ("dns", "database", "nats") for part in ("--set-json", f"networkPolicy.{name}=[]")]
    for one in yaml.safe_load_all(render(root, helm, "--skip-schema-validation", *lists)):
        if one and one["kind"] == "NetworkPolicy":
            for rule in one["spec"].get("egress") or []:
                assert rule["to"], one["metadata"]["name"]


def test_mail_has_its_password_by_reference_and_its_port_open(helm: Release, root: Path) -> None:
    text = render(
        *(root, helm),
        *("--set-json", 'networkPolicy.mail={"to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}], "port": 465}'),
        *("--set-string", "services.notification.settings.HELI_SMTP_PORT=465"),
        *("--set-string", "services.notification.settings.HELI_SMTP_USER=heli"),
    )
    assert text.count("key: smtp-password") == 1
    assert "port: 465" in text
