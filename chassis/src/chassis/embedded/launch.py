"""Becomes another program: drops rights, ties its life to its parent's, execs. Run as a file by a bare interpreter.

A `preexec_fn` would do the same, but is unsafe once the parent has threads. Standard library only, imports nothing of
this package, so that `python -I -S launch.py` starts in about 15 ms.
"""

import ctypes
import fcntl
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def enter_user_namespace(uid: int, gid: int) -> None:
    """Make the caller appear as uid:gid to itself while it stays what it is to the rest of the machine."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot make a user namespace: {os.strerror(number)}")
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(content)


def die_with_parent(parent: int, number: int) -> None:
    """Ask the kernel for signal `number` when the parent ends. Linux only; elsewhere the parent must stop us."""
    if not sys.platform.startswith("linux"):
        return
    # Changing credentials clears this request, so it comes after them.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def hand_down(descriptors: dict[str, str]) -> None:
    """Put the descriptors where sd_listen_fds(3) has them: from 3 on, named in the environment, for this process."""
    aside = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 64) for number in descriptors.values()]
    for given in descriptors.values():
        os.close(int(given))
    for place, number in enumerate(aside, start=3):
        os.dup2(number, place)
        os.close(number)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(aside))
    os.environ["LISTEN_FDNAMES"] = ":".join(descriptors)


def main(arguments: list[str]) -> None:
    """Arguments: parent pid, signal on its death, account, what is handed down, command.

    The account is same, user:<uid>:<gid> or namespace:<uid>:<gid>; what is handed down is <name>=<descriptor>,…
    """
    parent, number, account, handed, *command = arguments
    kind, _, ids = account.partition(":")
    if kind != "same":
        uid, gid = (int(part) for part in ids.split(":"))
        os.setgroups([])
        if kind == "namespace":
            enter_user_namespace(uid, gid)
        else:
            os.setgid(gid)
            os.setuid(uid)
    if handed:
        hand_down(dict(pair.split("=") for pair in handed.split(",")))
    die_with_parent(int(parent), int(number))
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.stderr.write(f"cannot start {' '.join(sys.argv[4:5])}: {error}\n")
        sys.exit(126)
