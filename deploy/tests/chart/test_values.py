"""Values that make no sense, or that would weaken the platform by a slip, are refused before anything is rendered."""

from pathlib import Path

import pytest
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
    "too little time to drain": ["--set", "gateway.api.terminationGracePeriodSeconds=10"],
    "no memory limit": ["--set", "gateway.api.resources.limits=null"],
    "a database name that needs quoting": ["--set", "services.clue.database=Clue-1"],
}


@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_refused(helm: Release, root: Path, options: list[str]) -> None:
    with pytest.raises(ChartRefused, match=r"don't meet the specifications|externalSecrets needs"):
        render(root, helm, *options)


def test_a_known_setting_reaches_its_service_alone(helm: Release, root: Path) -> None:
    text = render(root, helm, "--set-string", "services.pool.settings.HELI_LENDING_SHARE=0.2")
    assert text.count("HELI_LENDING_SHARE") == 2  # api and worker
