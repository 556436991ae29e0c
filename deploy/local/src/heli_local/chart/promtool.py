"""promtool: the machine's own, or out of Debian's package of Prometheus, unpacked beside Helm and not installed."""

import fcntl
import shutil
import subprocess
import tempfile
from pathlib import Path

from heli_local.chart.helm import ToolMissing, cache_folder


def promtool() -> Path:
    """The program. Raises ToolMissing, with the reason, where it cannot be had."""
    own = shutil.which("promtool")
    if own:
        return Path(own)
    folder = cache_folder() / "promtool"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "promtool").exists():
            _unpack(folder)
    return folder / "promtool"


def _unpack(folder: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ToolMissing("promtool is not on the PATH, and this is no Debian that could fetch it")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _run("apt-get", "download", "--quiet", "prometheus", cwd=scratch)
        (package,) = Path(scratch).glob("*.deb")
        _run("dpkg-deb", "--extract", str(package), "unpacked", cwd=scratch)
        (Path(scratch) / "unpacked/usr/bin/promtool").replace(folder / "promtool")


def _run(*command: str, cwd: str) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise ToolMissing(f"promtool is not on the PATH, and {' '.join(command[:2])} failed: {done.stderr.strip()}")
