"""Which account PostgreSQL runs under. It refuses to run as root, and nobody else's folder is ever opened up for it."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded.process import ChildProcess, EmbeddedServerError, plain_environment

# Accounts every Unix has; the first that exists is used.
ORDINARY_ACCOUNTS = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """How to start a program (see launch.py) and who owns the files it may write."""

    launch: str
    owner_uid: int
    owner_gid: int

    def own(self, folder: Path) -> None:
        """Give the folder and all in it to the account. Only ever called on PostgreSQL's own data folder."""
        if folder.stat().st_uid == self.owner_uid:
            return
        for parent, _, files in os.walk(folder):
            os.chown(parent, self.owner_uid, self.owner_gid)
            for name in files:
                os.chown(os.path.join(parent, name), self.owner_uid, self.owner_gid, follow_symlinks=False)


def choose_account(folder: Path, binary: Path) -> Account:
    """The caller itself, or, for root, an ordinary account; where that cannot reach folder or binary, a user namespace.

    In a user namespace the server is root to the machine's files but to itself an ordinary user without capabilities;
    so dropping rights for real comes first. Raises EmbeddedServerError, naming the folder in the way, if neither works.
    """
    if os.geteuid() != 0:
        return Account("same", os.geteuid(), os.getegid())
    entry = _ordinary_account()
    obstacles = [(step, wanted) for wanted in (folder, binary.parent) if (step := _first_unreachable(wanted, entry))]
    if not obstacles:
        return Account(f"user:{entry.pw_uid}:{entry.pw_gid}", entry.pw_uid, entry.pw_gid)
    inside = Account(f"namespace:{entry.pw_uid}:{entry.pw_gid}", 0, 0)
    if _works(inside, binary, folder):
        return inside
    blocked, wanted = obstacles[0]
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and the account {entry.pw_name!r} cannot enter {blocked} "
        f"(mode {blocked.stat().st_mode & 0o7777:04o}) on the way to {wanted}; user namespaces are not available here. "
        f"Move it to where every account may pass through, or run as an ordinary user."
    )


def _ordinary_account() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in ORDINARY_ACCOUNTS:
        if name in known:
            return known[name]
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and this machine has none of the accounts {', '.join(ORDINARY_ACCOUNTS)}"
    )


def _first_unreachable(folder: Path, entry: pwd.struct_passwd) -> Path | None:
    """The topmost folder the account cannot pass through on its way; asked of the kernel, so ACLs and mounts count."""
    resolved = folder.resolve()
    for step in (*reversed(resolved.parents), resolved):
        probe = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(step)],
            user=entry.pw_uid,
            group=entry.pw_gid,
            extra_groups=[],
            cwd="/",
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if probe.returncode != 0:
            return step
    return None


def _works(account: Account, binary: Path, folder: Path) -> bool:
    """Whether the binary starts at all under the account."""
    probe = ChildProcess(
        [binary, "--version"], cwd=folder, log=folder / "account.log", env=plain_environment(), account=account.launch
    )
    probe.wait(10)
    (folder / "account.log").unlink(missing_ok=True)
    return probe.returncode == 0


def require_folder(folder: Path) -> Path:
    """Make the folder where it is missing (mode 0711, parents 0755 and umask) and check that the caller can use it."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        resolved = folder.resolve(strict=True)
        usable = os.access(resolved, os.R_OK | os.W_OK | os.X_OK)
    except OSError as error:
        raise EmbeddedServerError(f"cannot use the folder {folder}: {error.strerror}") from error
    if not usable:
        raise EmbeddedServerError(f"cannot use the folder {folder}: it is not readable and writable by this user")
    return resolved
