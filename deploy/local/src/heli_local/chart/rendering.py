"""What the chart becomes: rendered by the pinned Helm, and two examples of it kept under deploy/rendered."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from heli_local.chart.helm import HELM_4, Release

RELEASE = "heli"
NAMESPACE = "heli"
# File under deploy/rendered → files of values under deploy/examples.
EXAMPLES = {"minimal.yaml": (), "production.yaml": ("production.yaml",)}
_MARK = "# Rendered from deploy/chart by `make chart`; do not edit.\n"


class ChartRefused(Exception):
    """Helm does not render this; the message is Helm's."""


def render(root: Path, helm: Release, *options: str | Path, values: Sequence[Path] = ()) -> str:
    """The manifests, as YAML documents, of the chart in the checkout `root`. Raises ChartRefused."""
    files = [part for path in values for part in ("--values", path)]
    return run_helm(helm, "template", RELEASE, root / "deploy/chart", "--namespace", NAMESPACE, *files, *options)


def run_helm(helm: Release, *arguments: str | Path) -> str:
    """What Helm prints. It sees neither the user's cluster nor the user's settings. Raises ChartRefused."""
    env = {"PATH": os.environ["PATH"], "HOME": str(helm.folder), "KUBECONFIG": "/dev/null"}
    done = subprocess.run(
        [helm.program("helm"), *arguments], capture_output=True, text=True, check=False, env=env, timeout=60
    )
    if done.returncode != 0:
        raise ChartRefused(done.stderr)
    return done.stdout


def rendered_examples(root: Path) -> dict[str, str]:
    """Path below the root → content of every rendered example."""
    return {
        f"deploy/rendered/{name}": _MARK
        + render(root, HELM_4, "--skip-tests", values=[root / "deploy/examples" / file for file in files])
        for name, files in EXAMPLES.items()
    }
